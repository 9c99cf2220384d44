"""Hosts' ranges that are leased for a time: renewed, returned, revoked, expired; the same on every store."""

from datetime import timedelta

import pytest

from maccord.alloc.errors import BadRequest, BlockWithoutEnd, KeyReused, NoSuchBlock, StaleVersion
from maccord.alloc.life import State
from maccord.alloc.records import Adoption, Holder, RangeSpec
from maccord.app.listing import everything
from tests.contract.test_upgrade import connect
from tests.kit.stores import ACTOR, START, spec, vm

FIRST = "02-00-00-00-10-00"


def carved(stores, *, size=16, for_s=100, **more):
    authority = stores.open()
    authority.create_pool(spec(**more), actor=ACTOR)
    return authority, authority.carve_block("web", "HV01", actor=ACTOR, size=size, for_s=for_s)


def states(authority):
    one = authority.usage("web")[0]
    return one.free + one.reserved, one.blocks, one.resting


def actions(authority):
    return [one.action for one in everything(authority.audit)]


def test_a_block_without_a_time_has_no_end(stores):
    authority, block = carved(stores, for_s=None)
    assert (block.expires_at, block.serial, block.version) == (None, 0, 1)
    assert "Leased until" not in block.install
    stores.time.pass_s(10**8)
    authority.tick()
    assert states(authority) == (240, 16, 0)


def test_a_leased_block_says_its_end_and_what_the_host_must_be_told(stores):
    _, block = carved(stores)
    assert (block.expires_at, block.serial) == (START + timedelta(seconds=100), 1)
    comment, command = block.install.rsplit("\n", 1)
    assert all(line.startswith("#") for line in comment.splitlines())
    assert "2026-11-22T08:01:40Z" in comment
    assert command.startswith("Set-VMHost -ComputerName 'HV01'")


def test_a_lease_that_is_over_rests_and_is_the_pools_again(stores):
    authority, block = carved(stores)
    stores.time.pass_s(99)
    authority.tick()
    assert states(authority) == (240, 16, 0)
    stores.time.pass_s(1)
    authority.tick()
    assert states(authority) == (240, 0, 16)
    assert authority.block(block.id).until == block.expires_at
    assert authority.blocks().items == ()
    stores.time.pass_s(59)
    authority.tick()
    assert states(authority) == (240, 0, 16)
    stores.time.pass_s(1)
    authority.tick()
    assert states(authority) == (256, 0, 0)
    assert actions(authority).count("expire-block") == 1
    assert authority.verify_pools().ok


def test_a_rest_begins_at_the_end_of_the_lease_however_late_that_is_seen(stores):
    authority, _ = carved(stores)
    stores.time.pass_s(161)
    authority.tick()
    assert states(authority)[0] == 256


def test_a_command_without_a_keeper_finds_what_is_over(stores):
    authority, _ = carved(stores, size=256, last="02-00-00-00-10-FF")
    authority.close()
    stores.time.pass_s(1000)
    command = stores.open(background=False)
    assert command.blocks().items == ()
    assert command.allocate("web", vm("a"), actor=ACTOR).addresses == (FIRST,)


def test_a_renewal_counts_from_now_and_is_counted(stores):
    authority, block = carved(stores)
    stores.time.pass_s(50)
    renewed = authority.renew_block(block.id, actor=ACTOR)
    assert (renewed.serial, renewed.version) == (2, 2)
    assert renewed.expires_at == START + timedelta(seconds=150)
    longer = authority.renew_block(block.id, actor=ACTOR, for_s=500)
    assert (longer.serial, longer.expires_at) == (3, START + timedelta(seconds=550))
    stores.time.pass_s(120)
    assert authority.renew_block(block.id, actor=ACTOR).expires_at == START + timedelta(seconds=670)
    stores.time.pass_s(200)
    authority.tick()
    assert states(authority)[1] == 16


def test_a_renewal_never_takes_time_away(stores):
    authority, block = carved(stores)
    with pytest.raises(BadRequest, match="revoke"):
        authority.renew_block(block.id, actor=ACTOR, for_s=99)
    assert authority.block(block.id) == block


