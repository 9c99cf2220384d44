"""Rehearses a plan on hosts rebuilt from the evidence that it was made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from maccord.app.evidence import Evidence
from maccord.app.plan_file import BadPlan, read_plan
from maccord.collect import BYTES_MAX
from maccord.engine import Engine
from maccord.plan.plan import Plan
from maccord.rehearse.pace import Pace
from maccord.rehearse.rehearsal import Incident, Rehearsal
from maccord.rehearse.run import rehearse
from maccord.rehearse.site import Site
from maccord.report import Report

_NAMED = 6


class EvidenceChanged(BadPlan):
    """The evidence is not that which the plan was made of."""


def rehearse_plan(
    folder: str,
    paths: Iterable[str],
    engine: Callable[[], Engine],
    *,
    now: datetime,
    batch: int = 1,
    pace: Pace | None = None,
    reverse: bool = True,
    bytes_max: int = BYTES_MAX,
    read: Callable[[int, int], None] = lambda _done, _all: None,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Rehearsal:
    """Return the rehearsal of the plan in `folder` on the evidence below `paths`.

    `engine` makes an engine; `read` hears how many files are read, `tell` how many steps are lived. Raises BadPlan,
    and EvidenceChanged when a check finds other incidents than the plan was made for.
    """
    plan = read_plan(folder)
    evidence = Evidence.of(paths, bytes_max=bytes_max, tell=read)
    judge = judge_of(evidence, engine, now)
    refuse_changed(folder, plan, judge({}))
    return rehearse(plan, Site(evidence.exports), judge, batch=batch, pace=pace, reverse=reverse, tell=tell)


def judge_of(
    evidence: Evidence, engine: Callable[[], Engine], now: datetime
) -> Callable[[Mapping[str, Mapping[str, Any]]], tuple[Incident, ...]]:
    """Return what checks the evidence with the exports of some hosts replaced."""

    def judge(changed: Mapping[str, Mapping[str, Any]]) -> tuple[Incident, ...]:
        return incidents_of(evidence.check(engine(), now=now, changed=changed))

    return judge


def incidents_of(report: Report) -> tuple[Incident, ...]:
    """Return a report's incidents as a rehearsal looks at them."""
    return tuple(
        Incident(
            id=one.id,
            cause=one.cause,
            severity=one.severity,
            hosts=tuple(one.hosts),
            addresses=tuple(one.addresses),
            allowed=one.allowed is not None,
        )
        for one in report.incidents
    )


def refuse_changed(folder: str, plan: Plan, found: Sequence[Incident]) -> None:
    """Refuse a plan whose incidents are not those that the evidence shows now; the message says which differ."""
    planned = {one.id: f"{one.cause} ({', '.join(one.hosts[:_NAMED])})" for one in plan.outcomes}
    there = {one.id: f"{one.cause} ({', '.join(one.hosts[:_NAMED])})" for one in found if one.counts}
    known = {one.id for one in found}
    missing = [planned[one.id] for one in plan.outcomes if one.id not in known and not one.hidden]
    new = [there[one] for one in there.keys() - planned.keys()]
    told = _told("gone since", missing) + _told("new since", new)
    if told:
        raise EvidenceChanged(folder, f"the evidence is not what it was planned for; {'; '.join(told)}: plan again")


def _told(word: str, names: list[str]) -> list[str]:
    if not names:
        return []
    shown = ", ".join(sorted(names)[:_NAMED])
    return [f"{word}: {shown}" + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")]
