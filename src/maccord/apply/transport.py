"""Ways to hosts: what each of them can do, and how they fail."""

from collections.abc import Mapping
from typing import Any, Protocol

from maccord.plan.steps import AnyStep, JoinTeam, RemakeSwitch, ReplaceVnic, ResetNic, RestartTeam
from maccord.powershell import Result

CUTS_OFF = (ReplaceVnic, JoinTeam, RemakeSwitch, RestartTeam, ResetNic)
"""Steps that cut the way to the host off while they run; they go on by themselves on the host."""


class Lost(Exception):
    """The way to a host is cut, or was never there. Whether the step happened is not known.

    `reached`: whether the host had answered at all, so that it is worth asking again.
    """

    def __init__(self, host: str, why: str, *, reached: bool) -> None:
        super().__init__(host, why)
        self.host, self.why, self.reached = host, why, reached

    def __str__(self) -> str:
        return f"{self.host}: {self.why}"


class Transport(Protocol):
    """A way to hosts. `name` says which, for the journal."""

    name: str

    def run(self, step: AnyStep) -> Result:
        """Have the host of a step carry it out, and return what it told. Raises Lost."""

    def collect(self, host: str) -> Mapping[str, Any]:
        """Return a host's export as it is now. Raises Lost."""
