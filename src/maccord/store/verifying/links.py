"""Rows that name rows of another table: chunks their hands, hands their processes, extents their blocks and back."""

from maccord.store.database import Reader
from maccord.store.verifying.faults import Faults

_CHUNKS = (
    "SELECT e.space, e.lo, e.hi, e.pool, e.hand, h.pool FROM extent e LEFT JOIN hand h ON h.id = e.hand"
    " WHERE e.kind = 'chunk' AND e.hand IS NOT NULL AND (h.id IS NULL OR h.pool <> e.pool) ORDER BY e.space, e.lo"
)
_HANDS = (
    "SELECT h.id, h.pool, h.process, p.id, o.id FROM hand h LEFT JOIN process p ON p.id = h.process"
    " LEFT JOIN pool o ON o.id = h.pool WHERE p.id IS NULL OR o.id IS NULL ORDER BY h.id"
)
_OF_BLOCKS = (
    "SELECT e.space, e.lo, e.hi, e.pool, e.kind, e.block, b.id, b.until, b.pool, b.space, b.lo, b.hi, p.name"
    " FROM extent e LEFT JOIN block b ON b.id = e.block LEFT JOIN pool p ON p.id = e.pool"
    " WHERE e.block IS NOT NULL ORDER BY e.space, e.lo"
)
_BLOCKS = (
    "SELECT b.id, b.space, b.lo, b.hi, b.pool, b.host FROM block b LEFT JOIN extent e"
    " ON e.space = b.space AND e.lo = b.lo AND e.block = b.id AND e.kind = 'block'"
    " WHERE b.until IS NULL AND e.block IS NULL ORDER BY b.space, b.lo"
)


def links(reader: Reader, faults: Faults) -> None:
    """Look at all of them."""
    for space, lo, hi, pool, hand, of in reader.stream(_CHUNKS):
        name = faults.name(pool)
        why = f"which is of {faults.name(of)}" if of is not None else "which is not there: nobody issues from it"
        faults.add("chunk-hand", space, (lo, hi), f"the chunk of {name} with {{at}} names hand {hand}, {why}", pool, of)
    for hand, pool, process, there, _ in reader.stream(_HANDS):
        what = faults.name(pool) if there is not None else f"process {process}, which is not there"
        faults.add("hand", None, None, f"hand {hand} of {faults.name(pool)} is of {what}", pool)
    _of_blocks(reader, faults)
    _ends(reader, faults)
    numbers = {row.name: row.id for row in faults.pools.values()}
    for block, space, lo, hi, name, host in reader.stream(_BLOCKS):
        reason = f"block {block} of host {host} has {{at}}, and no extent of pool {name} keeps it for that host"
        faults.add("block-extent", space, (lo, hi), reason, numbers.get(name))


_EARLY = (
    "SELECT e.space, e.lo, e.hi, e.pool, b.id FROM extent e JOIN block b ON b.id = e.block"
    " WHERE e.kind = 'resting' AND b.revoked_at IS NOT NULL AND e.due < b.expires_at ORDER BY e.space, e.lo"
)
_ODD = (
    "SELECT space, lo, hi, pool, id, serial, expires_at, until, revoked_at FROM block WHERE (serial = 0) <>"
    " (expires_at IS NULL) OR (revoked_at IS NOT NULL AND (until IS NULL OR expires_at IS NULL)) ORDER BY space, lo"
)
_STANDING = "SELECT id, valid_until FROM pool WHERE (origin = '') <> (valid_until IS NULL) ORDER BY id"


def _ends(reader: Reader, faults: Faults) -> None:
    """Look at what is leased for a time: blocks to hosts, and ranges to pools."""
    for space, lo, hi, pool, block in reader.stream(_EARLY):
        why = f"{{at}} of block {block}, which was taken back, is free before the lease of its host is over"
        faults.add("block-rest", space, (lo, hi), why, pool)
    numbers = {row.name: row.id for row in faults.pools.values()}
    for space, lo, hi, name, block, serial, expires, until, _ in reader.stream(_ODD):
        if (serial == 0) != (expires is None):
            why = "was leased, and has no end" if expires is None else "has an end, and was never leased"
        else:
            why = "was taken back, and is in force" if until is None else "was taken back, and had no end"
        faults.add("block-fields", space, (lo, hi), f"block {block} with {{at}} {why}", numbers.get(name))
    for pool, valid_until in reader.rows(_STANDING):
        why = "stands on a lease that has no end" if valid_until is None else "has an end, and stands on no lease"
        faults.add("pool-origin", None, None, f"{faults.name(pool)} {why}", pool)


def _of_blocks(reader: Reader, faults: Faults) -> None:
    """Look at extents that name a block: a returned one rests, and addresses that were adopted of it are cut out."""
    for space, lo, hi, pool, kind, block, there, until, name, at, first, last, own in reader.stream(_OF_BLOCKS):
        why = ""
        if there is None:
            why = "which is not there"
        elif name != own:
            why = f"which is of pool {name}"
        elif at != space or lo < first or hi > last or (kind == "block" and (lo, hi) != (first, last)):
            why = "which has other addresses"
        elif kind == "block" and until is not None:
            why = "which was returned"
        elif kind == "resting" and until is None:
            why = "which was not returned"
        if why:
            told = f"the extent ({kind}) of {faults.name(pool)} with {{at}} names block {block}, {why}"
            faults.add("extent-block", space, (lo, hi), told, pool)
