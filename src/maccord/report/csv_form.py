"""The findings as CSV, one a row, each with its incident."""

import csv
import io

from maccord.report.model import Report
from maccord.report.plain import plain

COLUMNS = (
    "finding",
    "rule",
    "severity",
    "incident",
    "cause",
    "incident_severity",
    "state",
    "allowed",
    "hosts",
    "subjects",
    "addresses",
    "range_first",
    "range_last",
    "evidence",
)
_FORMULA = ("=", "+", "-", "@")


def as_csv(report: Report) -> str:
    """Return one row per finding; lists are joined with `; `."""
    incident_of = {finding: incident for incident in report.incidents for finding in incident.findings}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in report.findings:
        incident = incident_of[finding.id]
        row = (
            finding.id,
            finding.rule,
            finding.severity,
            incident.id,
            incident.cause,
            incident.severity,
            incident.state or "",
            incident.allowed.reason if incident.allowed else "",
            "; ".join(sorted({one.host for one in finding.subjects})),
            "; ".join(f"{one.kind} {one.host}/{one.name}" for one in finding.subjects),
            "; ".join(finding.addresses),
            "; ".join(first for first, _ in finding.ranges),
            "; ".join(last for _, last in finding.ranges),
            "; ".join(f"{one.file} {one.at} = {one.value}" for one in finding.evidence),
        )
        writer.writerow([_harmless(cell) for cell in row])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula: names come from evidence, which is not to be trusted."""
    cell = plain(cell)
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
