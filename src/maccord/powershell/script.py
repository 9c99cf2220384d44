"""Scripts: the runtime with the steps of one host in it."""

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib import resources

from maccord.mac.errors import MaccordError
from maccord.plan.plan import Plan
from maccord.plan.reverse import reverse_of
from maccord.plan.steps import Advice, AnyStep, HyperVStep, RunText, VmmStep
from maccord.powershell import data

runtime_version = "1"
"""The version of the runtime; it is raised whenever a release changes the runtime."""

_MARK = "@@DATA@@"


class NotPowerShell(MaccordError):
    """A step that no PowerShell carries out: commands of another shell, or advice to a person."""

    def __init__(self, step: str, kind: str) -> None:
        super().__init__(step, kind)
        self.step, self.kind = step, kind

    def __str__(self) -> str:
        return f"step {self.step!r} is {self.kind}, which is not for PowerShell"


def script_of(plan: Plan, host: str) -> str:
    """Return the script that carries out a host's steps, in order; empty if none of them is for PowerShell."""
    return forth(host, plan.digest, plan.of_host(host))


def reverse_script_of(plan: Plan, host: str) -> str:
    """Return the script that takes a host's steps back, last one first; empty if nothing can be taken back."""
    return back(host, plan.digest, plan.of_host(host))


def forth(host: str, digest: str, steps: Sequence[AnyStep]) -> str:
    """Return the script of a host's steps, those for PowerShell; `digest` is the plan's."""
    return _script(host, digest, [step for step in steps if for_powershell(step)])


def back(host: str, digest: str, steps: Sequence[AnyStep]) -> str:
    """Return the script that takes a host's steps back."""
    undoing = [reverse_of(step) for step in reversed(steps)]
    return _script(host, digest, [step for step in undoing if step is not None and for_powershell(step)])


def step_script(step: AnyStep) -> str:
    """Return the script of one step of a plan that was reviewed: it asks nobody. With -WhatIf it changes nothing.

    Raises NotPowerShell for RunText and Advice.
    """
    if not for_powershell(step):
        raise NotPowerShell(step.id, "advice" if isinstance(step, Advice) else "commands of another shell")
    return _script(step.host, "", [step], consent=True)


def for_powershell(step: AnyStep) -> bool:
    """Tell whether a step is carried out by PowerShell."""
    return isinstance(step, HyperVStep | VmmStep) and not isinstance(step, RunText)


@cache
def runtime() -> str:
    """Return the runtime: its parts, one after the other, with a mark where the data go. ASCII, lines end in LF."""
    folder = resources.files("maccord.powershell").joinpath("runtime")
    parts = sorted((one for one in folder.iterdir() if one.name.endswith(".ps1")), key=lambda one: one.name)
    return "".join(part.read_text(encoding="ascii").replace("\r\n", "\n") for part in parts)


def runtime_digest() -> str:
    """Return the SHA-256 of the runtime, in hexadecimal digits: the same for all scripts of a version."""
    return hashlib.sha256(runtime().encode()).hexdigest()


def _script(host: str, digest: str, steps: Sequence[AnyStep], *, consent: bool = False) -> str:
    if not steps:
        return ""
    block = "\n".join([data.head(host, digest, runtime_version, consent=consent), *(data.line(step) for step in steps)])
    before, mark, after = runtime().partition(_MARK)
    assert mark, "the runtime has a place for the data"
    return before + block + after
