"""Ranges leased to another store: signed, accepted, prolonged, taken back, reported; the same on every store."""

import asyncio
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from maccord.alloc.errors import (
    AdoptionConflicts,
    BadLease,
    BadRequest,
    BlockWithoutEnd,
    CannotSign,
    ForbiddenAddress,
    LeaseRefused,
    NoSuchBlock,
    NoSuchKey,
    PoolEnded,
    PoolExists,
    RangeOverlap,
)
from maccord.alloc.life import State
from maccord.alloc.records import Adoption, Holder, PoolChange, RangeLease, RangeSpec, Revocations
from maccord.alloc.signing import Signer, new_private_pem, opened, sealed
from maccord.app.listing import everything
from tests.kit.signed import leasing, signing
from tests.kit.stores import ACTOR, START, spec, vm

DAY = 86_400


@pytest.fixture
def site(stores):
    """A store of its own for the delegate, with the same time."""
    return stores.open(stores.new_url())


def lent(stores, *, size=16, for_s=DAY, **more):
    centre, signer = leasing(stores, **more)
    return centre, signer, centre.carve_block("web", "SITE-B", actor=ACTOR, size=size, for_s=for_s)


def give(pool, authority, name="a", **more):
    return authority.allocate(pool, vm(name), actor=ACTOR, **more).addresses


def test_a_lease_says_what_of_whom_for_whom_and_until_when(stores):
    centre, signer, block = lent(stores)
    said = opened(centre.block_lease(block.id), RangeLease, [signer.public])
    assert (said.block, said.serial, said.pool, said.scope, said.kind) == (block.id, 1, "web", "global", "mac")
    assert (said.delegate, said.first, said.last) == ("SITE-B", block.first, block.last)
    assert (said.issued, said.not_after) == (START, START + timedelta(days=1))
    again = opened(centre.block_lease(block.id), RangeLease, [signer.public])
    assert again.store == said.store
    assert len(said.store) == 32


def test_a_store_stays_the_same_store_when_it_moves(stores):
    centre, signer, block = lent(stores)
    copy = stores.open(stores.new_url())
    copy.load(list(centre.export()), actor=ACTOR)
    copy.sign_with(signer)
    assert copy.block_lease(block.id).payload == centre.block_lease(block.id).payload
    assert copy.signing_keys() == centre.signing_keys()


def test_a_delegate_issues_while_the_centre_is_away_and_not_a_second_longer(stores, site):
    centre, signer, block = lent(stores)
    pool = site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR)
    centre.close()
    assert (pool.name, pool.size, pool.scope) == ("web", 16, "global")
    assert pool.valid_until == START + timedelta(seconds=DAY - 300)
    assert block.first <= give("web", site)[0] <= block.last
    stores.time.pass_s(DAY - 301)
    first = give("web", site, "b", key="k")
    stores.time.pass_s(1)
    for wish in ({}, {"count": 2}, {"address": block.last}, {"count": 2000}):
        with pytest.raises(PoolEnded, match=r"maccord pool accept FILE --key") as refused:
            give("web", site, "c", **wish)
        assert refused.value.fields() == {"pool": "web", "at": "2026-11-23T07:55:00+00:00"}
    with pytest.raises(PoolEnded):
        site.carve_block("web", "HV01", actor=ACTOR, size=1)
    assert give("web", site, "b", key="k") == first  # a retry gets its answer for ever
    site.confirm(first[0], actor=ACTOR)
    assert site.release(first[0], actor=ACTOR).lease.state is State.RESTING
    assert site.verify_pools().ok


def test_tasks_of_an_event_loop_stop_too(stores, site):
    centre, signer, block = lent(stores)
    site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR)

    async def work():
        await site.aio.allocate("web", vm("a"), actor=ACTOR)
        stores.time.pass_s(DAY)
        return await asyncio.gather(
            *(site.aio.allocate("web", vm(f"b{n}"), actor=ACTOR) for n in range(4)), return_exceptions=True
        )

    assert {type(one) for one in asyncio.run(work())} == {PoolEnded}


def test_a_renewed_lease_prolongs_the_pool_also_for_processes_at_work(stores, site):
    centre, signer, block = lent(stores)
    site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR, name="b")
    before = give("b", site)
    stores.time.pass_s(DAY - 400)
    centre.renew_block(block.id, actor=ACTOR)
    pool = site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR)
    assert pool.valid_until == START + timedelta(seconds=2 * DAY - 700)
    stores.time.pass_s(DAY - 1000)
    assert give("b", site, "b") != before
    assert [one.serial for one in site.delegations()] == [2]
    assert site.verify_pools().ok


