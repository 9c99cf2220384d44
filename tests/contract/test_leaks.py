"""Leases that nobody holds any more: missed often enough, for long enough, then quarantined, never freed at once."""

from datetime import timedelta

import pytest

from maccord.alloc.errors import BadRequest, NoSuchLease, NotLeaked, StaleVersion
from maccord.alloc.life import State
from maccord.alloc.records import Absences, Holder, HolderChange, Missed
from tests.kit.stores import ACTOR, START, spec, vm

FIRST, SECOND = "02-00-00-00-10-00", "02-00-00-00-10-01"
DAY = 86_400


def miss(authority, stores, *addresses, seen=(), later_s=0, **more):
    stores.time.pass_s(later_s)
    missed = [Missed(address=one, version=authority.look_up(one).version, at=authority.now()) for one in addresses]
    return authority.note_absences("global", missed, seen=seen, actor=ACTOR, **more)


def leaked(authority, **more):
    return [(one.lease.address, one.times) for one in authority.leaks(**more).items]


@pytest.fixture
def held(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("a"), actor=ACTOR)
    authority.allocate("web", vm("b"), actor=ACTOR)
    return authority


def test_what_was_missed_three_times_in_a_week_is_leaked(stores, held):
    assert miss(held, stores, FIRST) == Absences(counted=1, passed_over=0, forgotten=0)
    miss(held, stores, FIRST, later_s=4 * DAY)
    assert leaked(held) == []
    miss(held, stores, FIRST, later_s=3 * DAY)
    assert leaked(held) == [(FIRST, 3)]
    one = held.leaks().items[0]
    assert (one.last_at - one.first_at).days == 7
    assert [str(each.holder) for each in one.lease.holders] == ["vm-adapter:a"]
    assert leaked(held, observations=4) == leaked(held, age_s=8 * DAY) == leaked(held, scope="other") == []
    assert leaked(held, pool="web", scope="global") == [(FIRST, 3)]


def test_observations_that_are_near_count_once(stores, held):
    miss(held, stores, FIRST)
    assert miss(held, stores, FIRST, later_s=3599) == Absences(counted=0, passed_over=1, forgotten=0)
    assert miss(held, stores, FIRST, later_s=1).counted == 1
    assert miss(held, stores, FIRST, later_s=60, apart_s=60).counted == 1
    assert leaked(held, observations=3, age_s=0) == [(FIRST, 3)]


def test_older_evidence_that_comes_late_is_not_counted_and_none_is_of_the_future(stores, held):
    stores.time.pass_s(10 * DAY)
    miss(held, stores, FIRST)
    version = held.look_up(FIRST).version
    late = Missed(address=FIRST, version=version, at=START + timedelta(days=1))
    assert held.note_absences("global", [late], actor=ACTOR).counted == 0
    future = Missed(address=FIRST, version=version, at=START + timedelta(days=5000))
    assert held.note_absences("global", [future], actor=ACTOR).counted == 0
    assert leaked(held, observations=1, age_s=0) == [(FIRST, 1)]


def test_what_is_seen_again_is_forgotten(stores, held):
    for _ in range(3):
        miss(held, stores, FIRST, SECOND, later_s=4 * DAY)
    assert miss(held, stores, FIRST, SECOND, seen=[SECOND], later_s=DAY) == Absences(
        counted=1, passed_over=1, forgotten=1
    )
    assert leaked(held) == [(FIRST, 4)]


@pytest.mark.parametrize("change", ["released", "shared", "amended", "left"])
def test_whatever_is_changed_of_a_lease_begins_the_count_anew(stores, held, change):
    held.share(SECOND, vm("b2"), actor=ACTOR)
    for _ in range(3):
        miss(held, stores, SECOND, later_s=4 * DAY)
    assert leaked(held) == [(SECOND, 3)]
    match change:
        case "released":
            for name in ("b", "b2"):
                held.release(SECOND, actor=ACTOR, holder=name)
            held.end_rest(SECOND, reason="test", actor=ACTOR)
            held.allocate("web", vm("c"), actor=ACTOR, address=SECOND)
        case "shared":
            held.share(SECOND, vm("c"), actor=ACTOR)
        case "amended":
            held.amend(SECOND, HolderChange(owner="anna"), actor=ACTOR, holder="b")
        case "left":
            held.release(SECOND, actor=ACTOR, holder="b2")
    assert leaked(held) == leaked(held, observations=1, age_s=0) == []
    assert miss(held, stores, FIRST).forgotten == 1
    miss(held, stores, SECOND, later_s=DAY)
    assert leaked(held, observations=1, age_s=0) == [(FIRST, 1), (SECOND, 1)]


