"""Hands: what a process may issue from memory, and the database's right to take it back.

A hand is a row of `hand` and its chunks, extents that nobody else issues from. Each group commit reads the row again,
and locks it where there are several writers: if it is gone, nothing of the group happens. So a hand can be taken back
at any time, from a process that is alive, dead or asleep, and no clock and no heartbeat is trusted for that.
"""

import random

from maccord.alloc.clock import moment
from maccord.alloc.errors import NoSuchPool, PoolEnded, PoolExhausted
from maccord.alloc.kinds import AddressKind, unstored
from maccord.alloc.spans import Run, islands, numbers, size, without
from maccord.store import resting
from maccord.store.extents import POOL, PoolRow, give_back, pool_row, ranges_of
from maccord.store.ordering import go_back, take
from maccord.store.work import Tx

CHUNK_MAX = 4096
_SLICES = 16
_NEVER = 1 << 63


class Hand:
    """Addresses that this process may issue before `until`: the next one is the last of the list."""

    __slots__ = ("addresses", "end", "id", "last", "pool", "size", "until")

    def __init__(self, number: int, pool: PoolRow, addresses: list[int], total: int) -> None:
        self.id, self.pool, self.addresses, self.size = number, pool, addresses, total
        self.end = addresses[0] if addresses else 0
        self.last: int | None = None
        self.until = _NEVER if pool.valid_until is None else pool.valid_until

    @property
    def kind(self) -> AddressKind:
        """What kind of addresses these are."""
        return self.pool.kind

    def put_back(self, given: list[int], last: int | None) -> None:
        """Undo `give`: nothing was written of it. `last` is what was given before."""
        self.addresses.extend(reversed(given))
        self.last = last

    def give(self, count: int) -> list[int]:
        """Take addresses out, in the order of the policy."""
        if count == 1:
            given = [self.addresses.pop()]
        else:
            given = self.addresses[: -count - 1 : -1]
            del self.addresses[-count:]
        self.last = given[-1]
        return given


def find_pool(tx: Tx, name: str, *, lock: bool = False) -> PoolRow:
    """Return a pool by its name; raises NoSuchPool. With `lock` its space's extents are ours until the end."""
    row = tx.one(f"{POOL} WHERE p.name = ?", (name,))
    if row is None:
        raise NoSuchPool(name)
    if not lock:
        return pool_row(row)
    tx.db.lock_space(row[2])
    row = tx.one(f"{POOL} WHERE p.name = ?", (name,))
    if row is None:
        raise NoSuchPool(name)
    return pool_row(row)


def pool_by_id(tx: Tx, number: int | None) -> PoolRow | None:
    """Return a pool by its number, if it is there."""
    row = tx.one(f"{POOL} WHERE p.id = ?", (number,)) if number is not None else None
    return pool_row(row) if row else None