def test_an_older_lease_changes_nothing_and_the_same_one_neither(stores, site):
    centre, signer, block = lent(stores)
    old = centre.block_lease(block.id)
    stores.time.pass_s(10)
    centre.renew_block(block.id, actor=ACTOR)
    new = centre.block_lease(block.id)
    pool = site.accept_lease(new, [signer.public], actor=ACTOR)
    with pytest.raises(LeaseRefused, match="lease 2 is known"):
        site.accept_lease(old, [signer.public], actor=ACTOR)
    journal = len(list(everything(site.audit)))
    assert site.accept_lease(new, [signer.public], actor=ACTOR) == pool
    assert len(list(everything(site.audit))) == journal


def test_a_lease_that_was_taken_back_ends_the_pool_for_ever(stores, site):
    centre, signer, block = lent(stores)
    lease = centre.block_lease(block.id)
    site.accept_lease(lease, [signer.public], actor=ACTOR)
    give("web", site)
    stores.time.pass_s(10)
    centre.revoke_block(block.id, reason="stolen", actor=ACTOR)
    listed = centre.revocations()
    (told,) = opened(listed, Revocations, [signer.public]).leases
    assert (told.block, told.serial, told.revoked_at) == (block.id, 1, START + timedelta(seconds=10))
    assert give("web", site, "b")  # nobody has told it yet
    (ended,) = site.heed_revocations(listed, [signer.public], actor=ACTOR)
    assert (ended.pool, ended.block) == ("web", block.id)
    stores.time.pass_s(1)
    with pytest.raises(PoolEnded):
        give("web", site, "c")
    with pytest.raises(LeaseRefused, match="taken back"):
        site.accept_lease(lease, [signer.public], actor=ACTOR)
    assert site.heed_revocations(listed, [signer.public], actor=ACTOR) == (ended,)
    for address in [one.address for one in site.holdings()]:
        site.release(address, actor=ACTOR)
    stores.time.pass_s(2 * DAY)
    site.tick()
    site.delete_pool("web", actor=ACTOR)
    stores.time.set_s(-2 * DAY)
    with pytest.raises(LeaseRefused):
        site.accept_lease(lease, [signer.public], actor=ACTOR)


def test_a_lease_that_was_heard_to_be_taken_back_is_not_accepted_later(stores, site):
    centre, signer, block = lent(stores)
    lease = centre.block_lease(block.id)
    centre.return_block(block.id, actor=ACTOR)  # what was given back is on the list, too
    assert site.heed_revocations(centre.revocations(), [signer.public], actor=ACTOR) == ()
    with pytest.raises(LeaseRefused, match="taken back"):
        site.accept_lease(lease, [signer.public], actor=ACTOR)
    copy = stores.open(stores.new_url())
    copy.load(list(site.export()), actor=ACTOR)
    with pytest.raises(LeaseRefused, match="taken back"):
        copy.accept_lease(lease, [signer.public], actor=ACTOR)


def test_the_list_has_only_what_is_not_over(stores):
    centre, signer, block = lent(stores, for_s=100)
    centre.carve_block("web", "S", actor=ACTOR, size=4, for_s=50)
    centre.revoke_block(block.id, reason="x", actor=ACTOR)
    stores.time.pass_s(60)
    centre.tick()
    assert [one.block for one in opened(centre.revocations(), Revocations, [signer.public]).leases] == [block.id]
    stores.time.pass_s(40)
    assert opened(centre.revocations(), Revocations, [signer.public]).leases == ()


def test_only_a_key_that_is_registered_and_not_retired_signs(stores):
    centre, signer, block = lent(stores)
    centre.sign_with(Signer(new_private_pem()))
    with pytest.raises(CannotSign, match="not registered"):
        centre.block_lease(block.id)
    centre.sign_with(None)
    with pytest.raises(CannotSign, match="--signing-key"):
        centre.revocations()
    centre.sign_with(signer)
    assert centre.add_signing_key(signer.public, actor=ACTOR) == centre.signing_keys()[0]
    assert centre.retire_signing_key(signer.id, actor=ACTOR).until == START
    assert centre.add_signing_key(signer.public, actor=ACTOR).until == START  # it does not come back
    with pytest.raises(CannotSign, match="retired"):
        centre.block_lease(block.id)
    newer = signing(centre)
    assert opened(centre.block_lease(block.id), RangeLease, [signer.public, newer.public]).block == block.id
    with pytest.raises(NoSuchKey):
        centre.retire_signing_key("none", actor=ACTOR)


def test_no_private_key_is_anywhere_in_the_store(stores):
    pem = new_private_pem()
    centre = stores.open()
    signer = Signer(pem)
    centre.add_signing_key(signer.public, actor=ACTOR)
    rows = msgspec.json.encode(list(centre.export())).decode()
    assert "PRIVATE" not in rows
    assert pem.decode().splitlines()[1] not in rows
    assert "PRIVATE" not in repr(signer)