def test_a_renewal_by_a_process_whose_clock_is_a_little_behind_is_none_for_less_time(stores):
    ahead, behind = stores.open(background=False), stores.open(background=False)
    ahead.create_pool(spec(), actor=ACTOR)
    stores.time.set_s(100_000)
    stores.time.pass_s(10)
    ahead.tick()  # which leans towards the system's clock
    block = ahead.carve_block("web", "HV01", actor=ACTOR, size=2, for_s=200)
    assert behind.now() < ahead.now()
    renewed = behind.renew_block(block.id, actor=ACTOR)
    assert (renewed.expires_at, renewed.serial) == (block.expires_at, block.serial + 1)


def test_a_renewal_with_its_key_is_made_once(stores):
    authority, block = carved(stores)
    stores.time.pass_s(10)
    first = authority.renew_block(block.id, actor=ACTOR, key="r")
    assert authority.renew_block(block.id, actor=ACTOR, key="r") == first
    with pytest.raises(KeyReused):
        authority.renew_block(block.id, actor=ACTOR, for_s=900, key="r")


def test_what_is_over_or_has_no_end_is_not_renewed(stores):
    authority, block = carved(stores)
    endless = authority.carve_block("web", "HV02", actor=ACTOR, size=4)
    with pytest.raises(BlockWithoutEnd, match=f"maccord block return {endless.id}"):
        authority.renew_block(endless.id, actor=ACTOR, for_s=10)
    stores.time.pass_s(100)  # nobody has looked yet
    for late in (authority.renew_block, authority.return_block):
        with pytest.raises(NoSuchBlock, match="ended at 2026-11-22T08:01:40Z"):
            late(block.id, actor=ACTOR)
    with pytest.raises(NoSuchBlock, match="there is no block 99"):
        authority.renew_block(99, actor=ACTOR)


@pytest.mark.parametrize("for_s", [0, -5, 10**10])
def test_a_time_that_cannot_be_is_refused(stores, for_s):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(BadRequest):
        authority.carve_block("web", "HV01", actor=ACTOR, size=4, for_s=for_s)
    assert states(authority) == (256, 0, 0)


def test_what_its_host_gives_back_rests_from_now(stores):
    authority, block = carved(stores, for_s=10_000)
    assert authority.return_block(block.id, actor=ACTOR).until == START
    stores.time.pass_s(60)
    authority.tick()
    assert states(authority) == (256, 0, 0)


def test_what_is_taken_back_is_free_only_after_the_lease_is_over_and_has_rested(stores):
    authority, block = carved(stores, for_s=10_000)
    gone = authority.revoke_block(block.id, reason="the site is lost", actor=ACTOR)
    assert (gone.until, gone.revoked_at) == (START, START)
    for _ in range(3):
        assert states(authority) == (240, 0, 16)
        stores.time.pass_s(3333)
        authority.tick()
    stores.time.pass_s(59)  # 10,058 s after it was leased
    authority.tick()
    assert states(authority) == (240, 0, 16)
    assert authority.verify_pools().ok
    stores.time.pass_s(3)
    authority.tick()
    assert states(authority) == (256, 0, 0)
    with pytest.raises(NoSuchBlock):
        authority.revoke_block(block.id, reason="again", actor=ACTOR)
    (record,) = [one for one in everything(authority.audit) if one.action == "revoke-block"]
    assert record.details["reason"] == "the site is lost"


def test_what_has_no_end_is_not_taken_back(stores):
    authority, block = carved(stores, for_s=None)
    with pytest.raises(BlockWithoutEnd):
        authority.revoke_block(block.id, reason="x", actor=ACTOR)
    assert authority.block(block.id) == block


