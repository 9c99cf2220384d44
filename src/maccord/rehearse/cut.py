"""What is left when a host goes down in the middle of a step: found out on copies of it, at each point of the step."""

from collections.abc import Sequence

from maccord.plan.steps import AnyStep
from maccord.rehearse.live import live
from maccord.rehearse.pace import Pace
from maccord.rehearse.scene import Scene, wired
from maccord.rehearse.site import Site
from maccord.worlds.hyperv import Host

_POINTS_MAX = 12


class _Down(BaseException):
    """The host goes down: nothing of the step comes after it."""


def left_by_cut(site: Site, step: AnyStep, pace: Pace) -> str:
    """Return, in a sentence, the worst that a cut in the middle of a step leaves; empty where it leaves nothing.

    The state on disk counts: machines that were off stay off, vNICs that were removed are missing when the host comes
    up again. A network step runs as a task of the host, which goes on after a restart; this is what is there until
    then, or if the task is lost as well.
    """
    host = site.host(step.host)
    if host is None or not host.up:
        return ""
    export = site.export(step.host)
    worst: list[str] = []
    for point in range(1, _POINTS_MAX):
        copy = Site({host.name: export})
        reached = _lived_to(copy, step, pace, point)
        emulated = copy.host(host.name)
        assert emulated is not None
        told = _left(host, emulated)
        if _weight(told) > _weight(worst):
            worst = told
        if not reached:
            break
    return "; ".join(worst)


def _lived_to(copy: Site, step: AnyStep, pace: Pace, point: int) -> bool:
    """Live a step up to a point; tell whether it has got so far."""
    seen = 0

    def watch(host: Host, seconds: float, what: str) -> None:
        nonlocal seen
        del host, seconds, what
        seen += 1
        if seen == point:
            raise _Down

    def answers(host: Host, probes: Sequence[str]) -> bool:
        return wired(host, probes)

    try:
        live(Scene(site=copy, pace=pace, watch=watch, answers=answers), step)
    except _Down:
        return True
    return False


def _left(before: Host, after: Host) -> list[str]:
    told = []
    ips = {one.ip for one in before.interfaces() if one.ip} - {one.ip for one in after.interfaces() if one.ip}
    if ips:
        told.append(f"no interface has {', '.join(sorted(ips))}")
    running = {one.id for one in after.machines if one.has_power}
    off = [one.name for one in before.machines if one.has_power and one.id not in running]
    if off:
        told.append(f"{', '.join(sorted(off))} off")
    links = {adapter.id for one in after.machines for adapter in one.adapters if adapter.switch_id}
    loose = [one.name for one in before.machines if any(a.switch_id and a.id not in links for a in one.adapters)]
    if loose:
        told.append(f"{len(loose)} machines connected to nothing")
    return told


def _weight(told: list[str]) -> tuple[int, int]:
    return sum(2 if one.startswith("no interface") else 1 for one in told), len(told)
