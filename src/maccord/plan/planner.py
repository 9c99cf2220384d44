"""Makes the plan: every incident's repair, together, with as little change as does it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from maccord import __version__
from maccord.fleet.snapshot import Snapshot
from maccord.plan.drafts import outcome_order
from maccord.plan.estate import Estate
from maccord.plan.measure import measured, refuse_too_much
from maccord.plan.plan import Fallout, Outcome, Plan, Settings
from maccord.plan.project import projected
from maccord.plan.repairs.duplicates import settle_duplicates
from maccord.plan.repairs.growth import settle_growth
from maccord.plan.repairs.names import settle_names
from maccord.plan.repairs.others import settle_others
from maccord.plan.repairs.ranges import settle_ranges
from maccord.plan.repairs.vmm import separate_servers
from maccord.plan.repairs.vnics import settle_vnics
from maccord.plan.space import Space
from maccord.plan.steps import Advice, AnyStep
from maccord.plan.work import Task, Work
from maccord.report import Reported

Judge = Callable[[Snapshot], Iterable[Reported]]
"""Diagnoses tables: what a check would find there."""

_REPAIRS = (
    settle_ranges,
    settle_growth,
    separate_servers,
    settle_vnics,
    settle_duplicates,
    settle_names,
    settle_others,
)
"""In this order, since each looks at what those before it have decided to change."""


def make_plan(
    snapshot: Snapshot,
    found: Iterable[Reported],
    *,
    settings: Settings,
    export_of: Callable[[str], Mapping[str, Any]],
    judge: Judge,
) -> Plan:
    """Return the plan that repairs what was `found` in `snapshot`.

    `export_of` gives the export of a host by its name; `judge` diagnoses the tables as they will be, and an incident
    that it still finds is told as left. Raises NoSpace, and TooMuchChange unless the settings are forced.
    """
    reported = list(found)
    estate = Estate(snapshot)
    work = Work(estate, _space(estate, settings), settings, export_of)
    tasks = [Task(one.item.id, one.incident) for one in reported if _wanted(one)]
    for settle in _REPAIRS:
        settle(work, tasks)
    steps, fallout = work.drafts.numbered()
    remaining = list(judge(projected(work, steps))) if steps else reported
    outcomes = tuple(sorted((_outcome(work, one, steps, remaining) for one in reported), key=outcome_order))
    measure = measured(estate, steps, fallout)
    if not settings.forced:
        refuse_too_much(estate, measure)
    return Plan(
        maccord=__version__,
        settings=settings,
        measure=measure,
        outcomes=(*outcomes, *_brought(reported, remaining)),
        steps=steps,
        fallout=fallout,
    )


def _wanted(one: Reported) -> bool:
    return one.item.severity != "info" and one.item.allowed is None


def _space(estate: Estate, settings: Settings) -> Space:
    """Return the space that is left: nothing that a pool, an adapter, a sighting or an address of a host touches."""
    ranges = [(pool.first, pool.last) for pool in estate.pools]
    ranges += [(row.derives, row.derives + 0xFF) for row in estate.ips]
    ranges += settings.avoid
    addresses = [row.mac for row in estate.adapters if row.mac is not None]
    addresses += [row.permanent for row in estate.adapters if row.permanent is not None]
    addresses += [row.mac for row in estate.sightings]
    addresses += estate.granted
    return Space(ranges, addresses, range_homes=settings.ranges, static_homes=settings.statics)


def _outcome(work: Work, one: Reported, numbered: Sequence[AnyStep], remaining: Sequence[Reported]) -> Outcome:
    item = one.item
    told = Outcome(
        id=item.id,
        cause=item.cause,
        severity=item.severity,
        state=item.state,
        hosts=tuple(item.hosts),
        becomes="left",
        why="",
    )
    if item.allowed is not None:
        return _with(told, "left", (), f"accepted: {item.allowed.reason}")
    if item.severity == "info":
        return _with(told, "left", (), "nothing has to be done about it today")
    steps = tuple(step.id for step in numbered if item.id in step.incidents)
    acting = any(not isinstance(step, Advice) for step in numbered if item.id in step.incidents)
    still = any(_same(one, rest) for rest in remaining)
    if item.id in work.left:
        becomes, why = "left", work.left[item.id]
    elif not still and (acting or not steps):
        becomes, why = "repaired", ""
    elif steps:
        becomes = "person"
        why = "a part of it is left to people: see the advice" if acting else "somebody has to act: see the advice"
    else:
        becomes, why = "left", "no repair is known for it"
    return _with(told, becomes, steps, why)


def _with(told: Outcome, becomes: str, steps: tuple[str, ...], why: str) -> Outcome:
    return replace(told, becomes=becomes, steps=steps, why=why)


def _same(one: Reported, other: Reported) -> bool:
    """Tell whether an incident of the tables as they will be is one of before, or what is left of it."""
    if one.item.id == other.item.id:
        return True
    if one.item.cause != other.item.cause or not {*one.item.hosts} & {*other.item.hosts}:
        return False
    if one.item.addresses or other.item.addresses:
        return bool({*one.item.addresses} & {*other.item.addresses})
    return True


def _brought(before: Sequence[Reported], after: Sequence[Reported]) -> tuple[Outcome, ...]:
    """Return what the plan itself would bring about, which is told as left: nothing, or a fault of the plan."""
    return tuple(
        Outcome(
            id=one.item.id,
            cause=one.item.cause,
            severity=one.item.severity,
            state=one.item.state,
            hosts=tuple(one.item.hosts),
            becomes="left",
            why="it would be found after the plan has run",
        )
        for one in after
        if _wanted(one) and not any(_same(known, one) for known in before)
    )


def steps_and_fallout(plan: Plan, host: str) -> tuple[tuple[AnyStep, ...], tuple[Fallout, ...]]:
    """Return what concerns one host."""
    return plan.of_host(host), tuple(one for one in plan.fallout if one.host == host)
