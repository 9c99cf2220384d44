"""Turns a diagnosis into a report: names for rows, stable ids, one order, accepted faults marked."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from maccord import __version__
from maccord.fleet.config import Allowance, FleetConfig, matches
from maccord.fleet.diagnosis import ExpectedTwin, Finding, Incident, short_id
from maccord.fleet.facts import Facts
from maccord.fleet.problem import Problem
from maccord.fleet.records import Pool
from maccord.fleet.snapshot import Snapshot
from maccord.mac import show
from maccord.report.model import (
    AllowedItem,
    EvidenceCount,
    EvidenceItem,
    FindingItem,
    IncidentItem,
    ProblemItem,
    Report,
    Severity,
    SubjectItem,
    TwinItem,
)

_SEVERITIES: dict[str, tuple[int, Severity]] = {
    "error": (0, "error"),
    "warning": (1, "warning"),
    "info": (2, "info"),
}
_STATES = {"active": 0, "latent": 1, None: 2}


@dataclass(frozen=True, slots=True)
class Reported:
    """An incident, and what a report says of it."""

    incident: Incident
    item: IncidentItem
    findings: tuple[FindingItem, ...]


def report_incidents(
    incidents: Iterable[Incident], facts: Facts, fabrics: tuple[str, ...], *, config: FleetConfig, now: datetime
) -> list[Reported]:
    """Return what a report says of each incident, worst first; `now` decides which accepted faults have expired."""
    incidents = list(incidents)
    facts.fetch_ahead(finding for incident in incidents for finding in incident.findings)
    names = _Names(facts, fabrics)
    found = []
    for incident in incidents:
        told = [names.finding(finding) for finding in incident.findings]
        found.append(Reported(incident, names.incident(incident, told, config.allowances, now), tuple(told)))
    return sorted(found, key=lambda one: _worst_first(one.item))


def build_report(
    snapshot: Snapshot,
    incidents: Iterable[Incident],
    twins: Iterable[ExpectedTwin],
    facts: Facts,
    *,
    evidence: EvidenceCount,
    config: FleetConfig,
    now: datetime,
) -> Report:
    """Return the report; `now` decides which accepted faults have expired and is printed in UTC."""
    reported = report_incidents(incidents, facts, snapshot.fabrics, config=config, now=now)
    findings = {item.id: item for one in reported for item in one.findings}
    names = _Names(facts, snapshot.fabrics)
    return Report(
        maccord=__version__,
        checked_at=now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        evidence=evidence,
        incidents=[one.item for one in reported],
        findings=sorted(findings.values(), key=lambda item: (item.rule, item.ranges, item.addresses, item.subjects)),
        expected_twins=sorted(names.twin(twin) for twin in twins),
        problems=[_problem(problem) for problem in snapshot.problems],
    )


def _worst_first(item: IncidentItem) -> tuple[object, ...]:
    order = (item.allowed is not None, _SEVERITIES[item.severity][0], _STATES[item.state])
    return (*order, -len(item.addresses), -len(item.hosts), item.cause, item.ranges, item.addresses, item.hosts)


def _problem(problem: Problem) -> ProblemItem:
    return ProblemItem(problem.file, problem.at, problem.reason)


class _Names:
    """Spells rows as people know them, from the facts of one diagnosis."""

    def __init__(self, facts: Facts, fabrics: tuple[str, ...]) -> None:
        self._facts, self._fabrics = facts, fabrics
        self._ids: dict[str, int] = {}

    def hosts(self, numbers: Iterable[int]) -> list[str]:
        return sorted({self._facts.hosts[number].name for number in numbers})

    def twin(self, twin: ExpectedTwin) -> TwinItem:
        return TwinItem(twin.kind, show(twin.address), self.hosts(twin.hosts))

    def finding(self, finding: Finding) -> FindingItem:
        rows = [(table, number) for table, numbers in finding.rows.items() for number in numbers]
        subjects = sorted({self._subject(*row) for row in rows})
        addresses = [show(finding.address)] if finding.address is not None else []
        ranges = [(show(finding.segment[0]), show(finding.segment[1]))] if finding.segment is not None else []
        with_cursor = finding.rule == "cursor-outside-range"
        evidence = sorted({one for row in rows for one in self._evidence(*row, with_cursor=with_cursor)})
        named = [f"{one.kind}:{one.host}:{one.name}" for one in subjects]
        return FindingItem(
            id=short_id(finding.rule, *named, *addresses, *ranges),
            rule=finding.rule,
            severity=_SEVERITIES[finding.severity][1],
            subjects=subjects,
            addresses=addresses,
            ranges=ranges,
            evidence=evidence,
        )

    def incident(
        self,
        incident: Incident,
        findings: list[FindingItem],
        allowances: tuple[Allowance, ...],
        now: datetime,
    ) -> IncidentItem:
        hosts = self.hosts(incident.hosts)
        allowed, expired = _allowance(incident, hosts, allowances, now)
        return IncidentItem(
            id=self._incident_id(incident, hosts),
            cause=incident.cause,
            severity=_SEVERITIES[incident.severity][1],
            state="active" if incident.state == "active" else "latent" if incident.state == "latent" else None,
            hosts=hosts,
            addresses=[show(address) for address in incident.addresses],
            ranges=[(show(first), show(last)) for first, last in incident.ranges],
            allowed=allowed,
            allowance_expired=expired,
            explanation=incident.explanation,
            remedy=incident.remedy,
            confidence=incident.confidence,
            undecided=list(incident.undecided),
            evidence=sorted({EvidenceItem(one.file, one.at, one.value) for one in incident.evidence}),
            findings=sorted({item.id for item in findings}),
        )

    def _incident_id(self, incident: Incident, hosts: list[str]) -> str:
        """Return an id that stays when an incident spreads: cause, fabric, and its first range, address or host."""
        domain = min(self._facts.hosts[number].domain for number in incident.hosts)
        where = self._fabrics[domain] if domain >= 0 else hosts[0]
        alone = hosts if len(hosts) == 1 else []
        anchor = incident.ranges[:1] or incident.addresses[:1] or hosts[:1]
        base = short_id(incident.cause, where, *anchor, *alone)
        count = self._ids[base] = self._ids.get(base, 0) + 1
        return base if count == 1 else short_id(base, *hosts, *incident.addresses)

    def _subject(self, table: str, number: int) -> SubjectItem:
        facts = self._facts
        if table == "host":
            return SubjectItem("host", facts.hosts[number].name, facts.hosts[number].name)
        if table == "pool":
            pool = facts.pools[number]
            return SubjectItem("pool", facts.hosts[pool.host_id].name, pool.name or pool.kind)
        if table in ("event", "hba", "declared", "issuer", "sighting", "unrest"):
            return self._small_subject(table, number)
        adapter = facts.adapters[number]
        name = f"{adapter.machine}/{adapter.name}" if adapter.kind == "vm" else adapter.name
        return SubjectItem("adapter", facts.hosts[adapter.host_id].name, name)

    def _small_subject(self, table: str, number: int) -> SubjectItem:
        facts = self._facts
        if table == "event":
            event = facts.events[number]
            return SubjectItem("event", facts.hosts[event.host_id].name, f"{event.provider} {event.number}".strip())
        if table == "hba":
            hba = facts.hbas[number]
            return SubjectItem("hba", facts.hosts[hba.host_id].name, hba.machine)
        if table == "declared":
            declared = facts.declared[number]
            return SubjectItem("declared", facts.hosts[declared.host_id].name, f"{declared.owner}/{declared.name}")
        if table in ("sighting", "unrest"):
            seen = facts.sightings[number] if table == "sighting" else facts.unrest[number]
            return SubjectItem("port", facts.hosts[seen.host_id].name, seen.port)
        issuer = facts.issuers[number]
        return SubjectItem("manager", facts.hosts[issuer.host_id].name, issuer.manager)

    def _evidence(self, table: str, number: int, *, with_cursor: bool) -> list[EvidenceItem]:
        facts = self._facts
        if table == "host":
            host = facts.hosts[number]
            if host.wwpn_first is None and host.machine_guid:
                return [EvidenceItem(host.file, host.guid_at, host.machine_guid)]
            return [EvidenceItem(host.file, host.wwpn_at, host.wwpn_first or "")]
        if table == "pool":
            return _ends(facts.pools[number], with_cursor=with_cursor)
        return [self._small_evidence(table, number)]

    def _small_evidence(self, table: str, number: int) -> EvidenceItem:
        facts = self._facts
        if table == "event":
            event = facts.events[number]
            return EvidenceItem(event.file, event.place, str(event.number))
        if table == "hba":
            hba = facts.hbas[number]
            return EvidenceItem(hba.file, hba.place, hba.wwpn)
        if table == "issuer":
            issuer = facts.issuers[number]
            return EvidenceItem(issuer.file, issuer.place, f"{issuer.low:012X}")
        if table in ("sighting", "unrest"):
            seen = facts.sightings[number] if table == "sighting" else facts.unrest[number]
            value = facts.unrest[number].wears if table == "unrest" else facts.sightings[number].mac
            return EvidenceItem(seen.file, seen.place, f"{value:012X}")
        if table == "declared":
            declared = facts.declared[number]
            return EvidenceItem(declared.file, declared.place, f"{declared.mac:012X}")
        adapter = facts.adapters[number]
        return EvidenceItem(adapter.file, adapter.place, f"{adapter.mac or 0:012X}")


def _ends(pool: Pool, *, with_cursor: bool) -> list[EvidenceItem]:
    ends = [
        EvidenceItem(pool.file, pool.at_first, f"{pool.first:012X}"),
        EvidenceItem(pool.file, pool.at_last, f"{pool.last:012X}"),
    ]
    if with_cursor and pool.cursor is not None:
        ends.append(EvidenceItem(pool.file, pool.at_cursor, f"{pool.cursor:012X}"))
    return ends


def _allowance(
    incident: Incident, hosts: list[str], allowances: tuple[Allowance, ...], now: datetime
) -> tuple[AllowedItem | None, str | None]:
    """Return the accepted fault that covers the incident whole, or the day on which the last such one ended."""
    today = now.astimezone(UTC).date()
    expired: list[str] = []
    for one in allowances:
        covers = one.cause == incident.cause and all(matches(host, one.hosts) for host in hosts)
        if not covers or (one.addresses and not set(incident.addresses) <= set(one.addresses)):
            continue
        if one.until is None or today <= one.until:
            return AllowedItem(one.reason, one.until.isoformat() if one.until else None), None
        expired.append(one.until.isoformat())
    return None, max(expired, default=None)
