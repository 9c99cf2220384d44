"""Calls about groups."""

from collections.abc import Collection, Sequence

from maccord.alloc import check
from maccord.alloc.authority import Groups, Page
from maccord.alloc.clock import moment
from maccord.alloc.errors import GroupExhausted, GroupNotGranted, NoPoolForGroup, Refusal
from maccord.alloc.kinds import AddressKind, as_kind
from maccord.alloc.paths import key_of, read_path
from maccord.alloc.records import Actor, Explained, Granted, Group, Holder, Note
from maccord.store import asking, groups
from maccord.store.authority.part import Part
from maccord.store.engine import request_of_group
from maccord.store.extents import PoolRow
from maccord.store.work import full_key

_GOES_ON = ("conflict", "missing")
"""Refusals of one pool after which the next is asked: it is exhausted, or was removed a moment ago."""


class StoreGroups(Part, Groups):
    """Groups of a store."""

    def set_group(
        self,
        path: str,
        pools: Sequence[str],
        *,
        actor: Actor,
        inherit: bool = True,
        note: str = "",
        expect: int | None = None,
    ) -> Group:
        """See Groups."""
        check.actor(actor)
        return self._do(lambda tx: groups.put(tx, path, tuple(pools), actor, inherit=inherit, note=note, expect=expect))

    def delete_group(self, path: str, *, actor: Actor, expect: int | None = None) -> None:
        """See Groups."""
        check.actor(actor)
        self._do(lambda tx: groups.delete(tx, path, actor, expect))

    def group(self, path: str) -> Group:
        """See Groups."""
        return self._ask(lambda reader: asking.group(reader, path))

    def groups(self, *, under: str | None = None, after: str | None = None, limit: int = 100) -> Page[Group]:
        """See Groups."""
        check.limit(limit)
        return self._ask(lambda reader: asking.group_list(reader, under, after, limit))

    def explain_group(
        self, path: str, *, kind: AddressKind = "mac", count: int = 1, granted: Collection[str] | None = None
    ) -> Explained:
        """See Groups."""
        kind, now = as_kind(kind), self._clock()
        check.count(count)
        return self._ask(lambda reader: asking.explain(reader, path, kind, count, granted, now))

    def allocate_for_group(
        self,
        path: str,
        holder: Holder,
        *,
        actor: Actor,
        kind: AddressKind = "mac",
        count: int = 1,
        key: str | None = None,
        granted: Collection[str] | None = None,
    ) -> Granted:
        """See Groups."""
        actor, holder, key = check.actor(actor), check.holder(holder), check.key(key)
        kind, name = as_kind(kind), read_path(path)
        check.count(count)
        request = request_of_group(key_of(name), kind, holder, count)
        before = self._answered(actor, key, request)
        if before is not None:
            return before
        wish = self._ask(lambda reader: asking.asked(reader, name))
        pools, withheld = asking.usable(wish, kind, granted)
        if not pools:
            raise GroupNotGranted(name, withheld) if withheld else NoPoolForGroup(name, kind, wish.ended_at)
        for row in pools:
            given = self._given(row, holder, actor, count, key, request)
            if given is not None:
                return given
        before = self._answered(actor, key, request)  # by another process with this key, which had the last ones
        if before is not None:
            return before
        found = self.explain_group(name, kind=kind, count=count, granted=granted)
        told = [(each.pool, each.why) for each in found.candidates if each.standing not in ("repeated", "other-kind")]
        refusal = GroupExhausted(name, count, told)
        note = Note(name="group-exhausted", at=moment(self._clock()), pool=None, facts=refusal.fields())
        self._engine.tally.tell([note])
        raise refusal

    def _answered(self, actor: Actor, key: str | None, request: list[object]) -> Granted | None:
        """Return the kept answer of a key, whatever is bound by now."""
        full = full_key(actor, key)
        if key is None or full is None:
            return None
        found = self._ask(lambda reader: asking.answered(reader, full, key, request))
        self._engine.tally.stats["replays"] += found is not None
        return found

    def _given(
        self, row: PoolRow, holder: Holder, actor: Actor, count: int, key: str | None, request: list[object]
    ) -> Granted | None:
        """Return what one pool gives, or None. A pool that cannot give is not asked, since that would lock it."""
        now = self._clock()
        hand = self._engine.hands.get(row.name)
        in_hand = hand is not None and len(hand.addresses) >= count
        if not in_hand and not self._ask(lambda reader: asking.may_give(reader, row, count, now)):
            return None
        job = self._jobs.for_group(row.name, holder, actor, count, key, request)
        try:
            given: Granted = self._engine.call(job)
        except Refusal as e:
            if e.category not in _GOES_ON:
                raise
            return None
        return given
