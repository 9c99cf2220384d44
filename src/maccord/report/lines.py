"""What the forms for people say of a report, line by line: a label and a text each, as the evidence spells it."""

import re
from collections import Counter
from collections.abc import Iterator

from maccord.report.model import (
    ChangedItem,
    ChangeItem,
    EvidenceItem,
    FindingItem,
    GoneItem,
    IncidentItem,
    ProblemItem,
    Report,
    Since,
)
from maccord.report.plain import counted

SHOWN = 8
"""How many addresses, ranges, hosts or problems are listed before the rest is counted."""
_PORT = re.compile(r"[0-9]+([.:][0-9]+)*")
_COLLISIONS = ("duplicate-address", "reissued-address")

Line = tuple[str, str]


def incident_lines(
    incident: IncidentItem, findings: list[FindingItem], change: ChangedItem | None = None
) -> Iterator[Line]:
    """Yield what is said of an incident; a line without a label goes on with the one before."""
    if change:
        yield from _changed(change)
    yield from _short(incident) if incident.allowed else _lines(incident, findings)


def gone_line(one: GoneItem) -> str:
    """Return what is said of an incident that is gone."""
    return f"{one.severity}  {one.cause}  {_what_is_gone(one)}  id {one.id}"


def twin_counts(report: Report) -> str:
    """Return how many addresses are shared by design, by kind."""
    kinds = Counter(twin.kind for twin in report.expected_twins)
    return ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))


def change_counts(since: Since) -> str:
    """Return how much is new, changed and gone since an earlier report."""
    return f"{len(since.new):,} new, {len(since.changed):,} changed, {len(since.gone):,} gone"


def _changed(change: ChangedItem) -> Iterator[tuple[str, str]]:
    """Yield a line per field that is different since the earlier report."""
    if change.was != change.id:
        yield "changed", f"its id was {change.was}"
    for at, one in enumerate(change.what):
        yield "" if at or change.was != change.id else "changed", _change(one)


def _change(one: ChangeItem) -> str:
    if one.field in ("severity", "state"):
        return f"{one.field}: {' '.join(one.gone) or 'none'}, now {' '.join(one.new) or 'none'}"
    if one.field == "allowed":
        return f"allowed now: {one.new[0]}" if one.new else f"no longer allowed: {one.gone[0]}"
    parts = [f"{word} {some(values)}" for word, values in (("new", one.new), ("gone", one.gone)) if values]
    return f"{one.field}: {'; '.join(parts)}"


def _what_is_gone(one: GoneItem) -> str:
    where = some(one.hosts, 3)
    what = some([*(f"{first} to {last}" for first, last in one.ranges), *one.addresses], 2)
    return f"{where}: {what}" if what else where


def _short(incident: IncidentItem) -> Iterator[tuple[str, str]]:
    assert incident.allowed
    yield "why", incident.explanation
    until = f" (until {incident.allowed.until})" if incident.allowed.until else ""
    yield "allowed", f"{incident.allowed.reason}{until}"


def _lines(incident: IncidentItem, findings: list[FindingItem]) -> Iterator[tuple[str, str]]:
    yield "hosts", some(incident.hosts)
    if incident.ranges:
        yield "ranges" if incident.ranges[1:] else "range", some([f"{a} to {b}" for a, b in incident.ranges])
    twice = {finding.addresses[0]: finding for finding in findings if finding.rule in _COLLISIONS}
    alone = [address for address in incident.addresses if address not in twice]
    if alone:
        yield "addresses" if alone[1:] else "address", some(alone)
    yield from _twice(twice)
    yield "why", incident.explanation
    yield from _seen(incident.evidence or [item for finding in findings for item in finding.evidence])
    yield "confidence", " ".join([f"{incident.confidence:.0%}.", *incident.undecided])
    yield "do", incident.remedy
    if incident.allowance_expired:
        yield "note", f"this fault was allowed until {incident.allowance_expired}"


def _twice(twice: dict[str, FindingItem]) -> Iterator[tuple[str, str]]:
    """Yield a line per address with several owners: who they are."""
    for at, (address, finding) in enumerate(sorted(twice.items())[:SHOWN]):
        owners = some([f"{_owner(one.name)} ({one.host})" for one in finding.subjects])
        yield "" if at else "twice", f"{address}  {owners}"
    if len(twice) > SHOWN:
        yield "", f"and {len(twice) - SHOWN} more addresses"


def _owner(name: str) -> str:
    """Return the machine of `machine/adapter`; a port of a device, such as Ethernet1/1, is its own name."""
    machine, _, adapter = name.rpartition("/")
    return name if not machine or _PORT.fullmatch(adapter) else machine


def _seen(evidence: list[EvidenceItem]) -> Iterator[tuple[str, str]]:
    """Yield a line per value that was read, with the places it was read at."""
    places: dict[str, list[str]] = {}
    for item in dict.fromkeys(evidence):
        places.setdefault(item.value, []).append(f"{item.file} {item.at}".rstrip())
    for at, (value, where) in enumerate(list(places.items())[:SHOWN]):
        rest = f" and {len(where) - 3} more" if len(where) > 3 else ""
        yield "" if at else "seen", f"{value}  in {', '.join(where[:3])}{rest}"
    if len(places) > SHOWN:
        yield "", f"and {len(places) - SHOWN} more values (--format json lists all)"


def some(values: list[str], shown: int = SHOWN) -> str:
    """Return the first of several values, and how many more there are."""
    rest = len(values) - shown
    return ", ".join(values[:shown]) + (f" and {rest} more" if rest > 0 else "")


def spot_of(problem: ProblemItem) -> str:
    """Return where a problem was met."""
    return f"{problem.file} {problem.at}".rstrip()


def summary(report: Report) -> str:
    """Return the last line: how many incidents of each severity were found, and in what."""
    seen = report.evidence
    parts = [counted(seen.hosts, "host"), counted(seen.adapters, "adapter"), counted(seen.pools, "pool")]
    parts += [counted(seen.sightings, "sighting")] if seen.sightings else []
    read = f"{', '.join(parts[:-1])} and {parts[-1]} in {counted(seen.files, 'file')}"
    if not seen.files:
        return "Nothing was read."
    counts = Counter("allowed" if one.allowed else one.severity for one in report.incidents)
    found = ", ".join(counted(counts[kind], kind) for kind in ("error", "warning", "info") if counts[kind])
    allowed = f"; {counts['allowed']} allowed" if counts["allowed"] else ""
    return f"{found or 'Nothing collides'}{allowed}: {read}"
