"""The findings as CSV, one a row, each with its incident."""

import csv
import io

from maccord.report.model import Report, Since
from maccord.report.plain import cell

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
    "since",
)


def as_csv(report: Report) -> str:
    """Return one row per finding; lists are joined with `; `.

    The last column says `new` or `changed` of the finding's incident, given an earlier report to compare with; an
    incident that is gone has a row without a finding.
    """
    incident_of = {finding: incident for incident in report.incidents for finding in incident.findings}
    marks = _marks(report)
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
            marks.get(incident.id, ""),
        )
        writer.writerow([cell(value) for value in row])
    for gone in report.since.gone if isinstance(report.since, Since) else ():
        told = ("", "", "", gone.id, gone.cause, gone.severity, gone.state or "", "", "; ".join(gone.hosts), "")
        ends = ("; ".join(first for first, _ in gone.ranges), "; ".join(last for _, last in gone.ranges))
        writer.writerow([cell(value) for value in (*told, "; ".join(gone.addresses), *ends, "", "gone")])
    return out.getvalue()


def _marks(report: Report) -> dict[str, str]:
    if not isinstance(report.since, Since):
        return {}
    return {**dict.fromkeys(report.since.new, "new"), **{one.id: "changed" for one in report.since.changed}}
