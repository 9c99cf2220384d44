"""Adoption, preflight, history, audit, tokens, export: the same on every store."""

import json
import sqlite3
import subprocess
import sys
from datetime import timedelta

import pytest

from maccord.alloc.errors import (
    AddressTaken,
    AdoptionConflicts,
    BadRequest,
    BadToken,
    ForbiddenAddress,
    NoSuchPool,
    NoSuchToken,
    TokenExists,
)
from maccord.alloc.life import State
from maccord.alloc.records import Actor, Adoption, Fenced, ForeignRange, Holder, Note, Question, RangeSpec
from tests.kit.stores import ACTOR, spec, vm


def seen(address, name, host="HV01", kind="vm-adapter"):
    return Adoption(address=address, holder=Holder(kind, name, host), place=f"{host}.json /VM/0")


def test_what_is_in_use_is_adopted_and_never_given(authority):
    authority.create_pool(spec(last="02-00-00-00-10-03"), actor=ACTOR)
    done = authority.adopt([seen("0200.0000.1001", "vm1"), seen("00-15-5D-00-00-01", "vm2")], actor=ACTOR)
    assert (done.rows, done.added, done.outside) == (2, 2, 1)
    lease = authority.look_up("02-00-00-00-10-01")
    assert (lease.state, lease.pool, lease.note) == (State.IN_USE, "web", "adopted")
    given = authority.allocate("web", vm("new"), actor=ACTOR, count=3).addresses
    assert given == ("02-00-00-00-10-00", "02-00-00-00-10-02", "02-00-00-00-10-03")


def test_a_pool_made_later_never_gives_what_was_adopted_before(authority):
    authority.adopt([seen("02-00-00-00-10-00", "vm1")], actor=ACTOR)
    authority.create_pool(spec(last="02-00-00-00-10-01"), actor=ACTOR)
    assert authority.allocate("web", vm("new"), actor=ACTOR).addresses == ("02-00-00-00-10-01",)
    assert authority.look_up("02-00-00-00-10-00").pool == "web"


def test_adoption_with_a_conflict_adopts_nothing_and_lists_them_all(authority):
    authority.create_pool(spec(excluded=(RangeSpec("02-00-00-00-10-80", "02-00-00-00-10-80"),)), actor=ACTOR)
    taken = authority.allocate("web", vm("mine"), actor=ACTOR).addresses[0]
    rows = [
        seen("02-00-00-00-10-70", "fine"),
        seen(taken, "other"),
        seen("02-00-00-00-10-80", "excluded"),
        seen("02-00-00-00-10-71", "one"),
        seen("02-00-00-00-10-71", "two"),
        seen("01-00-5E-00-00-01", "multicast"),
    ]
    with pytest.raises(AdoptionConflicts) as refused:
        authority.adopt(rows, actor=ACTOR)
    assert refused.value.total == 4
    assert {each.address for each in refused.value.conflicts} == {
        taken,
        "02-00-00-00-10-80",
        "02-00-00-00-10-71",
        "01-00-5E-00-00-01",
    }
    assert any(isinstance(each, ForbiddenAddress) for each in refused.value.conflicts)
    assert any(isinstance(each, AddressTaken) and "mine" in str(each) for each in refused.value.conflicts)
    assert authority.look_up("02-00-00-00-10-70").state is State.FREE
    json.dumps(refused.value.fields())


def test_adopting_the_same_evidence_twice_adds_nothing(authority):
    authority.create_pool(spec(confirm_s=60), actor=ACTOR)
    rows = [seen("02-00-00-00-10-05", "vm1"), seen("02-00-00-00-10-06", "vm2")]
    authority.adopt(rows, actor=ACTOR)
    again = authority.adopt([*rows, seen("02-00-00-00-10-05", "T1", kind="template")], actor=ACTOR)
    assert (again.added, again.joined, again.known) == (0, 1, 2)
    assert len(authority.look_up("02-00-00-00-10-05").holders) == 2
    assert [lease.address for lease in authority.holdings()] == ["02-00-00-00-10-05", "02-00-00-00-10-06"]


def test_a_preview_of_an_adoption_changes_nothing(authority):
    authority.create_pool(spec(), actor=ACTOR)
    told = authority.adopt([seen("02-00-00-00-10-05", "vm1")], actor=ACTOR, preview=True)
    assert (told.added, told.preview) == (1, True)
    assert authority.look_up("02-00-00-00-10-05").state is State.FREE
    assert authority.usage("web")[0].available == 256


