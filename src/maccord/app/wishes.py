"""What `fleet.toml` and the call wish of a plan: the table [plan]."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from maccord.app.batches import read_document
from maccord.app.gather import files_of
from maccord.collect import BYTES_MAX
from maccord.collect.document import Unreadable
from maccord.collect.fleet_toml import claims
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value
from maccord.plan.plan import Join, Settings
from maccord.plan.spans import Span

_KEYS = {"ranges", "statics", "avoid", "growth", "running"}
_GROWTH_MAX = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What somebody wishes; None or nothing: no wish. Ranges are spelled FIRST..LAST.

    ranges, statics: where new ranges and new static addresses are taken from. avoid: what is never given out. growth:
    addresses that a new range has at least. running: what happens to machines that run and have to change.
    joins: hosts that are being built, whose NIC is to join the team.
    """

    ranges: tuple[Span, ...] = ()
    statics: tuple[Span, ...] = ()
    avoid: tuple[Span, ...] = ()
    growth: int | None = None
    running: Literal["schedule", "leave"] | None = None
    forced: bool = False
    joins: tuple[Join, ...] = ()

    def over(self, other: "Wishes") -> "Wishes":
        """Return these wishes, overruled by others where they have any; what is to be avoided adds up."""
        return Wishes(
            ranges=other.ranges or self.ranges,
            statics=other.statics or self.statics,
            avoid=(*self.avoid, *other.avoid),
            growth=other.growth if other.growth is not None else self.growth,
            running=other.running or self.running,
            forced=other.forced or self.forced,
            joins=(*self.joins, *other.joins),
        )

    def settings(self) -> Settings:
        """Return the settings of a plan."""
        return Settings(
            running=self.running or "schedule",
            growth=self.growth if self.growth is not None else 256,
            ranges=self.ranges,
            statics=self.statics,
            avoid=tuple(sorted(set(self.avoid))),
            forced=self.forced,
            joins=self.joins,
        )


def wishes_of(paths: Iterable[str], *, bytes_max: int = BYTES_MAX) -> tuple[Wishes, tuple[str, ...]]:
    """Return what the `fleet.toml` files among the evidence wish, and sentences on what cannot be used of it."""
    wishes, problems = Wishes(), list[str]()
    unread: list[Problem] = []
    for file in files_of(paths, unread):
        if not file.path.endswith(".toml"):
            continue
        document = read_document(file, bytes_max)
        if isinstance(document, Problem):
            continue
        try:
            if document.is_binary or not claims(document):
                continue
            table = tomllib.loads(document.text).get("plan", {})
        except (Unreadable, ValueError, RecursionError):
            continue  # the check of the same evidence tells of it
        wishes = wishes.over(_read(table, file.name, problems))
    return wishes, tuple(problems)


def _read(table: object, file: str, problems: list[str]) -> Wishes:
    if not isinstance(table, dict):
        problems.append(f"{file}, /plan: write it as a table: [plan]")
        return Wishes()
    known = ", ".join(sorted(_KEYS))
    problems += [f"{file}, /plan/{key}: means nothing here; known are {known}" for key in sorted(table.keys() - _KEYS)]
    growth, running = table.get("growth"), table.get("running")
    if growth is not None and not (isinstance(growth, int) and 1 <= growth <= _GROWTH_MAX):
        problems.append(f"{file}, /plan/growth: expected a number of addresses, at least 1")
        growth = None
    if running not in (None, "schedule", "leave"):
        problems.append(f'{file}, /plan/running: expected "schedule" or "leave"')
        running = None
    return Wishes(
        ranges=_spans(table, "ranges", file, problems),
        statics=_spans(table, "statics", file, problems),
        avoid=_spans(table, "avoid", file, problems),
        growth=growth,
        running=running,
    )


def _spans(table: Mapping[str, Any], key: str, file: str, problems: list[str]) -> tuple[Span, ...]:
    value = table.get(key, [])
    found = []
    for at, one in enumerate(value if isinstance(value, list) else [value]):
        try:
            found.append(parse_span(one if isinstance(one, str) else ""))
        except BadAddress as error:
            problems.append(f"{file}, /plan/{key}/{at}: {error}; a range is spelled FIRST..LAST")
    return tuple(found)


def parse_span(text: str) -> Span:
    """Return the range that FIRST..LAST spells, or a single address; raises BadAddress."""
    first, dots, last = text.partition("..")
    low = parse_value(first.strip())
    high = parse_value(last.strip()) if dots else low
    if low > high:
        raise BadAddress(text, "the range runs backwards")
    return low, high
