"""A plan: steps in the order in which they run, what they are for, and what machines will meet.

The file `plan.json` (`maccord.plan/1`) is this, encoded. Its digest is over everything else in it: whoever reviewed a
plan can name it, and `maccord apply` runs nothing that was changed since.
"""

import hashlib
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, field

from maccord.plan.steps import AnyStep
from maccord.report.json_form import schema_of

BYTES_MAX = 256 * 2**20
"""No plan of 20,000 hosts comes near it; a larger file is refused unread."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What becomes of one incident of the report: `id` is its id there.

    repaired: the steps end it. person: advice is given, and somebody has to act. left: it stays, and `why` says why.
    `hidden`: no check finds it yet; it shows when the incident that explains its findings today has been repaired.
    """

    id: str
    cause: str
    severity: Literal["error", "warning", "info"]
    state: Literal["active", "latent"] | None
    hosts: tuple[str, ...]
    becomes: Literal["repaired", "person", "left"]
    steps: tuple[str, ...] = ()
    why: str = ""
    hidden: bool = False


class Fallout(Struct, frozen=True, kw_only=True):
    """A machine whose address changes, and who will notice.

    `becomes` is the address it will have, None where the host issues one. `when` is the id of the step that changes it,
    or "start": at its next cold start. `notices` are sentences: a DHCP reservation on a server, a static IP setting
    that Windows keeps on the vanished NIC, licences, network access control, names of interfaces in Linux, NLB.
    """

    host: str
    machine: str
    machine_id: str
    adapter: str
    was: int
    becomes: int | None
    when: str
    notices: tuple[str, ...] = ()


class Join(Struct, frozen=True, kw_only=True):
    """A host that is being built: its NIC, which has the management address, joins `team`, which a switch stands on.

    An empty `team` is the only one that a switch stands on.
    """

    host: str
    nic: str
    team: str = ""
    vnic: str = "MGMT"


class Settings(Struct, frozen=True, kw_only=True):
    """What the call and `fleet.toml` asked for, as far as it shaped the plan.

    `running`: machines that run and whose address must change are restarted by steps (schedule), moved away and started
    elsewhere by whoever does it (move), or left until their next cold start (leave).
    """

    running: Literal["schedule", "leave"] = "schedule"
    growth: int = 256
    ranges: tuple[tuple[int, int], ...] = ()
    statics: tuple[tuple[int, int], ...] = ()
    avoid: tuple[tuple[int, int], ...] = ()
    forced: bool = False
    joins: tuple[Join, ...] = ()


class Measure(Struct, frozen=True, kw_only=True):
    """How much a plan changes: the figures of its objective, and those that `TooMuchChange` looks at."""

    machines: int
    hosts_ranged: int
    addresses: int
    hosts: int
    restarts: int


class Plan(Struct, frozen=True, kw_only=True):
    """Everything that `maccord plan` found to do. Steps run in their order; those of one host never side by side."""

    schema: Literal["maccord.plan/1"] = "maccord.plan/1"
    maccord: str
    digest: Annotated[str, Meta(pattern="^([0-9a-f]{64})?$")] = ""
    settings: Settings
    measure: Measure
    outcomes: tuple[Outcome, ...]
    steps: tuple[AnyStep, ...]
    fallout: tuple[Fallout, ...] = field(default=())

    def of_host(self, host: str) -> tuple[AnyStep, ...]:
        """Return the steps of one host, in order."""
        return tuple(step for step in self.steps if step.host == host)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The hosts that steps run on, in the order of their first step."""
        return tuple(dict.fromkeys(step.host for step in self.steps))


def encoded(plan: Plan) -> bytes:
    """Return a plan as the bytes of `plan.json`, with its digest: same plan, same bytes."""
    sealed = msgspec.structs.replace(plan, digest=digest_of(plan))
    return msgspec.json.format(msgspec.json.encode(sealed), indent=1) + b"\n"


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of `plan.json`."""
    return schema_of(Plan, "maccord.plan/1")


def digest_of(plan: Plan) -> str:
    """Return the SHA-256 of everything in a plan but its digest, in hexadecimal digits."""
    bare = msgspec.json.encode(msgspec.structs.replace(plan, digest=""), order="sorted")
    return hashlib.sha256(bare).hexdigest()
