"""A rehearsal in sentences, for every form in which people read it."""

from collections.abc import Iterator

from maccord.rehearse.rehearsal import HostRun, Incident, Rehearsal, StepRun
from maccord.rehearse.watch import MANAGEMENT, Outage
from maccord.report.plain import counted

_SHOWN = 6


def headline(told: Rehearsal) -> str:
    """Return the rehearsal in one sentence."""
    steps = sum(one.outcome in ("done", "already") for one in told.steps)
    before, after = (sum(one.counts for one in some) for some in (told.before, told.after))
    verdict = "This plan should not be run" if told.faults else "The plan can be run"
    return f"{verdict}: {counted(steps, 'step')} lived, {counted(before, 'incident')} before, {after} after"


def seconds(number: int) -> str:
    """Return a duration as people say it."""
    minutes, rest = divmod(number, 60)
    return f"{rest} s" if not minutes else f"{minutes} min" + (f" {rest} s" if rest else "")


def outage(one: Outage) -> str:
    """Return who was cut off, and for how long."""
    who = "management" if one.who == MANAGEMENT else one.who
    still = "" if one.ends else ", and still at the end"
    before = "" if one.before else " (nobody answered before, either)"
    return f"{who} away for {seconds(one.seconds)}{still}{before}"


def step_notes(one: StepRun) -> Iterator[str]:
    """Yield what there is to say of a step beside its outcome."""
    shown = one.outages[:_SHOWN]
    if shown:
        more = f" and {len(one.outages) - len(shown)} more" if len(one.outages) > len(shown) else ""
        yield "; ".join(map(outage, shown)) + more
    if one.cut:
        yield f"a cut in the middle would leave: {one.cut}"
    if one.declared:
        yield f"meanwhile, as announced: {incidents(one.declared)}"
    if one.new:
        yield f"not announced: {incidents(one.new)}"


def incidents(some: tuple[Incident, ...]) -> str:
    """Return incidents by cause and hosts."""
    shown = "; ".join(f"{one.cause} on {', '.join(one.hosts[:4])}" for one in some[:_SHOWN])
    return shown + (f" and {len(some) - _SHOWN} more" if len(some) > _SHOWN else "")


def host_line(one: HostRun) -> str:
    """Return what a host went through."""
    management = f"management away for {seconds(one.management_s)}" if one.management_s else "management stays"
    if one.management_s > one.longest_s:
        management += f" in all, {seconds(one.longest_s)} at a time"
    machines = ""
    if one.machines_s:
        longest = max(one.machines_s.values())
        machines = f"; {counted(len(one.machines_s), 'machine')} away for up to {seconds(longest)}"
    lost = "; does not answer at the end" if one.managed is False else ""
    return management + machines + lost


def reverse_lines(told: Rehearsal) -> Iterator[str]:
    """Yield what the reverse does and what it cannot do."""
    back = told.reverse
    if back is None:
        yield "The reverse was not tried."
        return
    yield f"{counted(len(back.steps), 'step')} taken back; {len(back.never)} cannot be."
    if back.passing:
        yield f"{counted(len(back.passing), 'difference')} left that the plan announces (issued or made anew)."
    for one in back.left[:_SHOWN]:
        yield f"Not restored: {one}"
