"""Whether what a store keeps agrees with itself: a healthy one has no fault, every harm is found and explained."""

import random
import sqlite3
from contextlib import suppress
from functools import partial

import pytest

from maccord.alloc.errors import NoSuchPool, Refusal
from maccord.alloc.records import Adoption, Holder, PoolChange, RangeSpec
from maccord.mac import show
from tests.kit.stores import ACTOR, Stores, spec, vm

FIRST = 0x020000001000


def at(place):
    return show(FIRST + place)


def begun(stores):
    """Return a store with pool web (256 addresses: 4 held, a block, an exclusion, one at rest) and pool db (16)."""
    authority = stores.open(background=True)
    authority.create_pool(spec(policy="lowest"), actor=ACTOR)
    authority.create_pool(spec("db", at(0x200), at(0x20F)), actor=ACTOR)
    for place in range(4):
        authority.allocate("web", vm(f"vm{place}"), actor=ACTOR, address=at(place))
    authority.allocate("web", vm("gone"), actor=ACTOR, address=at(0x10))
    authority.release(at(0x10), actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, span=RangeSpec(at(0x20), at(0x2F)))
    authority.carve_block("web", "HV02", actor=ACTOR, span=RangeSpec(at(0x30), at(0x3F)))
    authority.return_block(2, actor=ACTOR)
    authority.exclude("web", RangeSpec(at(0x80), at(0x8F)), reason="printers", actor=ACTOR)
    authority.set_group("emea", ("web",), actor=ACTOR)
    authority.allocate("db", vm("db"), actor=ACTOR)  # takes a hand, and its chunk
    return authority


def test_a_healthy_store_has_no_fault(stores):
    verdict = begun(stores).verify_pools()
    assert verdict.ok
    assert verdict.faults == ()
    assert (verdict.pools, verdict.leases, verdict.blocks) == (2, 6, 2)


def test_one_pool_may_be_asked_for(stores):
    verdict = begun(stores).verify_pools("db")
    assert verdict.ok
    assert (verdict.pools, verdict.leases, verdict.blocks) == (1, 1, 0)
    with pytest.raises(NoSuchPool):
        stores.open().verify_pools("none")


def test_an_empty_store_has_no_fault(authority):
    assert authority.verify_pools().ok


def test_leases_within_chunks_blocks_and_outside_of_pools_are_no_fault(stores):
    authority = begun(stores)
    rows = [
        Adoption(address=address, holder=Holder("vm-adapter", f"seen{number}", host))
        for number, (address, host) in enumerate([(at(0x25), "HV01"), (at(0x35), "HV02"), (at(0x900), "HV03")])
    ]
    assert authority.adopt(rows, actor=ACTOR).added == 3
    authority.probation(at(0x50), reason="seen twice", actor=ACTOR)
    assert authority.verify_pools().ok


def test_what_is_stranded_and_what_drains_is_no_fault(stores):
    authority = begun(stores)
    authority.change_pool("db", PoolChange(drain=(at(0x200),)), actor=ACTOR)
    authority.change_pool("web", PoolChange(ranges=(RangeSpec(at(2), at(0x13F)),), strand=True), actor=ACTOR)
    verdict = authority.verify_pools()
    assert verdict.ok, verdict


def test_a_long_life_by_chance_leaves_no_fault(stores):
    chance = random.Random(7)
    authority = begun(stores)
    other = stores.open(background=True)
    for turn in range(150):
        who = chance.choice([authority, other])
        place = at(chance.randrange(256))
        deeds = [
            partial(who.allocate, "web", vm(f"n{turn}"), actor=ACTOR, count=chance.randint(1, 9)),
            partial(who.release, place, actor=ACTOR),
            partial(who.confirm, place, actor=ACTOR),
            partial(who.probation, place, reason="odd", actor=ACTOR, for_s=30),
            partial(who.exclude, "web", RangeSpec(place, place), reason="x", actor=ACTOR),
            partial(who.include, "web", RangeSpec(at(0), at(0xFF)), actor=ACTOR),
            partial(who.carve_block, "web", "HV09", actor=ACTOR, size=4),
            partial(who.change_pool, "web", PoolChange(drain=(at(0),)), actor=ACTOR),
            partial(who.change_pool, "web", PoolChange(undrain=(at(0),)), actor=ACTOR),
        ]
        with suppress(Refusal):
            chance.choice(deeds)()
        stores.time.pass_s(chance.choice([0, 5, 61]))
        who.tick()
        verdict = authority.verify_pools()
        assert verdict.ok, verdict


