"""Runs a plan on emulated hosts, step by step: what is found after each, who was cut off, what is left at the end."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from maccord import __version__
from maccord.mac import MaccordError
from maccord.plan.plan import Plan
from maccord.plan.reverse import reversal, reverse_of
from maccord.plan.steps import AnyStep, ColdStart, GrantAddress
from maccord.rehearse.back import announced
from maccord.rehearse.compare import Difference, differences
from maccord.rehearse.cut import left_by_cut
from maccord.rehearse.live import QUIET, Lived, live
from maccord.rehearse.pace import Pace
from maccord.rehearse.rehearsal import HostRun, Incident, Rehearsal, ReverseRun, StepRun
from maccord.rehearse.scene import Scene, wired
from maccord.rehearse.site import Site
from maccord.rehearse.watch import MANAGEMENT, Watch
from maccord.worlds.hyperv import Host, Machine

Judge = Callable[[Mapping[str, Mapping[str, Any]]], tuple[Incident, ...]]
"""Checks the evidence, with the exports of some hosts replaced by what they tell now, and returns the incidents.

Their events are those alone that were logged since: what was logged before tells of what has been repaired."""
Tell = Callable[[int, int], None]
_CUTS_MAX = 200
"""Of so many steps it is found out what a cut would leave; in longer plans, of the first of each kind on each host."""


@dataclass(slots=True)
class _Run:
    plan: Plan
    site: Site
    judge: Judge
    pace: Pace
    before: tuple[Incident, ...] = ()
    now: tuple[Incident, ...] = ()
    changed: set[str] = field(default_factory=set)
    declares: set[str] = field(default_factory=set)
    managed: dict[str, bool] = field(default_factory=dict)
    managed_before: dict[str, bool] = field(default_factory=dict)
    cuts: set[tuple[str, str]] = field(default_factory=set)
    unwatched: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def rehearse(
    plan: Plan,
    site: Site,
    judge: Judge,
    *,
    batch: int = 1,
    pace: Pace | None = None,
    reverse: bool = True,
    tell: Tell = lambda _done, _of: None,
) -> Rehearsal:
    """Live a plan on `site`, which is changed by it. `batch`: check after so many steps. `tell` hears the progress."""
    run = _Run(plan, site, judge, pace or Pace())
    run.before = run.now = judge({})
    names = {step.host for step in plan.steps} | {step.on for step in plan.steps if isinstance(step, GrantAddress)}
    at_first = site.exports(names)
    steps = tuple(_steps(run, batch, tell))
    if plan.steps and (not steps or not steps[-1].checked):
        run.now = _judged(run)
    _judge_end(run, steps)
    back = _reversed(run, at_first) if reverse and not any(_stops(one) for one in steps) else None
    if back is not None:
        run.faults += [f"the reverse does not restore {one}" for one in back.left]
    return Rehearsal(
        maccord=__version__,
        digest=plan.digest,
        faults=tuple(run.faults),
        before=run.before,
        after=run.now,
        steps=steps,
        hosts=_hosts(run, steps),
        reverse=back,
        remarks=tuple(_remarks(run, steps)),
    )


def _steps(run: _Run, batch: int, tell: Tell) -> Iterator[StepRun]:
    steps = run.plan.steps
    for at, step in enumerate(steps):
        tell(at, len(steps))
        run.declares.update(step.declares)
        cut = _cut(run, step)
        one = _one(run, step, cut)
        stops = _stops(one)
        if (at + 1) % batch == 0 or at + 1 == len(steps) or stops:
            one = _checked(run, one)
        yield one
        if stops:
            run.faults.append(f"step {step.id} on {step.host} was {one.outcome}: {one.seen}")
            return
    tell(len(steps), len(steps))


def _one(run: _Run, step: AnyStep, cut: str = "") -> StepRun:
    host = run.site.host(step.host) or (run.site.host(step.on) if isinstance(step, GrantAddress) else None)
    watch = None
    if host is not None and host.up and not isinstance(step, QUIET):
        watch = _watching(run, host, step)
    if watch is not None and host is not None and watch.known:
        run.managed_before.setdefault(host.name, watch.managed_before or wired(host, ()))
    lived = live(_scene(run, host, watch), step)
    if watch is not None and host is not None and watch.known:
        run.managed[host.name] = watch.managed
    run.changed.update(one for one in (step.host, host.name if host else "") if one)
    return _step_run(step, lived, watch, cut)


def _watching(run: _Run, host: Host, step: AnyStep) -> Watch | None:
    """Put a host on the wire, unless what the evidence tells of it cannot be: two NICs that are one, say."""
    try:
        return Watch(host, _concerned(host, step))
    except MaccordError as error:
        run.unwatched[host.name] = str(error)
        return None


def _scene(run: _Run, host: Host | None, watch: Watch | None) -> Scene:
    def look(on: Host, seconds: float, what: str) -> None:
        del what
        run.site.world.wait(round(seconds))
        if watch is not None and on is host:
            watch.look(seconds)

    return Scene(site=run.site, pace=run.pace, watch=look)


def _step_run(step: AnyStep, lived: Lived, watch: Watch | None, cut: str) -> StepRun:
    outages = watch.outages() if watch is not None and lived.outcome not in ("already", "refused") else ()
    return StepRun(
        step=step.id,
        host=step.host,
        kind=lived.kind,
        outcome=lived.outcome,
        seen=lived.seen,
        outages=outages,
        cut=cut,
    )


def _concerned(host: Host, step: AnyStep) -> list[Machine]:
    """Return the machines that are asked during a step: its own, or all where it touches the host's network."""
    number = str(getattr(step, "machine_id", "")).strip("{}").casefold()
    return [one for one in host.machines if not number or one.id.casefold() == number]


