"""Runs the steps of a plan in its order: journal first, then the step, evidence afterwards; stops at a surprise.

The first host alone is the canary: its steps are run and verified before any other host is touched. After that every
`batch` steps are. A step whose end is not known (the process died, the connection broke) is asked for again: scripts
look first whether what they leave is there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from msgspec import Struct

from maccord.apply.journal import SCHEMA, Journal
from maccord.apply.transport import CUTS_OFF, Lost, Transport
from maccord.plan.plan import Plan
from maccord.plan.reverse import reversal, reverse_of
from maccord.plan.steps import Advice, AnyStep, GrantAddress, RefreshVmm, RunText
from maccord.powershell import Result

Verify = Callable[[Mapping[str, Mapping[str, Any]], frozenset[str], bool], Sequence[str]]
"""Checks fresh exports of hosts, with the causes that steps have announced so far, and whether the plan has ended.
Returns surprises, in words; none where all is as it should be."""
Direction = Literal["forth", "back"]
_POLLS_MAX = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a plan is run. `patience_s`: how long a host that was cut off is asked again; `pause_s`: how often."""

    batch: int = 10
    patience_s: float = 300
    pause_s: float = 5
    reverse: bool = False


class Ran(Struct, frozen=True, kw_only=True):
    """How a run ended. `stopped` says why it did before its end; empty when everything was done.

    `done` and `already` count steps of this run and of earlier ones; `people` are steps for people or other shells.
    """

    done: int
    already: int
    left: int
    people: tuple[str, ...]
    stopped: str = ""
    never: tuple[str, ...] = ()


class Clock(Struct, frozen=True):
    """Time as the run sees it: `now` in ISO 8601, `monotonic` in seconds, and `sleep`."""

    now: Callable[[], str]
    monotonic: Callable[[], float]
    sleep: Callable[[float], None]


def run(
    plan: Plan,
    transport: Transport,
    journal: Journal,
    *,
    verify: Verify,
    clock: Clock,
    manner: Manner | None = None,
    tell: Callable[[AnyStep, str, str], None] = lambda _step, _outcome, _seen: None,
) -> Ran:
    """Run a plan, or what is left of it, or take it back. `tell` hears what becomes of each step."""
    return _Run(plan, transport, journal, verify, clock, manner or Manner(), tell).go()


class _Run:
    def __init__(  # noqa: PLR0917 - all that `run` was given
        self,
        plan: Plan,
        transport: Transport,
        journal: Journal,
        verify: Verify,
        clock: Clock,
        manner: Manner,
        tell: Callable[[AnyStep, str, str], None],
    ) -> None:
        self.plan, self.transport, self.journal = plan, transport, journal
        self.verify, self.clock, self.manner, self.tell = verify, clock, manner, tell
        self.direction: Direction = "back" if manner.reverse else "forth"
        self.touched: set[str] = set()
        self.unverified = False
        self.fresh = False

    def go(self) -> Ran:
        self._write(
            "opened",
            schema=SCHEMA,
            digest=self.plan.digest,
            direction=self.direction,
            transport=self.transport.name,
            torn=self.journal.torn,
        )
        steps = list(_backwards(self.plan, self.journal) if self.manner.reverse else self.plan.steps)
        ended = _ended(self.journal, self.direction)
        runnable = [step for step in steps if not isinstance(step, Advice | RunText)]
        canary = next((at for at, step in enumerate(runnable) if step.host != runnable[0].host), len(runnable))
        since = 0
        for at, step in enumerate(runnable):
            if ended.get(step.id) in ("done", "already"):
                self.touched |= _hosts(step)
                self.unverified = self.unverified or not _verified_since(self.journal, self.direction, step.id)
                continue
            resumed = not since and not self.fresh
            if self.unverified and (resumed or at == canary or since >= self.manner.batch):
                since = 0
                why = self._check(last=False)
                if why:
                    return self._stop(runnable, why)
            why = self._one(step)
            if why:
                return self._stop(runnable, why)
            since, self.fresh = since + 1, True
        if self.unverified or (runnable and not self._checked_at_end()):
            why = self._check(last=True)
            if why:
                return self._stop(runnable, why)
        self._write("finished", direction=self.direction)
        return self._ran(runnable, "")

    # One step ---------------------------------------------------------------------------------------------------------

    def _one(self, step: AnyStep) -> str:
        """Run a step; return why to stop, or nothing."""
        self._write("begun", direction=self.direction, step=step.id, host=step.host)
        self.touched |= _hosts(step)
        try:
            result = self._asked(step)
        except Lost as lost:
            self._write("lost", direction=self.direction, step=step.id, host=step.host, why=lost.why)
            self.tell(step, "lost", lost.why)
            return f"step {step.id}: {lost}; whether it was carried out is not known"
        self._write(
            "ended",
            direction=self.direction,
            step=step.id,
            host=step.host,
            outcome=result.outcome,
            seen=result.seen[:2000],
        )
        self.tell(step, result.outcome, result.seen)
        self.unverified = True
        if result.outcome in ("done", "already"):
            return ""
        return f"step {step.id} on {step.host} was {result.outcome}: {result.seen}"

    def _asked(self, step: AnyStep) -> Result:
        """Ask the host until it tells an end: again where the step itself cut the way off, or goes on in a task."""
        until = self.clock.monotonic() + self.manner.patience_s
        polls = 0
        while True:
            try:
                result = self.transport.run(step)
            except Lost as lost:
                again = lost.reached or isinstance(step, CUTS_OFF)
                if not again or self.clock.monotonic() >= until:
                    raise
                self.clock.sleep(self.manner.pause_s)
                continue
            polls += 1
            if result.outcome != "running":
                return result
            if polls >= _POLLS_MAX or self.clock.monotonic() >= until:
                raise Lost(step.host, f"its task has not ended: {result.seen}", reached=True)
            self.clock.sleep(self.manner.pause_s)

    # Evidence ---------------------------------------------------------------------------------------------------------

    def _check(self, *, last: bool) -> str:
        """Collect what hosts tell now, and check it; return why to stop, or nothing."""
        exports: dict[str, Mapping[str, Any]] = {}
        for host in sorted(self.touched):
            try:
                exports[host] = self.transport.collect(host)
            except Lost as lost:
                self._write("lost", direction=self.direction, step="", host=host, why=lost.why)
                return f"there is no fresh evidence of {lost}"
        causes = frozenset(cause for step in self.plan.steps for cause in step.declares)
        surprises = tuple(self.verify(exports, frozenset() if last else causes, last))
        self._write("checked", direction=self.direction, hosts=sorted(exports), last=last, surprises=list(surprises))
        self.unverified = False
        return "; ".join(surprises)

    def _checked_at_end(self) -> bool:
        checks = [line for line in self.journal.of("checked") if line.get("direction") == self.direction]
        return bool(checks) and bool(checks[-1].get("last")) and not checks[-1].get("surprises")

    # The end ----------------------------------------------------------------------------------------------------------

    def _stop(self, runnable: Sequence[AnyStep], why: str) -> Ran:
        self._write("stopped", direction=self.direction, why=why[:4000])
        return self._ran(runnable, why)

    def _ran(self, runnable: Sequence[AnyStep], stopped: str) -> Ran:
        ended = _ended(self.journal, self.direction)
        outcomes = [ended.get(step.id) for step in runnable]
        people = tuple(step.id for step in self.plan.steps if isinstance(step, Advice | RunText))
        did = _did(self.journal) if self.manner.reverse else frozenset()
        never = tuple(step.id for step in self.plan.steps if step.id in did and reversal(step) == "never")
        return Ran(
            done=outcomes.count("done"),
            already=outcomes.count("already"),
            left=sum(one not in ("done", "already") for one in outcomes),
            people=() if self.manner.reverse else people,
            stopped=stopped,
            never=never,
        )

    def _write(self, event: str, **what: Any) -> None:  # noqa: ANN401 - what JSON holds
        self.journal.write(event, self.clock.now(), **what)


