"""An address goes from one manager to another unchanged: nobody else gets it in between, and who never came is gone."""

from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest

from maccord.alloc.errors import (
    BadRequest,
    HandOverUnderWay,
    HolderNeeded,
    NoHandOver,
    NoSuchLease,
    NotHolder,
    StaleVersion,
)
from maccord.alloc.life import State
from maccord.alloc.records import Holder, HolderChange, Question
from maccord.app.listing import everything
from maccord.store import holders as index
from tests.kit.stores import ACTOR, spec, vm

MAC = "02-00-00-00-10-00"
NEW = Holder("vm-adapter", "b", "HV09", owner="team b")


@pytest.fixture
def held(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("a"), actor=ACTOR)
    authority.confirm(MAC, actor=ACTOR)
    return authority


def names(lease):
    return [str(each.holder) for each in lease.holders]


def passed(stores, authority, seconds):
    stores.time.pass_s(seconds)
    authority.tick()


def test_both_hold_it_until_it_is_completed_and_then_the_new_one_alone(stores, held):
    lease = held.hand_over(MAC, NEW, actor=ACTOR)
    assert names(lease) == ["vm-adapter:a", "vm-adapter:b"]
    coming = lease.holders[1]
    assert (coming.replaces, coming.holder.until) == ("vm-adapter:a", held.now() + timedelta(days=1))
    assert held.verify_pools().ok
    done = held.complete_hand_over(MAC, actor=ACTOR)
    assert (names(done), done.state) == (["vm-adapter:b"], State.IN_USE)
    assert (done.holders[0].holder, done.holders[0].replaces) == (NEW, "")
    passed(stores, held, 3 * 86_400)
    assert names(held.look_up(MAC)) == ["vm-adapter:b"]
    assert held.verify_pools().ok
    assert [record.action for record in everything(held.audit, subject=MAC)] == [
        "allocate", "confirm", "hand-over", "complete-hand-over",
    ]  # fmt: skip
    past = [(str(one.holder), one.until is None) for one in held.history(MAC)]
    assert sorted(past) == [("vm-adapter:a", False), ("vm-adapter:b", True)]


def test_one_that_nobody_completes_undoes_itself(stores, held):
    held.hand_over(MAC, Holder("vm-adapter", "b", until=held.now() + timedelta(hours=2)), actor=ACTOR)
    passed(stores, held, 7199)
    assert len(held.look_up(MAC).holders) == 2
    passed(stores, held, 1)
    assert (names(held.look_up(MAC)), held.look_up(MAC).state) == (["vm-adapter:a"], State.IN_USE)
    with pytest.raises(NoHandOver):
        held.complete_hand_over(MAC, actor=ACTOR, holder="b")


def test_it_can_be_cancelled_and_begun_again(held):
    held.hand_over(MAC, NEW, actor=ACTOR)
    assert names(held.cancel_hand_over(MAC, actor=ACTOR)) == ["vm-adapter:a"]
    held.hand_over(MAC, vm("c"), actor=ACTOR)
    assert names(held.complete_hand_over(MAC, actor=ACTOR, holder="c")) == ["vm-adapter:c"]


def test_each_step_may_be_repeated(held):
    first = held.hand_over(MAC, NEW, actor=ACTOR, key="k")
    assert held.hand_over(MAC, NEW, actor=ACTOR, key="k").version == first.version
    assert held.hand_over(MAC, NEW, actor=ACTOR).version == first.version
    done = held.complete_hand_over(MAC, actor=ACTOR, holder="vm-adapter:b")
    assert held.complete_hand_over(MAC, actor=ACTOR, holder="b").version == done.version
    with pytest.raises(NoHandOver):
        held.complete_hand_over(MAC, actor=ACTOR)
    held.hand_over(MAC, vm("c"), actor=ACTOR)
    undone = held.cancel_hand_over(MAC, actor=ACTOR, holder="c")
    assert held.cancel_hand_over(MAC, actor=ACTOR, holder="c").version == undone.version
    with pytest.raises(NoHandOver):
        held.cancel_hand_over(MAC, actor=ACTOR, holder="b")


def test_beginning_again_moves_the_end_and_keeps_whom_it_replaces(stores, held):
    held.hand_over(MAC, NEW, actor=ACTOR)
    later = held.now() + timedelta(days=3)
    moved = held.hand_over(MAC, Holder("vm-adapter", "b", until=later), actor=ACTOR).holders[1]
    assert (moved.holder.until, moved.holder.owner, moved.replaces) == (later, "team b", "vm-adapter:a")
    held.amend(MAC, HolderChange(note="tonight"), actor=ACTOR, holder="b")
    assert held.look_up(MAC).holders[1].replaces == "vm-adapter:a"
    passed(stores, held, 2 * 86_400)
    assert len(held.look_up(MAC).holders) == 2


