"""The report as a person reads it: worst first, one incident a block, 100 columns."""

import re
from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

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
from maccord.report.plain import counted, plain

_LABELS = 11
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "cyan"}
_SHOWN = 8
"""How many addresses, ranges, hosts or problems are listed before the rest is counted."""
_PORT = re.compile(r"[0-9]+([.:][0-9]+)*")
_COLLISIONS = ("duplicate-address", "reissued-address")


def render(report: Report, console: Console) -> None:
    """Print the report on a console."""
    findings = {finding.id: finding for finding in report.findings}
    since = report.since if isinstance(report.since, Since) else None
    new = {*since.new} if since else set()
    changes = {one.id: one for one in since.changed} if since else {}
    for incident in report.incidents:
        mark = "NEW" if incident.id in new else "CHANGED" if incident.id in changes else ""
        told = [findings[number] for number in incident.findings]
        console.print(_block(incident, told, mark, changes.get(incident.id)))
        console.print()
    console.print(_rest(report))


def _block(
    incident: IncidentItem, findings: list[FindingItem], mark: str, change: ChangedItem | None
) -> RenderableType:
    style = "dim" if incident.allowed else _STYLES[incident.severity]
    word = "ALLOWED" if incident.allowed else incident.severity.upper()
    title = Text.assemble((word, style), "  ", (incident.cause, "bold"))
    if incident.state and not incident.allowed:
        title.append(f"  {incident.state}", "dim")
    title.append(f"  id {incident.id}", "dim")
    if mark:
        title.append(f"  {mark}", "bold magenta")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True, width=_LABELS)
    grid.add_column(overflow="fold")
    lines = _short(incident) if incident.allowed else _lines(incident, findings)
    for label, value in (*(_changes(change) if change else ()), *lines):
        grid.add_row(label, Text(plain(value)))
    return Group(title, Padding(grid, (0, 0, 0, 2)))


def _changes(change: ChangedItem) -> Iterator[tuple[str, str]]:
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
    parts = [f"{word} {_some(values)}" for word, values in (("new", one.new), ("gone", one.gone)) if values]
    return f"{one.field}: {'; '.join(parts)}"


def _gone(since: Since) -> Iterator[RenderableType]:
    if not since.gone:
        return
    yield Text(f"Gone since {since.checked_at}:", style="green")
    for one in since.gone[:_SHOWN]:
        yield Padding(Text(plain(f"{one.severity}  {one.cause}  {_things(one)}  id {one.id}")), (0, 0, 0, 2))
    if len(since.gone) > _SHOWN:
        yield Text(f"  and {len(since.gone) - _SHOWN} more (--format json lists all)")


def _things(one: GoneItem) -> str:
    where = _some(one.hosts, 3)
    what = _some([*(f"{first} to {last}" for first, last in one.ranges), *one.addresses], 2)
    return f"{where}: {what}" if what else where


def _short(incident: IncidentItem) -> Iterator[tuple[str, str]]:
    assert incident.allowed
    yield "why", incident.explanation
    until = f" (until {incident.allowed.until})" if incident.allowed.until else ""
    yield "allowed", f"{incident.allowed.reason}{until}"


def _lines(incident: IncidentItem, findings: list[FindingItem]) -> Iterator[tuple[str, str]]:
    yield "hosts", _some(incident.hosts)
    if incident.ranges:
        yield "ranges" if incident.ranges[1:] else "range", _some([f"{a} to {b}" for a, b in incident.ranges])
    twice = {finding.addresses[0]: finding for finding in findings if finding.rule in _COLLISIONS}
    alone = [address for address in incident.addresses if address not in twice]
    if alone:
        yield "addresses" if alone[1:] else "address", _some(alone)
    yield from _twice(twice)
    yield "why", incident.explanation
    yield from _seen(incident.evidence or [item for finding in findings for item in finding.evidence])
    yield "confidence", " ".join([f"{incident.confidence:.0%}.", *incident.undecided])
    yield "do", incident.remedy
    if incident.allowance_expired:
        yield "note", f"this fault was allowed until {incident.allowance_expired}"


def _twice(twice: dict[str, FindingItem]) -> Iterator[tuple[str, str]]:
    """Yield a line per address with several owners: who they are."""
    for at, (address, finding) in enumerate(sorted(twice.items())[:_SHOWN]):
        owners = _some([f"{_owner(one.name)} ({one.host})" for one in finding.subjects])
        yield "" if at else "twice", f"{address}  {owners}"
    if len(twice) > _SHOWN:
        yield "", f"and {len(twice) - _SHOWN} more addresses"


def _owner(name: str) -> str:
    """Return the machine of `machine/adapter`; a port of a device, such as Ethernet1/1, is its own name."""
    machine, _, adapter = name.rpartition("/")
    return name if not machine or _PORT.fullmatch(adapter) else machine


def _seen(evidence: list[EvidenceItem]) -> Iterator[tuple[str, str]]:
    """Yield a line per value that was read, with the places it was read at."""
    places: dict[str, list[str]] = {}
    for item in dict.fromkeys(evidence):
        places.setdefault(item.value, []).append(f"{item.file} {item.at}".rstrip())
    for at, (value, where) in enumerate(list(places.items())[:_SHOWN]):
        rest = f" and {len(where) - 3} more" if len(where) > 3 else ""
        yield "" if at else "seen", f"{value}  in {', '.join(where[:3])}{rest}"
    if len(places) > _SHOWN:
        yield "", f"and {len(places) - _SHOWN} more values (--format json lists all)"


def _some(values: list[str], shown: int = _SHOWN) -> str:
    rest = len(values) - shown
    return ", ".join(values[:shown]) + (f" and {rest} more" if rest > 0 else "")


def _rest(report: Report) -> RenderableType:
    parts: list[RenderableType] = []
    if report.expected_twins:
        kinds = Counter(twin.kind for twin in report.expected_twins)
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        parts.append(Text(f"Shared by design, no fault: {listed}", style="dim"))
    if report.problems:
        parts.append(Text(f"{counted(len(report.problems), 'problem')} with the evidence:", style="yellow"))
        spots = [Text(plain(f"{_spot(problem)}: {problem.reason}")) for problem in report.problems[:_SHOWN]]
        parts += [Padding(one, (0, 0, 0, 2)) for one in spots]
        if len(report.problems) > _SHOWN:
            parts.append(Text(f"  and {len(report.problems) - _SHOWN} more (--format json lists all)"))
    since = report.since if isinstance(report.since, Since) else None
    parts += _gone(since) if since else ()
    parts.append(Rule(style="dim"))
    parts.append(Text(summary(report), style="bold"))
    if since:
        told = f"{len(since.new):,} new, {len(since.changed):,} changed, {len(since.gone):,} gone"
        parts.append(Text(f"Since {since.checked_at}: {told}"))
    if report.incidents:
        parts.append(Text(f"maccord explain {report.incidents[0].cause} tells more of the first.", style="dim"))
    return Group(*parts)


def _spot(problem: ProblemItem) -> str:
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
