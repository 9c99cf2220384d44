"""Runs a reviewed plan: by its digest, through a way to hosts, with fresh evidence checked after each batch."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from maccord.app.evidence import Evidence
from maccord.app.plan_file import BadPlan, read_plan
from maccord.app.rehearse import incidents_of
from maccord.apply.journal import Journal
from maccord.apply.run import Clock, Manner, Ran, Verify, run
from maccord.apply.transport import Transport
from maccord.engine import Engine
from maccord.plan.plan import Plan
from maccord.plan.steps import Advice, AnyStep, RunText, VmmStep

DIGITS_MIN = 12
"""So many digits of a digest at least have to be given: nobody makes another plan that begins with them by chance."""


class NotReviewed(BadPlan):
    """The digest that was given is not the plan's: what was reviewed is something else."""


def reviewed_plan(folder: str, digest: str) -> Plan:
    """Return the plan of a folder, if `digest` is its own, or the beginning of it. Raises BadPlan, NotReviewed."""
    plan = read_plan(folder)
    given = digest.strip().lower()
    if len(given) < DIGITS_MIN or not plan.digest.startswith(given):
        raise NotReviewed(folder, f"its digest is {plan.digest}: review plan.md, then give this one with --digest")
    return plan


def servers_of(plan: Plan) -> frozenset[str]:
    """Return the VMM servers that steps run on."""
    return frozenset(step.host for step in plan.steps if isinstance(step, VmmStep))


def apply_plan(
    plan: Plan,
    folder: str,
    transport: Transport,
    evidence: Evidence,
    engine: Callable[[], Engine],
    *,
    manner: Manner,
    clock: Callable[[], datetime],
    tell: Callable[[AnyStep, str, str], None] = lambda _step, _outcome, _seen: None,
) -> Ran:
    """Run a plan, or what an earlier run has left of it, or take it back.

    `evidence` is that which hosts which the plan leaves alone are known from; it may be empty. Raises BadJournal.
    """
    path = Path(folder)
    with Journal(path if path.is_dir() else path.parent, plan.digest) as journal:
        began = next((str(line["at"]) for line in journal.of("opened")), clock().isoformat())
        if transport.name == "world":  # its time is another, and it tells of new events alone
            began = ""
        verify = verifier(plan, evidence, engine, clock, began=began, reverse=manner.reverse)
        timed = Clock(now=lambda: clock().isoformat(), monotonic=time.monotonic, sleep=time.sleep)
        return run(plan, transport, journal, verify=verify, clock=timed, manner=manner, tell=tell)


def verifier(
    plan: Plan,
    evidence: Evidence,
    engine: Callable[[], Engine],
    clock: Callable[[], datetime],
    *,
    began: str,
    reverse: bool,
) -> Verify:
    """Return what checks fresh evidence: it tells of incidents that were not planned for, and of those that stayed."""
    known = [(one.cause, frozenset(one.hosts)) for one in plan.outcomes]
    people = {step.id for step in plan.steps if isinstance(step, Advice | RunText)}
    repaired = {one.id for one in plan.outcomes if one.becomes == "repaired" and not people & set(one.steps)}

    def verify(
        exports: Mapping[str, Mapping[str, Any]],
        declared: frozenset[str],
        last: bool,  # noqa: FBT001 - as the type Verify has it
    ) -> Sequence[str]:
        fresh = {name: _since(export, began) for name, export in exports.items()}
        found = [one for one in incidents_of(evidence.check(engine(), now=clock(), changed=fresh)) if one.counts]
        told = []
        for one in found:
            name = f"{one.cause} ({', '.join(one.hosts)})"
            if last and not reverse and one.id in repaired:
                told.append(f"{name} is still there")
            elif one.cause not in declared and not any(
                one.cause == cause and set(one.hosts) <= hosts for cause, hosts in known
            ):
                told.append(f"{name} was not there before")
        return told

    return verify


def _since(export: Mapping[str, Any], began: str) -> Mapping[str, Any]:
    """Leave out events from before the plan was begun: they tell of what it repairs."""
    events = export.get("Event")
    if not isinstance(events, list):
        return export
    try:
        start = datetime.fromisoformat(began)
    except ValueError:
        return export
    return {**export, "Event": [one for one in events if not _is_before(one, start)]}


def _is_before(event: object, start: datetime) -> bool:
    told = event.get("TimeCreated") if isinstance(event, dict) else None
    try:
        at = datetime.fromisoformat(str(told))
    except ValueError:
        return False
    return at.tzinfo is not None and at < start
