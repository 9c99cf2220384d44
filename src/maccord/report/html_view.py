"""What the page shows of a report: the worst in full, the rest in brief, and what had to be left out, counted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from maccord.report.illustration import CausePage, Illustration, Strip
from maccord.report.model import (
    ChangedItem,
    EvidenceItem,
    FindingItem,
    GoneItem,
    IncidentItem,
    ProblemItem,
    Report,
    Since,
    SubjectItem,
    TwinItem,
)
from maccord.report.plain import counted
from maccord.report.stack_drawing import Drawing, drawings

IN_FULL, IN_BRIEF = 100, 1000
"""Incidents with all they stand on, and further ones as one row each."""
SEARCHED_MAX = 200_000
"""Hosts, addresses and ranges of incidents that a filter knows."""
_FINDINGS, _EVIDENCE, _NAMES, _LISTED, _STRIPS = 6, 8, 12, 300, 40
KINDS = ("error", "warning", "info", "allowed")

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Some(Generic[T]):
    """The first of many, and how many more there are."""

    shown: Sequence[T]
    more: int

    @classmethod
    def of(cls, values: Sequence[T], count: int) -> "Some[T]":
        """Return the first `count` values; one is never left out alone."""
        return cls(values, 0) if len(values) <= count + 1 else cls(values[:count], len(values) - count)


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding, its rule's sentence, and as much of its evidence as a page bears."""

    item: FindingItem
    title: str
    subjects: Some[SubjectItem]
    evidence: Some[EvidenceItem]


@dataclass(frozen=True, slots=True)
class IncidentView:
    """An incident with all that the page shows of it; `first` says that its cause was not shown before."""

    item: IncidentItem
    kind: str
    page: CausePage
    first: bool
    hosts: Some[str]
    addresses: Some[str]
    ranges: Some[tuple[str, str]]
    evidence: Some[EvidenceItem]
    findings: Some[FindingView]
    drawings: list[Drawing]
    not_drawn: int
    new: bool = False
    changed: ChangedItem | None = None


@dataclass(frozen=True, slots=True)
class CauseRow:
    """All incidents of one cause, for the overview."""

    cause: str
    title: str
    kind: str
    incidents: int
    hosts: int
    active: int
    first: str
    shown: bool


@dataclass(frozen=True, slots=True)
class View:
    """The whole page, before it is spelled as HTML."""

    report: Report
    counts: Counter[str]
    verdict: str
    causes: list[CauseRow]
    incidents: list[IncidentView]
    brief: list[tuple[IncidentItem, str]]
    twin_kinds: list[tuple[str, int, str]]
    twins: Some[TwinItem]
    problems: Some[ProblemItem]
    strips: list[Strip]
    left_out: list[str]
    since: Since | None
    gone: Some[GoneItem]


def view(report: Report, drawn: Illustration) -> View:
    """Return what the page shows."""
    counts = Counter(kind_of(one) for one in report.incidents)
    findings = {one.id: one for one in report.findings}
    since = report.since if isinstance(report.since, Since) else None
    new = {*since.new} if since else set()
    changes = {one.id: one for one in since.changed} if since else {}
    seen: set[str] = set()
    incidents = []
    issuing = {strip.host: strip for strip in reversed(drawn.strips) if strip.kind == "dynamic"}
    for one in report.incidents[:IN_FULL]:
        stacks = drawings(drawn.stacks.get(one.id, []), one.addresses, issuing)
        shown = _incident(one, findings, drawn, stacks, first=one.cause not in seen)
        incidents.append(replace(shown, new=one.id in new, changed=changes.get(one.id)))
        seen.add(one.cause)
    kinds = Counter(one.kind for one in report.expected_twins)
    return View(
        report=report,
        counts=counts,
        verdict=_verdict(report, counts),
        causes=_causes(report.incidents, drawn.pages),
        incidents=incidents,
        brief=[(one, kind_of(one)) for one in report.incidents[IN_FULL : IN_FULL + IN_BRIEF]],
        twin_kinds=[(kind, count, drawn.twins.get(kind, "")) for kind, count in sorted(kinds.items())],
        twins=Some.of(report.expected_twins, _LISTED),
        problems=Some.of(report.problems, _LISTED),
        strips=drawn.strips[:_STRIPS],
        left_out=list(_left_out(report, drawn)),
        since=since,
        gone=Some.of(since.gone if since else [], _LISTED),
    )