def _stops(one: StepRun) -> bool:
    return one.outcome in ("refused", "failed", "rolled-back")


def _cut(run: _Run, step: AnyStep) -> str:
    """Find out, on a copy of the host, what a cut in the middle of a step would leave."""
    kind = (step.host, str(step.__struct_config__.tag))
    if isinstance(step, QUIET) or (len(run.plan.steps) > _CUTS_MAX and kind in run.cuts):
        return ""
    run.cuts.add(kind)
    return left_by_cut(run.site, step, run.pace)


# Checks ---------------------------------------------------------------------------------------------------------------


def _judged(run: _Run) -> tuple[Incident, ...]:
    return run.judge(run.site.exports(sorted(run.changed), old_events=False))


def _checked(run: _Run, one: StepRun) -> StepRun:
    run.now = _judged(run)
    fresh = [incident for incident in run.now if incident.counts and not _known(incident, run.before)]
    announced_ = tuple(incident for incident in fresh if _is_announced(run, incident))
    new = tuple(incident for incident in fresh if not _is_announced(run, incident))
    run.faults += [_surprise(one, incident) for incident in new if not _told(run, incident)]
    return StepRun(
        step=one.step,
        host=one.host,
        kind=one.kind,
        outcome=one.outcome,
        seen=one.seen,
        outages=one.outages,
        checked=True,
        incidents=tuple(incident.id for incident in run.now if incident.counts),
        new=new,
        declared=announced_,
        cut=one.cut,
    )


def _known(incident: Incident, before: Iterable[Incident]) -> bool:
    """Tell whether an incident was there when the plan began, or is what is left of one that was."""
    return any(
        one.id == incident.id or (one.cause == incident.cause and set(incident.hosts) <= set(one.hosts))
        for one in before
        if one.counts
    )


def _is_announced(run: _Run, incident: Incident) -> bool:
    """Tell whether a step declares such an incident, or the plan names it as one that shows later."""
    if incident.cause in run.declares:
        return True
    return any(
        one.cause == incident.cause and set(incident.hosts) <= set(one.hosts) for one in run.plan.outcomes if one.hidden
    )


def _surprise(one: StepRun, incident: Incident) -> str:
    hosts = ", ".join(incident.hosts)
    return f"after step {one.step} on {one.host} there is {incident.cause} ({hosts}), which no step declares"


def _told(run: _Run, incident: Incident) -> bool:
    """Tell whether a fault was named already: one that stays is named once."""
    hosts = ", ".join(incident.hosts)
    return any(f"there is {incident.cause} ({hosts})," in fault for fault in run.faults)


