"""A change that expects a version happens only while the lease still has it, on every store."""

import asyncio
import threading

import pytest

from maccord.alloc.errors import NoSuchLease, StaleVersion
from maccord.alloc.life import State
from maccord.alloc.records import Adoption, Holder, Lease
from maccord.app.listing import everything
from tests.kit.stores import ACTOR, spec, vm

REASON = "seen twice on sw1"
CHANGES = {
    "release": lambda authority, address, **more: authority.release(address, actor=ACTOR, **more),
    "confirm": lambda authority, address, **more: authority.confirm(address, actor=ACTOR, **more),
    "share": lambda authority, address, **more: authority.share(address, vm("b"), actor=ACTOR, **more),
    "probation": lambda authority, address, **more: authority.probation(address, reason=REASON, actor=ACTOR, **more),
    "end_rest": lambda authority, address, **more: authority.end_rest(address, reason=REASON, actor=ACTOR, **more),
}


def held(authority, name="a"):
    return authority.look_up(authority.allocate("web", vm(name), actor=ACTOR).addresses[0])


def started(authority, change):
    """Return a lease that the change can be made to."""
    authority.create_pool(spec(), actor=ACTOR)
    lease = held(authority)
    return authority.release(lease.address, actor=ACTOR).lease if change == "end_rest" else lease


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_expects_what_is_there_happens(authority, change):
    before = started(authority, change)
    CHANGES[change](authority, before.address, expect=before.version)
    assert authority.look_up(before.address).version != before.version


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_expects_what_was_there_is_refused_and_changes_nothing(authority, change):
    before = started(authority, change)
    authority.probation(before.address, reason="somebody was quicker", actor=ACTOR)
    now, journal = authority.look_up(before.address), len(list(everything(authority.audit)))
    assert now.version != before.version
    with pytest.raises(StaleVersion) as refused:
        CHANGES[change](authority, before.address, expect=before.version)
    assert refused.value.fields() == {"expected": before.version, "actual": now.version}
    assert before.address in str(refused.value)
    assert authority.look_up(before.address) == now
    assert len(list(everything(authority.audit))) == journal


def test_every_change_gives_another_version(authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = held(authority).address
    seen = [authority.look_up(address).version]
    for change in (
        lambda: authority.share(address, vm("b"), actor=ACTOR),
        lambda: authority.confirm(address, actor=ACTOR),
        lambda: authority.adopt([Adoption(address=address, holder=Holder("replica", "r"))], actor=ACTOR),
        lambda: authority.release(address, actor=ACTOR, holder="b"),
        lambda: authority.probation(address, reason=REASON, actor=ACTOR),
        lambda: authority.release(address, actor=ACTOR, holder="r"),
        lambda: authority.release(address, actor=ACTOR),
        lambda: authority.end_rest(address, reason=REASON, actor=ACTOR),
    ):
        change()
        seen.append(authority.look_up(address).version)
    assert seen[-1] == 0
    assert len(set(seen)) == 9


def test_the_version_of_a_lease_is_never_that_of_one_before_it(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-00", rest_s=0), actor=ACTOR)
    first = held(authority)
    authority.release(first.address, actor=ACTOR)
    stores.time.pass_s(1)
    second = held(authority, "b")
    assert second.address == first.address
    with pytest.raises(StaleVersion):
        authority.release(first.address, actor=ACTOR, expect=first.version)
    assert [one.holder.id for one in authority.look_up(first.address).holders] == ["b"]


def test_an_expiry_in_between_is_noticed(stores):
    authority = stores.open()
    authority.create_pool(spec(confirm_s=10), actor=ACTOR)
    seen = held(authority)
    stores.time.pass_s(11)
    authority.tick()
    assert authority.look_up(seen.address).state is State.RESTING
    with pytest.raises(StaleVersion):
        authority.confirm(seen.address, actor=ACTOR, expect=seen.version)


def test_what_is_gone_is_told_apart_from_what_never_was(stores):
    authority = stores.open()
    seen = started(authority, "release")
    authority.release(seen.address, actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()
    assert authority.look_up(seen.address).version == 0
    with pytest.raises(StaleVersion) as refused:
        authority.release(seen.address, actor=ACTOR, expect=seen.version)
    assert refused.value.actual == 0
    with pytest.raises(NoSuchLease):
        authority.release(seen.address, actor=ACTOR, expect=0)


def test_an_address_goes_on_probation_only_while_nobody_has_it(authority):
    authority.create_pool(spec(), actor=ACTOR)
    free, taken = "02-00-00-00-10-40", held(authority).address
    assert authority.probation(free, reason=REASON, actor=ACTOR, expect=0).state is State.PROBATION
    with pytest.raises(StaleVersion):
        authority.probation(taken, reason=REASON, actor=ACTOR, expect=0)
    with pytest.raises(StaleVersion):
        authority.probation("02-00-00-00-10-41", reason=REASON, actor=ACTOR, expect=1)
    assert authority.look_up("02-00-00-00-10-41").state is State.FREE


def test_a_retry_with_its_key_is_answered_although_the_version_is_another_by_then(authority):
    seen = started(authority, "release")
    shared = authority.share(seen.address, vm("b"), actor=ACTOR, key="s", expect=seen.version)
    assert authority.share(seen.address, vm("b"), actor=ACTOR, key="s", expect=seen.version) == shared
    first = authority.release(seen.address, actor=ACTOR, holder="a", key="r", expect=shared.version)
    again = authority.release(seen.address, actor=ACTOR, holder="a", key="r", expect=shared.version)
    assert (again.replayed, again.lease, again.holder) == (True, first.lease, first.holder)
    assert [one.holder.id for one in authority.look_up(seen.address).holders] == ["b"]


def test_the_version_is_that_of_the_scope_that_is_meant(authority):
    for name in ("site1", "site2"):
        authority.create_pool(spec(name, scope=name), actor=ACTOR)
        authority.allocate(name, vm(name), actor=ACTOR)
    address = "02-00-00-00-10-00"
    before = authority.look_up(address, scope="site1").version
    authority.confirm(address, actor=ACTOR, scope="site2")
    assert authority.confirm(address, actor=ACTOR, scope="site1", expect=before).state is State.IN_USE


def test_of_many_who_saw_the_same_one_changes_it(stores):
    processes = [stores.open() for _ in range(2)]
    seen = started(processes[0], "share")
    outcomes, begin = [], threading.Barrier(8)

    def change(number):
        begin.wait()
        try:
            processes[number % 2].share(seen.address, vm(f"h{number}"), actor=ACTOR, expect=seen.version)
            outcomes.append("changed")
        except StaleVersion:
            outcomes.append("refused")

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["changed"] + ["refused"] * 7
    assert len(processes[0].look_up(seen.address).holders) == 2


def test_tasks_of_an_event_loop_expect_too(authority):
    seen = started(authority, "release")

    async def work():
        done = await asyncio.gather(
            *(authority.aio.confirm(seen.address, actor=ACTOR, expect=seen.version) for _ in range(4)),
            return_exceptions=True,
        )
        with pytest.raises(StaleVersion):
            await authority.aio.release(seen.address, actor=ACTOR, expect=seen.version)
        (confirmed,) = [one for one in done if isinstance(one, Lease)]
        return await authority.aio.release(seen.address, actor=ACTOR, expect=confirmed.version)

    assert asyncio.run(work()).lease.state is State.RESTING
