"""The report as a person reads it: worst first, one incident a block, 100 columns."""

from collections.abc import Iterator

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from maccord.report.lines import SHOWN, change_counts, gone_line, incident_lines, spot_of, summary, twin_counts
from maccord.report.model import (
    ChangedItem,
    FindingItem,
    IncidentItem,
    Report,
    Since,
)
from maccord.report.plain import counted, plain

_LABELS = 11
_STYLES = {"error": "bold red", "warning": "bold yellow", "info": "cyan"}


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
    for label, value in incident_lines(incident, findings, change):
        grid.add_row(label, Text(plain(value)))
    return Group(title, Padding(grid, (0, 0, 0, 2)))


def _gone(since: Since) -> Iterator[RenderableType]:
    if not since.gone:
        return
    yield Text(f"Gone since {since.checked_at}:", style="green")
    for one in since.gone[:SHOWN]:
        yield Padding(Text(plain(gone_line(one))), (0, 0, 0, 2))
    if len(since.gone) > SHOWN:
        yield Text(f"  and {len(since.gone) - SHOWN} more (--format json lists all)")


def _rest(report: Report) -> RenderableType:
    parts: list[RenderableType] = []
    if report.expected_twins:
        parts.append(Text(f"Shared by design, no fault: {twin_counts(report)}", style="dim"))
    if report.problems:
        parts.append(Text(f"{counted(len(report.problems), 'problem')} with the evidence:", style="yellow"))
        spots = [Text(plain(f"{spot_of(problem)}: {problem.reason}")) for problem in report.problems[:SHOWN]]
        parts += [Padding(one, (0, 0, 0, 2)) for one in spots]
        if len(report.problems) > SHOWN:
            parts.append(Text(f"  and {len(report.problems) - SHOWN} more (--format json lists all)"))
    since = report.since if isinstance(report.since, Since) else None
    parts += _gone(since) if since else ()
    parts.append(Rule(style="dim"))
    parts.append(Text(summary(report), style="bold"))
    if since:
        parts.append(Text(f"Since {since.checked_at}: {change_counts(since)}"))
    if report.incidents:
        parts.append(Text(f"maccord explain {report.incidents[0].cause} tells more of the first.", style="dim"))
    return Group(*parts)
