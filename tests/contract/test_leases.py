"""Allocating, confirming, sharing, releasing, resting: the same on every store."""

import asyncio
import threading

import pytest

from maccord.alloc.errors import (
    AddressTaken,
    BadRequest,
    ForbiddenAddress,
    HolderNeeded,
    KeyReused,
    NoSuchLease,
    NoSuchPool,
    NotHolder,
    NotInPool,
    PoolExhausted,
    ScopeNeeded,
    StoreUnavailable,
    WrongState,
)
from maccord.alloc.life import State
from maccord.alloc.records import Actor, Holder, RangeSpec
from maccord.mac import BadAddress
from tests.kit.stores import ACTOR, spec, vm


def give(authority, name="a", pool="web", **more):
    return authority.allocate(pool, vm(name), actor=ACTOR, **more)


def test_addresses_come_in_their_order_and_say_who_holds_them(authority):
    authority.create_pool(spec(), actor=ACTOR)
    given = [give(authority, name).addresses[0] for name in "abc"]
    assert given == ["02-00-00-00-10-00", "02-00-00-00-10-01", "02-00-00-00-10-02"]
    lease = authority.look_up("0200.0000.1001")
    assert (lease.state, lease.pool, lease.scope) == (State.HELD, "web", "global")
    assert lease.range == "02-00-00-00-10-00..02-00-00-00-10-FF"
    assert [str(held.holder) for held in lease.holders] == ["vm-adapter:b"]
    assert lease.holders[0].holder.host == "HV01"


def test_the_same_key_gives_the_same_answer_and_another_request_is_refused(authority):
    authority.create_pool(spec(), actor=ACTOR)
    first = give(authority, key="k1", count=3)
    again = give(authority, key="k1", count=3)
    assert (again.addresses, again.at, again.replayed) == (first.addresses, first.at, True)
    with pytest.raises(KeyReused):
        give(authority, key="k1", count=2)
    with pytest.raises(KeyReused):
        give(authority, "other", key="k1", count=3)
    assert authority.usage("web")[0].allocated == 3


def test_a_key_answers_after_the_lease_is_gone_and_after_the_store_was_opened_anew(stores):
    authority = stores.open()
    authority.create_pool(spec(rest_s=0), actor=ACTOR)
    first = give(authority, key="k1")
    authority.release(first.addresses[0], actor=ACTOR)
    authority.tick()
    authority.close()
    assert give(stores.open(), key="k1").addresses == first.addresses


def test_two_actors_may_use_the_same_key(authority):
    authority.create_pool(spec(), actor=ACTOR)
    mine = give(authority, key="k")
    other = authority.allocate("web", vm("b"), actor=Actor("token:other"), key="k")
    assert mine.addresses != other.addresses


def test_an_address_with_two_holders_survives_the_release_of_one(authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority).addresses[0]
    authority.share(address, Holder("template", "T1", note="golden"), actor=ACTOR)
    with pytest.raises(HolderNeeded) as refused:
        authority.release(address, actor=ACTOR)
    assert refused.value.holders == ("vm-adapter:a", "template:T1")
    with pytest.raises(NotHolder):
        authority.release(address, actor=ACTOR, holder="nobody")
    left = authority.release(address, actor=ACTOR, holder="a")
    assert (left.lease.state, [str(held.holder) for held in left.lease.holders]) == (State.HELD, ["template:T1"])
    assert authority.release(address, actor=ACTOR, holder="template:T1").lease.state is State.RESTING


