"""Runs queries that wait for each other, as many at a time as an engine answers well."""

import re
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Generic, TypeVar

from maccord.engine.engine import Engine

T = TypeVar("T")

_AGAIN_S = 0.05


@dataclass(frozen=True, slots=True)
class Step(Generic[T]):
    """One thing to do with an engine, once all the steps that it waits for are done."""

    name: str
    waits: frozenset[str]
    run: Callable[[Engine], T]


def read_by(query: str, names: frozenset[str]) -> frozenset[str]:
    """Return which of some tables and views a query reads."""
    return names & set(re.findall(r"\w+", query))


def run_steps(engine: Engine, steps: Sequence[Step[T]], *, tell: Callable[[str], None]) -> dict[str, T]:
    """Return what each step gave, in the order of `steps`; `tell` hears the name of each before it runs.

    A step stands after those that it waits for. On several lanes the last ready step goes first: what waits for much
    stands late and holds up the end.
    """
    if engine.lanes == 1:
        done = {}
        for step in steps:
            tell(step.name)
            done[step.name] = step.run(engine)
        return done
    return _on_lanes(engine, steps, tell)


def _on_lanes(engine: Engine, steps: Sequence[Step[T]], tell: Callable[[str], None]) -> dict[str, T]:
    lanes = [engine.lane() for _ in range(engine.lanes)]
    done: dict[str, T] = {}
    waiting = list(steps)
    running: dict[Future[T], tuple[Step[T], Engine]] = {}
    with ThreadPoolExecutor(engine.lanes) as workers:
        try:
            while waiting or running:
                ready = [step for step in waiting if step.waits <= done.keys()]
                while lanes and ready:
                    step, lane = ready.pop(), lanes.pop()
                    waiting.remove(step)
                    tell(step.name)
                    running[workers.submit(step.run, lane)] = (step, lane)
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    step, lane = running.pop(future)
                    done[step.name] = future.result()
                    lanes.append(lane)
        except BaseException:
            while wait(running, timeout=_AGAIN_S).not_done:  # a query that has not begun yet does not hear it
                for _, lane in running.values():
                    lane.interrupt()
            raise
    return {step.name: done[step.name] for step in steps}