def _hosts(step: AnyStep) -> set[str]:
    """Return the hosts and servers whose evidence a step changes."""
    if isinstance(step, GrantAddress):
        return {step.host, step.on}
    return {step.host, step.refreshed} if isinstance(step, RefreshVmm) else {step.host}


def _ended(journal: Journal, direction: Direction) -> dict[str, str]:
    """Return how each step ended last, in one direction; a step that was begun again since has not ended.

    What was taken back since has not been done any more, and what was done again since has not been taken back.
    """
    ended: dict[str, str] = {}
    for line in journal.of("begun", "ended"):
        key = str(line.get("step"))
        if line.get("direction") != direction:
            ended.pop(_other(key), None)
        elif line["event"] == "begun":
            ended.pop(key, None)
        else:
            ended[key] = str(line.get("outcome"))
    return ended


def _other(key: str) -> str:
    """Return the id of the step that undoes another one: that of the reverse, or the one that it reverses."""
    return key.removeprefix("reverse-") if key.startswith("reverse-") else f"reverse-{key}"


def _backwards(plan: Plan, journal: Journal) -> Iterator[AnyStep]:
    """Yield the reverse of each step that this plan carried out, the last one first.

    A step that found its end there already was not carried out by this plan, unless it had been begun before.
    """
    did = _did(journal)
    for step in reversed(plan.steps):
        back = reverse_of(step)
        if back is not None and step.id in did:
            yield back


def _did(journal: Journal) -> frozenset[str]:
    """Return the steps that were carried out, or may have been: begun, and their end is not known."""
    begun: dict[str, int] = {}
    did: set[str] = set()
    for line in journal.of("begun", "ended"):
        key = str(line.get("step"))
        if line.get("direction") != "forth":
            continue
        if line["event"] == "begun":
            begun[key] = begun.get(key, 0) + 1
        elif line.get("outcome") == "done" or (line.get("outcome") == "already" and begun.get(key, 0) > 1):
            did.add(key)
    last = {str(line.get("step")): str(line["event"]) for line in journal.of("begun", "ended")}
    return frozenset(did | {key for key in begun if last.get(key) == "begun"})


def _verified_since(journal: Journal, direction: Direction, step: str) -> bool:
    """Tell whether a check without surprises came after a step's end."""
    verified = False
    for line in journal.lines:
        if line.get("direction") != direction:
            continue
        if line["event"] == "ended" and line.get("step") == step:
            verified = False
        elif line["event"] == "checked" and not line.get("surprises"):
            verified = True
    return verified
