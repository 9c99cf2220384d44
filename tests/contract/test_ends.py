"""Holders with an owner and an end: they let go by themselves, and only when their time is over."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from maccord.alloc.errors import BadRequest, HolderNeeded, NoSuchLease, NotHolder, StaleVersion
from maccord.alloc.life import State
from maccord.alloc.records import Adoption, Holder, HolderChange, Note
from maccord.app.listing import everything
from tests.kit.stores import ACTOR, START, spec, vm

FIRST, SECOND = "02-00-00-00-10-00", "02-00-00-00-10-01"


def at(seconds):
    return START + timedelta(seconds=seconds)


def until(seconds, name="cut-over", kind="exception", owner="net team"):
    return Holder(kind, name, owner=owner, until=at(seconds))


def names(lease):
    return [str(held.holder) for held in lease.holders]


@pytest.fixture
def store(stores):
    """A store that nobody sweeps but the test."""
    authority = stores.open(background=False)
    authority.create_pool(spec(), actor=ACTOR)
    return authority


def passed(stores, authority, seconds):
    stores.time.pass_s(seconds)
    authority.tick()
    authority.tick()  # what ended begins to rest, and is looked at again


def test_a_reservation_with_no_machine_holds_its_address_until_its_time_is_over(stores, store):
    asked = Holder("reservation", "web-2", note="for the new cluster", owner="anna", until=at(100))
    given = store.allocate("web", asked, actor=ACTOR)
    assert given.holder == asked
    assert store.look_up(FIRST).holders[0].holder == asked
    passed(stores, store, 99)
    assert store.look_up(FIRST).state is State.HELD
    passed(stores, store, 1)
    lease = store.look_up(FIRST)
    assert (lease.state, lease.holders, lease.until) == (State.RESTING, (), at(160))
    past = store.history(FIRST)[0]
    assert (past.holder, past.since, past.until) == (asked, at(0), at(100))
    passed(stores, store, 60)
    assert store.look_up(FIRST).state is State.FREE


def test_confirming_does_not_take_a_holders_end_away(stores, store):
    store.allocate("web", until(50), actor=ACTOR)
    store.confirm(FIRST, actor=ACTOR)
    passed(stores, store, 50)
    assert store.look_up(FIRST).state is State.RESTING


def test_only_the_last_to_go_lets_the_address_rest(stores, store):
    store.allocate("web", vm("a"), actor=ACTOR)
    store.confirm(FIRST, actor=ACTOR)
    before = store.share(FIRST, until(50), actor=ACTOR).version
    store.share(FIRST, until(80, "replica", "replica"), actor=ACTOR)
    passed(stores, store, 50)
    lease = store.look_up(FIRST)
    assert (lease.state, names(lease)) == (State.IN_USE, ["vm-adapter:a", "replica:replica"])
    assert lease.version > before
    store.release(FIRST, actor=ACTOR, holder="a")
    assert store.look_up(FIRST).state is State.IN_USE
    passed(stores, store, 30)
    assert store.look_up(FIRST).state is State.RESTING


def test_an_address_that_was_seen_in_conflict_goes_on_probation_when_its_last_holder_ends(stores, store):
    store.allocate("web", until(50), actor=ACTOR)
    store.probation(FIRST, reason="seen twice", actor=ACTOR, for_s=500)
    passed(stores, store, 50)
    lease = store.look_up(FIRST)
    assert (lease.state, lease.until, lease.note) == (State.PROBATION, at(550), "seen twice")


def test_an_unconfirmed_address_that_was_seen_in_conflict_goes_on_probation_when_it_expires(stores):
    authority = stores.open(background=False)
    authority.create_pool(spec(confirm_s=30), actor=ACTOR)
    authority.allocate("web", vm("a"), actor=ACTOR)
    authority.probation(FIRST, reason="seen twice", actor=ACTOR)
    passed(stores, authority, 30)
    assert (authority.look_up(FIRST).state, authority.look_up(FIRST).until) == (State.PROBATION, None)


def test_the_end_is_in_the_audit_and_told(stores, store):
    told: list[Note] = []
    store.subscribe(told.append)
    store.allocate("web", until(50), actor=ACTOR, count=3)
    passed(stores, store, 50)
    record = store.audit(action="expire").items[0]
    assert (record.actor, record.subject) == ("maccord:expiry", "web")
    end = 1_000_000 * int(at(50).timestamp())
    assert record.details["holders"] == [["exception", "cut-over", "", "", "net team", end]]
    assert record.details["runs"] == [[0x020000001000, 0x020000001002]]
    assert (record.details["before"], record.details["after"], record.details["left"]) == ("held", "resting", 0)
    assert [(one.name, one.count) for one in told if one.name == "expired"] == [("expired", 3)]
    assert store.verify_audit().ok


def test_many_addresses_end_as_one_does(stores, store):
    given = store.allocate("web", until(50), actor=ACTOR, count=200)
    assert given.count == 200
    assert store.verify_pools().ok
    passed(stores, store, 50)
    assert store.usage("web")[0].resting == 200
    passed(stores, store, 60)
    assert store.usage("web")[0].free == 256


def test_a_store_that_nobody_swept_shows_and_does_nothing_in_the_name_of_who_is_gone(stores, store):
    store.allocate("web", vm("a"), actor=ACTOR)
    store.share(FIRST, until(50), actor=ACTOR)
    store.allocate("web", until(50), actor=ACTOR, address=SECOND)
    stores.time.pass_s(50)
    with pytest.raises(NotHolder):
        store.release(FIRST, actor=ACTOR, holder="cut-over")
    assert names(store.release(FIRST, actor=ACTOR).lease) == []
    with pytest.raises(NoSuchLease) as refused:
        store.confirm(SECOND, actor=ACTOR)
    assert refused.value.state == "resting"
    store.close()
    late = stores.open(background=False)  # a command that is run an hour later
    assert late.look_up(SECOND).state is State.RESTING
    assert late.verify_pools().ok


def test_an_address_whose_holder_ended_can_be_had_when_it_has_rested_though_nobody_swept(stores):
    authority = stores.open(background=False)
    authority.create_pool(spec(rest_s=0, last=FIRST), actor=ACTOR)
    authority.allocate("web", until(50), actor=ACTOR)
    stores.time.pass_s(50)
    assert authority.allocate("web", vm("b"), actor=ACTOR, address=FIRST).addresses == (FIRST,)
    authority.share(FIRST, until(90), actor=ACTOR)
    authority.release(FIRST, actor=ACTOR, holder="b")
    stores.time.pass_s(40)
    assert authority.allocate("web", vm("c"), actor=ACTOR).addresses == (FIRST,)


def test_sharing_again_changes_what_is_given_and_leaves_the_rest(stores, store):
    store.allocate("web", vm("a"), actor=ACTOR)
    store.share(FIRST, replace(until(50), note="for Friday"), actor=ACTOR)
    lease = store.share(FIRST, Holder("exception", "cut-over", until=at(500)), actor=ACTOR, key="later")
    assert lease.holders[1].holder == replace(until(500), note="for Friday")
    again = store.share(FIRST, Holder("exception", "cut-over", until=at(500)), actor=ACTOR, key="later")
    assert again.version == lease.version
    assert store.share(FIRST, Holder("exception", "cut-over"), actor=ACTOR).version == lease.version
    record = store.audit(action="share").items[-1]
    assert (record.details["before"][4:], record.details["after"][4:]) == (
        ["net team", 1_000_000 * int(at(50).timestamp())], ["net team", 1_000_000 * int(at(500).timestamp())],
    )  # fmt: skip
    passed(stores, store, 499)
    assert len(store.look_up(FIRST).holders) == 2


def test_an_end_is_moved_and_taken_off(stores, store):
    store.allocate("web", until(50), actor=ACTOR)
    seen = store.look_up(FIRST).version
    lease = store.amend(FIRST, HolderChange(until=at(80), owner="ben"), actor=ACTOR, expect=seen)
    assert lease.holders[0].holder == until(80, owner="ben")
    with pytest.raises(StaleVersion):
        store.amend(FIRST, HolderChange(lasting=True), actor=ACTOR, expect=seen)
    passed(stores, store, 70)
    store.amend(FIRST, HolderChange(lasting=True), actor=ACTOR, holder="exception:cut-over")
    passed(stores, store, 1000)
    assert store.look_up(FIRST).holders[0].holder.until is None
    assert store.verify_pools().ok
    with pytest.raises(NotHolder):
        store.amend(FIRST, HolderChange(owner="x"), actor=ACTOR, holder="nobody")
    store.share(FIRST, vm("b"), actor=ACTOR)
    with pytest.raises(HolderNeeded):
        store.amend(FIRST, HolderChange(owner="x"), actor=ACTOR)
    with pytest.raises(BadRequest):
        store.amend(FIRST, HolderChange(until=at(5000), lasting=True), actor=ACTOR, holder="b")


def test_an_end_that_is_over_is_refused(stores, store):
    stores.time.pass_s(10)
    with pytest.raises(BadRequest, match="release"):
        store.allocate("web", until(10), actor=ACTOR)
    store.allocate("web", vm("a"), actor=ACTOR)
    with pytest.raises(BadRequest):
        store.share(FIRST, until(9), actor=ACTOR)
    with pytest.raises(BadRequest):
        store.amend(FIRST, HolderChange(until=at(9)), actor=ACTOR)
    with pytest.raises(BadRequest, match="time zone"):
        store.share(FIRST, replace(until(9), until=at(90).replace(tzinfo=None)), actor=ACTOR)


def test_what_ends_soon_is_listed(store):
    store.allocate("web", vm("a"), actor=ACTOR)
    store.allocate("web", until(500), actor=ACTOR)
    store.allocate("web", until(5000), actor=ACTOR)
    store.share(FIRST, until(300), actor=ACTOR)
    assert [one.address for one in everything(store.leases, expiring_s=600)] == [FIRST, SECOND]
    assert [one.address for one in everything(store.leases, expiring_s=400, pool="web")] == [FIRST]
    assert [one.address for one in everything(store.leases, expiring_s=600, holder="a")] == [FIRST]
    assert not store.leases(expiring_s=0).items
    with pytest.raises(BadRequest):
        store.leases(expiring_s=-1)


def test_adoption_keeps_an_end_and_an_import_brings_it(stores, store):
    store.allocate("web", until(50), actor=ACTOR)
    store.adopt([Adoption(address=FIRST, holder=vm("a")), Adoption(address=SECOND, holder=until(70))], actor=ACTOR)
    other = stores.open(stores.new_url(), background=False)
    other.load(list(store.export()), actor=ACTOR)
    for each in (store, other):
        assert each.verify_pools().ok
    passed(stores, other, 70)
    assert names(other.look_up(FIRST)) == ["vm-adapter:a"]
    assert other.look_up(SECOND).state is State.RESTING


def test_a_key_gives_the_first_answer_whatever_end_is_said_by_now(stores, store):
    first = store.allocate("web", until(50), actor=ACTOR, key="k")
    passed(stores, store, 60)
    again = store.allocate("web", until(200), actor=ACTOR, key="k")
    assert (again.addresses, again.holder, again.replayed) == (first.addresses, until(50), True)


def test_an_owner_without_an_end_is_kept_by_the_quick_way_and_the_slow(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    asked = replace(vm("a"), owner="team: \u00e9quipe")
    for more in ({}, {"count": 3}, {"address": "02-00-00-00-10-77"}):
        given = authority.allocate("web", asked, actor=ACTOR, key=str(more), **more)
        again = authority.allocate("web", asked, actor=ACTOR, key=str(more), **more)
        assert (given.holder, again.holder) == (asked, asked)
        assert authority.look_up(given.addresses[0]).holders[0].holder == asked
    assert authority.release("02-00-00-00-10-77", actor=ACTOR, key="r").holder == asked
    assert authority.release("02-00-00-00-10-77", actor=ACTOR, key="r").holder == asked
    assert authority.history("02-00-00-00-10-77")[0].holder == asked
    assert authority.verify_pools().ok


def test_an_end_that_no_keeper_would_look_at_is_found_by_verification(store):
    store.allocate("web", until(50), actor=ACTOR)
    store._do(lambda tx: tx.db.run("UPDATE lease SET holder_due = NULL"))
    assert "is not looked at then" in store.verify_pools().faults[0].reason
