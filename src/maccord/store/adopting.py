"""Taking over what evidence shows in use: all of it, or nothing, and with it the ranges that others issue from."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import json
from msgspec.structs import replace

from maccord.alloc import check, guard
from maccord.alloc.errors import AddressTaken, AdoptionConflicts, ForbiddenAddress
from maccord.alloc.kinds import AddressKind, kind_of, parse, spell, stored, unstored
from maccord.alloc.life import OWNED, State
from maccord.alloc.records import Actor, Adopted, Adoption, Fenced, ForeignRange, Holder, RangeSpec
from maccord.alloc.spans import islands
from maccord.store import hands, leasing, resting
from maccord.store.extents import ISSUED, KEEP_FOREIGN, PoolRow, cut, cut_many, foreign, insert
from maccord.store.held import first_end, past
from maccord.store.held import holder as held_holder
from maccord.store.held import row as held_row
from maccord.store.holders import note as note_holders
from maccord.store.work import Tx, packed

SHOWN_MAX = 1000
_PART = 5000
_NEW = (
    "INSERT INTO lease (space, address, pool, state, since, confirmed_at, holders, note, holder_due)"
    " VALUES (?, ?, ?, 'in-use', ?, ?, ?, ?, ?)"
)
_KNOWN = (
    "UPDATE lease SET holders = ?, holder_due = ?, state = 'in-use', confirmed_at = coalesce(confirmed_at, ?),"
    " due = NULL, version = version + 1 WHERE space = ? AND address = ?"
)
Conflict = AddressTaken | ForbiddenAddress


class Adopting:
    """One adoption: what was read, what is in the way, and the counts."""

    note = "adopted"

    def __init__(self, tx: Tx) -> None:
        self.tx = tx
        self.conflicts: list[Conflict] = []
        self.total = self.rows = self.added = self.joined = self.known = self.outside = 0
        self.excluded: list[Fenced] = []

    def refuse(self, conflict: Conflict) -> None:
        """Count what is in the way, and keep the first of it."""
        self.total += 1
        if len(self.conflicts) < SHOWN_MAX:
            self.conflicts.append(conflict)

    def read(self, rows: Iterable[Adoption]) -> dict[tuple[AddressKind, str], dict[int, list[Holder]]]:
        """Return the holders by space and address; rows that contradict each other are refused."""
        wanted: dict[tuple[AddressKind, str], dict[int, list[Holder]]] = defaultdict(dict)
        for row in rows:
            self.rows += 1
            kind = kind_of(row.address)
            value = parse(row.address, kind)
            holder = check.holder(row.holder)
            try:
                guard.forbid_address(value, kind)
            except ForbiddenAddress as e:
                self.refuse(e)
                continue
            others = wanted[kind, check.text("scope", row.scope, 128, empty=False)].setdefault(stored(value, kind), [])
            rival = next((each for each in others if each.kind == holder.kind and each.id != holder.id), None)
            if rival is not None:
                self.refuse(_rival(spell(value, kind), row.scope, rival))
            elif not any((each.kind, each.id) == (holder.kind, holder.id) for each in others):
                others.append(holder)
        return wanted

    def space(self, kind: AddressKind, scope: str, wanted: dict[int, list[Holder]]) -> None:
        """Adopt the addresses of one space."""
        tx = self.tx
        space = leasing.space_id(tx, kind, scope)
        pools = self._recall(space)
        values = sorted(wanted)
        for at in range(0, len(values), _PART):
            part = values[at : at + _PART]
            known = {
                row[1]: leasing.found(row)
                for row in tx.rows(
                    f"{leasing.LEASE} WHERE l.space = ? AND l.address {tx.db.any_of}", (space, tx.db.ints(part))
                )
            }
            fresh = [value for value in part if value not in known or known[value].state not in OWNED]
            self._join(kind, [(known[value], wanted[value]) for value in part if value in known])
            self._add(space, fresh, known, wanted, pools)
            note_holders(tx, space, ((each.id, value) for value in part for each in wanted[value]))

    def foreign(self, scope: str, ranges: list[ForeignRange]) -> None:
        """Keep ranges that others issue from, and exclude from pools what is free of them."""
        tx = self.tx
        space = leasing.space_id(tx, "mac", scope)
        pools = self._recall(space)
        spans = [(*guard.parse_range(RangeSpec(one.first, one.last), "mac"), one.owner) for one in ranges]
        tx.db.run_many(KEEP_FOREIGN, [(space, lo, hi, owner, tx.now) for lo, hi, owner in spans])
        for first, last, pool in pools:
            for lo, hi, owner in foreign(tx, space, first, last):
                note = ISSUED + owner
                taken = cut(tx, pool, [(lo, hi)], kinds=("free", "drained"))
                insert(tx, pool, "excluded", taken, note=note)
                self.excluded += [
                    Fenced(pool=pool.name, first=spell(begin), last=spell(end), reason=note) for begin, end in taken
                ]

    def _recall(self, space: int) -> list[tuple[int, int, PoolRow]]:
        """Return the ranges of a space, which is locked, with their pools, after all hands there were taken back."""
        tx = self.tx
        tx.db.lock_space(space)
        found: dict[int, PoolRow] = {}
        ranges = []
        for lo, hi, number in tx.rows("SELECT lo, hi, pool FROM pool_range WHERE space = ? ORDER BY lo", (space,)):
            if number not in found:
                pool = hands.pool_by_id(tx, number)
                assert pool
                found[number] = pool
                hands.recall(tx, pool)
            ranges.append((lo, hi, found[number]))
        return ranges

    def _join(self, kind: AddressKind, rows: list[tuple[leasing.Found, list[Holder]]]) -> None:
        """Add holders to leases that somebody has already."""
        tx = self.tx
        changes = []
        for at, holders in rows:
            if at.state not in OWNED:
                continue
            text = spell(unstored(at.address, kind), kind)
            have = {(held[0], held[1]) for held in at.holders}
            new = [each for each in holders if (each.kind, each.id) not in have]
            rival = next((held for held in at.holders for each in new if held[0] == each.kind), None)
            if rival is not None:
                self.refuse(
                    leasing.taken(tx, at) if self.total < 10 else _rival(text, at.scope, held_holder(past(rival)))
                )
                continue
            self.joined += len(new)
            self.known += len(holders) - len(new)
            if new or at.state is State.HELD:
                after = [*at.holders, *(held_row(each, tx.now) for each in new)]
                changes.append((packed(after), first_end(after), tx.now, at.space, at.address))
        tx.db.run_many(_KNOWN, changes)

    def _add(
        self,
        space: int,
        fresh: list[int],
        known: dict[int, leasing.Found],
        wanted: dict[int, list[Holder]],
        ranges: list[tuple[int, int, PoolRow]],
    ) -> None:
        """Make leases for addresses that nobody has."""
        tx = self.tx
        old = [known[value] for value in fresh if value in known]
        tx.db.run_many(
            resting.TENURE, [(at.space, at.address, at.pool, at.state, None, at.since, tx.now, None) for at in old]
        )
        tx.db.run_many("DELETE FROM lease WHERE space = ? AND address = ?", [(at.space, at.address) for at in old])
        rows = []
        by_pool: dict[int, list[int]] = defaultdict(list)
        pools = {pool.id: pool for _, _, pool in ranges}
        place = 0
        for value in fresh:
            while place < len(ranges) and ranges[place][1] < value:
                place += 1
            pool = ranges[place][2] if place < len(ranges) and ranges[place][0] <= value else None
            if pool is not None:
                by_pool[pool.id].append(value)
            else:
                self.outside += 1
            holders = [held_row(each, tx.now) for each in wanted[value]]
            end = first_end(holders)
            rows.append((space, value, pool.id if pool else None, tx.now, tx.now, packed(holders), self.note, end))
        for number, values in by_pool.items():
            self._fences(pools[number], values, wanted)
            cut_many(tx, pools[number], values)
        tx.db.run_many(_NEW, rows)
        self.added += len(rows)

    def _fences(self, pool: PoolRow, values: list[int], wanted: dict[int, list[Holder]]) -> None:
        """Refuse what somebody excluded, or is of another host's block."""
        tx = self.tx
        fenced = tx.rows(
            "SELECT e.lo, e.hi, b.host, e.note FROM extent e LEFT JOIN block b ON b.id = e.block"
            " WHERE e.pool = ? AND e.kind IN ('excluded', 'block') ORDER BY e.lo",
            (pool.id,),
        )
        place = 0
        for value in values:
            while place < len(fenced) and fenced[place][1] < value:
                place += 1
            if place == len(fenced) or fenced[place][0] > value:
                continue
            host = fenced[place][2]
            if host is None and fenced[place][3].startswith(ISSUED):
                continue  # whoever issues from there has issued it
            if host is None or any(each.host.casefold() != host.casefold() for each in wanted[value]):
                self.refuse(leasing.fenced(tx, pool, value))