def test_an_address_that_is_in_use_outlasts_the_lease_and_never_comes_early_out_of_one_taken_back(stores):
    authority, block = carved(stores, for_s=1000)
    used = Adoption(address=FIRST, holder=vm("a"))
    authority.adopt([used], actor=ACTOR)
    authority.revoke_block(block.id, reason="x", actor=ACTOR)
    late = Adoption(address="02-00-00-00-10-01", holder=Holder("vm-adapter", "b"))
    authority.adopt([late], actor=ACTOR)  # the evidence came after it was taken back
    for address in (FIRST, late.address):
        authority.release(address, actor=ACTOR)
    stores.time.pass_s(61)
    authority.tick()  # both have rested, and the lease of the host is not over
    assert [authority.look_up(one).state for one in (FIRST, late.address)] == [State.RESTING, State.RESTING]
    assert authority.verify_pools().ok
    authority.adopt([used], actor=ACTOR)
    stores.time.pass_s(1000)
    authority.tick()
    assert authority.look_up(FIRST).state is State.IN_USE
    assert authority.look_up(late.address).state is State.FREE
    assert states(authority) == (255, 0, 0)
    assert authority.verify_pools().ok


@pytest.mark.parametrize("change", ["renew", "return", "revoke"])
def test_a_change_that_expects_what_was_there_is_refused_and_changes_nothing(stores, change):
    authority, seen = carved(stores)
    now = authority.renew_block(seen.id, actor=ACTOR, for_s=500)
    call = {
        "renew": lambda **more: authority.renew_block(seen.id, actor=ACTOR, **more),
        "return": lambda **more: authority.return_block(seen.id, actor=ACTOR, **more),
        "revoke": lambda **more: authority.revoke_block(seen.id, reason="x", actor=ACTOR, **more),
    }[change]
    journal = len(actions(authority))
    with pytest.raises(StaleVersion) as refused:
        call(expect=seen.version, **({"for_s": 900} if change == "renew" else {}))
    assert refused.value.fields() == {"expected": 1, "actual": 2}
    assert authority.block(seen.id) == now
    assert len(actions(authority)) == journal
    done = call(expect=now.version, **({"for_s": 900} if change == "renew" else {}))
    assert done.version == 3


def test_an_end_in_between_is_another_version(stores):
    authority, seen = carved(stores)
    stores.time.pass_s(100)
    authority.tick()
    with pytest.raises(StaleVersion):
        authority.return_block(seen.id, actor=ACTOR, expect=seen.version)
    assert authority.block(seen.id).version == 2


def test_blocks_and_their_ends_move_with_the_store(stores):
    authority, block = carved(stores, for_s=1000)
    other = authority.carve_block(
        "web", "HV02", actor=ACTOR, span=RangeSpec("02-00-00-00-10-40", "02-00-00-00-10-4F"), for_s=1000
    )
    authority.renew_block(block.id, actor=ACTOR, for_s=2000)
    authority.revoke_block(other.id, reason="x", actor=ACTOR)
    rows = list(authority.export())
    copy = stores.open(stores.new_url())
    copy.load(rows, actor=ACTOR)
    for number in (block.id, other.id):
        assert copy.block(number) == authority.block(number)
    stores.time.pass_s(3000)
    copy.tick()
    assert states(copy) == (256, 0, 0)
    assert copy.verify_pools().ok


FAULTS = {
    "UPDATE extent SET due = 1 WHERE kind = 'resting'": "block-rest",
    "UPDATE block SET serial = 0 WHERE until IS NULL": "block-fields",
    "UPDATE block SET expires_at = NULL WHERE until IS NULL": "block-fields",
    "UPDATE block SET revoked_at = 5 WHERE until IS NULL": "block-fields",
    "UPDATE pool SET valid_until = 5": "pool-origin",
}


@pytest.mark.parametrize("statement", FAULTS)
def test_what_cannot_be_is_found(stores, statement):
    authority, block = carved(stores)
    other = authority.carve_block("web", "HV02", actor=ACTOR, size=4, for_s=1000)
    authority.revoke_block(other.id, reason="x", actor=ACTOR)
    assert authority.verify_pools().ok
    authority.close()
    raw = connect(stores.url)
    raw.execute(statement)
    raw.commit()
    raw.close()
    verdict = stores.open(background=False).verify_pools()
    assert FAULTS[statement] in {one.rule for one in verdict.faults}
    assert all(one.pool == "web" for one in verdict.faults), block
