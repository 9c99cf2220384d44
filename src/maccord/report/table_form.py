"""The report as a person reads it: worst first, one incident a block, 100 columns."""

from collections import Counter
from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from maccord.report.model import IncidentItem, ProblemItem, Report

WIDTH = 100
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "cyan"}
_SHOWN = 8
"""How many addresses, ranges, hosts or problems are listed before the rest is counted."""


def render(report: Report, console: Console) -> None:
    """Print the report on a console; what stands in a pipe is as wide as WIDTH."""
    for incident in report.incidents:
        console.print(_block(incident))
        console.print()
    console.print(_rest(report))


def _block(incident: IncidentItem) -> RenderableType:
    title = Text.assemble(
        (incident.severity.upper(), "dim" if incident.allowed else _STYLES[incident.severity]),
        "  ",
        (incident.cause, "bold"),
        ("  " + " ".join(filter(None, (incident.state, "allowed" if incident.allowed else ""))), "dim"),
        (f"  {incident.id}", "dim"),
    )
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in _lines(incident):
        grid.add_row(label, Text(plain(value)))
    return Group(title, Padding(grid, (0, 0, 0, 2)))


def _lines(incident: IncidentItem) -> Iterator[tuple[str, str]]:
    yield "hosts", _some(incident.hosts)
    if incident.ranges:
        yield (
            "range" if len(incident.ranges) == 1 else "ranges",
            _some([f"{a} to {b}" for a, b in incident.ranges]),
        )
    if incident.addresses:
        yield "address" if len(incident.addresses) == 1 else "addresses", _some(incident.addresses)
    yield "why", incident.explanation
    if incident.evidence:
        yield "seen", _some([f"{one.value} ({one.file}{one.at})" for one in incident.evidence])
    yield (
        "sure",
        f"{incident.confidence:.0%}" + (" - " + " ".join(incident.undecided) if incident.undecided else ""),
    )
    yield "do", incident.remedy
    if incident.allowed:
        until = f", until {incident.allowed.until}" if incident.allowed.until else ""
        yield "allowed", f"{incident.allowed.reason}{until}"
    if incident.allowance_expired:
        yield "note", f"this fault was allowed until {incident.allowance_expired}"


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
    return Group(*parts)


def _spot(problem: ProblemItem) -> str:
    return f"{problem.file} {problem.at}".rstrip()


def summary(report: Report) -> str:
    """Return the last line: what was read, and how many incidents of each severity were found."""
    seen = report.evidence
    read = f"{_count(seen.hosts, 'host')}, {_count(seen.adapters, 'adapter')} and {_count(seen.pools, 'pool')}"
    counts = Counter("allowed" if one.allowed else one.severity for one in report.incidents)
    found = ", ".join(_count(counts[kind], kind) for kind in ("error", "warning", "info") if counts[kind])
    allowed = f" ({counts['allowed']} allowed)" if counts["allowed"] else ""
    return f"{read} in {_count(seen.files, 'file')}: {found or 'no incident'}{allowed}"


def _count(number: int, word: str) -> str:
    plural = word if number == 1 or word == "info" else word + "s"
    return f"{number:,} {plural}"


def plain(text: str) -> str:
    """Return text whose control and direction characters are spelled out: names come from evidence."""
    return "".join(char if char.isprintable() else f"\\x{ord(char):02x}" for char in text)