def test_what_has_no_end_or_is_over_is_not_signed(stores):
    centre, _, block = lent(stores, for_s=100)
    endless = centre.carve_block("web", "S", actor=ACTOR, size=4)
    with pytest.raises(BlockWithoutEnd):
        centre.block_lease(endless.id)
    with pytest.raises(NoSuchBlock):
        centre.block_lease(99)
    stores.time.pass_s(100)  # nobody has looked yet
    with pytest.raises(NoSuchBlock, match="ended"):
        centre.block_lease(block.id)


def crafted(signer, **more: Any):
    """Return a lease as a careless or hostile holder of the key would sign it."""
    lease: dict[str, Any] = {
        "store": "s", "block": 1, "serial": 1, "pool": "web", "scope": "global", "kind": "mac", "delegate": "b",
        "first": "02-00-00-00-10-00", "last": "02-00-00-00-10-0F", "issued": START,
        "not_after": START + timedelta(days=1), **more,
    }  # fmt: skip
    return sealed(RangeLease(**lease), signer)


HOSTILE: dict[str, tuple[dict[str, Any], type[Exception]]] = {
    "a group address inside": ({"first": "02-00-00-00-10-00", "last": "03-00-00-00-00-00"}, ForbiddenAddress),
    "backwards": ({"first": "02-00-00-00-10-0F", "last": "02-00-00-00-10-00"}, BadLease),
    "no address": ({"first": "zebra"}, BadLease),
    "spelled otherwise": ({"first": "02:00:00:00:10:00"}, BadLease),
    "a name that is none": ({"pool": "../../etc"}, BadRequest),
    "control characters": ({"delegate": "a\x1b[31m"}, BadLease),
    "over": ({"not_after": START - timedelta(seconds=1), "issued": START - timedelta(days=1)}, LeaseRefused),
    "over by the allowance": ({"not_after": START + timedelta(seconds=300)}, LeaseRefused),
    "issued tomorrow": ({"issued": START + timedelta(hours=12)}, LeaseRefused),
    "ends before it begins": (
        {"issued": START + timedelta(seconds=200), "not_after": START + timedelta(seconds=100)},
        LeaseRefused,
    ),
    "of another schema": ({"schema": "maccord.range-lease/2"}, BadLease),
    "a wwn that is a mac": ({"kind": "wwn"}, BadLease),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_signed_lease_that_must_not_be_used_leaves_nothing(site, what):
    signer = Signer(new_private_pem())
    change, refusal = HOSTILE[what]
    with pytest.raises(refusal):
        site.accept_lease(crafted(signer, **change), [signer.public], actor=ACTOR)
    assert site.pools().items == ()
    assert site.delegations() == ()


def test_a_pool_keeps_to_the_range_and_the_serial_that_it_knows(site):
    signer = Signer(new_private_pem())
    keys = [signer.public]
    site.accept_lease(crafted(signer), keys, actor=ACTOR)
    changes: tuple[dict[str, Any], ...] = (
        {"serial": 2, "last": "02-00-00-00-10-1F"},
        {"serial": 2, "scope": "lab"},
        {"not_after": START + timedelta(days=9)},
    )
    for change in changes:
        with pytest.raises(LeaseRefused):
            site.accept_lease(crafted(signer, **change), keys, actor=ACTOR)
    with pytest.raises(BadRequest, match="stands on a lease"):
        site.change_pool("web", PoolChange(ranges=(RangeSpec("02-00-00-00-10-00", "02-00-00-00-20-00"),)), actor=ACTOR)
    with pytest.raises(PoolExists):
        site.accept_lease(crafted(signer, store="other"), keys, actor=ACTOR)
    with pytest.raises(RangeOverlap):
        site.accept_lease(crafted(signer, store="other"), keys, actor=ACTOR, name="again")
    with pytest.raises(BadRequest, match="leave the name out"):
        site.accept_lease(crafted(signer, serial=2), keys, actor=ACTOR, name="x")
    assert site.pool("web").version == 2


def test_nothing_is_leased_on_for_longer_than_it_is_leased(stores, site):
    centre, signer, block = lent(stores)
    site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR)
    for for_s in (None, DAY):
        with pytest.raises(BadRequest, match="is leased itself"):
            site.carve_block("web", "HV01", actor=ACTOR, size=4, for_s=for_s)
    own = site.carve_block("web", "HV01", actor=ACTOR, size=4, for_s=DAY - 300)
    with pytest.raises(BadRequest, match="is leased itself"):
        site.renew_block(own.id, actor=ACTOR, for_s=DAY)


