"""Leases of ranges as pools: a delegate issues from what another authority has leased to it, while that is away."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec import DecodeError, json

from maccord.alloc import check, guard
from maccord.alloc.clock import micros, moment
from maccord.alloc.errors import BadLease, BadRequest, LeaseRefused, PoolExists
from maccord.alloc.kinds import spell
from maccord.alloc.records import Actor, Delegation, Envelope, Pool, PoolSpec, RangeLease, RangeSpec, Revocations
from maccord.alloc.signing import opened
from maccord.mac import MaccordError
from maccord.store import hands, pools
from maccord.store.database import Reader
from maccord.store.extents import PoolRow
from maccord.store.work import Tx, packed

_ROW = "SELECT store, block, serial, pool, ends_at, revoked_at FROM delegation"
_TWELVE_HOURS_S = 43_200


def _shown(row: Sequence[object]) -> Delegation:
    store, block, serial, pool, ends_at, revoked = row
    assert isinstance(ends_at, int)
    return Delegation(
        store=str(store),
        block=int(str(block)),
        serial=int(str(serial)),
        pool=str(pool),
        ends_at=moment(ends_at),
        revoked_at=moment(revoked) if isinstance(revoked, int) else None,
    )


def delegations(reader: Reader) -> tuple[Delegation, ...]:
    """Return every lease of a range that was ever accepted."""
    return tuple(_shown(row) for row in reader.rows(f"{_ROW} ORDER BY store, block"))


def known(reader: Reader, store: str, block: int) -> Delegation | None:
    """Return what is known of a lease."""
    rows = reader.rows(f"{_ROW} WHERE store = ? AND block = ?", (store, block))
    return _shown(rows[0]) if rows else None


def origin(reader: Reader, pool: PoolRow) -> RangeLease | None:
    """Return the lease that a pool stands on; it was checked when it was accepted."""
    text = str(reader.rows("SELECT origin FROM pool WHERE id = ?", (pool.id,))[0][0])
    try:
        return json.decode(text, type=_Origin).lease if text else None
    except (DecodeError, RecursionError):  # changed by hand, or imported: `pool verify` tells
        return None


class _Origin(Envelope, frozen=True, kw_only=True):
    """The envelope of a lease as a pool keeps it: as it was signed, and read."""

    lease: RangeLease


def accept(
    tx: Tx, envelope: Envelope, public: Sequence[str], name: str | None, allowance_s: int, rest_s: int, actor: Actor
) -> Pool:
    """Make a pool of a lease, or prolong the pool that stands on an earlier lease of the same block."""
    if not 0 <= allowance_s <= _TWELVE_HOURS_S:
        raise BadRequest("allowance_s", f"expected 0 to {_TWELVE_HOURS_S} seconds")
    lease = opened(envelope, RangeLease, public)
    _readable(lease)
    ends = _ends(tx, lease, allowance_s)
    before = known(tx.db, lease.store, lease.block)
    if before is not None and before.revoked_at is not None:
        raise LeaseRefused(lease.block, lease.serial, f"it was taken back at {before.revoked_at:%Y-%m-%dT%H:%M:%SZ}")
    if before is not None and lease.serial < before.serial:
        raise LeaseRefused(lease.block, lease.serial, f"lease {before.serial} is known: an older one changes nothing")
    pool = _standing(tx, lease, before)
    if pool is not None and name is not None and name != pool.name:
        raise BadRequest("name", f"pool {pool.name!r} stands on an earlier lease of that block: leave the name out")
    if pool is None:
        pool = _made(tx, lease, name or lease.pool, rest_s, actor)
    again = before is not None and before.serial == lease.serial and pool.valid_until == ends
    told = packed(
        _Origin(
            payload=envelope.payload,
            payload_type=envelope.payload_type,
            signatures=envelope.signatures,
            lease=lease,
        )
    )
    if not again:
        hands.recall(tx, pool)  # whoever has some in hand does not know how long they are good
        tx.db.run(
            "UPDATE pool SET valid_until = ?, origin = ?, version = version + 1 WHERE id = ?", (ends, told, pool.id)
        )
        _keep(tx, lease.store, lease.block, lease.serial, pool.name, ends, None)
        details: dict[str, object] = {
            "store": lease.store,
            "block": lease.block,
            "serial": lease.serial,
            "first": lease.first,
            "last": lease.last,
            "until": ends,
        }
        tx.record(actor, "accept-lease", pool.name, details)
        tx.note("lease-accepted", pool.name)
    return pools.shown(tx.db, hands.find_pool(tx, pool.name))


def _readable(lease: RangeLease) -> None:
    """Raise BadLease for a lease whose parts are no names, no addresses, or no range."""
    try:
        run = guard.parse_range(RangeSpec(lease.first, lease.last), lease.kind)
        check.text("scope", lease.scope, 128, empty=False)
        check.text("delegate", lease.delegate, 256)
        check.text("store", lease.store, 64, empty=False)
        if spell(run[0], lease.kind) != lease.first or spell(run[1], lease.kind) != lease.last:
            raise BadLease("its addresses are not spelled as they are signed")  # noqa: TRY301 - one way out for all
    except BadLease:
        raise
    except MaccordError as error:
        raise BadLease(str(error)) from None


def _ends(tx: Tx, lease: RangeLease, allowance_s: int) -> int:
    """Return when nothing may be issued any more, with an allowance for a clock of ours that is slow."""
    now, allowance = moment(tx.now), timedelta(seconds=allowance_s)
    if lease.issued > now + allowance:
        late = f"it was issued at {lease.issued:%Y-%m-%dT%H:%M:%SZ}, and here it is {now:%Y-%m-%dT%H:%M:%SZ}"
        raise LeaseRefused(lease.block, lease.serial, f"{late}: one of the clocks is wrong")
    if lease.not_after <= lease.issued:
        raise LeaseRefused(lease.block, lease.serial, "it ends before it begins")
    try:
        ends = lease.not_after - allowance
    except OverflowError:
        raise LeaseRefused(lease.block, lease.serial, "it ends at no time that there is") from None
    if ends <= now:
        over = f"it is over at {lease.not_after:%Y-%m-%dT%H:%M:%SZ}, and {allowance_s} s before that nothing is issued"
        raise LeaseRefused(lease.block, lease.serial, f"{over}: have it renewed (maccord block renew {lease.block})")
    return micros(ends)


def _standing(tx: Tx, lease: RangeLease, before: Delegation | None) -> PoolRow | None:
    """Return the pool that stands on an earlier lease of the same block, if it is there; its space is locked."""
    if before is None or not tx.one("SELECT 1 FROM pool WHERE name = ? AND origin <> ''", (before.pool,)):
        return None
    pool = hands.find_pool(tx, before.pool, lock=True)
    earlier = origin(tx.db, pool)
    if earlier is None or (earlier.store, earlier.block) != (lease.store, lease.block):
        return None
    if (earlier.first, earlier.last, earlier.scope, earlier.kind) != (
        lease.first,
        lease.last,
        lease.scope,
        lease.kind,
    ):
        raise LeaseRefused(lease.block, lease.serial, f"it is of another range than pool {pool.name!r} has")
    if earlier.serial == lease.serial and earlier.not_after != lease.not_after:
        raise LeaseRefused(
            lease.block, lease.serial, "another lease with this serial is known, which ends at another time"
        )
    return pool


def _made(tx: Tx, lease: RangeLease, name: str, rest_s: int, actor: Actor) -> PoolRow:
    if tx.one("SELECT 1 FROM pool WHERE name = ?", (name,)):
        raise PoolExists(name)
    spec = PoolSpec(
        name=name,
        ranges=(RangeSpec(lease.first, lease.last),),
        kind=lease.kind,
        scope=lease.scope,
        rest_s=rest_s,
        note=f"block {lease.block} of {lease.pool[:128]}, leased to {lease.delegate[:256]}",
        allow_foreign=True,  # whoever leases it has settled whose it is
    )
    pools.create(tx, check.spec(spec), actor)
    return hands.find_pool(tx, name, lock=True)


def _keep(tx: Tx, store: str, block: int, serial: int, pool: str, ends: int, revoked: int | None) -> None:
    tx.db.run(
        "INSERT INTO delegation (store, block, serial, pool, ends_at, revoked_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (store, block) DO UPDATE SET serial = excluded.serial, pool = excluded.pool,"
        " ends_at = excluded.ends_at, revoked_at = excluded.revoked_at",
        (store, block, serial, pool, ends, revoked),
    )


def heed(tx: Tx, envelope: Envelope, public: Sequence[str], actor: Actor) -> tuple[Delegation, ...]:
    """End the pools whose leases a signed list names; return the leases of ours that it names.

    One that was never accepted is kept in mind, and refused when it comes. The same list again changes nothing.
    """
    listed = opened(envelope, Revocations, public)
    check.text("store", listed.store, 64, empty=False)
    found = []
    for one in listed.leases:
        before = known(tx.db, listed.store, one.block)
        if before is None:
            _keep(tx, listed.store, one.block, one.serial, "", micros(one.not_after), micros(one.revoked_at))
        elif before.revoked_at is None:
            _end(tx, before, micros(one.revoked_at), one.serial, actor)
        again = known(tx.db, listed.store, one.block)
        assert again
        found += [again] if again.pool else []
    return tuple(found)


def _end(tx: Tx, lease: Delegation, at: int, serial: int, actor: Actor) -> None:
    tx.db.run(
        "UPDATE delegation SET revoked_at = ?, serial = ? WHERE store = ? AND block = ?",
        (at, serial, lease.store, lease.block),
    )
    details: dict[str, object] = {"store": lease.store, "block": lease.block, "serial": serial, "revoked": at}
    row = tx.one("SELECT id FROM pool WHERE name = ? AND origin <> ''", (lease.pool,))
    if row is not None:
        pool = hands.find_pool(tx, lease.pool, lock=True)
        stands = origin(tx.db, pool)
        if stands is not None and (stands.store, stands.block) == (lease.store, lease.block):
            hands.recall(tx, pool)
            tx.db.run(
                "UPDATE pool SET valid_until = ?, version = version + 1 WHERE id = ? AND valid_until > ?",
                (tx.now, pool.id, tx.now),
            )
    tx.record(actor, "lose-lease", lease.pool, details)
    tx.note("lease-revoked", lease.pool, 1, {"block": lease.block})