def kind_of(one: IncidentItem) -> str:
    """Return the severity, or `allowed`."""
    return "allowed" if one.allowed else one.severity


def _incident(
    one: IncidentItem, findings: dict[str, FindingItem], drawn: Illustration, stacks: list[Drawing], *, first: bool
) -> IncidentView:
    few = Some.of([findings[number] for number in one.findings], _FINDINGS)
    return IncidentView(
        item=one,
        kind=kind_of(one),
        page=drawn.pages.get(one.cause, CausePage(one.cause, [])),
        first=first,
        hosts=Some.of(one.hosts, _NAMES),
        addresses=Some.of(one.addresses, _NAMES),
        ranges=Some.of(one.ranges, _NAMES),
        evidence=Some.of(one.evidence, _EVIDENCE),
        findings=Some([_finding(each, drawn.rules) for each in few.shown], few.more),
        drawings=stacks,
        not_drawn=max(0, len(one.hosts) - len({each.stack.host for each in stacks})) if stacks else 0,
    )


def _finding(one: FindingItem, titles: dict[str, str]) -> FindingView:
    return FindingView(
        one, titles.get(one.rule, ""), Some.of(one.subjects, _EVIDENCE), Some.of(one.evidence, _EVIDENCE)
    )


def _causes(incidents: Iterable[IncidentItem], pages: dict[str, CausePage]) -> list[CauseRow]:
    """Return a row per cause, in the order of their worst incident."""
    of: dict[str, list[tuple[int, IncidentItem]]] = defaultdict(list)
    for at, one in enumerate(incidents):
        of[one.cause].append((at, one))
    return [
        CauseRow(
            cause=cause,
            title=pages[cause].title if cause in pages else "",
            kind=min((kind_of(one) for _, one in told), key=KINDS.index),
            incidents=len(told),
            hosts=len({host for _, one in told for host in one.hosts}),
            active=sum(one.state == "active" and one.allowed is None for _, one in told),
            first=told[0][1].id,
            shown=told[0][0] < IN_FULL + IN_BRIEF,
        )
        for cause, told in of.items()
    ]


def _verdict(report: Report, counts: Counter[str]) -> str:
    if not report.evidence.files:
        return "Nothing was read"
    found = [counted(counts[kind], kind) for kind in ("error", "warning", "info") if counts[kind]]
    return ", ".join(found) or "Nothing collides"


def _left_out(report: Report, drawn: Illustration) -> Iterable[str]:
    """Yield a sentence for each kind of thing that the page holds in part only."""
    brief = len(report.incidents) - IN_FULL
    if brief > 0:
        yield f"{counted(min(brief, IN_BRIEF), 'incident')} after the worst {IN_FULL} are listed as one row each."
    if brief > IN_BRIEF:
        yield f"{counted(brief - IN_BRIEF, 'further incident')} are not on this page; the overview counts them."
    if drawn.strips_left_out:
        yield f"{counted(drawn.strips_left_out, 'range')} are not on the map; hosts that incidents concern come first."
    known = report.incidents[: IN_FULL + IN_BRIEF]
    if sum(len(one.hosts) + len(one.addresses) + len(one.ranges) for one in known) > SEARCHED_MAX:
        yield f"The filter knows the first {SEARCHED_MAX:,} hosts, addresses and ranges of incidents, not all."
    for what, listed in (("expected twin", report.expected_twins), ("problem", report.problems)):
        if len(listed) > _LISTED + 1:
            yield f"{counted(len(listed) - _LISTED, what)} are counted, not listed."
