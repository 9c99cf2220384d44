"""Scripts: the runtime with the steps of one host in it."""

from maccord.plan.plan import Plan
from maccord.plan.steps import AnyStep

runtime_version = "1"
"""The version of the runtime; it changes whenever the runtime does."""


def script_of(plan: Plan, host: str) -> str:
    """Return the script that carries out a host's steps, in order; empty if none of them is for PowerShell."""
    raise NotImplementedError


def reverse_script_of(plan: Plan, host: str) -> str:
    """Return the script that takes a host's steps back, last one first; empty if nothing can be taken back."""
    raise NotImplementedError


def step_script(step: AnyStep) -> str:
    """Return the script of one step; ValueError for a step that is not PowerShell's (RunText, Advice)."""
    raise NotImplementedError