HARMS = {
    "a group cannot be asked for": (
        "UPDATE pool_group SET name = 'emea//ams1'",
        "group",
        "group 'emea' has a path that nobody can ask for: 'emea//ams1'",
    ),
    "a group is lost": (
        "DELETE FROM pool_group",
        "binding",
        "pool web is bound to a group that is not there",
    ),
    "an extent is lost": (
        "DELETE FROM extent WHERE kind = 'excluded'",
        "uncovered",
        f"no extent and no lease tells of {at(0x80)} to {at(0x8F)} in a range of pool web: it is never issued",
    ),
    "a lease is lost": (
        f"DELETE FROM lease WHERE address IN ({FIRST + 1}, {FIRST + 2})",
        "uncovered",
        f"no extent and no lease tells of {at(1)} to {at(2)} in a range of pool web: it is never issued",
    ),
    "all of a pool is lost": (
        "DELETE FROM lease; DELETE FROM extent; DELETE FROM block; UPDATE pool_range SET space = 1",
        "uncovered",
        f"no extent and no lease tells of {at(0)} to {at(0xFF)} in a range of pool web: it is never issued",
    ),
    "two extents overlap": (
        (
            "INSERT INTO extent (space, lo, hi, pool, kind) SELECT space, lo + 1, lo + 2, pool, 'free' FROM extent"
            " WHERE kind = 'excluded'"
        ),
        "extent-overlap",
        (
            f"{at(0x81)} to {at(0x82)} is in an extent (excluded) of pool web and another (free) of pool web: it can be"
            " issued twice"
        ),
    ),
    "an extent lies in no range": (
        f"INSERT INTO extent (space, lo, hi, pool, kind) VALUES (1, {FIRST + 0x400}, {FIRST + 0x40F}, 1, 'free')",
        "extent-outside",
        f"an extent (free) of pool web has {at(0x400)} to {at(0x40F)}, which none of that pool's ranges has",
    ),
    "an extent is of another pool": (
        "UPDATE extent SET pool = 2 WHERE kind = 'excluded'",
        "extent-outside",
        f"an extent (excluded) of pool db has {at(0x80)} to {at(0x8F)}, which none of that pool's ranges has",
    ),
    "what is held is free": (
        f"INSERT INTO extent (space, lo, hi, pool, kind) VALUES (1, {FIRST + 1}, {FIRST + 2}, 1, 'free')",
        "lease-in-extent",
        (
            f"{at(1)} to {at(2)} has a lease (held), and an extent (free) of pool web has it, too: it can be issued a"
            " second time"
        ),
    ),
    "what is held is excluded": (
        (
            "INSERT INTO lease (space, address, pool, state, since, holders) VALUES"
            f' (1, {FIRST + 0x85}, 1, \'held\', 1, \'[["vm-adapter","x","","",1]]\')'
        ),
        "lease-in-extent",
        f"{at(0x85)} has a lease (held), and an extent (excluded) of pool web has it, too",
    ),
    "ranges overlap": (
        f"UPDATE pool_range SET hi = {FIRST + 0x203} WHERE pool = 1",
        "range-overlap",
        f"{at(0x200)} to {at(0x203)} is in two ranges, of pool web and pool db",
    ),
    "a lease is of another pool": (
        f"UPDATE lease SET pool = 2 WHERE address = {FIRST}",
        "lease-pool",
        f"the lease of {at(0)} is of pool db, and is in a range of pool web",
    ),
    "a lease is of no pool": (
        f"UPDATE lease SET pool = NULL WHERE address = {FIRST}",
        "lease-pool",
        f"the lease of {at(0)} is of no pool, and is in a range of pool web",
    ),
    "a lease is outside of its pool": (
        (
            "INSERT INTO lease (space, address, pool, state, since, holders) VALUES"
            f' (1, {FIRST + 0x900}, 1, \'held\', 1, \'[["vm-adapter","x","","",1]]\')'
        ),
        "lease-pool",
        f"the lease of {at(0x900)} is of pool web, and is in no range",
    ),
    "a lease is of a pool that is not there": (
        f"UPDATE lease SET pool = 77 WHERE address = {FIRST}",
        "lease-pool",
        f"the lease of {at(0)} is of pool number 77, which is not there, and is in a range of pool web",
    ),
    "a lease is of a space that is not there": (
        (
            "INSERT INTO lease (space, address, state, since, holders) VALUES"
            ' (9, 5, \'held\', 1, \'[["vm-adapter","x","","",1]]\')'
        ),
        "space",
        "there are addresses of space number 9, which is not there",
    ),
    "nobody holds a lease": (
        f"UPDATE lease SET holders = '[]' WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (held) has no holder, and can be released by nobody",
    ),
    "holders are no JSON": (
        f"UPDATE lease SET holders = '[[' WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (held) has holders that cannot be read",
    ),
    "holders are bytes": (
        f"UPDATE lease SET holders = x'ff00' WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (held) has holders that cannot be read",
    ),
    "a holder is there twice": (
        (
            'UPDATE lease SET holders = \'[["vm-adapter","x","","",1],["vm-adapter","x","HV","",2]]\''
            f" WHERE address = {FIRST}"
        ),
        "lease-fields",
        f"the lease of {at(0)} (held) names a holder twice",
    ),
    "somebody holds what rests": (
        f"UPDATE lease SET state = 'resting', due = 1 WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (resting) has a holder, though whoever had it has let go",
    ),
    "a rest never ends": (
        "UPDATE lease SET due = NULL WHERE state = 'resting'",
        "lease-fields",
        f"the lease of {at(0x10)} (resting) never ends its rest",
    ),
    "what is in use expires": (
        f"UPDATE lease SET state = 'in-use', due = 1 WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (in-use) has an end, and what is in use never expires",
    ),
    "a state is unknown": (
        f"UPDATE lease SET state = 'lent' WHERE address = {FIRST}",
        "lease-fields",
        f"the lease of {at(0)} (lent) is in no state that there is",
    ),
    "a kind of extent is unknown": (
        "UPDATE extent SET kind = 'lent' WHERE kind = 'excluded'",
        "extent-fields",
        f"the extent (lent) of pool web with {at(0x80)} to {at(0x8F)} is of no kind that there is",
    ),
    "a chunk has no hand": (
        "UPDATE extent SET hand = NULL WHERE kind = 'chunk'",
        "extent-fields",
        f"the extent (chunk) of pool db with {at(0x200)} to {at(0x20F)} has no hand: nobody issues from it",
    ),
    "a hand is lost": (
        "DELETE FROM hand",
        "chunk-hand",
        f"the chunk of pool db with {at(0x200)} to {at(0x20F)} names hand 1, which is not there: nobody issues from it",
    ),
    "a hand is of another pool": (
        "UPDATE hand SET pool = 1",
        "chunk-hand",
        f"the chunk of pool db with {at(0x200)} to {at(0x20F)} names hand 1, which is of pool web",
    ),
    "a hand has no process": (
        "UPDATE hand SET process = 99",
        "hand",
        "hand 1 of pool db is of process 99, which is not there",
    ),
    "a block is lost": (
        "DELETE FROM block WHERE id = 1",
        "extent-block",
        f"the extent (block) of pool web with {at(0x20)} to {at(0x2F)} names block 1, which is not there",
    ),
    "a block has other addresses": (
        "UPDATE block SET hi = hi - 1 WHERE id = 1",
        "extent-block",
        f"the extent (block) of pool web with {at(0x20)} to {at(0x2F)} names block 1, which has other addresses",
    ),
    "a block was returned and is kept": (
        "UPDATE block SET until = 5 WHERE id = 1",
        "extent-block",
        f"the extent (block) of pool web with {at(0x20)} to {at(0x2F)} names block 1, which was returned",
    ),
    "a block that a host has rests": (
        "UPDATE block SET until = NULL WHERE id = 2",
        "extent-block",
        f"the extent (resting) of pool web with {at(0x30)} to {at(0x3F)} names block 2, which was not returned",
    ),
    "a block has no extent": (
        "UPDATE extent SET kind = 'free', block = NULL WHERE kind = 'block'",
        "block-extent",
        f"block 1 of host HV01 has {at(0x20)} to {at(0x2F)}, and no extent of pool web keeps it for that host",
    ),
    "the rest of a block never ends": (
        "UPDATE extent SET due = NULL WHERE kind = 'resting'",
        "extent-fields",
        f"the extent (resting) of pool web with {at(0x30)} to {at(0x3F)} never ends its rest",
    ),
    "what drains is free": (
        "UPDATE pool_range SET draining = 1 WHERE pool = 1",
        "draining",
        f"{at(0x11)} to {at(0x1F)} is free in a range of pool web that drains: it would be issued all the same",
    ),
    "an extent is turned round": (
        "UPDATE extent SET hi = lo - 1 WHERE kind = 'excluded'",
        "extent-fields",
        f"an extent (excluded) of pool web begins at {at(0x80)} and ends before it",
    ),
    "an address is no number": (
        f"UPDATE lease SET address = 'abc' WHERE address = {FIRST}",
        "address",
        "a row has something else where an address has to be",
    ),
}


