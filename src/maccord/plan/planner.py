"""Makes the plan: every incident's repair, together, with as little change as does it."""

from collections import Counter, defaultdict
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
from maccord.plan.repairs.building import join_teams
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

_ROUNDS = 4
"""An incident may hide another: hosts that were cloned have more in common than their ranges. What shows itself when
the steps so far have run is repaired by further ones."""
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
    known, asked = list(reported), list(reported)
    steps: list[AnyStep] = []
    fallout: list[Fallout] = []
    left: dict[str, str] = {}
    remaining = reported
    space = _space(Estate(snapshot), settings)
    for _ in range(_ROUNDS):
        work = Work(Estate(snapshot), space, settings, export_of)
        for settle in _REPAIRS:
            settle(work, [Task(one.item.id, one.incident) for one in asked if _wanted(one)])
        if not steps:
            join_teams(work)
        more, met = work.drafts.numbered(Counter(step.host for step in steps))
        if not more:
            break
        steps += more
        fallout += met
        left |= work.left
        snapshot = projected(work, more)
        remaining = list(judge(snapshot))
        asked = [one for one in remaining if _wanted(one) and not any(_same(before, one) for before in known)]
        known += asked
    wanted_by: dict[str, list[AnyStep]] = defaultdict(list)
    for step in steps:
        for incident in step.incidents:
            wanted_by[incident].append(step)
    told = [_outcome(one, left, wanted_by[one.item.id], remaining) for one in known]
    hidden = [replace(one, hidden=True) for one in told[len(reported) :]]
    outcomes = tuple(sorted((*told[: len(reported)], *hidden), key=outcome_order))
    measure = measured(steps, fallout)
    if not settings.forced:
        refuse_too_much(Estate(snapshot), measure)
    return Plan(
        maccord=__version__,
        settings=settings,
        measure=measure,
        outcomes=outcomes,
        steps=tuple(steps),
        fallout=tuple(sorted(fallout, key=lambda one: (one.host, one.machine, one.adapter, one.was, one.when))),
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


def _outcome(one: Reported, left: Mapping[str, str], own: Sequence[AnyStep], remaining: Sequence[Reported]) -> Outcome:
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
    steps = tuple(step.id for step in own)
    acting = any(not isinstance(step, Advice) for step in own)
    still = any(_same(one, rest) for rest in remaining)
    if item.id in left:
        becomes, why = "left", left[item.id]
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


def steps_and_fallout(plan: Plan, host: str) -> tuple[tuple[AnyStep, ...], tuple[Fallout, ...]]:
    """Return what concerns one host."""
    return plan.of_host(host), tuple(one for one in plan.fallout if one.host == host)