def reported(stores, site):
    """Return a centre, a block of it, and what its delegate has given of it: a, b, and shared by a snapshot."""
    centre, signer, block = lent(stores)
    site.accept_lease(centre.block_lease(block.id), [signer.public], actor=ACTOR)
    first, second = (give("web", site, name)[0] for name in "ab")
    site.share(second, Holder("snapshot", "b before"), actor=ACTOR)
    return centre, block, first, second


def test_a_report_tells_the_centre_who_holds_what(stores, site):
    centre, block, first, second = reported(stores, site)
    report = site.range_report("web")
    done = centre.report_block(report, actor=ACTOR)
    assert (done.rows, done.added, done.known, done.gone) == (3, 2, 0, 0)
    assert [str(one.holder) for one in centre.look_up(first).holders] == ["vm-adapter:a"]
    assert [str(one.holder) for one in centre.look_up(second).holders] == ["vm-adapter:b", "snapshot:b before"]
    assert centre.look_up(first).holders[0].holder.host == "HV01"
    assert centre.report_block(report, actor=ACTOR).known == 3
    assert centre.usage("web")[0].blocks == block.size - 2
    assert centre.verify_pools().ok


def test_a_later_report_says_who_let_go_and_who_has_it_now(stores, site):
    centre, _, first, second = reported(stores, site)
    centre.report_block(site.range_report("web"), actor=ACTOR)
    site.release(first, actor=ACTOR)
    site.release(second, actor=ACTOR, holder="snapshot:b before")
    assert centre.report_block(site.range_report("web"), actor=ACTOR).gone == 2
    assert centre.look_up(first).state is State.RESTING
    site.end_rest(first, reason="test", actor=ACTOR)
    site.allocate("web", vm("c"), actor=ACTOR, address=first)
    assert centre.report_block(site.range_report("web"), actor=ACTOR).added == 1
    assert [str(one.holder) for one in centre.look_up(first).holders] == ["vm-adapter:c"]
    assert [str(one.holder) for one in centre.look_up(second).holders] == ["vm-adapter:b"]
    past = [str(one.holder) for one in centre.history(first) if one.holder and one.until]
    assert past == ["vm-adapter:a"]
    stores.time.pass_s(DAY)
    centre.tick()
    stores.time.pass_s(3600)
    centre.tick()
    assert centre.look_up(first).state is State.IN_USE  # it outlasts the lease, since it was reported
    assert centre.usage("web")[0].available == 254
    assert centre.verify_pools().ok
    assert centre.verify_audit().ok


def test_a_report_after_a_revocation_frees_nothing_before_the_lease_is_over(stores, site):
    centre, block, first, _ = reported(stores, site)
    centre.revoke_block(block.id, reason="x", actor=ACTOR)
    centre.report_block(site.range_report("web"), actor=ACTOR)
    site.release(first, actor=ACTOR)
    centre.report_block(site.range_report("web"), actor=ACTOR)
    stores.time.pass_s(DAY + 59)
    centre.tick()
    assert centre.look_up(first).state is State.RESTING
    stores.time.pass_s(2)
    centre.tick()
    assert centre.look_up(first).state is State.FREE
    assert centre.verify_pools().ok


def test_a_report_that_does_not_fit_changes_nothing(stores, site):
    centre, block, first, _ = reported(stores, site)
    report = site.range_report("web")
    endless = centre.carve_block("web", "HV07", actor=ACTOR, size=4)
    outside = msgspec.structs.replace(report.rows[0], mac="02-00-00-00-10-F0")
    before = list(centre.holdings())
    for wrong, why in (
        ({"store": "other"}, BadRequest),
        ({"block": 99}, NoSuchBlock),
        ({"block": endless.id}, BadRequest),
        ({"schema": "other"}, BadRequest),
        ({"rows": (*report.rows, outside)}, BadRequest),
    ):
        with pytest.raises(why):
            centre.report_block(msgspec.structs.replace(report, **wrong), actor=ACTOR)
    assert list(centre.holdings()) == before
    centre.adopt([Adoption(address=first, holder=vm("somebody else", "SITE-B"))], actor=ACTOR)
    with pytest.raises(AdoptionConflicts):  # what the centre saw itself is not overwritten
        centre.report_block(report, actor=ACTOR)
    assert [str(one.holder) for one in centre.look_up(first).holders] == ["vm-adapter:somebody else"]
    with pytest.raises(BadRequest, match="stands on no lease"):
        centre.range_report("web")
    site.create_pool(spec("own", "02-00-00-00-20-00", "02-00-00-00-20-0F"), actor=ACTOR)
    assert site.range_report("web").block == block.id