@pytest.mark.parametrize("way", ["release", "its time is over"])
def test_when_the_one_who_leaves_lets_go_otherwise_the_new_one_stays(stores, held, way):
    held.hand_over(MAC, NEW, actor=ACTOR)
    if way == "release":
        held.release(MAC, actor=ACTOR, holder="a")
    else:
        held.amend(MAC, HolderChange(until=held.now() + timedelta(hours=1)), actor=ACTOR, holder="a")
        passed(stores, held, 3600)
    lease = held.look_up(MAC)
    assert (names(lease), lease.holders[0].holder.until, lease.holders[0].replaces) == (["vm-adapter:b"], None, "")
    assert held.complete_hand_over(MAC, actor=ACTOR, holder="b").version == lease.version
    passed(stores, held, 9 * 86_400)
    assert held.look_up(MAC).state is State.IN_USE
    assert held.verify_pools().ok


def test_the_new_one_may_let_go_by_itself(held):
    held.hand_over(MAC, NEW, actor=ACTOR)
    assert names(held.release(MAC, actor=ACTOR, holder="b").lease) == ["vm-adapter:a"]


def test_both_gone_at_once_let_it_rest(stores, held):
    end = held.now() + timedelta(hours=1)
    held.hand_over(MAC, Holder("vm-adapter", "b", until=end), actor=ACTOR)
    held.amend(MAC, HolderChange(until=end), actor=ACTOR, holder="a")
    passed(stores, held, 3600)
    assert held.look_up(MAC).state is State.RESTING


def test_one_at_a_time_and_from_one_who_holds_it(held):
    held.share(MAC, Holder("replica", "r"), actor=ACTOR)
    with pytest.raises(HolderNeeded) as refused:
        held.hand_over(MAC, NEW, actor=ACTOR)
    assert refused.value.holders == ("vm-adapter:a", "replica:r")
    with pytest.raises(NotHolder):
        held.hand_over(MAC, NEW, actor=ACTOR, leaving="nobody")
    with pytest.raises(BadRequest):
        held.hand_over(MAC, vm("a"), actor=ACTOR, leaving="r")
    held.hand_over(MAC, NEW, actor=ACTOR, leaving="a")
    with pytest.raises(HandOverUnderWay):
        held.hand_over(MAC, vm("c"), actor=ACTOR, leaving="r")
    with pytest.raises(HandOverUnderWay):
        held.hand_over(MAC, NEW, actor=ACTOR, leaving="r")
    with pytest.raises(NotHolder):
        held.hand_over(MAC, NEW, actor=ACTOR, leaving="b")
    assert names(held.complete_hand_over(MAC, actor=ACTOR)) == ["replica:r", "vm-adapter:b"]
    with pytest.raises(NoSuchLease):
        held.hand_over("02-00-00-00-10-77", NEW, actor=ACTOR)


def test_a_step_that_expects_what_was_there_is_refused(held):
    seen = held.look_up(MAC).version
    now = held.hand_over(MAC, NEW, actor=ACTOR, expect=seen).version
    for step in (held.complete_hand_over, held.cancel_hand_over):
        with pytest.raises(StaleVersion):
            step(MAC, actor=ACTOR, expect=seen)
    assert held.complete_hand_over(MAC, actor=ACTOR, expect=now).version != now


def test_preflight_lets_both_start_and_says_who_has_it(held):
    held.hand_over(MAC, NEW, actor=ACTOR)
    asked = [Question(address=MAC, holder=one) for one in (NEW, vm("c"))]
    for one, allowed in zip(held.preflight(asked), (True, False), strict=True):
        assert one.allowed is allowed
    told = held.preflight([Question(address=MAC, holder=vm("a"))])[0]
    assert told.allowed
    assert "vm-adapter:a has it by now" in told.detail
    assert "to vm-adapter:b until 2026-11-23" in told.detail


def test_two_who_complete_and_cancel_at_once_agree_on_one_outcome(stores, held):
    held.hand_over(MAC, NEW, actor=ACTOR)
    other = stores.open()
    threads = [
        Thread(target=lambda step=step: _tried(step)) for step in (held.complete_hand_over, other.cancel_hand_over)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert names(held.look_up(MAC)) in (["vm-adapter:a"], ["vm-adapter:b"])
    done = [one.action for one in everything(held.audit, subject=MAC) if one.action.endswith("-hand-over")]
    assert len(done) == 1


def _tried(step):
    with suppress(NoHandOver):
        step(MAC, actor=ACTOR)


def test_who_comes_is_found_by_its_name_and_goes_with_an_export(stores, held, monkeypatch):
    monkeypatch.setattr(index, "YOUNG_US", 0)
    monkeypatch.setattr(index, "LAST", 0)
    held.hand_over(MAC, NEW, actor=ACTOR)
    for _ in range(2):
        assert [one.address for one in everything(held.leases, holder="b")] == [MAC]
        held.tick()
    other = stores.open(stores.new_url())
    other.load(list(held.export()), actor=ACTOR)
    assert names(other.complete_hand_over(MAC, actor=ACTOR)) == ["vm-adapter:b"]
    held.cancel_hand_over(MAC, actor=ACTOR)
    held.tick()
    assert not list(everything(held.leases, holder="b"))
    assert [one.address for one in everything(held.leases, holder="a")] == [MAC]
