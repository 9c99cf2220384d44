"""The incident of ranges that overlap, whatever the cause: hosts, addresses issued twice, state."""

from dataclasses import dataclass

from maccord.causes.case import Case, segments, spans
from maccord.causes.cause import Cause
from maccord.causes.collision import addresses_of
from maccord.causes.issued import issued_words, take_issued_alike
from maccord.fleet.diagnosis import Evidence, Finding, Incident
from maccord.fleet.records import Pool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one cause says of an overlap: why, what to do, how sure, and what would decide."""

    why: str
    remedy: str
    confidence: float
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[str, ...] = ()


def pools_of(case: Case, group: list[Finding]) -> list[Pool]:
    """Return the pools of several findings, each once, in order."""
    numbers = sorted({number for finding in group for number in finding.of("pool")})
    case.facts.pools.need(numbers)
    return [case.facts.pools[number] for number in numbers]


def range_incident(case: Case, cause: Cause, group: list[Finding], told: Told) -> Incident:
    """Return the incident of an overlap, with the collisions of addresses that its hosts both issued."""
    hosts = case.facts.holders(group)
    ranges = segments(group)
    taken = take_issued_alike(case, hosts, ranges)
    return Incident(
        cause=cause.id,
        severity=cause.severity,
        state="active" if any(collision.active for collision in taken) else "latent",
        hosts=tuple(sorted(hosts)),
        addresses=addresses_of(taken),
        ranges=ranges,
        findings=(*group, *(collision.finding for collision in taken)),
        evidence=told.evidence,
        confidence=told.confidence,
        undecided=told.undecided,
        explanation=f"{case.hosts(hosts)} issue addresses from {spans(ranges)}. {told.why}{issued_words(taken)}",
        remedy=told.remedy,
    )
