"""Ways to hosts for tests of `maccord apply`, and a clock that nobody waits for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from maccord.apply.journal import Journal
from maccord.apply.run import Clock, Manner, Ran, Verify, run
from maccord.apply.transport import Lost
from maccord.plan.plan import Plan
from maccord.plan.steps import AnyStep
from maccord.powershell import Result
from maccord.rehearse.live import live
from maccord.rehearse.scene import Scene
from maccord.rehearse.site import Site


class Dies(BaseException):
    """The process is gone: nothing after it happens."""


@dataclass
class Way:
    """Emulated hosts, in memory. `fault` may raise Lost, or return a result of its own, before or after a step."""

    site: Site
    fault: Callable[[AnyStep, int], Result | None] = lambda _step, _asked: None
    after: Callable[[AnyStep, int], None] = lambda _step, _asked: None
    name: str = "memory"
    asked: list[str] = field(default_factory=list)
    collected: list[str] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)

    def run(self, step: AnyStep) -> Result:
        self.asked.append(step.id)
        if step.host in self.unreachable:
            raise Lost(step.host, "no route to host", reached=False)
        told = self.fault(step, self.asked.count(step.id))
        if told is not None:
            return told
        lived = live(Scene(site=self.site), step)
        self.after(step, self.asked.count(step.id))
        return Result(step=step.id, kind=lived.kind, outcome=lived.outcome, seen=lived.seen)

    def collect(self, host: str) -> Mapping[str, Any]:
        if host in self.unreachable:
            raise Lost(host, "no route to host", reached=False)
        self.collected.append(host)
        return self.site.export(host)


@dataclass
class Time:
    """Time that passes when somebody sleeps."""

    seconds: float = 0

    def clock(self) -> Clock:
        def sleep(some: float) -> None:
            self.seconds += some

        return Clock(
            now=lambda: f"2027-01-15T12:{int(self.seconds) // 60:02}:{int(self.seconds) % 60:02}+00:00",
            monotonic=lambda: self.seconds,
            sleep=sleep,
        )


def nothing_surprises(_exports: Mapping[str, Any], _declared: frozenset[str], _last: object) -> tuple[str, ...]:
    return ()


def go(
    plan: Plan,
    way: Way,
    folder: Path,
    *,
    verify: Verify = nothing_surprises,
    reverse: bool = False,
    batch: int = 10,
) -> Ran:
    """Run a plan with its journal in a folder."""
    with Journal(folder, plan.digest) as journal:
        return run(plan, way, journal, verify=verify, clock=Time().clock(), manner=Manner(batch=batch, reverse=reverse))
