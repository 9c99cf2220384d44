"""What a rehearsal found: plain values, ready for JSON (`maccord.rehearsal/1`)."""

from typing import Literal

from msgspec import Struct

from maccord.rehearse.live import Happened
from maccord.rehearse.watch import Outage

Severity = Literal["error", "warning", "info"]


class Incident(Struct, frozen=True, order=True, kw_only=True):
    """An incident of a check, as far as a rehearsal looks at it. `allowed`: accepted in `fleet.toml`."""

    id: str
    cause: str
    severity: Severity
    hosts: tuple[str, ...]
    addresses: tuple[str, ...] = ()
    allowed: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is one that no fleet should have: a warning or an error that nobody has accepted."""
        return self.severity != "info" and not self.allowed


class StepRun(Struct, frozen=True, kw_only=True):
    """A step, lived.

    `incidents` are the ids of those at warning or above after it (after its batch), `new` those that were not there
    when the plan began, `declared` those of the new ones that a step announced. `cut`: what would be left if the host
    went down in the middle of the step, and nothing were done about it.
    """

    step: str
    host: str
    kind: str
    outcome: Happened
    seen: str
    outages: tuple[Outage, ...] = ()
    checked: bool = False
    incidents: tuple[str, ...] = ()
    new: tuple[Incident, ...] = ()
    declared: tuple[Incident, ...] = ()
    cut: str = ""


class HostRun(Struct, frozen=True, kw_only=True):
    """What a host and its machines went through: seconds without an answer, by who was asked.

    `managed` says whether the host answers at the end, None where no step touched its network.
    """

    host: str
    management_s: int
    longest_s: int
    machines_s: dict[str, int]
    managed: bool | None
    unheld: tuple[str, ...] = ()


class ReverseRun(Struct, frozen=True, kw_only=True):
    """Taking everything back: steps that were, steps that cannot be, and what is then not as before.

    `passing` are differences that were announced: addresses issued anew, the cursor, interfaces that were made anew.
    `left` are the others.
    """

    steps: tuple[StepRun, ...]
    never: tuple[str, ...]
    passing: tuple[str, ...]
    left: tuple[str, ...]


class Rehearsal(Struct, frozen=True, kw_only=True):
    """A plan's rehearsal. It is good where `faults` is empty: each is a sentence on why the plan should not be run."""

    schema: Literal["maccord.rehearsal/1"] = "maccord.rehearsal/1"
    maccord: str
    digest: str
    faults: tuple[str, ...]
    before: tuple[Incident, ...]
    after: tuple[Incident, ...]
    steps: tuple[StepRun, ...]
    hosts: tuple[HostRun, ...]
    reverse: ReverseRun | None = None
    remarks: tuple[str, ...] = ()
