"""Any sequence of calls, by several processes, against a model that knows nothing of databases."""

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from maccord.alloc.errors import (
    AddressTaken,
    AdoptionConflicts,
    BadRequest,
    HandOverUnderWay,
    HolderNeeded,
    NoHandOver,
    NoRoom,
    NoSuchLease,
    NotHolder,
    PoolExhausted,
    PoolInUse,
)
from maccord.alloc.life import OWNED, TRANSITIONS, Event, State
from maccord.alloc.records import Adoption, Holder, HolderChange, PoolChange, RangeSpec
from maccord.mac import show
from tests.kit.stores import ACTOR, Stores, postgres, spec

__all__ = ["postgres"]

FIRST, SIZE, REST_S, CONFIRM_S, HOST = 0x020000001000, 24, 50, 120, "HV01"
NAMES = st.sampled_from(["a", "b", "c", "d"])
PLACES = st.integers(0, SIZE - 1)
LASTS = st.none() | st.sampled_from([10.5, 60.5, 130.5])
STEPS = st.sampled_from([0.7, 26.4, 53.3, 122.3])
"""Seconds that pass at a time. No few of them add up to when something ends: a clock that leans towards another is then
some hundredths of a second late, and what ends just when somebody looks has ended or has not."""


class Model:
    """What must be so: for each address its state, its holders, and until when."""

    def __init__(self):
        self.state = dict.fromkeys(range(SIZE), State.FREE)
        self.holders: dict[int, list[str]] = {place: [] for place in range(SIZE)}
        self.due = {}
        self.ends = {}  # by place and name: when a holder lets go by itself
        self.kept = {}  # until when what was revoked is free for nobody, whoever else lets go of it
        self.coming = {}  # by place: who leaves, and who takes over
        self.beneath = {}  # what an address that was adopted in a block comes back to: BLOCK, or the end of its rest
        self.now = 0

    def go(self, place, event):
        self.state[place] = TRANSITIONS[self.state[place], event]

    def pass_s(self, seconds):
        self.now += seconds
        while True:
            due = [place for place, at in self.due.items() if at <= self.now]
            over = [each for each, at in self.ends.items() if at <= self.now]
            if not due and not over:
                return
            for place in due:
                del self.due[place]
                if self.state[place] is State.HELD:
                    self.go(place, Event.EXPIRE)
                    self.holders[place] = []
                    self.ends = {each: at for each, at in self.ends.items() if each[0] != place}
                    self.coming.pop(place, None)
                    self.due[place] = self.now + REST_S
                else:
                    self.rested(place)
            # Who was to take over and did not in time is gone first: both at once, and nobody is left.
            for place, name in sorted(over, key=lambda each: self.coming.get(each[0], ("", ""))[1] != each[1]):
                if (place, name) in self.ends:
                    self.left(place, name)

    def left(self, place, name):
        self.ends.pop((place, name), None)
        old, new = self.coming.get(place, (None, None))
        if name in (old, new):
            del self.coming[place]
        if name == old:
            self.ends.pop((place, new), None)
        self.holders[place].remove(name)
        self.go(place, Event.LEAVE if self.holders[place] else Event.RELEASE)
        if not self.holders[place]:
            self.due[place] = self.now + REST_S

    def rested(self, place):
        self.go(place, Event.RESTED)
        beneath = self.beneath.pop(place, None)
        if beneath is State.BLOCK:
            self.state[place], self.beneath[place] = State.BLOCK, State.BLOCK
        elif beneath is not None and beneath > self.now:
            self.state[place], self.due[place] = State.RESTING, beneath


