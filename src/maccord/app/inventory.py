"""Of which hosts evidence has an inventory, and when it was taken: what may be missed in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from maccord.fleet.records import Adapter, Host, Row
from maccord.fleet.snapshot import Snapshot

R = TypeVar("R", bound=Row)
_OBSERVERS = frozenset({"switch", "dhcp"})


@dataclass(frozen=True, slots=True)
class Inventory:
    """What of hosts the evidence has: by host (casefolded) and whether of machines, when it was taken; None: unsaid.

    `whole` is False when some of it could not be read.
    """

    taken: dict[tuple[str, bool], datetime | None]
    whole: bool

    @classmethod
    def of(cls, snapshot: Snapshot) -> "Inventory":
        """Return what a snapshot has. A host of which a file could not be read as a whole is not counted."""
        broken = {one.file for one in snapshot.problems}
        files: dict[int, set[str]] = defaultdict(set)
        kinds: dict[int, set[bool]] = defaultdict(set)
        for adapter in _rows(snapshot.tables["adapter"], Adapter):
            files[adapter.host_id].add(adapter.file)
            kinds[adapter.host_id].add(adapter.kind == "vm")
        found: dict[tuple[str, bool], datetime | None] = {}
        spoilt: set[str] = set()
        for host in _rows(snapshot.tables["host"], Host):
            name = host.name.casefold()
            if host.platform in _OBSERVERS:
                continue
            if broken & (files[host.id] | {host.file}):
                spoilt.add(name)
            for kind in kinds[host.id]:
                at = _moment(host.collected_at)
                before = found.get((name, kind), at)
                found[name, kind] = None if at is None or before is None else min(at, before)
        return cls({key: at for key, at in found.items() if key[0] not in spoilt}, whole=not broken)


def _rows(rows: Iterable[Row], kind: type[R]) -> Iterator[R]:
    return (row for row in rows if isinstance(row, kind))


def _moment(text: str) -> datetime | None:
    """Return the moment that evidence names, if it names its zone too."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.astimezone(UTC) if at.tzinfo else None
