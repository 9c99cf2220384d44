"""Pools as they are told: to people, and to the audit."""

from maccord.alloc import guard
from maccord.alloc.clock import moment
from maccord.alloc.kinds import AddressKind, spell, unstored
from maccord.alloc.records import Exclusion, Pool, PoolRange
from maccord.store import groups
from maccord.store.database import Reader
from maccord.store.extents import PoolRow


def shown(reader: Reader, row: PoolRow) -> Pool:
    """Return a pool with its ranges and exclusions."""
    ranges = reader.rows("SELECT lo, hi, draining, place, weight FROM pool_range WHERE pool = ? ORDER BY lo", (row.id,))
    excluded = reader.rows(
        "SELECT lo, hi, note, since FROM extent WHERE pool = ? AND kind = 'excluded' ORDER BY lo", (row.id,)
    )
    kind = row.kind
    told: list[str] = []
    for lo, hi, *_ in ranges:
        told += guard.warnings((unstored(lo, kind), unstored(hi, kind)), kind)
    return Pool(
        name=row.name,
        kind=kind,
        scope=row.scope,
        policy=row.policy,  # type: ignore[arg-type] # the database checks it
        rest_s=row.rest_s,
        confirm_s=row.confirm_s,
        low_percent=row.low_percent,
        note=row.note,
        ranges=tuple(
            PoolRange(
                first=text(lo, kind),
                last=text(hi, kind),
                size=hi - lo + 1,
                draining=bool(drains),
                place=place,
                weight=weight,
            )
            for lo, hi, drains, place, weight in ranges
        ),
        excluded=tuple(
            Exclusion(first=text(lo, kind), last=text(hi, kind), size=hi - lo + 1, reason=note, since=moment(since))
            for lo, hi, note, since in excluded
        ),
        size=sum(hi - lo + 1 for lo, hi, *_ in ranges),
        created_at=moment(row.created_at),
        version=row.version,
        seed=row.seed_of,
        warnings=tuple(dict.fromkeys(told)),
        groups=groups.bound_to(reader, row.id),
        valid_until=moment(row.valid_until) if row.valid_until is not None else None,
    )


def text(value: int, kind: AddressKind) -> str:
    """Return a stored value as text."""
    return spell(unstored(value, kind), kind)


def plain(pool: Pool) -> dict[str, object]:
    """Return what the audit keeps of a pool."""
    return {
        "scope": pool.scope,
        "kind": pool.kind,
        "policy": pool.policy,
        "rest_s": pool.rest_s,
        "confirm_s": pool.confirm_s,
        "low_percent": pool.low_percent,
        "note": pool.note,
        "seed": pool.seed,
        "ranges": [[each.first, each.last, each.draining, each.place, each.weight] for each in pool.ranges],
        "excluded": [[each.first, each.last, each.reason] for each in pool.excluded],
        "version": pool.version,
        "valid_until": pool.valid_until.isoformat() if pool.valid_until else None,
    }