class AuthorityMachine(RuleBasedStateMachine):
    """Two services and one command work on one store."""

    kind, server = "sqlite", None

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stores = Stores(self.kind, self.folder, self.server)
        self.model = Model()
        self.keys = {}
        self.blocks = {}
        self.leased = {}  # until when

    @initialize(policy=st.sampled_from(["sequential", "lowest", "random"]), confirms=st.booleans())
    def begin(self, policy, confirms):
        # Nobody ticks in between: what is due is due because the test says so.
        self.each = [self.service(), self.service(), self.command()]
        self.confirms = confirms
        self.each[0].create_pool(
            spec(
                first=show(FIRST),
                last=show(FIRST + SIZE - 1),
                policy=policy,
                rest_s=REST_S,
                confirm_s=CONFIRM_S if confirms else None,
            ),
            actor=ACTOR,
        )

    def command(self):
        authority = self.stores.open(background=False)
        authority._jobs._chance.seed(0)  # the same calls give the same addresses, or no failure could be repeated
        return authority

    def service(self):
        authority = self.command()
        authority._jobs._chunks = True
        return authority

    def free(self):
        return sum(state is State.FREE for state in self.model.state.values())

    def given(self, address, name):
        place = int(address.replace("-", ""), 16) - FIRST
        assert self.model.state[place] is State.FREE, f"{address} was {self.model.state[place]}"
        self.model.go(place, Event.ALLOCATE)
        self.model.holders[place] = [name]
        if self.confirms:
            self.model.due[place] = self.model.now + CONFIRM_S

    @rule(who=st.integers(0, 2), name=NAMES, count=st.integers(1, 4), key=st.none() | st.integers(0, 5))
    def allocate(self, who, name, count, key):
        text = None if key is None else f"key{key}-{name}-{count}"
        free = self.free()
        try:
            got = self.each[who].allocate("web", Holder("vm-adapter", name), actor=ACTOR, count=count, key=text)
        except PoolExhausted as e:
            assert free < count
            assert e.free == free
            assert text not in self.keys
            return
        if text in self.keys:
            assert (got.addresses, got.replayed) == (self.keys[text], True)
            return
        assert not got.replayed
        for address in got.addresses:
            self.given(address, name)
        if text is not None:
            self.keys[text] = got.addresses

    def holder(self, who, name, lasts):
        until = None if lasts is None else self.each[who].now() + timedelta(seconds=lasts)
        return Holder("vm-adapter", name, until=until)

    def ends(self, place, name, lasts):
        if lasts is not None:
            self.model.ends[place, name] = self.model.now + lasts

    @rule(who=st.integers(0, 2), name=NAMES, place=PLACES, lasts=LASTS)
    def allocate_by_name(self, who, name, place, lasts):
        address, state = show(FIRST + place), self.model.state[place]
        try:
            got = self.each[who].allocate("web", self.holder(who, name, lasts), actor=ACTOR, address=address)
        except AddressTaken as e:
            assert state is not State.FREE
            assert e.state == state
            if state in OWNED:
                assert [each.partition(":")[2] for each in e.holders] == self.model.holders[place]
        else:
            if state is State.FREE:
                self.given(got.addresses[0], name)
                self.ends(place, name, lasts)
            else:
                assert name in self.model.holders[place]

    @rule(who=st.integers(0, 2), name=NAMES, place=PLACES, lasts=LASTS)
    def share(self, who, name, place, lasts):
        try:
            self.each[who].share(show(FIRST + place), self.holder(who, name, lasts), actor=ACTOR)
        except NoSuchLease:
            assert self.model.state[place] not in OWNED
        else:
            self.model.go(place, Event.SHARE)
            if name not in self.model.holders[place]:
                self.model.holders[place].append(name)
            self.ends(place, name, lasts)

    @rule(who=st.integers(0, 2), place=PLACES, name=NAMES)
    def take_an_end_off(self, who, place, name):
        try:
            self.each[who].amend(show(FIRST + place), HolderChange(lasting=True), actor=ACTOR, holder=name)
        except NoSuchLease:
            assert self.model.state[place] not in OWNED
        except NotHolder:
            assert name not in self.model.holders[place]
        else:
            self.model.ends.pop((place, name), None)

    @rule(who=st.integers(0, 2), place=PLACES, old=NAMES, new=NAMES)
    def hand_over(self, who, place, old, new):
        model, holders = self.model, self.model.holders[place]
        try:
            self.each[who].hand_over(show(FIRST + place), self.holder(who, new, 60.5), actor=ACTOR, leaving=old)
        except NoSuchLease:
            assert model.state[place] not in OWNED
        except HandOverUnderWay:
            assert model.coming[place] != (old, new)
        except NotHolder:
            assert old not in holders or model.coming[place][1] == old
        except BadRequest:
            assert new in holders
            assert place not in model.coming
        else:
            if new not in holders:
                model.go(place, Event.SHARE)
                holders.append(new)
            model.coming[place] = (old, new)
            self.ends(place, new, 60.5)

    @rule(who=st.integers(0, 2), place=PLACES, completes=st.booleans())
    def end_a_hand_over(self, who, place, completes):
        one = self.each[who]
        step = one.complete_hand_over if completes else one.cancel_hand_over
        try:
            step(show(FIRST + place), actor=ACTOR)
        except NoSuchLease:
            assert self.model.state[place] not in OWNED
        except NoHandOver:
            assert place not in self.model.coming
        else:
            old, new = self.model.coming[place]
            self.model.left(place, old if completes else new)

    @rule(who=st.integers(0, 2), place=PLACES)
    def confirm(self, who, place):
        try:
            self.each[who].confirm(show(FIRST + place), actor=ACTOR)
        except NoSuchLease:
            assert self.model.state[place] not in OWNED
        else:
            self.model.go(place, Event.CONFIRM)
            self.model.due.pop(place, None)

    @rule(who=st.integers(0, 2), name=NAMES | st.none(), place=PLACES)
    def release(self, who, name, place):
        holders = self.model.holders[place]
        try:
            self.each[who].release(show(FIRST + place), actor=ACTOR, holder=name)
        except NoSuchLease:
            assert self.model.state[place] not in OWNED
        except NotHolder:
            assert name not in holders
        except HolderNeeded:
            assert name is None
            assert len(holders) > 1
        else:
            self.model.left(place, name or holders[0])

    @rule(
        who=st.integers(0, 2),
        places=st.sets(PLACES, min_size=1, max_size=4),
        name=NAMES,
        host=st.sampled_from(["", HOST]),
    )
    def adopt(self, who, places, name, host):
        rows = [Adoption(address=show(FIRST + place), holder=Holder("vm-adapter", name, host)) for place in places]
        model = self.model
        rivals = [
            place
            for place in places
            if model.state[place] is State.EXCLUDED
            or (model.state[place] in OWNED and name not in model.holders[place])
            or (model.state[place] not in OWNED and model.beneath.get(place) is State.BLOCK and host != HOST)
        ]
        try:
            self.each[who].adopt(rows, actor=ACTOR)
        except AdoptionConflicts as e:
            assert e.total == len(rivals) > 0
            return
        assert not rivals
        for place in places:
            if model.state[place] not in OWNED:
                model.holders[place] = [name]
                if model.kept.get(place, 0) > model.now:
                    model.beneath[place] = model.kept[place]
                elif model.beneath.get(place) is not State.BLOCK:
                    model.beneath.pop(place, None)
                if model.state[place] in (State.RESTING, State.PROBATION):
                    model.go(place, Event.RESTED)
            model.go(place, Event.ADOPT)
            model.due.pop(place, None)

    @rule(who=st.integers(0, 2), place=PLACES, back=st.booleans())
    def exclude(self, who, place, back):
        span = RangeSpec(show(FIRST + place), show(FIRST + place))
        if back:
            self.each[who].include("web", span, actor=ACTOR)
            if self.model.state[place] is State.EXCLUDED:
                self.model.go(place, Event.INCLUDE)
            return
        try:
            self.each[who].exclude("web", span, reason="test", actor=ACTOR)
        except AddressTaken:
            assert self.model.state[place] not in (State.FREE, State.EXCLUDED)
        else:
            if self.model.state[place] is State.FREE:
                self.model.go(place, Event.EXCLUDE)
            assert self.model.state[place] is State.EXCLUDED

    @rule(who=st.integers(0, 2), size=st.integers(1, 5), for_s=st.sampled_from([None, None, 40, 200]))
    def carve(self, who, size, for_s):
        try:
            block = self.each[who].carve_block("web", HOST, actor=ACTOR, size=size, for_s=for_s)
        except NoRoom:
            states = [self.model.state[place] is State.FREE for place in range(SIZE)]
            assert not any(all(states[at : at + size]) for at in range(SIZE - size + 1))
        else:
            first = int(block.first.replace("-", ""), 16) - FIRST
            self.blocks[block.id] = range(first, first + size)
            if for_s is not None:
                self.leased[block.id] = self.model.now + for_s
            for place in self.blocks[block.id]:
                self.model.go(place, Event.CARVE)
                self.model.beneath[place] = State.BLOCK

    @precondition(lambda self: self.blocks)
    @rule(who=st.integers(0, 2), which=st.integers(0, SIZE - 1))
    def return_block(self, who, which):
        number = sorted(self.blocks)[which % len(self.blocks)]
        self.each[who].return_block(number, actor=ACTOR)
        self.leased.pop(number, None)
        self.ended(number, self.model.now + REST_S)

    def ended(self, number, due):
        for place in self.blocks.pop(number):
            if self.model.state[place] is State.BLOCK:
                self.model.go(place, Event.RETURN)
                self.model.due[place] = due
                del self.model.beneath[place]
            else:
                self.model.beneath[place] = due

    @precondition(lambda self: self.leased)
    @rule(who=st.integers(0, 2), which=st.integers(0, SIZE - 1))
    def renew_block(self, who, which):
        number = sorted(self.leased)[which % len(self.leased)]
        self.each[who].renew_block(number, actor=ACTOR, for_s=200)
        self.leased[number] = self.model.now + 200

    @precondition(lambda self: self.leased)
    @rule(who=st.integers(0, 2), which=st.integers(0, SIZE - 1))
    def revoke_block(self, who, which):
        number = sorted(self.leased)[which % len(self.leased)]
        self.each[who].revoke_block(number, reason="test", actor=ACTOR)
        due = self.leased.pop(number) + REST_S  # whoever has the lease may not have heard
        self.model.kept |= dict.fromkeys(self.blocks[number], due)
        self.ended(number, due)

    @rule(who=st.integers(0, 2))
    def change(self, who):
        self.each[who].change_pool("web", PoolChange(note="changed"), actor=ACTOR)

    @rule(who=st.integers(0, 2))
    def delete_is_refused_while_anything_is_held(self, who):
        if any(state not in (State.FREE, State.EXCLUDED) for state in self.model.state.values()):
            with pytest.raises(PoolInUse):
                self.each[who].delete_pool("web", actor=ACTOR)

    @rule(seconds=STEPS, who=st.integers(0, 2))
    def time_passes(self, seconds, who):
        self.stores.time.pass_s(seconds)
        for number in [one for one, end in self.leased.items() if end <= self.model.now + seconds]:
            self.ended(number, self.leased.pop(number) + REST_S)
        self.model.pass_s(seconds)
        for each in (who, who):  # what expires now begins to rest now, and is looked at again
            self.each[each].tick()

    @rule(leap=st.sampled_from([-100_000, 100_000]))
    def somebody_sets_the_clock(self, leap):
        self.stores.time.set_s(leap)

    @rule(who=st.integers(0, 1))
    def a_service_is_opened_anew(self, who):
        self.each[who].close()
        self.stores.time.wall = self.each[2].now()  # what it reads of others takes seconds of real time otherwise
        self.each[who] = self.service()

    @invariant()
    def the_store_says_what_the_model_says(self):
        if not hasattr(self, "each"):
            return
        reader = self.each[2]
        for place in range(SIZE):
            lease = reader.look_up(show(FIRST + place))
            assert lease.state is self.model.state[place], (show(FIRST + place), lease, self.model.state[place])
            assert [held.holder.id for held in lease.holders] == self.model.holders[place]
            assert {held.holder.id for held in lease.holders if held.holder.until} == {
                name for at, name in self.model.ends if at == place
            }
            coming = [(held.replaces.partition(":")[2], held.holder.id) for held in lease.holders if held.replaces]
            assert coming == [each for at, each in self.model.coming.items() if at == place]
        used = reader.usage("web")[0]
        states = list(self.model.state.values())
        assert used.available == states.count(State.FREE)
        assert (used.held, used.in_use) == (states.count(State.HELD), states.count(State.IN_USE))
        assert (used.resting, used.excluded) == (states.count(State.RESTING), states.count(State.EXCLUDED))
        assert used.blocks == states.count(State.BLOCK)

    def teardown(self):
        if hasattr(self, "each"):
            assert self.each[2].verify_audit().ok
            verdict = self.each[2].verify_pools()
            assert verdict.ok, verdict
        self.stores.close()
        shutil.rmtree(self.folder)


def test_sqlite_keeps_to_the_model():
    run_state_machine_as_test(AuthorityMachine, settings=settings(max_examples=10, stateful_step_count=30))


@pytest.mark.slow
def test_sqlite_keeps_to_the_model_for_long():
    # The same lives in each run, so that red means that something was changed; the short runs look for new ones.
    run_state_machine_as_test(
        AuthorityMachine, settings=settings(max_examples=150, stateful_step_count=60, derandomize=True)
    )


@pytest.mark.real
def test_postgresql_keeps_to_the_model(postgres):
    machine = type("PostgresMachine", (AuthorityMachine,), {"kind": "postgresql", "server": postgres})
    run_state_machine_as_test(machine, settings=settings(max_examples=6, stateful_step_count=30))