@pytest.fixture
def file(tmp_path):
    """A store in a file: harm is done with the sqlite3 module, and the check is the same code for every store."""
    found = Stores("sqlite", tmp_path, None)
    yield found
    found.close()


def harmed(stores, harm):
    """Return a store to which somebody did harm by another program."""
    begun(stores)
    raw = sqlite3.connect(stores.url.removeprefix("sqlite:///"))
    raw.execute("PRAGMA foreign_keys = OFF")
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for trigger in ("extent_new", "extent_moved", "pool_range_new", "pool_range_moved"):
        raw.execute(f"DROP TRIGGER {trigger}")
    raw.executescript(harm)
    assert raw.total_changes
    raw.close()
    return stores.open(background=False)


@pytest.mark.parametrize("name", HARMS)
def test_each_harm_is_found_and_explained(file, name):
    harm, rule, reason = HARMS[name]
    verdict = harmed(file, harm).verify_pools()
    assert not verdict.ok
    assert reason in [one.reason for one in verdict.faults if one.rule == rule], verdict.faults
    assert verdict.total == len(verdict.faults)


def test_a_fault_names_pool_scope_and_addresses_for_programs(file):
    authority = harmed(file, "DELETE FROM extent WHERE kind = 'excluded'")
    (fault,) = authority.verify_pools().faults
    assert (fault.pool, fault.scope, fault.first, fault.last) == ("web", "global", at(0x80), at(0x8F))
    assert authority.verify_pools("web").total == 1
    assert authority.verify_pools("db").ok


def test_of_very_many_faults_the_first_are_told_and_all_are_counted(file):
    told = """1, 'held', 1, '[["vm-adapter","x","","",1]]'"""
    many = ", ".join(f"(1, {FIRST + 0x1000 + 2 * turn}, {told})" for turn in range(250))
    harm = f"INSERT INTO lease (space, address, pool, state, since, holders) VALUES {many}"
    verdict = harmed(file, harm).verify_pools()
    assert verdict.total == 250
    assert len(verdict.faults) == 100
    assert verdict.faults[0].first == at(0x1000)
