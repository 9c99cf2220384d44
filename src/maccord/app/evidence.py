"""Evidence that is checked again and again while some of its hosts change: read once, what has changed read anew."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

from maccord.app.batches import File, read_document
from maccord.app.check import check
from maccord.app.exports import host_exports
from maccord.app.gather import assembled, files_of
from maccord.collect import BYTES_MAX, Document, Parsed, read_together
from maccord.collect import read as read_one
from maccord.collect.document import Unreadable
from maccord.collect.hyperv_export import exports_in
from maccord.engine import Engine
from maccord.engine.readings import Readings
from maccord.fleet.config import FleetConfig
from maccord.fleet.evidence import DeclaredSeen, SightingSeen
from maccord.fleet.problem import Problem
from maccord.report import Report

Export = Mapping[str, Any]


@dataclass(slots=True)
class _Part:
    """A file: what it says, and the hosts and servers of whose export it is a part."""

    file: File
    parsed: Parsed
    hosts: frozenset[str]


@dataclass(slots=True)
class Evidence:
    """The files below some paths, and the exports among them by host. Make it with `of`."""

    parts: list[_Part]
    exports: dict[str, Export]
    problems: list[Problem]
    files_read: int = 0
    _names: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        paths: Iterable[str],
        *,
        bytes_max: int = BYTES_MAX,
        tell: Callable[[int, int], None] = lambda _done, _all: None,
    ) -> "Evidence":
        """Read all evidence; folders of tables hold no exports and are not read."""
        asked = tuple(paths)
        problems: list[Problem] = []
        files = files_of(asked, problems)
        parts = []
        for at, file in enumerate(files):
            parts.append(_part(file, bytes_max))
            tell(at + 1, len(files))
        exports = host_exports(asked, bytes_max=bytes_max)
        return cls(parts, dict(exports), problems, sum(bool(one.parsed.seen) for one in parts))

    def check(self, engine: Engine, *, now: datetime, changed: Mapping[str, Export] | None = None) -> Report:
        """Return the report, with what some hosts tell now in place of what they told, by their names.

        Once something has changed, sightings and documentation are left out: they tell of what was.
        """
        instead = {name.casefold(): (name, export) for name, export in (changed or {}).items()}
        whole = Parsed()
        for part in self.parts:
            if not instead.keys() & part.hosts:
                whole.add(part.parsed)
        gone = {name for part in self.parts if instead.keys() & part.hosts for name in part.hosts} - instead.keys()
        for name in sorted(self.exports):
            if name.casefold() in gone:
                whole.add(_parsed(name, self.exports[name]))
        for name, export in sorted(instead.values()):
            whole.add(_parsed(name, export))
        seen = whole.seen
        if instead:
            seen = [one for one in seen if not isinstance(one, SightingSeen | DeclaredSeen)]
        config = FleetConfig(tuple(whole.fabrics), tuple(whole.allowances))
        names = [part.file.name for part in self.parts]
        gathered = assembled(Readings(names, seen, [*self.problems, *whole.problems], whole.used), config)
        return check(gathered.snapshot, engine, config=gathered.config, now=now)


def _part(file: File, bytes_max: int) -> _Part:
    document = read_document(file, bytes_max)
    if isinstance(document, Problem):
        return _Part(file, Parsed(problems=[document]), frozenset())
    parsed = read_together([document]).unpack()
    return _Part(file, parsed, frozenset(name.casefold() for name in _hosts(document)))


def _hosts(document: Document) -> list[str]:
    try:
        if document.is_binary or document.opening not in ("{", "["):
            return []
        return [name for name, _ in exports_in(document)]
    except Unreadable:
        return []


def _parsed(name: str, export: Export) -> Parsed:
    """Read an export as one that lies in a folder of its host's name."""
    told = dict(export)
    if "schema" not in told:  # it was put together of single cmdlets
        told = {"schema": "maccord.host/1", "ComputerName": name, **told}
    return read_one(Document(f"{name}.json", name, msgspec.json.encode(told))) or Parsed()
