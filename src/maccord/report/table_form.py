"""The report as a person reads it: worst first, one incident a block, 100 columns."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from maccord.report.model import EvidenceItem, FindingItem, IncidentItem, ProblemItem, Report
from maccord.report.plain import plain

WIDTH = 100
_LABELS = 11
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "cyan"}
_SHOWN = 8
"""How many addresses, ranges, hosts or problems are listed before the rest is counted."""
_COLLISIONS = ("duplicate-address", "reissued-address")


def render(report: Report, console: Console) -> None:
    """Print the report on a console."""
    findings = {finding.id: finding for finding in report.findings}
    for incident in report.incidents:
        console.print(_block(incident, [findings[number] for number in incident.findings]))
        console.print()
    console.print(_rest(report))


def _block(incident: IncidentItem, findings: list[FindingItem]) -> RenderableType:
    style = "dim" if incident.allowed else _STYLES[incident.severity]
    word = "ALLOWED" if incident.allowed else incident.severity.upper()
    title = Text.assemble((word, style), "  ", (incident.cause, "bold"))
    if incident.state and not incident.allowed:
        title.append(f"  {incident.state}", "dim")
    title.append(f"  id {incident.id}", "dim")
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True, width=_LABELS)
    grid.add_column(overflow="fold")
    for label, value in _short(incident) if incident.allowed else _lines(incident, findings):
        grid.add_row(label, Text(plain(value)))
    return Group(title, Padding(grid, (0, 0, 0, 2)))


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
        owners = _some([f"{one.name.partition('/')[0]} ({one.host})" for one in finding.subjects])
        yield "" if at else "twice", f"{address}  {owners}"
    if len(twice) > _SHOWN:
        yield "", f"and {len(twice) - _SHOWN} more addresses"


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


def _some(values: list[str]) -> str:
    rest = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")


def _rest(report: Report) -> RenderableType:
    parts: list[RenderableType] = []
    if report.expected_twins:
        kinds = Counter(twin.kind for twin in report.expected_twins)
        listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        parts.append(Text(f"Shared by design, no fault: {listed}", style="dim"))
    if report.problems:
        parts.append(Text(f"{_count(len(report.problems), 'problem')} with the evidence:", style="yellow"))
        parts += [Text(plain(f"  {_spot(problem)}: {problem.reason}")) for problem in report.problems[:_SHOWN]]
        if len(report.problems) > _SHOWN:
            parts.append(Text(f"  and {len(report.problems) - _SHOWN} more (--format json lists all)"))
    parts.append(Rule(style="dim"))
    parts.append(Text(summary(report), style="bold"))
    if report.incidents:
        parts.append(Text(f"maccord explain {report.incidents[0].cause} tells more of the first.", style="dim"))
    return Group(*parts)


def _spot(problem: ProblemItem) -> str:
    return f"{problem.file} {problem.at}".rstrip()


def summary(report: Report) -> str:
    """Return the last line: how many incidents of each severity were found, and in what."""
    seen = report.evidence
    parts = [_count(seen.hosts, "host"), _count(seen.adapters, "adapter"), _count(seen.pools, "pool")]
    read = f"{parts[0]}, {parts[1]} and {parts[2]} in {_count(seen.files, 'file')}"
    if not seen.files:
        return "Nothing was read."
    counts = Counter("allowed" if one.allowed else one.severity for one in report.incidents)
    found = ", ".join(_count(counts[kind], kind) for kind in ("error", "warning", "info") if counts[kind])
    allowed = f"; {counts['allowed']} allowed" if counts["allowed"] else ""
    return f"{found or 'Nothing collides'}{allowed}: {read}"


def _count(number: int, word: str) -> str:
    plural = word if number == 1 or word == "info" else word + "s"
    return f"{number:,} {plural}"