def _rival(address: str, scope: str, rival: Holder) -> AddressTaken:
    return AddressTaken(address, scope=scope, state=State.IN_USE, holders=[str(rival)], host=rival.host)


def adopt(tx: Tx, rows: Iterable[Adoption], ranges: Iterable[ForeignRange], actor: Actor) -> Adopted:
    """Adopt all rows and keep all ranges of others, or raise AdoptionConflicts."""
    work = Adopting(tx)
    wanted = work.read(rows)
    for (kind, scope), addresses in sorted(wanted.items()):
        work.space(kind, scope, addresses)
    by_scope: dict[str, list[ForeignRange]] = defaultdict(list)
    for one in ranges:
        check.text("owner", one.owner, 1024, empty=False)
        by_scope[check.text("scope", one.scope, 128, empty=False)].append(one)
    for scope, theirs in sorted(by_scope.items()):
        work.foreign(scope, theirs)
    if work.total:
        raise AdoptionConflicts(work.conflicts, work.total)
    done = Adopted(
        rows=work.rows,
        added=work.added,
        joined=work.joined,
        known=work.known,
        outside=work.outside,
        excluded=tuple(work.excluded),
    )
    spans = {
        f"{kind} {scope}": [
            (spell(unstored(lo, kind), kind), spell(unstored(hi, kind), kind)) for lo, hi in islands(sorted(addresses))
        ][:SHOWN_MAX]
        for (kind, scope), addresses in wanted.items()
    }
    counts = json.decode(json.encode(replace(done, excluded=())))
    excluded = [(one.pool, one.first, one.last, one.reason) for one in done.excluded[:SHOWN_MAX]]
    tx.record(actor, "adopt", "evidence", {"counts": counts, "spans": spans, "excluded": excluded})
    tx.note("adopted", None, work.added + work.joined)
    return done