def _judge_end(run: _Run, steps: Sequence[StepRun]) -> None:
    """See that what the plan says it repairs is gone, nothing declared is left, and every host answers."""
    repaired = {one.id: one for one in run.plan.outcomes if one.becomes == "repaired"}
    skipped = {one.step for one in steps if one.outcome == "skipped"}
    for incident in () if any(map(_stops, steps)) else run.now:
        promise = repaired.get(incident.id)
        if promise is not None and incident.counts and not skipped & set(promise.steps):
            run.faults.append(f"{incident.cause} ({', '.join(incident.hosts)}) is still there at the end")
        elif _is_left_anew(run, incident) and not _told(run, incident):
            run.faults.append(f"{incident.cause} ({', '.join(incident.hosts)}) is there at the end, and was not before")
    for name, managed in sorted(run.managed.items()):
        if not managed and run.managed_before.get(name):
            run.faults.append(f"{name} does not answer at the end: the plan would lose it")


def _is_left_anew(run: _Run, incident: Incident) -> bool:
    """Tell whether an incident is there that was not before, and that the plan does not leave to people."""
    people = any(
        one.cause == incident.cause and set(incident.hosts) <= set(one.hosts)
        for one in run.plan.outcomes
        if one.becomes != "repaired"
    )
    return incident.counts and not people and not _known(incident, run.before)


# The reverse ----------------------------------------------------------------------------------------------------------


def _reversed(run: _Run, at_first: Mapping[str, Mapping[str, Any]]) -> ReverseRun:
    """Take every step back, the last one first, and compare what hosts tell with what they told at first."""
    never = tuple(step.id for step in run.plan.steps if reversal(step) == "never")
    ran: list[StepRun] = []
    left: list[str] = []
    for step in reversed(run.plan.steps):
        back = reverse_of(step)
        if back is None:
            continue
        one = _one(run, back)
        ran.append(one)
        if _stops(one):
            left.append(f"what step {step.id} on {step.host} did: {one.seen}")
    now = run.site.exports(at_first)
    told: list[Difference] = []
    for name, before in at_first.items():
        told += differences(name, before, now.get(name, {}))
    expected = announced(run.plan.steps)
    passing = [one for one in told if expected(one)]
    left += [str(one) for one in told if not expected(one)]
    return ReverseRun(steps=tuple(ran), never=never, passing=tuple(str(one) for one in passing), left=tuple(left))


# What is told ---------------------------------------------------------------------------------------------------------


def _hosts(run: _Run, steps: Sequence[StepRun]) -> tuple[HostRun, ...]:
    found = []
    unheld = run.site.unheld
    by_host = sorted(steps, key=lambda one: one.host.casefold())
    for _, some in groupby(by_host, key=lambda one: one.host.casefold()):
        ran = list(some)
        name = ran[0].host
        away = [outage for one in ran for outage in one.outages]
        management = [outage.seconds for outage in away if outage.who == MANAGEMENT]
        machines: dict[str, int] = {}
        for outage in away:
            if outage.who != MANAGEMENT:
                machines[outage.who] = machines.get(outage.who, 0) + outage.seconds
        host = run.site.host(name)
        known = host.name if host else name
        found.append(
            HostRun(
                host=name,
                management_s=sum(management),
                longest_s=max(management, default=0),
                machines_s=dict(sorted(machines.items())),
                managed=run.managed.get(known),
                unheld=unheld.get(known, ()),
            )
        )
    return tuple(found)


def _remarks(run: _Run, steps: Sequence[StepRun]) -> Iterator[str]:
    silent = [name for name, managed in sorted(run.managed.items()) if not (managed or run.managed_before.get(name))]
    if silent:
        yield f"{', '.join(silent)} did not answer on the emulated wire before the plan either: nothing is said of it"
    for name, why in sorted(run.unwatched.items()):
        yield f"{name} could not be put on the emulated wire, and nobody knows who is cut off there: {why}"
    skipped = [one for one in steps if one.outcome == "skipped"]
    if skipped:
        kinds = ", ".join(sorted({one.kind for one in skipped}))
        yield f"{len(skipped)} steps were not lived, since no emulated host has a part in them: {kinds}"
    restarts = sum(isinstance(step, ColdStart) for step in run.plan.steps)
    if restarts:
        yield f"{restarts} machines are shut down and started; how long a guest takes is assumed, not known"
    if any(one.outages and not all(outage.before for outage in one.outages) for one in steps):
        yield "where nobody answered before a step either, the seconds are partly those of the fault itself"