def test_what_no_inventory_shows_and_what_is_younger_than_the_evidence_is_not_counted(stores, held):
    for kind in ("template", "snapshot", "replica", "reservation", "exception", "gateway", "of-my-own"):
        address = held.allocate("web", Holder(kind, "x"), actor=ACTOR).addresses[0]
        assert miss(held, stores, address).counted == 0
    held.share(FIRST, Holder("template", "gold"), actor=ACTOR)
    assert miss(held, stores, FIRST, later_s=DAY).counted == 0
    early = Missed(address=SECOND, version=held.look_up(SECOND).version, at=START - timedelta(days=1))
    assert held.note_absences("global", [early], actor=ACTOR).counted == 0
    stale = Missed(address=SECOND, version=1, at=held.now())
    assert held.note_absences("global", [stale], actor=ACTOR).counted == 0
    free = Missed(address="02-00-00-00-10-80", version=0, at=held.now())
    assert held.note_absences("global", [free], actor=ACTOR, seen=["06-00-00-00-00-09"]).counted == 0
    assert held.note_absences("nowhere", [free], actor=ACTOR).passed_over == 1


def test_a_reclaimed_address_is_quarantined_for_a_week_at_least(stores, held):
    for _ in range(3):
        miss(held, stores, FIRST, later_s=4 * DAY)
    seen = held.leaks().items[0].lease.version
    lease = held.reclaim(FIRST, actor=ACTOR, expect=seen)
    assert (lease.state, lease.holders) == (State.PROBATION, ())
    assert lease.until == held.now() + timedelta(days=7)
    assert lease.note == "reclaimed: not seen 3 times, first 2026-11-26, last 2026-12-04"
    past = held.history(FIRST)
    assert [(one.state, str(one.holder)) for one in past if one.holder] == [(State.HELD, "vm-adapter:a")]
    details = held.audit(action="reclaim").items[0].details
    assert (details["times"], details["first"][:10], details["last"][:10]) == (3, "2026-11-26", "2026-12-04")
    assert details["holders"] == [["vm-adapter", "a", "HV01", ""]]
    assert leaked(held, observations=1, age_s=0) == []
    assert held.verify_pools().ok
    assert held.verify_audit().ok
    with pytest.raises(NoSuchLease):
        held.reclaim(FIRST, actor=ACTOR)
    stores.time.pass_s(7 * DAY + 1)
    held.tick()
    assert held.look_up(FIRST).state is State.FREE


def test_what_changed_meanwhile_is_not_reclaimed(stores, held):
    for _ in range(3):
        miss(held, stores, FIRST, SECOND, later_s=4 * DAY)
    first, second = (one.lease for one in held.leaks().items)
    held.amend(FIRST, HolderChange(note="it is on holiday"), actor=ACTOR)
    with pytest.raises(StaleVersion):
        held.reclaim(FIRST, actor=ACTOR, expect=first.version)
    with pytest.raises(NotLeaked):
        held.reclaim(FIRST, actor=ACTOR)
    with pytest.raises(NotLeaked):
        held.reclaim(SECOND, actor=ACTOR, expect=second.version, observations=4)
    with pytest.raises(BadRequest):
        held.reclaim(SECOND, actor=ACTOR, observations=0)
    assert held.look_up(FIRST).state is held.look_up(SECOND).state is State.HELD


def test_a_pool_that_lets_rest_longer_quarantines_longer_and_a_person_may_say_how_long(stores, authority):
    authority.create_pool(spec(rest_s=30 * DAY), actor=ACTOR)
    for name in "ab":
        authority.allocate("web", vm(name), actor=ACTOR)
    for _ in range(3):
        miss(authority, stores, FIRST, SECOND, later_s=4 * DAY)
    assert authority.reclaim(FIRST, actor=ACTOR).until == authority.now() + timedelta(days=30)
    assert authority.reclaim(SECOND, actor=ACTOR, for_s=60).until == authority.now() + timedelta(seconds=60)


def test_leaks_come_in_pages_and_go_with_an_export(stores, held):
    given = held.allocate("web", vm("many"), actor=ACTOR, count=20).addresses
    for _ in range(3):
        miss(held, stores, *given, later_s=4 * DAY)
    found, after = [], None
    while True:
        page = held.leaks(after=after, limit=7)
        found += [one.lease.address for one in page.items]
        after = page.next
        if after is None:
            break
    assert found == list(given)
    other = stores.open(stores.new_url())
    other.load(list(held.export()), actor=ACTOR)
    assert len(other.leaks().items) == 20
