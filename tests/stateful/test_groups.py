"""Any sequence of bindings and allocations for groups, by several processes, against a model of lists and counts."""

import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from maccord.alloc.errors import GroupExhausted, GroupNotGranted, NoPoolForGroup, NoSuchGroup
from maccord.alloc.paths import upwards
from tests.kit.stores import ACTOR, Stores, postgres, spec, vm

__all__ = ["postgres"]

POOLS, SIZE = ("p0", "p1", "p2"), 5
PATHS = st.sampled_from(["/", "a", "a/b", "a/b/c", "x"])
GRANTS = st.none() | st.sets(st.sampled_from(POOLS), min_size=1)


class GroupsMachine(RuleBasedStateMachine):
    """Two services and one command bind, allocate and release on one store."""

    kind, server = "sqlite", None

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.stores = Stores(self.kind, self.folder, self.server)
        self.bound, self.free, self.keys, self.held = {}, dict.fromkeys(POOLS, SIZE), {}, {}

    @initialize()
    def begin(self):
        self.each = [self.stores.open(background=True), self.stores.open(background=True)]
        self.each.append(self.stores.open(background=False))
        for number, name in enumerate(POOLS):
            first, last = f"02-00-00-00-{number:02X}-00", f"02-00-00-00-{number:02X}-{SIZE - 1:02X}"
            self.each[0].create_pool(spec(name, first, last, rest_s=0), actor=ACTOR)

    def asked(self, path, granted):
        """Return the pools that a path asks: granted ones in their order, and whether any other is bound."""
        found = []
        for above in upwards(path):
            pools, inherits = self.bound.get(above, ((), True))
            found += [name for name in pools if name not in found]
            if not inherits and above != "/":
                break
        return [name for name in found if granted is None or name in granted], bool(found)

    @rule(who=st.integers(0, 2), path=PATHS, pools=st.lists(st.sampled_from(POOLS), unique=True), inherit=st.booleans())
    def bind(self, who, path, pools, inherit):
        made = self.each[who].set_group(path, pools, actor=ACTOR, inherit=inherit)
        assert (made.pools, made.inherit) == (tuple(pools), inherit)
        self.bound[path] = tuple(pools), inherit

    @rule(who=st.integers(0, 2), path=PATHS)
    def unbind(self, who, path):
        try:
            self.each[who].delete_group(path, actor=ACTOR)
        except NoSuchGroup:
            assert path not in self.bound
        else:
            del self.bound[path]

    @rule(who=st.integers(0, 2), path=PATHS, count=st.integers(1, 3), granted=GRANTS, key=st.none() | st.integers(0, 3))
    def allocate(self, who, path, count, granted, key):
        name = None if key is None else f"{key} {path} {count}"
        pools, others = self.asked(path, granted)
        wins = next((pool for pool in pools if self.free[pool] >= count), None)
        assert self.each[who].explain_group(path, count=count, granted=granted).pool == wins
        try:
            got = self.each[who].allocate_for_group(path, vm("a"), actor=ACTOR, count=count, granted=granted, key=name)
        except (NoPoolForGroup, GroupNotGranted) as e:
            assert not pools
            assert isinstance(e, GroupNotGranted) is others
            assert name not in self.keys
        except GroupExhausted:
            assert pools
            assert wins is None
            assert name not in self.keys
        else:
            if name in self.keys:
                assert (got.addresses, got.replayed) == (self.keys[name], True)
                return
            assert (got.pool, got.count, got.replayed) == (wins, count, False)
            self.free[wins] -= count
            assert not set(got.addresses) & set(self.held)
            self.held |= dict.fromkeys(got.addresses, wins)
            if name is not None:
                self.keys[name] = got.addresses

    @rule(who=st.integers(0, 2), choice=st.integers(0, 100))
    def release(self, who, choice):
        if self.held:
            address = sorted(self.held)[choice % len(self.held)]
            self.each[who].release(address, actor=ACTOR)
            self.free[self.held.pop(address)] += 1

    def teardown(self):
        if hasattr(self, "each"):
            assert self.each[2].verify_audit().ok
            verdict = self.each[2].verify_pools()
            assert verdict.ok, verdict
        self.stores.close()
        shutil.rmtree(self.folder)


def test_groups_on_sqlite_keep_to_the_model():
    run_state_machine_as_test(GroupsMachine, settings=settings(max_examples=12, stateful_step_count=30, deadline=None))


@pytest.mark.real
def test_groups_on_postgresql_keep_to_the_model(postgres):
    machine = type("PostgresMachine", (GroupsMachine,), {"kind": "postgresql", "server": postgres})
    run_state_machine_as_test(machine, settings=settings(max_examples=5, stateful_step_count=25, deadline=None))
