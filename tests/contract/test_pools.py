"""Pools, their ranges, exclusions, counters and blocks: the same on every store."""

import pytest

from maccord.alloc.errors import (
    AddressTaken,
    BadRequest,
    ForbiddenAddress,
    NoRoom,
    NoSuchBlock,
    NoSuchPool,
    NotInPool,
    PoolExhausted,
    PoolExists,
    PoolInUse,
    RangeOverlap,
    StaleVersion,
)
from maccord.alloc.life import State
from maccord.alloc.records import PoolChange, PoolSpec, RangeSpec
from maccord.mac import BadRange
from tests.kit.stores import ACTOR, spec, vm


def low(octet, last=None):
    return RangeSpec(f"02-00-00-00-10-{octet:02X}", f"02-00-00-00-10-{octet if last is None else last:02X}")


def give(authority, name="a", pool="web", **more):
    return authority.allocate(pool, vm(name), actor=ACTOR, **more)


def test_a_pool_tells_what_it_is(authority):
    made = authority.create_pool(spec(excluded=(low(0),), note="ours"), actor=ACTOR)
    assert authority.pool("web") == made
    assert (made.size, made.version, made.note, made.excluded[0].size) == (256, 1, "ours", 1)
    assert authority.pools().items == (made,)


def test_ranges_of_one_scope_cannot_overlap_and_of_two_can(authority):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(RangeOverlap) as refused:
        authority.create_pool(spec("db", "02-00-00-00-10-FF", "02-00-00-00-11-FF"), actor=ACTOR)
    assert (refused.value.pool, refused.value.first) == ("web", "02-00-00-00-10-00")
    authority.create_pool(spec("db", scope="site2"), actor=ACTOR)
    with pytest.raises(PoolExists):
        authority.create_pool(spec("web", "02-00-00-00-20-00", "02-00-00-00-20-FF"), actor=ACTOR)
    assert [pool.name for pool in authority.pools().items] == ["db", "web"]


def test_ranges_of_one_pool_cannot_overlap_each_other(authority):
    with pytest.raises(BadRequest, match="overlaps"):
        authority.create_pool(PoolSpec(name="web", ranges=(low(0, 9), low(9, 12))), actor=ACTOR)
    with pytest.raises(BadRange):
        authority.create_pool(
            PoolSpec(name="web", ranges=(RangeSpec("02-00-00-00-10-05", "02-00-00-00-10-04"),)), actor=ACTOR
        )
    with pytest.raises(NoSuchPool):
        authority.pool("web")


@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("00-FF-FF-FF-FF-F0", "01-00-00-00-00-0F"),  # runs into group addresses
        ("00-00-5D-FF-FF-FF", "00-00-5F-00-00-00"),  # VRRP lies inside
        ("00-00-00-00-00-00", "00-00-00-00-00-0F"),
        ("02-BE-00-00-00-00", "02-C0-00-00-00-00"),  # NLB lies inside
        ("FE-FF-FF-FF-FF-F0", "FF-00-00-00-00-0F"),
        ("02-42-00-00-00-00", "02-42-00-00-00-FF"),  # Docker makes these by itself
    ],
)
def test_nothing_forbidden_lies_inside_a_range_even_between_its_ends(authority, first, last):
    with pytest.raises(ForbiddenAddress):
        authority.create_pool(spec(first=first, last=last), actor=ACTOR)


def test_blocks_that_others_issue_by_themselves_are_taken_when_that_is_said(authority):
    made = authority.create_pool(
        spec(first="02-42-00-00-00-00", last="02-42-00-00-00-FF", allow_foreign=True), actor=ACTOR
    )
    assert "Docker" in made.warnings[0]


