"""@@PAGE vmm-default-pool-shared@@"""

from collections.abc import Iterable

from maccord.causes.case import Case, connected, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.causes.issued import issued_words
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import parse_value

CAUSE = Cause("vmm-default-pool-shared", "warning", __doc__)


DEFAULTS = {
    (parse_value("00-1D-D8-B7-1C-00"), parse_value("00-1D-D8-F4-1F-FF")): "Hyper-V",
    (parse_value("00-50-56-00-00-00"), parse_value("00-50-56-3F-FF-FF")): "VMware",
}
"""The pools that every VMM installation starts with (MicrosoftDocs, VMM network MAC pools)."""


def explain(case: Case) -> Iterable[Incident]:
    """Explain equal default pools of several VMM servers, one incident for all that they share."""

    def default(finding: Finding) -> bool:
        return bool(finding.facts["vmm"]) and finding.segment in DEFAULTS and not finding.facts["chained"]

    def servers(finding: Finding) -> list[int]:
        return [case.facts.pools[number].host_id for number in finding.of("pool")]

    for group in connected(case.take("overlapping-pools", default), servers):
        yield _incident(case, group)


def _incident(case: Case, group: list[Finding]) -> Incident:
    hosts = {case.facts.pools[number].host_id for finding in group for number in finding.of("pool")}
    ranges = segments(group)
    taken = case.take_collisions(_granted_twice, case.collisions_in(ranges))
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(hosts | {host for collision in taken for host in collision.hosts})),
        addresses=tuple(sorted(collision.address for collision in taken)),
        ranges=ranges,
        findings=(*group, *(collision.finding for collision in taken)),
        confidence=0.95,
        explanation=(
            f"The VMM servers {case.hosts(hosts)} grant addresses from the pool that every VMM installation starts "
            f"with, {spans(ranges)}. They begin at the same end and do not ask each other.{issued_words(taken)}"
        ),
        remedy=(
            "Before the next grant, create pools that do not overlap on all but one server (New-SCMACAddressPool "
            "-MACAddressRangeStart ... -MACAddressRangeEnd ...) and remove the default pool there."
        ),
    )


def _granted_twice(collision: Collision) -> bool:
    return sum(owner.static for owner in collision.owners) > 1
