"""The report `maccord.report/1`: what is printed, saved and compared, whatever its form."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType, field

Address = Annotated[str, Meta(pattern="^[0-9A-F]{2}(-[0-9A-F]{2}){5}$", description="A MAC address.")]
Severity = Literal["error", "warning", "info"]
State = Literal["active", "latent"] | None
SCHEMA = "maccord.report/1"


class EvidenceCount(Struct, frozen=True):
    """How much was read: files that gave something, hosts, adapters, pools, sightings, frames of captures."""

    files: int
    hosts: int
    adapters: int
    pools: int
    sightings: int
    frames: dict[str, int]


class EvidenceItem(Struct, frozen=True, order=True):
    """A value that was read: the file relative to its argument, the place in it, the value."""

    file: str
    at: str
    value: str


class SubjectItem(Struct, frozen=True, order=True):
    """What a finding is about."""

    kind: str
    host: str
    name: str


class AllowedItem(Struct, frozen=True):
    """The accepted fault that an incident is: why, and through which day."""

    reason: str
    until: str | None


class FindingItem(Struct, frozen=True):
    """One fault that one rule saw."""

    id: str
    rule: str
    severity: Severity
    subjects: list[SubjectItem]
    addresses: list[Address]
    ranges: list[tuple[Address, Address]]
    evidence: list[EvidenceItem]


class IncidentItem(Struct, frozen=True, rename="camel"):
    """One cause with all the findings it explains. `undecided` says which further evidence would settle more."""

    id: str
    cause: str
    severity: Severity
    state: State
    hosts: list[str]
    addresses: list[Address]
    ranges: list[tuple[Address, Address]]
    allowed: AllowedItem | None
    allowance_expired: str | None
    explanation: str
    remedy: str
    confidence: Annotated[float, Meta(ge=0, le=1)]
    undecided: list[str]
    evidence: list[EvidenceItem]
    findings: list[str]


class TwinItem(Struct, frozen=True, order=True):
    """An address that several adapters share by design."""

    kind: str
    address: Address
    hosts: list[str]


class ProblemItem(Struct, frozen=True, order=True):
    """Evidence that could not be used, and why."""

    file: str
    at: str
    reason: str


class ChangeItem(Struct, frozen=True):
    """What was taken from and what was added to one field of an incident."""

    field: str
    gone: list[str]
    new: list[str]


class ChangedItem(Struct, frozen=True):
    """An incident that the earlier report had, by the id it had there. `worse`: it is graver, or concerns more."""

    id: str
    was: str
    worse: bool
    what: list[ChangeItem]


class GoneItem(Struct, frozen=True):
    """An incident of the earlier report that is no more."""

    id: str
    cause: str
    severity: Severity
    state: State
    hosts: list[str]
    addresses: list[Address]
    ranges: list[tuple[Address, Address]]


class Since(Struct, frozen=True, rename="camel"):
    """What is different from an earlier report, that of `checked_at`: ids of new incidents, then gone and changed."""

    checked_at: str
    new: list[str]
    gone: list[GoneItem]
    changed: list[ChangedItem]


class Report(Struct, frozen=True, rename="camel", kw_only=True):
    """Everything that one run of `maccord check` has to say, worst incident first."""

    schema: Literal["maccord.report/1"] = "maccord.report/1"
    maccord: str
    checked_at: str
    evidence: EvidenceCount
    incidents: list[IncidentItem]
    findings: list[FindingItem]
    expected_twins: list[TwinItem]
    problems: list[ProblemItem] = field(default_factory=list)
    since: Since | UnsetType = UNSET

    @property
    def failing(self) -> bool:
        """Tell whether an incident at warning or above is not allowed."""
        return any(one.severity != "info" and one.allowed is None for one in self.incidents)

    @property
    def failing_anew(self) -> bool:
        """Tell whether such an incident is new, or worse, since the earlier report."""
        if not isinstance(self.since, Since):
            return self.failing
        anew = {*self.since.new, *(one.id for one in self.since.changed if one.worse)}
        return any(one.id in anew and one.severity != "info" and one.allowed is None for one in self.incidents)