def test_a_host_may_bring_addresses_of_its_own_block(authority):
    authority.create_pool(spec(), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    authority.adopt([seen(block.first, "vm1", "hv01")], actor=ACTOR)
    with pytest.raises(AdoptionConflicts):
        authority.adopt([seen(block.last, "vm2", "HV02")], actor=ACTOR)
    used = authority.usage("web")[0]
    assert used.in_use + used.blocks + used.available == 256


def test_what_is_seen_in_a_block_that_was_returned_is_adopted_and_the_rest_of_it_rests_on(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-07", rest_s=60), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=8)
    authority.return_block(block.id, actor=ACTOR)
    authority.adopt([seen("02-00-00-00-10-03", "vm1", host="HV02")], actor=ACTOR)
    used = authority.usage("web")[0]
    assert (used.in_use, used.resting, used.free) == (1, 7, 0)
    stores.time.pass_s(61)
    authority.tick()
    used = authority.usage("web")[0]
    assert (used.in_use, used.resting, used.available) == (1, 0, 7)


def test_what_was_adopted_in_a_block_outlasts_it_and_is_not_given(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-03", rest_s=60), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=4)
    authority.adopt([seen("02-00-00-00-10-01", "vm1")], actor=ACTOR)
    authority.return_block(block.id, actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()
    used = authority.usage("web")[0]
    assert (used.in_use, used.resting, used.blocks, used.available) == (1, 0, 0, 3)
    given = authority.allocate("web", vm("new"), actor=ACTOR, count=3).addresses
    assert given == ("02-00-00-00-10-00", "02-00-00-00-10-02", "02-00-00-00-10-03")


def test_ten_thousand_addresses_are_adopted_at_once(authority):
    authority.create_pool(spec(last="02-00-00-01-FF-FF"), actor=ACTOR)
    rows = [
        seen(f"02-00-00-{(0x1000 + n * 3) >> 16:02X}-{(0x1000 + n * 3) >> 8 & 255:02X}-{n * 3 & 255:02X}", f"vm{n}")
        for n in range(10_000)
    ]
    assert authority.adopt(rows, actor=ACTOR).added == 10_000
    used = authority.usage("web")[0]
    assert (used.in_use, used.available) == (10_000, used.size - 10_000)


HOST = ForeignRange(first="02-00-00-00-10-10", last="02-00-00-00-10-1F", owner="HV01 (dynamic)")


def given_all(authority, pool):
    """Return everything that a pool would give."""
    return set(authority.preview(pool, count=1000))


def in_the_range():
    return {f"02-00-00-00-10-{low:02X}" for low in range(0x10, 0x20)}


def test_what_a_host_issues_from_is_excluded_with_the_adoption_and_by_it_alone(authority):
    authority.create_pool(spec(), actor=ACTOR)
    rows = [seen("02-00-00-00-10-15", "vm1"), seen("02-00-00-00-10-30", "vm2")]
    told = authority.adopt(rows, ranges=[HOST], actor=ACTOR, preview=True)
    assert authority.pool("web").excluded == ()
    done = authority.adopt(rows, ranges=[HOST], actor=ACTOR)
    assert told.excluded == done.excluded
    assert done.excluded == tuple(
        Fenced(
            pool="web", first=f"02-00-00-00-10-{a}", last=f"02-00-00-00-10-{b}", reason="issued from by HV01 (dynamic)"
        )
        for a, b in (("10", "14"), ("16", "1F"))
    )
    with pytest.raises(AdoptionConflicts):
        authority.adopt([seen("02-00-00-00-10-30", "other")], ranges=[
            ForeignRange(first="02-00-00-00-10-40", last="02-00-00-00-10-4F", owner="HV02")
        ], actor=ACTOR)  # fmt: skip
    assert len(authority.pool("web").excluded) == 2
    used = authority.usage("web")[0]
    assert (used.excluded, used.in_use, used.available) == (15, 2, 239)


def test_a_host_may_have_issued_from_its_range_since_the_last_adoption(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.adopt([], ranges=[HOST], actor=ACTOR)
    done = authority.adopt([seen("02-00-00-00-10-12", "new")], ranges=[HOST], actor=ACTOR)
    assert (done.added, done.excluded) == (1, ())
    assert authority.look_up("02-00-00-00-10-12").state is State.IN_USE
    assert [one.reason for one in authority.pool("web").excluded] == ["issued from by HV01 (dynamic)"] * 2
    assert authority.adopt([seen("02-00-00-00-10-12", "new")], ranges=[HOST], actor=ACTOR).known == 1
    # what a person excluded is another thing: there the evidence contradicts him
    authority.exclude("web", RangeSpec("02-00-00-00-10-40", "02-00-00-00-10-4F"), reason="printers", actor=ACTOR)
    with pytest.raises(AdoptionConflicts):
        authority.adopt([seen("02-00-00-00-10-41", "pc")], ranges=[HOST], actor=ACTOR)


def test_an_address_of_a_hosts_range_is_not_the_pools_after_its_release(stores):
    """The host may issue it at any time: its lease ends, and the pool still keeps off."""
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    mine = authority.allocate("web", vm("mine"), actor=ACTOR, address="02-00-00-00-10-18").addresses[0]
    authority.adopt([seen("02-00-00-00-10-12", "vm1")], ranges=[HOST], actor=ACTOR)
    for address in ("02-00-00-00-10-12", mine):
        authority.release(address, actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()
    assert authority.look_up(mine).state is State.EXCLUDED
    assert not given_all(authority, "web") & in_the_range()
    assert authority.usage("web")[0].excluded == 16


def test_a_pool_made_after_the_adoption_keeps_off_what_hosts_issue_from(authority):
    other = ForeignRange(first="02-00-00-00-10-18", last="02-00-00-00-10-2F", owner="HV02 (dynamic)")
    authority.adopt([seen("02-00-00-00-10-12", "vm1")], ranges=[HOST, other], actor=ACTOR)
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("elsewhere", scope="site2"), actor=ACTOR)
    free = given_all(authority, "web")
    assert len(free) == 256 - 32
    assert not free & in_the_range()
    assert {one.reason for one in authority.pool("web").excluded} == {
        "issued from by HV01 (dynamic)", "issued from by HV02 (dynamic)",
    }  # fmt: skip
    assert authority.usage("elsewhere")[0].available == 256
    authority.include("web", RangeSpec("02-00-00-00-10-10", "02-00-00-00-10-17"), actor=ACTOR)  # it is ours again
    assert len(given_all(authority, "web")) == 256 - 32 + 7
    authority.delete_pool("elsewhere", actor=ACTOR)


def test_a_returned_block_is_the_pools_although_evidence_showed_it_at_its_host(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    theirs = ForeignRange(first=block.first, last=block.last, owner="HV01 (dynamic)")
    authority.adopt([seen(block.first, "vm1")], ranges=[theirs], actor=ACTOR)
    authority.release(block.first, actor=ACTOR)
    authority.return_block(block.id, actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()
    assert authority.usage("web")[0].available == 256


def test_an_adoption_that_is_killed_has_done_all_or_nothing(stores):
    """Kill -9 right before the commit: neither rows nor ranges are there."""
    authority = stores.open(background=False)
    authority.create_pool(spec(), actor=ACTOR)
    program = (
        "import os, signal, sys; from datetime import datetime, UTC; from maccord.store import open_authority, work\n"
        "from maccord.alloc.records import *\n"
        "note = work.Tx.note\n"
        "def fatal(self, name, *rest, **more):\n"
        "    note(self, name, *rest, **more)\n"
        "    if name == 'adopted': os.kill(os.getpid(), signal.SIGKILL)\n"
        "work.Tx.note = fatal\n"
        "book = open_authority(sys.argv[1], clock=lambda: datetime.now(UTC), background=False)\n"
        "book.adopt([Adoption(address='02-00-00-00-10-12', holder=Holder('vm-adapter', 'x'))], actor=Actor('t'),"
        " ranges=[ForeignRange(first='02-00-00-00-10-10', last='02-00-00-00-10-1F', owner='HV01')])\n"
    )
    ran = subprocess.run([sys.executable, "-c", program, stores.url], capture_output=True, check=False)
    assert ran.returncode == -9, ran.stderr
    assert authority.usage("web")[0].available == 256
    assert list(authority.holdings()) == []
    assert authority.adopt([seen("02-00-00-00-10-12", "x")], ranges=[HOST], actor=ACTOR).added == 1


def test_what_is_included_in_part_leaves_the_rest_excluded_for_its_reason(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.exclude("web", RangeSpec("02-00-00-00-10-40", "02-00-00-00-10-4F"), reason="printers", actor=ACTOR)
    since = authority.pool("web").excluded[0].since
    authority.include("web", RangeSpec("02-00-00-00-10-44", "02-00-00-00-10-44"), actor=ACTOR)
    assert [(one.size, one.reason, one.since) for one in authority.pool("web").excluded] == [
        (4, "printers", since), (11, "printers", since),
    ]  # fmt: skip


def test_a_preflight_says_who_may_start(authority):
    authority.create_pool(spec(), actor=ACTOR)
    mine = authority.allocate("web", vm("mine"), actor=ACTOR).addresses[0]
    answers = authority.preflight(
        [
            Question(address=mine, holder=vm("mine")),
            Question(address=mine, holder=vm("other")),
            Question(address="02-00-00-00-10-77", holder=vm("other")),
            Question(address="00-15-5D-01-02-03", holder=vm("other")),
            Question(address="00-15-5D-01-02-03", holder=vm("third")),
            Question(address="01-00-5E-00-00-01", holder=vm("other")),
        ]
    )
    assert [(answer.allowed, answer.reason) for answer in answers] == [
        (True, "holder"),
        (False, "taken"),
        (False, "free-of-pool"),
        (True, "unknown"),
        (False, "taken"),
        (False, "forbidden"),
    ]
    problem = answers[1].problem
    assert problem is not None
    assert problem["holders"] == ["vm-adapter:mine"]
    assert problem["alternative"] is not None


def test_whoever_asks_wrongly_does_not_stand_in_the_holders_way(authority):
    authority.create_pool(spec(), actor=ACTOR)
    mine = authority.allocate("web", vm("mine"), actor=ACTOR).addresses[0]
    asked = [Question(address=mine, holder=vm("other")), Question(address=mine, holder=vm("mine"))]
    assert [one.allowed for one in authority.preflight(asked)] == [False, True]


def test_an_address_of_anothers_block_is_refused_by_the_hosts_name(authority):
    authority.create_pool(spec(), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=4)
    theirs, mine = authority.preflight(
        [Question(address=block.first, holder=vm("x", "HV02")), Question(address=block.first, holder=vm("x", "HV01"))]
    )
    assert not theirs.allowed
    assert "is of the block of host HV01 since" in theirs.detail
    assert mine.allowed


def test_a_refusal_names_a_free_address_even_where_a_service_has_all_of_them_in_hand(authority):
    authority.create_pool(spec(last="02-00-00-00-10-07"), actor=ACTOR)
    mine = authority.allocate("web", vm("mine"), actor=ACTOR).addresses[0]
    (answer,) = authority.preflight([Question(address=mine, holder=vm("other"))])
    assert answer.problem is not None
    assert answer.problem["alternative"] == "02-00-00-00-10-01"
    assert len(authority.preview("web", count=10)) == 7
    assert authority.preview("web") == authority.allocate("web", vm("next"), actor=ACTOR).addresses


def test_history_tells_who_held_an_address_at_any_moment(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00"), actor=ACTOR)
    address = authority.allocate("web", vm("first"), actor=ACTOR).addresses[0]
    stores.time.pass_s(100)
    at_first = authority.now() - timedelta(seconds=50)
    authority.release(address, actor=ACTOR)
    stores.time.pass_s(30)
    at_rest = authority.now()
    stores.time.pass_s(31)
    authority.allocate("web", vm("second"), actor=ACTOR)
    stores.time.pass_s(10)

    def held(at):
        return [(t.state, t.holder.id if t.holder else None) for t in authority.history(address, at=at)]

    assert held(at_first) == [(State.HELD, "first")]
    assert held(at_rest) == [(State.RESTING, None)]
    assert held(authority.now()) == [(State.HELD, "second")]
    assert held(at_first - timedelta(days=1)) == []
    assert len(authority.history(address)) == 3


def test_every_change_is_in_the_audit_with_who_and_from_where(authority):
    authority.create_pool(spec(), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=Actor("token:ops", "10.0.0.5"), key="k").addresses[0]
    authority.release(given, actor=ACTOR)
    records = authority.audit().items
    assert [record.action for record in records] == ["create-pool", "allocate", "release"]
    assert (records[1].actor, records[1].origin, records[1].key) == ("token:ops", "10.0.0.5", "k")
    assert (records[2].details["before"], records[2].details["after"]) == ("held", "resting")
    assert authority.audit(actor="token:ops").items == (records[1],)
    assert authority.audit(newest_first=True, limit=1).items == (records[2],)
    page = authority.audit(limit=2)
    assert authority.audit(limit=2, after=page.next).items == (records[2],)


def test_a_refused_change_is_not_in_the_audit(authority):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(NoSuchPool):
        authority.allocate("none", vm("a"), actor=ACTOR)
    assert len(authority.audit().items) == 1


def test_an_untouched_audit_verifies_over_several_processes(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(), actor=ACTOR)
    for turn in range(20):
        one.allocate("web", vm(f"a{turn}"), actor=ACTOR)
        two.allocate("web", vm(f"b{turn}"), actor=ACTOR)
    head = one.anchor()
    two.append_audit("applied-plan", "plan-7", {"hosts": ["HV01"]}, actor=ACTOR)
    verdict = two.verify_audit(head=head)
    assert verdict.ok
    assert (verdict.records, verdict.chains, verdict.anchors) == (42, 2, 1)
    assert not two.verify_audit(head="ab" * 32).ok


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE journal SET details = replace(details, 'HV01', 'HV99') WHERE id = 3",
        "UPDATE journal SET actor = 'somebody' WHERE id = 3",
        "DELETE FROM journal WHERE id = 3",
        "DELETE FROM journal WHERE id > 3",
        "UPDATE anchor SET heads = '[]'",
    ],
)
def test_what_somebody_changed_in_the_database_is_found(stores, harm):
    if not stores.url.startswith("sqlite"):
        pytest.skip("tampering is done with the sqlite3 module; the check is the same code")
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    for turn in range(5):
        authority.allocate("web", vm(f"a{turn}"), actor=ACTOR)
    authority.anchor()
    assert authority.verify_audit().ok
    authority.close()
    raw = sqlite3.connect(stores.url.removeprefix("sqlite:///"))
    with pytest.raises(sqlite3.IntegrityError):
        raw.execute("UPDATE journal SET actor = 'x'")
    raw.execute("DROP TRIGGER journal_kept")
    raw.execute("DROP TRIGGER journal_whole")
    raw.execute(harm)
    raw.commit()
    raw.close()
    assert not stores.open().verify_audit().ok


def test_a_token_is_checked_granted_and_revoked(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    made = authority.create_token("ci", "allocator", actor=ACTOR, pools=["web"])
    token = authority.check_token(made.secret)
    assert (token.may("reader", "web"), token.may("allocator", "web"), token.may("admin", "web")) == (True, True, False)
    assert not token.may("reader", "db")
    assert made.secret not in repr(made)
    for wrong in ("", "maccord_", made.secret + "x", made.secret[:-1], "\ud800", "x" * 10_000):
        with pytest.raises(BadToken):
            authority.check_token(wrong)
    with pytest.raises(TokenExists):
        authority.create_token("ci", "reader", actor=ACTOR)
    with pytest.raises(NoSuchPool):
        authority.create_token("ci2", "reader", actor=ACTOR, pools=["none"])
    authority.revoke_token("ci", actor=ACTOR)
    with pytest.raises(BadToken):
        authority.check_token(made.secret)
    with pytest.raises(NoSuchToken):
        authority.revoke_token("none", actor=ACTOR)
    short = authority.create_token("short", "admin", actor=ACTOR, expires_at=authority.now() + timedelta(seconds=60))
    assert authority.check_token(short.secret).may("admin", "anything")
    stores.time.pass_s(61)
    with pytest.raises(BadToken):
        authority.check_token(short.secret)
    assert [token.name for token in authority.tokens()] == ["ci", "short"]


def test_no_secret_is_in_store_audit_or_export(stores, tmp_path):
    authority = stores.open()
    secret = authority.create_token("ci", "admin", actor=ACTOR).secret
    told = json.dumps(list(authority.export())) + repr(authority.audit().items)
    assert secret not in told
    authority.close()
    for path in tmp_path.iterdir():
        assert secret.encode() not in path.read_bytes()


def test_everything_goes_out_and_in_again(stores):
    authority = stores.open()
    authority.create_pool(spec(excluded=(RangeSpec("02-00-00-00-10-F0", "02-00-00-00-10-FF"),)), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR, count=5, key="k")
    authority.release(given.addresses[0], actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    secret = authority.create_token("ci", "reader", actor=ACTOR).secret
    head = authority.anchor()
    before = authority.usage("web")[0]
    rows = [json.loads(json.dumps(row)) for row in authority.export()]

    copy = stores.open(stores.new_url())
    assert copy.load(rows, actor=ACTOR) == len(rows) - 1
    after = copy.usage("web")[0]
    assert (after.held, after.resting, after.blocks, after.excluded) == (4, 1, 16, 16)
    assert after.available == before.available
    assert copy.allocate("web", vm("a"), actor=ACTOR, count=5, key="k").addresses == given.addresses
    assert copy.check_token(secret).name == "ci"
    assert copy.verify_audit(head=head).ok
    assert copy.audit(newest_first=True, limit=1).items[0].action == "import"
    fresh = copy.allocate("web", vm("b"), actor=ACTOR, count=200)
    assert not set(fresh.addresses) & set(given.addresses)
    with pytest.raises(BadRequest, match="not empty"):
        copy.load(rows, actor=ACTOR)


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{"format": "something"}],
        [{"format": "maccord.store/1"}, {"table": "nothing"}],
        [{"format": "maccord.store/1"}, {"table": "pool", "id": []}],
        [{"format": "maccord.store/1"}, {"table": "lease", "space": 1}],
        [{"format": "maccord.store/1"}, {"table": "token", "name": "x", "hash": "zz"}],
    ],
)
def test_a_broken_export_is_refused_and_leaves_the_store_empty(stores, rows):
    authority = stores.open()
    if rows:
        with pytest.raises(BadRequest):
            authority.load(rows, actor=ACTOR)
    authority.create_pool(spec(), actor=ACTOR)
    assert authority.allocate("web", vm("a"), actor=ACTOR).count == 1
    assert authority.verify_audit().ok


def test_subscribers_are_told_after_the_fact(stores):
    authority = stores.open()
    told: list[Note] = []
    authority.subscribe(told.append)
    authority.create_pool(spec(last="02-00-00-00-10-01", low_percent=50), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR).addresses[0]
    with pytest.raises(AddressTaken):
        authority.allocate("web", vm("b"), actor=ACTOR, address=given)
    authority.release(given, actor=ACTOR)
    names = [note.name for note in told]
    assert [name for name in names if name in {"pool-created", "allocated", "conflict", "released"}] == [
        "pool-created",
        "allocated",
        "conflict",
        "released",
    ]
    counters = authority.counters()
    assert (counters.allocated, counters.released, counters.conflicts) == (1, 1, 1)


def test_a_small_pool_tells_that_it_is_low_before_it_is_exhausted(authority, monkeypatch):
    monkeypatch.setattr("maccord.store.authority.running._WEIGH_S", 0.0)
    told = []
    authority.subscribe(lambda note: told.append((note.name, note.pool, note.facts)))
    authority.create_pool(spec(last="02-00-00-00-10-13", low_percent=25), actor=ACTOR)  # 20 addresses
    for turn in range(16):
        authority.allocate("web", vm(f"vm{turn}"), actor=ACTOR)
        authority.tick()
    authority.tick()
    assert [one for one in told if one[0] == "pool-low"] == [("pool-low", "web", {"free": 4, "size": 20})]


def test_the_audit_of_an_address_begins_with_who_gave_it(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("lab", scope="site2"), actor=ACTOR)
    many = authority.allocate("web", vm("a"), actor=ACTOR, count=3).addresses
    authority.allocate("web", vm("b"), actor=ACTOR)  # at the same moment
    authority.share(many[1], Holder("replica", "r"), actor=ACTOR, scope="global")
    stores.time.pass_s(1)
    authority.adopt([seen("06-00-00-00-00-01", "vm1")], actor=ACTOR)
    told = authority.audit(subject=many[1].replace("-", ":").lower()).items
    assert [(one.action, one.subject) for one in told] == [("allocate", "web"), ("share", many[1])]
    assert told[0].details["holder"][1] == "a"
    assert [one.action for one in authority.audit(subject="06-00-00-00-00-01").items] == ["adopt"]
    assert [one.action for one in authority.audit(subject="web").items] == ["create-pool", "allocate", "allocate"]
    assert authority.audit(subject="02-00-00-00-10-99").items == ()


def test_an_expiry_is_in_the_audit_although_nobody_asked_for_it(stores):
    authority = stores.open()
    authority.create_pool(spec(confirm_s=30), actor=ACTOR)
    many = authority.allocate("web", vm("a"), actor=ACTOR, count=3).addresses
    authority.confirm(many[1], actor=ACTOR)
    stores.time.pass_s(31)
    authority.tick()
    told = authority.audit(action="expire").items
    assert [(one.actor, one.subject, len(one.details["runs"])) for one in told] == [("maccord:expiry", "web", 2)]
    assert [one.action for one in authority.audit(subject=many[0]).items] == ["allocate", "expire"]
    assert [one.action for one in authority.audit(subject=many[1]).items] == ["allocate", "confirm"]
    assert authority.verify_audit().ok