def test_a_released_address_rests_before_it_is_given_again(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00"), actor=ACTOR)
    address = give(authority).addresses[0]
    assert authority.release(address, actor=ACTOR).lease.until is not None
    stores.time.pass_s(59)
    with pytest.raises(PoolExhausted) as refused:
        give(authority, "b")
    assert (refused.value.resting, refused.value.free, refused.value.size) == (1, 0, 1)
    assert refused.value.next_free_at is not None
    stores.time.pass_s(1)
    assert give(authority, "b").addresses == (address,)


def test_a_pool_of_one_address_works_again_and_again(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00", rest_s=0), actor=ACTOR)
    for turn in range(5):
        address = give(authority, f"vm{turn}").addresses[0]
        with pytest.raises(PoolExhausted):
            give(authority, "late")
        authority.release(address, actor=ACTOR)
    assert authority.usage("web")[0].size == 1


def test_a_release_that_is_repeated_with_its_key_is_answered_and_releases_nobody_else(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00", rest_s=0), actor=ACTOR)
    address = give(authority).addresses[0]
    authority.release(address, actor=ACTOR, key="r")
    give(authority, "b")
    again = authority.release(address, actor=ACTOR, key="r")
    assert (again.replayed, again.holder.id) == (True, "a")
    assert [held.holder.id for held in authority.look_up(address).holders] == ["b"]


def test_releasing_what_nobody_holds_is_refused(authority):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(NoSuchLease):
        authority.release("02-00-00-00-10-05", actor=ACTOR)
    address = give(authority).addresses[0]
    authority.release(address, actor=ACTOR)
    with pytest.raises(NoSuchLease) as refused:
        authority.release(address, actor=ACTOR)
    assert refused.value.state == "resting"


def test_a_given_address_is_refused_with_who_where_since_when_and_an_alternative(authority):
    authority.create_pool(spec(), actor=ACTOR)
    give(authority, address="02-00-00-00-10-50")
    with pytest.raises(AddressTaken) as refused:
        give(authority, "b", address="02:00:00:00:10:50")
    told = refused.value
    assert (told.holders, told.host, told.state, told.pool) == (("vm-adapter:a",), "HV01", "held", "web")
    assert told.since is not None
    assert told.alternative is not None
    assert give(authority, "b", address=told.alternative).addresses == (told.alternative,)


def test_asking_for_ones_own_address_again_changes_nothing(authority):
    authority.create_pool(spec(), actor=ACTOR)
    give(authority, address="02-00-00-00-10-50")
    before = authority.look_up("02-00-00-00-10-50").version
    assert give(authority, address="02-00-00-00-10-50").replayed
    assert authority.look_up("02-00-00-00-10-50").version == before


def test_an_address_of_another_pool_or_of_none_is_refused(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("db", "02-00-00-00-20-00", "02-00-00-00-20-0F"), actor=ACTOR)
    with pytest.raises(NotInPool) as refused:
        give(authority, address="02-00-00-00-20-01")
    assert refused.value.pool_of == "db"
    with pytest.raises(NotInPool):
        give(authority, address="02-00-00-00-30-01")
    with pytest.raises(NoSuchPool):
        give(authority, pool="none")


@pytest.mark.parametrize(
    "address", ["01-00-5E-00-00-01", "FF-FF-FF-FF-FF-FF", "00-00-00-00-00-00", "00-00-5E-00-01-07", "33-33-00-00-00-01"]
)
def test_no_multicast_broadcast_zero_or_protocol_address_is_ever_accepted(authority, address):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(ForbiddenAddress):
        give(authority, address=address)


def test_an_eui_64_is_refused(authority):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(BadAddress, match="64 bits"):
        give(authority, address="02-00-00-FF-FE-00-10-01")


def test_an_unconfirmed_lease_expires_into_rest_where_the_pool_says_so(stores):
    authority = stores.open()
    authority.create_pool(spec(confirm_s=30), actor=ACTOR)
    lost, kept = give(authority, "a"), give(authority, "b")
    assert lost.until is not None
    authority.confirm(kept.addresses[0], actor=ACTOR, holder="b")
    stores.time.pass_s(30)
    authority.tick()
    assert authority.look_up(lost.addresses[0]).state is State.RESTING
    assert authority.look_up(kept.addresses[0]).state is State.IN_USE
    stores.time.pass_s(60)
    authority.tick()
    assert authority.look_up(lost.addresses[0]).state is State.FREE


def test_without_that_an_unconfirmed_lease_never_expires(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority).addresses[0]
    stores.time.pass_s(10 * 365 * 86_400)
    authority.tick()
    assert authority.look_up(address).state is State.HELD


def test_confirming_twice_is_no_fault_and_confirming_for_another_is(authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority).addresses[0]
    assert authority.confirm(address, actor=ACTOR) == authority.confirm(address, actor=ACTOR)
    with pytest.raises(NotHolder):
        authority.confirm(address, actor=ACTOR, holder="b")
    with pytest.raises(NoSuchLease):
        authority.confirm("02-00-00-00-10-77", actor=ACTOR)


def test_a_preview_moves_nothing(authority):
    authority.create_pool(spec(), actor=ACTOR)
    before = authority.usage("web")
    assert authority.preview("web", count=2) == authority.preview("web", count=2)
    assert authority.usage("web") == before
    first = authority.preview("web")
    assert give(authority).addresses == first


def test_a_refused_request_leaks_nothing(authority):
    authority.create_pool(spec(), actor=ACTOR)
    for asked in ({"count": 257}, {"address": "02-00-00-00-20-01"}, {"address": "01-00-5E-00-00-01"}):
        with pytest.raises((PoolExhausted, NotInPool, ForbiddenAddress)):
            give(authority, key=f"key{asked}", **asked)
    used = authority.usage("web")[0]
    assert (used.available, used.allocated) == (256, 0)
    assert give(authority, count=256).count == 256


@pytest.mark.parametrize("count", [0, -1, 1_000_001])
def test_a_count_that_cannot_be_is_refused(authority, count):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(BadRequest):
        give(authority, count=count)


def test_many_come_all_or_not_at_all(authority):
    authority.create_pool(spec(), actor=ACTOR)
    give(authority, count=250)
    with pytest.raises(PoolExhausted) as refused:
        give(authority, "b", count=7)
    assert (refused.value.free, refused.value.wanted) == (6, 7)
    assert give(authority, "b", count=6).count == 6


def test_a_hundred_thousand_come_in_one_call(authority):
    authority.create_pool(spec(last="02-00-00-0F-FF-FF"), actor=ACTOR)
    given = give(authority, count=100_000, key="bulk")
    assert (given.count, len(set(given.addresses))) == (100_000, 100_000)
    assert give(authority, count=100_000, key="bulk").runs == given.runs
    assert authority.usage("web")[0].held == 100_000


def test_lowest_gives_the_lowest_that_has_rested(stores):
    authority = stores.open()
    authority.create_pool(spec(policy="lowest", rest_s=0, last="02-00-00-00-10-03"), actor=ACTOR)
    given = give(authority, count=4).addresses
    for address in (given[2], given[1]):
        authority.release(address, actor=ACTOR)
    assert give(authority, "b").addresses == (given[1],)


def test_sequential_goes_round_before_it_gives_an_address_again(stores):
    authority = stores.open()
    authority.create_pool(spec(rest_s=0, last="02-00-00-00-10-03"), actor=ACTOR)
    first = give(authority).addresses[0]
    authority.release(first, actor=ACTOR)
    later = [give(authority, name).addresses[0] for name in "bcd"]
    assert first not in later
    assert give(authority, "e").addresses == (first,)


def test_random_gives_every_address_once_and_not_in_order(authority):
    authority.create_pool(spec(policy="random"), actor=ACTOR)
    given = [give(authority, f"vm{turn}").addresses[0] for turn in range(256)]
    assert len(set(given)) == 256
    assert given != sorted(given)


def test_a_conflict_puts_an_address_on_probation(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-01"), actor=ACTOR)
    held = give(authority).addresses[0]
    authority.probation(held, reason="seen twice on sw1", actor=ACTOR, for_s=600)
    assert authority.look_up(held).state is State.HELD
    assert authority.release(held, actor=ACTOR).lease.state is State.PROBATION
    free = authority.probation("02-00-00-00-10-01", reason="seen", actor=ACTOR, for_s=None)
    assert (free.state, free.until) == (State.PROBATION, None)
    with pytest.raises(PoolExhausted):
        give(authority, "b")
    stores.time.pass_s(600)
    assert give(authority, "b").addresses == (held,)
    with pytest.raises(PoolExhausted):
        give(authority, "c")
    authority.end_rest("02-00-00-00-10-01", reason="it was a test", actor=ACTOR)
    assert give(authority, "c").addresses == ("02-00-00-00-10-01",)
    with pytest.raises(WrongState):
        authority.end_rest("02-00-00-00-10-01", reason="held", actor=ACTOR)


def test_one_address_in_two_scopes_needs_the_scope_named(authority):
    for name in ("site1", "site2"):
        authority.create_pool(spec(name, scope=name), actor=ACTOR)
        give(authority, name, pool=name)
    with pytest.raises(ScopeNeeded) as refused:
        authority.look_up("02-00-00-00-10-00")
    assert refused.value.scopes == ("site1", "site2")
    assert authority.look_up("02-00-00-00-10-00", scope="site2").holders[0].holder.id == "site2"
    with pytest.raises(ScopeNeeded):
        authority.release("02-00-00-00-10-00", actor=ACTOR)
    authority.release("02-00-00-00-10-00", actor=ACTOR, scope="site1")
    assert authority.look_up("02-00-00-00-10-00", scope="site2").state is State.HELD


def test_world_wide_names_go_through_the_same_code(authority):
    authority.create_pool(
        spec("fc", "C0:03:FF:12:34:56:00:00", "C003FF12345600FF", kind="wwn", policy="lowest"), actor=ACTOR
    )
    given = give(authority, pool="fc", count=2)
    assert given.addresses == ("C0-03-FF-12-34-56-00-00", "C0-03-FF-12-34-56-00-01")
    assert authority.look_up("C003FF1234560001").state is State.HELD
    assert give(authority, "b", pool="fc", address="C003FF12345600FF").count == 1
    block = authority.carve_block("fc", "HV07", actor=ACTOR, size=16, align=16)
    assert block.first == "C0-03-FF-12-34-56-00-10"
    assert "FibreChannelWorldWidePortNameMinimum 'C003FF1234560010'" in block.install


def test_threads_share_a_pool_without_a_double(authority):
    authority.create_pool(spec(last="02-00-00-00-1F-FF"), actor=ACTOR)
    given: list[str] = []
    faults: list[Exception] = []

    def client(number):
        try:
            given.extend(
                give(authority, f"vm{number}/{turn}", key=f"{number}/{turn}").addresses[0] for turn in range(40)
            )
        except Exception as e:  # noqa: BLE001 - told below
            faults.append(e)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert (len(given), len(set(given))) == (320, 320)
    assert authority.usage("web")[0].held == 320


def test_tasks_of_an_event_loop_share_a_pool_and_its_commits(authority):
    authority.create_pool(spec(last="02-00-00-00-1F-FF"), actor=ACTOR)

    async def client(number):
        given = []
        for turn in range(10):
            holder = vm(f"vm{number}/{turn}")
            got = await authority.aio.allocate("web", holder, actor=ACTOR, key=f"{number}/{turn}")
            again = await authority.aio.allocate("web", holder, actor=ACTOR, key=f"{number}/{turn}")
            assert got.addresses == again.addresses
            await authority.aio.confirm(got.addresses[0], actor=ACTOR)
            given.append(got.addresses[0])
        await authority.aio.release(given[0], actor=ACTOR)
        return given

    async def every():
        return await asyncio.gather(*(client(number) for number in range(32)))

    given = [address for part in asyncio.run(every()) for address in part]
    assert len(set(given)) == 320
    used = authority.usage("web")[0]
    assert (used.in_use, used.resting) == (288, 32)


def test_the_same_key_at_the_same_moment_gives_one_address(authority):
    authority.create_pool(spec(), actor=ACTOR)

    async def every():
        return await asyncio.gather(
            *(authority.aio.allocate("web", vm("a"), actor=ACTOR, key="same") for _ in range(20))
        )

    answers = asyncio.run(every())
    assert len({answer.addresses for answer in answers}) == 1
    assert authority.usage("web")[0].held == 1


def test_a_full_pool_refuses_each_of_many_at_once_and_loses_none(authority):
    authority.create_pool(spec(last="02-00-00-00-10-0F"), actor=ACTOR)

    async def every():
        asked = (authority.aio.allocate("web", vm(f"vm{n}"), actor=ACTOR) for n in range(40))
        return await asyncio.gather(*asked, return_exceptions=True)

    answers = asyncio.run(every())
    given = [answer.addresses[0] for answer in answers if not isinstance(answer, Exception)]
    assert (len(given), len(set(given))) == (16, 16)
    assert all(isinstance(answer, PoolExhausted) for answer in answers if isinstance(answer, Exception))


def test_two_processes_share_a_pool_down_to_its_last_address(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(), actor=ACTOR)
    given = []
    for turn in range(128):
        given += give(one, f"a{turn}").addresses
        given += give(two, f"b{turn}").addresses
    assert len(set(given)) == 256
    for each in (one, two):
        with pytest.raises(PoolExhausted):
            give(each, "late")


def test_what_another_process_has_in_hand_can_be_asked_for_by_name(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(), actor=ACTOR)
    give(one)
    assert give(two, "b", address="02-00-00-00-10-01").addresses == ("02-00-00-00-10-01",)
    later = [give(one, f"vm{turn}").addresses[0] for turn in range(20)]
    assert "02-00-00-00-10-01" not in later


def test_a_process_that_died_leaves_its_addresses_to_the_others(stores):
    dead, alive = stores.open(), stores.open()
    dead.create_pool(spec(last="02-00-00-00-10-1F"), actor=ACTOR)
    taken = give(dead).addresses[0]
    # Nothing of `dead` is told from here on, as after kill -9.
    given = [give(alive, f"vm{turn}").addresses[0] for turn in range(31)]
    assert len({*given, taken}) == 32


def test_what_a_dead_process_had_in_hand_is_free_again_after_a_while(stores):
    dead, alive = stores.open(), stores.open(background=False)
    dead.create_pool(spec(), actor=ACTOR)
    give(dead)
    if not stores.background:
        pytest.skip("a command has nothing in hand")
    dead._stop.set()
    dead._thread.join()
    assert alive.usage("web")[0].reserved > 0
    stores.time.pass_s(61)
    alive.tick()
    used = alive.usage("web")[0]
    assert (used.reserved, used.free, used.held) == (0, 255, 1)
    assert give(dead, "b").count == 1  # it was not dead after all


def test_what_is_closed_takes_no_more_work(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    authority.close()
    with pytest.raises(StoreUnavailable):
        give(authority)
    with pytest.raises(StoreUnavailable):
        authority.usage()


def test_closing_hands_everything_back_and_the_order_goes_on(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    give(authority)
    authority.close()
    again = stores.open()
    used = again.usage("web")[0]
    assert (used.free, used.reserved, used.held) == (255, 0, 1)
    assert give(again, "b").addresses == ("02-00-00-00-10-01",)


def test_a_clock_that_is_set_forward_ends_no_rest(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00"), actor=ACTOR)
    address = give(authority).addresses[0]
    authority.release(address, actor=ACTOR)
    stores.time.set_s(86_400)
    authority.tick()
    assert authority.look_up(address).state is State.RESTING
    stores.time.set_s(-3 * 86_400)
    stores.time.pass_s(61)  # the steady clock leans towards the other by half a thousandth
    authority.tick()
    assert authority.look_up(address).state is State.FREE


def test_a_clock_that_was_set_back_between_two_runs_leads_to_no_time_before_the_last(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    before = authority.now()
    authority.close()
    stores.time.set_s(-86_400)
    assert stores.open().now() >= before


def test_hostile_texts_are_refused_or_kept_as_they_are(authority):
    authority.create_pool(spec(), actor=ACTOR)
    for text in ("a\x00b", "line\nbreak", "\ud800", "\x1b[31m", ""):
        with pytest.raises(BadRequest):
            authority.allocate("web", Holder("vm-adapter", text), actor=ACTOR)
    odd = """'; DROP TABLE lease; -- "%s" ? $1 {x} \\ ü 網"""
    address = authority.allocate("web", Holder("vm-adapter", odd, odd, odd), actor=ACTOR, key=odd).addresses[0]
    assert authority.look_up(address).holders[0].holder == Holder("vm-adapter", odd, odd, odd)
    assert authority.leases(holder=odd).items[0].address == address
    assert not authority.leases(holder="DROP").items


def test_leases_come_in_pages_that_lose_and_repeat_none(authority):
    authority.create_pool(spec(), actor=ACTOR)
    given = give(authority, count=25).addresses
    seen, after = [], None
    while True:
        page = authority.leases(pool="web", after=after, limit=10)
        seen += [lease.address for lease in page.items]
        after = page.next
        if after is None:
            break
    assert seen == list(given)
    with pytest.raises(BadRequest):
        authority.leases(after="made-up")
    with pytest.raises(BadRequest):
        authority.pools(after=authority.leases(limit=1).next)
    assert len(authority.leases(state=State.RESTING).items) == 0


def test_an_excluded_address_is_never_given(authority):
    authority.create_pool(spec(last="02-00-00-00-10-03"), actor=ACTOR)
    pool = authority.exclude("web", RangeSpec("02-00-00-00-10-01", "02-00-00-00-10-02"), reason="printer", actor=ACTOR)
    assert pool.excluded[0].reason == "printer"
    assert give(authority, count=2).addresses == ("02-00-00-00-10-00", "02-00-00-00-10-03")
    with pytest.raises(AddressTaken) as refused:
        give(authority, "b", address="02-00-00-00-10-01")
    assert refused.value.state == "excluded"
    authority.include("web", RangeSpec("02-00-00-00-10-01", "02-00-00-00-10-01"), actor=ACTOR)
    assert give(authority, "b").addresses == ("02-00-00-00-10-01",)
    with pytest.raises(AddressTaken):
        authority.exclude("web", RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-00"), reason="late", actor=ACTOR)


def test_a_retry_gets_its_answer_from_a_pool_that_is_empty_by_now(authority):
    authority.create_pool(spec(last="02-00-00-00-10-03"), actor=ACTOR)
    first = authority.allocate("web", vm("vm1"), actor=ACTOR, count=3, key="order-1")
    authority.allocate("web", vm("vm2"), actor=ACTOR)
    again = authority.allocate("web", vm("vm1"), actor=ACTOR, count=3, key="order-1")
    assert (again.addresses, again.replayed) == (first.addresses, True)
    with pytest.raises(PoolExhausted):
        authority.allocate("web", vm("vm3"), actor=ACTOR, key="order-2")
