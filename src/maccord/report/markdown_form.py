"""The report as Markdown, for tickets, change boards and wikis: what the table says, and every problem.

Whatever comes from evidence is escaped, so that no name becomes a heading, a link, a mark or HTML. Source: CommonMark
0.31, 2.4 (backslash escapes); GitHub Flavored Markdown, 4.10 (tables) and 6.9 (autolinks).
"""

import re
from collections.abc import Iterator

from maccord.report.lines import Line, change_counts, gone_line, incident_lines, spot_of, summary, twin_counts
from maccord.report.model import FindingItem, Report, Since
from maccord.report.plain import counted, plain

_MARKS = re.compile(r"([\\`*_{}\[\]<>|#&~!$]|(?<=www)\.|:(?=//)|@)")
"""What is a mark anywhere in a line."""
_BEGINNING, _ESCAPED = re.compile(r"^(\d*)([-+=.)])"), r"\1\\\2"
"""What makes a list or a heading where it begins a line."""


def as_markdown(report: Report) -> str:
    """Return the report: worst first, a section for each incident with a table of what is said of it."""
    return "\n".join(_written(report)) + "\n"


def _written(report: Report) -> Iterator[str]:
    findings = {finding.id: finding for finding in report.findings}
    since = report.since if isinstance(report.since, Since) else None
    yield "# MAC addresses of the fleet"
    yield ""
    yield f"{escaped(summary(report))}. Checked at {escaped(report.checked_at)} by maccord {escaped(report.maccord)}."
    if since:
        yield ""
        yield f"Since {escaped(since.checked_at)}: {change_counts(since)}."
    yield from _incidents(report, findings, since)
    if since and since.gone:
        yield from _listed("Gone", [gone_line(one) for one in since.gone])
    if report.expected_twins:
        yield from ("", f"Shared by design, no fault: {escaped(twin_counts(report))}.")
    if report.problems:
        title = f"{counted(len(report.problems), 'problem')} with the evidence"
        yield from _listed(title, [f"{spot_of(one)}: {one.reason}" for one in report.problems])


def _incidents(report: Report, findings: dict[str, FindingItem], since: Since | None) -> Iterator[str]:
    new = {*since.new} if since else set()
    changes = {one.id: one for one in since.changed} if since else {}
    for incident in report.incidents:
        words = ["allowed" if incident.allowed else incident.severity, incident.cause]
        words += [incident.state] if incident.state and not incident.allowed else []
        words += ["new"] if incident.id in new else ["changed"] if incident.id in changes else []
        told = [findings[number] for number in incident.findings]
        yield from ("", f"## {escaped(', '.join(words))}", "", "| | |", "|---|---|")
        yield from _rows(incident_lines(incident, told, changes.get(incident.id)))
        yield f"| id | {escaped(incident.id)} |"


def _rows(lines: Iterator[Line]) -> Iterator[str]:
    """Yield a row for each label; lines that go on with it stand below each other in its cell."""
    label, texts = "", list[str]()
    for name, text in lines:
        if name and texts:
            yield f"| {label} | {'<br>'.join(texts)} |"
            texts = []
        label = name or label
        texts.append(escaped(text))
    if texts:
        yield f"| {label} | {'<br>'.join(texts)} |"


def _listed(title: str, lines: list[str]) -> Iterator[str]:
    yield from ("", f"## {escaped(title)}", "")
    yield from (f"- {_BEGINNING.sub(_ESCAPED, escaped(line))}" for line in lines)


def escaped(text: str) -> str:
    """Return text in which nothing is a mark of Markdown or HTML."""
    return _MARKS.sub(r"\\\1", plain(text))