def test_a_change_needs_the_version_that_was_seen(authority):
    authority.create_pool(spec(), actor=ACTOR)
    changed = authority.change_pool("web", PoolChange(rest_s=5, note="new"), actor=ACTOR, expect=1).pool
    assert (changed.version, changed.rest_s, changed.note) == (2, 5, "new")
    with pytest.raises(StaleVersion):
        authority.change_pool("web", PoolChange(rest_s=6), actor=ACTOR, expect=1)
    with pytest.raises(StaleVersion):
        authority.delete_pool("web", actor=ACTOR, expect=1)
    assert authority.pool("web").rest_s == 5


def test_a_changed_setting_holds_for_the_next_request(authority):
    authority.create_pool(spec(), actor=ACTOR)
    assert give(authority).until is None
    authority.change_pool("web", PoolChange(confirm_s=60), actor=ACTOR)
    assert give(authority).until is not None
    authority.change_pool("web", PoolChange(confirm_s=0), actor=ACTOR)
    assert give(authority).until is None


def test_a_range_that_is_moved_away_reports_what_it_strands(authority):
    authority.create_pool(spec(), actor=ACTOR)
    held = give(authority).addresses[0]
    change = PoolChange(ranges=(low(0x80, 0xFF), RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-0F")))
    foretold = authority.change_pool("web", change, actor=ACTOR, preview=True)
    assert (foretold.stranded.count, foretold.stranded.leases[0].address) == (1, held)
    assert authority.pool("web").version == 1
    with pytest.raises(PoolInUse) as refused:
        authority.change_pool("web", change, actor=ACTOR)
    assert refused.value.examples == (held,)
    done = authority.change_pool("web", PoolChange(ranges=change.ranges, strand=True), actor=ACTOR)
    assert (done.stranded.count, done.pool.size) == (1, 128 + 16)
    lease = authority.look_up(held)
    assert (lease.state, lease.pool) == (State.HELD, None)
    given = give(authority, "b", count=144).addresses
    assert held not in given
    assert all(address.startswith(("02-00-00-00-10-8", "02-00-00-00-10", "02-00-00-00-20")) for address in given)
    assert min(given) == "02-00-00-00-10-80"


def test_a_range_that_comes_back_takes_its_stranded_leases_again(authority):
    authority.create_pool(spec(), actor=ACTOR)
    held = give(authority).addresses[0]
    authority.change_pool("web", PoolChange(ranges=(low(0x80, 0xFF),), strand=True), actor=ACTOR)
    authority.change_pool("web", PoolChange(ranges=(low(0, 0xFF),)), actor=ACTOR)
    assert authority.look_up(held).pool == "web"
    used = authority.usage("web")[0]
    assert (used.held, used.available) == (1, 255)


def test_from_a_draining_range_nothing_is_given(authority):
    authority.create_pool(PoolSpec(name="web", ranges=(low(0, 7), low(8, 15)), rest_s=0), actor=ACTOR)
    held = give(authority).addresses[0]
    authority.change_pool("web", PoolChange(drain=("02-00-00-00-10-03",)), actor=ACTOR)
    assert give(authority, "b", count=8).addresses[0] == "02-00-00-00-10-08"
    with pytest.raises(PoolExhausted):
        give(authority, "c")
    assert authority.pool("web").ranges[0].draining
    authority.release(held, actor=ACTOR)
    authority.tick()
    with pytest.raises(PoolExhausted):
        give(authority, "c")
    authority.change_pool("web", PoolChange(undrain=("02-00-00-00-10-03",)), actor=ACTOR)
    assert give(authority, "c", count=8).count == 8


def test_a_pool_goes_only_when_nothing_of_it_is_held(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority).addresses[0]
    with pytest.raises(PoolInUse):
        authority.delete_pool("web", actor=ACTOR)
    authority.release(address, actor=ACTOR)
    with pytest.raises(PoolInUse):
        authority.delete_pool("web", actor=ACTOR)
    stores.time.pass_s(61)
    authority.delete_pool("web", actor=ACTOR)
    with pytest.raises(NoSuchPool):
        give(authority)
    assert [tenure.pool for tenure in authority.history(address)] == ["web", "web"]
    authority.create_pool(spec("new"), actor=ACTOR)
    assert give(authority, pool="new").count == 1


def test_another_process_notices_that_a_pool_is_gone_or_changed(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(rest_s=0), actor=ACTOR)
    address = give(two).addresses[0]
    one.change_pool("web", PoolChange(ranges=(low(0x00), low(0x80, 0x8F))), actor=ACTOR)
    assert give(two, "b").addresses == ("02-00-00-00-10-80",)
    for held in (address, "02-00-00-00-10-80"):
        one.release(held, actor=ACTOR)
    one.delete_pool("web", actor=ACTOR)
    with pytest.raises(NoSuchPool):
        give(two, "c")


def test_the_counters_add_up_to_the_size(stores):
    authority = stores.open()
    authority.create_pool(spec(excluded=(low(0xF0, 0xFF),)), actor=ACTOR)
    given = give(authority, count=10).addresses
    authority.confirm(given[0], actor=ACTOR)
    authority.release(given[1], actor=ACTOR)
    authority.probation("02-00-00-00-10-E0", reason="seen", actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, size=32)
    used = authority.usage("web")[0]
    assert (used.held, used.in_use, used.resting, used.probation) == (8, 1, 1, 1)
    assert (used.excluded, used.blocks, used.size) == (16, 32, 256)
    assert used.available == 256 - 10 - 1 - 16 - 32
    assert used.next_free_at is not None
    assert authority.usage() == (used,)


def test_a_host_gets_its_own_range_that_the_pool_never_gives(authority):
    authority.create_pool(spec(), actor=ACTOR)
    give(authority)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=16, align=16, key="k")
    assert (block.first, block.last, block.size) == ("02-00-00-00-10-10", "02-00-00-00-10-1F", 16)
    assert block.install == (
        "Set-VMHost -ComputerName 'HV01' -MacAddressMinimum '020000001010' -MacAddressMaximum '02000000101F'"
    )
    assert authority.carve_block("web", "HV01", actor=ACTOR, size=16, align=16, key="k") == block
    with pytest.raises(AddressTaken) as refused:
        give(authority, address="02-00-00-00-10-15")
    assert (refused.value.state, refused.value.host) == ("block", "HV01")
    assert not {*give(authority, "rest", count=239).addresses} & {f"02-00-00-00-10-1{digit:X}" for digit in range(16)}
    assert authority.blocks(pool="web").items == (block,)
    assert authority.blocks(host="HV02").items == ()
    lease = authority.look_up("02-00-00-00-10-15")
    assert (lease.state, lease.block, lease.note) == (State.BLOCK, block.id, "host HV01")


def test_two_blocks_never_overlap_and_what_is_held_is_not_carved(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, span=low(0x10, 0x1F))
    for span in (low(0x1F, 0x2F), low(0x10, 0x1F), low(0x00, 0x10)):
        with pytest.raises(AddressTaken):
            authority.carve_block("web", "HV02", actor=ACTOR, span=span)
    give(authority, address="02-00-00-00-10-45")
    with pytest.raises(AddressTaken):
        authority.carve_block("web", "HV02", actor=ACTOR, span=low(0x40, 0x4F))
    with pytest.raises(NotInPool):
        authority.carve_block("web", "HV02", actor=ACTOR, span=RangeSpec("02-00-00-00-10-F0", "02-00-00-00-11-0F"))
    with pytest.raises(NoRoom) as refused:
        authority.carve_block("web", "HV02", actor=ACTOR, size=240)
    assert refused.value.largest == 0xFF - 0x45


def test_a_block_that_is_returned_rests_and_is_the_pools_again(stores):
    authority = stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-0F"), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    assert authority.return_block(block.id, actor=ACTOR).until is not None
    with pytest.raises(NoSuchBlock):
        authority.return_block(block.id, actor=ACTOR)
    assert authority.look_up("02-00-00-00-10-05").state is State.RESTING
    with pytest.raises(PoolExhausted):
        give(authority)
    stores.time.pass_s(61)
    assert give(authority, count=16).count == 16
    told = authority.history("02-00-00-00-10-05")
    assert [tenure.state for tenure in told] == [State.BLOCK, State.HELD]


def test_a_block_is_carved_although_another_process_has_the_space_in_hand(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(last="02-00-00-00-10-1F"), actor=ACTOR)
    held = give(one).addresses[0]
    block = two.carve_block("web", "HV01", actor=ACTOR, size=16, align=16)
    given = [give(one, f"vm{turn}").addresses[0] for turn in range(15)]
    assert held not in given
    assert all(not block.first <= address <= block.last for address in given)


def test_a_range_that_touches_another_of_its_pool_can_go_on_its_own(authority):
    authority.create_pool(PoolSpec(name="web", ranges=(low(0, 7), low(8, 15)), rest_s=0), actor=ACTOR)
    given = give(authority, count=16).addresses
    for address in given:
        authority.release(address, actor=ACTOR)
    authority.tick()
    authority.change_pool("web", PoolChange(ranges=(low(8, 15),)), actor=ACTOR)
    assert authority.usage("web")[0].available == 8
    assert give(authority, count=8).count == 8


def test_a_range_with_a_hosts_block_cannot_go_and_the_preview_says_so(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    block = authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    held = authority.allocate("web", vm("a"), actor=ACTOR).addresses[0]
    change = PoolChange(ranges=(RangeSpec("02-00-00-00-10-80", "02-00-00-00-10-FF"),), strand=True)
    told = authority.change_pool("web", change, actor=ACTOR, preview=True)
    assert (told.stranded.blocks, told.stranded.count) == ((block.id,), 1)
    with pytest.raises(PoolInUse, match=f"block {block.id} lies there") as refused:
        authority.change_pool("web", change, actor=ACTOR)
    assert refused.value.fields()["blocks"] == [block.id]
    authority.return_block(block.id, actor=ACTOR)
    with pytest.raises(PoolInUse):
        authority.delete_pool("web", actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()
    assert authority.change_pool("web", change, actor=ACTOR).stranded.leases[0].address == held


def test_a_range_that_drains_in_part_is_refused_unless_it_is_undrained(authority):
    low, high = RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-0F"), RangeSpec("02-00-00-00-10-10", "02-00-00-00-10-1F")
    whole = RangeSpec(low.first, high.last)
    authority.create_pool(PoolSpec(name="web", ranges=(low, high)), actor=ACTOR)
    authority.change_pool("web", PoolChange(drain=(high.first,)), actor=ACTOR)
    with pytest.raises(BadRequest, match="only 02-00-00-00-10-10 to 02-00-00-00-10-1F drains"):
        authority.change_pool("web", PoolChange(ranges=(whole,)), actor=ACTOR)
    assert authority.usage("web")[0].drained == 16
    authority.change_pool("web", PoolChange(ranges=(whole,), undrain=(high.first,)), actor=ACTOR)
    assert authority.usage("web")[0].drained == 0
    given = authority.allocate("web", vm("all"), actor=ACTOR, count=32).addresses
    assert (given[0], given[-1]) == (whole.first, whole.last)
    assert authority.verify_pools().ok


def test_parts_of_a_range_that_drains_drain_on(authority):
    whole = RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-1F")
    authority.create_pool(PoolSpec(name="web", ranges=(whole,)), actor=ACTOR)
    authority.change_pool("web", PoolChange(drain=(whole.first,)), actor=ACTOR)
    parts = RangeSpec(whole.first, "02-00-00-00-10-07"), RangeSpec("02-00-00-00-10-10", whole.last)
    fresh = RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-03")
    authority.change_pool("web", PoolChange(ranges=(*parts, fresh)), actor=ACTOR)
    used = authority.usage("web")[0]
    assert (used.drained, used.available) == (24, 4)
    assert authority.allocate("web", vm("one"), actor=ACTOR, count=4).addresses[0] == fresh.first
    assert authority.verify_pools().ok


def test_all_pools_are_counted_as_each_alone_and_ranges_add_up_to_them(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    ranges = (RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-0F"), RangeSpec("02-00-00-00-30-00", "02-00-00-00-30-0F"))
    authority.create_pool(PoolSpec(name="db", ranges=ranges, excluded=(ranges[1],), scope="site2"), actor=ACTOR)
    authority.create_pool(spec("empty", "02-00-00-00-40-00", "02-00-00-00-40-00"), actor=ACTOR)
    first, *others = give(authority, count=9).addresses
    authority.confirm(others[0], actor=ACTOR)
    authority.release(first, actor=ACTOR)
    authority.probation(others[1], reason="seen twice", actor=ACTOR)
    authority.release(others[1], actor=ACTOR)
    authority.probation("02-00-00-00-10-F0", reason="seen twice", actor=ACTOR)
    authority.return_block(authority.carve_block("web", "HV01", actor=ACTOR, size=8).id, actor=ACTOR)
    authority.carve_block("web", "HV02", actor=ACTOR, size=8)
    give(authority, pool="db", count=3)
    authority.change_pool("web", PoolChange(drain=("02-00-00-00-10-00",)), actor=ACTOR)
    used = authority.usage()
    assert used == tuple(authority.usage(name)[0] for name in ("db", "empty", "web"))
    web = used[2]
    assert (web.in_use, web.held, web.resting, web.probation, web.blocks) == (1, 6, 9, 2, 8)
    fills = authority.range_fills()
    assert [(one.pool, one.first) for one in fills] == [
        ("db", ranges[0].first),
        ("db", ranges[1].first),
        ("empty", "02-00-00-00-40-00"),
        ("web", "02-00-00-00-10-00"),
    ]
    for one in used:
        mine = [each for each in fills if each.pool == one.pool]
        assert sum(each.size for each in mine) == one.size
        assert sum(each.available for each in mine) == one.available
        assert sum(each.taken for each in mine) == one.allocated + one.resting + one.probation + one.blocks
    assert authority.range_fills(limit=1) == fills[:1]


def test_excluding_and_including_need_the_version_that_was_seen(authority):
    made = authority.create_pool(spec(), actor=ACTOR)
    after = authority.exclude("web", low(1), reason="printers", actor=ACTOR, expect=made.version)
    assert after.version != made.version
    with pytest.raises(StaleVersion):
        authority.exclude("web", low(2), reason="late", actor=ACTOR, expect=made.version)
    with pytest.raises(StaleVersion):
        authority.include("web", low(1), actor=ACTOR, expect=made.version)
    assert authority.pool("web") == after
    assert authority.include("web", low(1), actor=ACTOR, expect=after.version).excluded == ()


def test_a_pool_that_is_made_again_has_no_version_of_the_old_one(stores):
    authority = stores.open()
    for name, changes in (("web", 3), ("db", 0)):
        authority.create_pool(spec(name), actor=ACTOR)
        for number in range(changes):
            authority.change_pool(name, PoolChange(note=f"{number}"), actor=ACTOR)
        authority.delete_pool(name, actor=ACTOR)
    again = authority.create_pool(spec(), actor=ACTOR)
    assert again.version > 5
    for old in range(1, again.version):
        with pytest.raises(StaleVersion):
            authority.change_pool("web", PoolChange(note="late"), actor=ACTOR, expect=old)
    rows = list(authority.export())
    other = stores.open(stores.new_url())
    other.load(iter(rows), actor=ACTOR)
    assert other.create_pool(spec("db", "02-00-00-00-20-00", "02-00-00-00-20-0F"), actor=ACTOR).version > 4