def take_hand(tx: Tx, name: str, need: int, chance: random.Random, old: Hand | None) -> Hand:
    """Take a hand of at least `need` addresses, or of all that are free; raises PoolExhausted when none is.

    The hand before it is handed back first, so that what was not issued, or was released and has rested, comes again.
    """
    pool = find_pool(tx, name, lock=True)
    in_time(tx, pool)
    if old is not None:
        hand_back(tx, pool, old)
        pool = find_pool(tx, name)
    for (number,) in tx.rows("SELECT id FROM hand WHERE pool = ? AND process = ?", (pool.id, tx.process)):
        retire(tx, pool, number)
    total = size(ranges_of(tx, pool.id))
    wanted = max(need, min(CHUNK_MAX, max(16, total // 64)))
    number = _new_hand(tx, pool)
    found = take(tx, pool, wanted, chance, slices=_SLICES, hand=number)
    if size(found) < need:
        found += _scrape(tx, pool, need - size(found), chance, number)
    if not found:
        raise exhausted(tx, pool, need)
    addresses = list(numbers(found))
    if pool.policy == "random":
        chance.shuffle(addresses)
    else:
        addresses.reverse()
    return Hand(number, pool, addresses, total)


def _new_hand(tx: Tx, pool: PoolRow) -> int:
    rows = tx.rows(
        "INSERT INTO hand (pool, process, taken_at) VALUES (?, ?, ?) RETURNING id", (pool.id, tx.process, tx.now)
    )
    return int(rows[0][0])


def _scrape(tx: Tx, pool: PoolRow, short: int, chance: random.Random, keep: int) -> list[Run]:
    """Find more where nothing is free: what has rested by now, then what other hands have left."""
    found: list[Run] = []
    if resting.reap(tx, pool=pool):
        found = take(tx, pool, short, chance, hand=keep)
    if size(found) < short:
        recall(tx, pool, keep=keep)
        free = tx.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM extent WHERE pool = ? AND kind = 'free'", (pool.id,))
        # Others need some, too: whoever takes all has it taken back at the next request of another.
        fair = max(short - size(found), min(CHUNK_MAX, int(free[0][0]) // 2))
        found += take(tx, pool, fair, chance, hand=keep)
    return found


def recall(tx: Tx, pool: PoolRow, *, keep: int | None = None) -> None:
    """Take back every hand of a pool but one: what they did not issue is free again."""
    for (number,) in tx.rows("SELECT id FROM hand WHERE pool = ? ORDER BY id", (pool.id,)):
        if number != keep:
            retire(tx, pool, number)


def take_from_the_dead(tx: Tx, silent_since: int) -> None:
    """Take back the hands of processes that ended, or wrote no time for long; one that lives takes another."""
    rows = tx.rows(
        "SELECT h.id, h.pool FROM hand h JOIN process p ON p.id = h.process"
        " WHERE (p.ended_at IS NOT NULL OR p.beat_at < ?) AND p.id <> ? ORDER BY h.id LIMIT 10",
        (silent_since, tx.process),
    )
    for number, pool_number in rows:
        pool = pool_by_id(tx, pool_number)
        if pool is not None:
            tx.db.lock_space(pool.space)
            retire(tx, pool, number)


def hand_back(tx: Tx, pool: PoolRow, hand: Hand) -> None:
    """Hand back what this process did not issue; the pool's order goes on from the last that it did."""
    if not retire(tx, pool, hand.id) or pool.policy != "sequential":
        return
    if pool.last_given == hand.end:
        begin = hand.last if hand.last is not None else None
        tx.db.run("UPDATE pool SET last_given = ? WHERE id = ?", (begin, pool.id))
    go_back(tx, pool, hand.addresses)


def retire(tx: Tx, pool: PoolRow, number: int) -> bool:
    """End a hand: its chunks' gaps between leases are free again. False when somebody did so before."""
    if not tx.db.take_over(number):
        return False
    chunks = tx.rows("SELECT lo, hi FROM extent WHERE hand = ? ORDER BY lo", (number,))
    rows = tx.rows(
        "SELECT l.address FROM extent e JOIN lease l ON l.space = e.space AND l.address BETWEEN e.lo AND e.hi"
        " WHERE e.hand = ? ORDER BY l.address",
        (number,),
    )
    tx.db.run("DELETE FROM extent WHERE hand = ?", (number,))
    tx.db.run("DELETE FROM hand WHERE id = ?", (number,))
    give_back(tx, pool, without([(lo, hi) for lo, hi in chunks], islands(row[0] for row in rows)))
    return True


def in_time(tx: Tx, pool: PoolRow) -> None:
    """Raise PoolEnded for a pool that stands on a lease of a range that is over."""
    if pool.valid_until is not None and tx.now >= pool.valid_until:
        raise PoolEnded(pool.name, moment(pool.valid_until))


def take_now(tx: Tx, pool: PoolRow, count: int, chance: random.Random, *, at_least: int | None = None) -> list[Run]:
    """Take so many addresses out, for leases in this transaction; raises PoolExhausted when there are fewer.

    With `at_least` fewer are taken when there are not more; it is raised when there are fewer than that.
    """
    found = take(tx, pool, count, chance, slices=min(count, _SLICES))
    if size(found) < count and resting.reap(tx, pool=pool):
        found += take(tx, pool, count - size(found), chance)
    if size(found) < count:
        recall(tx, pool)
        found += take(tx, pool, count - size(found), chance)
    wanted = count if at_least is None else at_least
    if size(found) < wanted:
        raise exhausted(tx, pool, wanted, also=size(found))
    return found


def exhausted(tx: Tx, pool: PoolRow, wanted: int, *, also: int = 0) -> PoolExhausted:
    """Return the refusal, with what there is."""
    total = size(ranges_of(tx, pool.id))
    free = tx.rows("SELECT coalesce(sum(hi - lo + 1), 0) FROM extent WHERE pool = ? AND kind = 'free'", (pool.id,))
    rest = tx.rows(
        "SELECT count(*), min(due) FROM lease WHERE pool = ? AND (state = 'resting' OR state = 'probation')", (pool.id,)
    )
    blocks = tx.rows(
        "SELECT coalesce(sum(hi - lo + 1), 0), min(due) FROM extent WHERE pool = ? AND kind = 'resting'", (pool.id,)
    )
    dues = [row[1] for row in (rest[0], blocks[0]) if row[1] is not None]
    return PoolExhausted(
        pool.name,
        size=total,
        wanted=wanted,
        free=int(free[0][0]) + also,
        resting=int(rest[0][0]) + int(blocks[0][0]),
        next_free_at=moment(min(dues)) if dues else None,
    )


def free_one(tx: Tx, pool: PoolRow | None) -> int | None:
    """Return a free address of a pool to name in a refusal, or None; it is not reserved."""
    if pool is None:
        return None
    row = tx.one("SELECT lo FROM extent WHERE pool = ? AND kind = 'free' ORDER BY lo LIMIT 1", (pool.id,))
    if row is None:
        row = tx.one(
            "SELECT e.hi FROM extent e WHERE e.pool = ? AND e.kind = 'chunk' AND NOT EXISTS (SELECT 1 FROM lease l"
            " WHERE l.space = e.space AND l.address = e.hi) LIMIT 1",
            (pool.id,),
        )
    return unstored(row[0], pool.kind) if row else None
