"""Policies of domains, and what a preflight makes of them: the same on every store. Tokens have versions, too."""

import pytest

from maccord.alloc.errors import BadRequest, NoSuchDomain, NoSuchToken, StaleVersion
from maccord.alloc.records import Question
from maccord.app.listing import everything
from tests.kit.stores import ACTOR, spec, vm

TAKEN, FREE, OUTSIDE, GROUP = "02-00-00-00-10-00", "02-00-00-00-10-10", "06-00-00-00-00-01", "01-00-5E-00-00-01"


def asked(authority, *addresses, scope="global", who="b"):
    return authority.preflight([Question(address=one, holder=vm(who), scope=scope) for one in addresses])


@pytest.fixture
def held(authority):
    """An authority on which vm a holds the first address of web, in the scopes global and lab."""
    for scope in ("global", "lab"):
        authority.create_pool(spec(f"web-{scope}", scope=scope), actor=ACTOR)
        authority.allocate(f"web-{scope}", vm("a"), actor=ACTOR, address=TAKEN)
    return authority


def test_a_scope_without_a_policy_denies(held):
    found = asked(held, TAKEN, FREE, OUTSIDE, GROUP)
    assert [(one.allowed, one.decision, one.reason) for one in found] == [
        (False, "deny", "taken"), (False, "deny", "free-of-pool"), (True, "allow", "unknown"),
        (False, "deny", "forbidden"),
    ]  # fmt: skip
    assert held.domains() == ()


@pytest.mark.parametrize("admission", ["warn", "allow"])
def test_a_policy_lets_start_what_is_taken_and_never_what_nobody_may_wear(held, admission):
    held.set_domain("lab", admission=admission, actor=ACTOR)
    found = asked(held, TAKEN, FREE, OUTSIDE, GROUP, "00-00-00-00-00-00", "00-00-5E-00-01-07", scope="lab")
    assert [(one.allowed, one.decision) for one in found] == [
        (True, admission), (True, admission), (True, "allow"), (False, "deny"), (False, "deny"), (False, "deny"),
    ]  # fmt: skip
    assert found[0].problem["holders"] == ["vm-adapter:a"]
    assert found[2].problem is None
    assert [one.allowed for one in asked(held, TAKEN)] == [False]  # the policy is of that scope alone
    assert [one.decision for one in asked(held, TAKEN, scope="lab", who="a")] == ["allow"]


def test_two_that_ask_for_one_address_at_once_are_weighed_by_the_policy(held):
    questions = [Question(address=OUTSIDE, holder=vm(one), scope="lab") for one in "ab"]
    assert [one.allowed for one in held.preflight(questions)] == [True, False]
    held.set_domain("lab", admission="warn", actor=ACTOR)
    assert [(one.allowed, one.decision) for one in held.preflight(questions)] == [(True, "allow"), (True, "warn")]


def test_a_policy_is_set_changed_listed_and_deleted(stores):
    authority = stores.open()
    first = authority.set_domain("lab", admission="warn", when_down="allow", note="students", actor=ACTOR)
    assert (first.scope, first.admission, first.when_down, first.note) == ("lab", "warn", "allow", "students")
    assert authority.domain("lab") == first
    stores.time.pass_s(1)
    same = authority.set_domain("lab", admission="warn", when_down="allow", note="students", actor=ACTOR)
    assert same == first
    changed = authority.set_domain("lab", admission="deny", actor=ACTOR)
    assert (changed.when_down, changed.note) == ("deny", "")
    assert changed.version != first.version
    authority.set_domain("global", admission="allow", actor=ACTOR)
    assert [one.scope for one in authority.domains()] == ["global", "lab"]
    authority.delete_domain("lab", actor=ACTOR)
    for call in (lambda: authority.domain("lab"), lambda: authority.delete_domain("lab", actor=ACTOR)):
        with pytest.raises(NoSuchDomain, match="maccord domain set"):
            call()
    told = [(one.action, one.subject) for one in everything(authority.audit) if "domain" in one.action]
    assert told == [("set-domain", "lab"), ("set-domain", "lab"), ("set-domain", "global"), ("delete-domain", "lab")]
    assert authority.verify_audit().ok


def test_a_change_of_a_policy_that_expects_another_is_refused(stores):
    authority = stores.open()
    with pytest.raises(StaleVersion):
        authority.set_domain("lab", actor=ACTOR, expect=5)
    first = authority.set_domain("lab", actor=ACTOR, expect=0)
    for call in (
        lambda: authority.set_domain("lab", admission="allow", actor=ACTOR, expect=0),
        lambda: authority.delete_domain("lab", actor=ACTOR, expect=first.version + 1),
    ):
        with pytest.raises(StaleVersion):
            call()
    assert authority.domain("lab") == first
    authority.delete_domain("lab", actor=ACTOR, expect=first.version)
    stores.time.pass_s(1)
    again = authority.set_domain("lab", actor=ACTOR)
    assert again.version != first.version  # what was made anew is another
    with pytest.raises(StaleVersion):
        authority.delete_domain("lab", actor=ACTOR, expect=first.version)


@pytest.mark.parametrize(
    "wrong",
    [
        {"scope": ""},
        {"scope": "a\nb"},
        {"scope": "x" * 129},
        {"scope": "a/b"},
        {"admission": "maybe"},
        {"when_down": "warn"},
        {"note": "\x1b[31m"},
    ],
)
def test_a_policy_that_cannot_be_is_refused(authority, wrong):
    with pytest.raises(BadRequest):
        authority.set_domain(**{"scope": "lab", "actor": ACTOR, **wrong})
    assert authority.domains() == ()


def test_policies_move_with_the_store(stores):
    authority = stores.open()
    authority.set_domain("lab", admission="warn", when_down="allow", note="n", actor=ACTOR)
    copy = stores.open(stores.new_url())
    copy.load(list(authority.export()), actor=ACTOR)
    assert copy.domains() == authority.domains()


def test_a_token_has_a_version_that_its_revocation_may_expect(stores):
    authority = stores.open()
    token = authority.create_token("ops", "reader", actor=ACTOR).token
    assert authority.token("ops") == token
    for wrong in (0, token.version + 1):
        with pytest.raises(StaleVersion):
            authority.revoke_token("ops", actor=ACTOR, expect=wrong)
    assert authority.token("ops").revoked_at is None
    gone = authority.revoke_token("ops", actor=ACTOR, expect=token.version)
    assert gone.version != token.version
    assert authority.revoke_token("ops", actor=ACTOR, expect=gone.version) == gone
    with pytest.raises(StaleVersion):
        authority.revoke_token("ops", actor=ACTOR, expect=token.version)
    with pytest.raises(NoSuchToken):
        authority.token("nobody")
