"""The answer of `maccord whois`, `maccord.whois/1`: what is printed and saved, whatever its form."""

from typing import Literal

from msgspec import Struct

from maccord.report.json_form import pretty, schema_of
from maccord.report.model import Address, Severity, State

SCHEMA = "maccord.whois/1"


class WhereItem(Struct, frozen=True, order=True):
    """Where a value was read: the file relative to its argument, and the place in it."""

    file: str
    at: str


class BitsItem(Struct, frozen=True):
    """What the first octet says. `slap` is the quadrant of a local address in IEEE 802c's structured plan."""

    group: bool
    local: bool
    slap: Literal["AAI", "ELI", "SAI", "reserved"] | None


class VendorItem(Struct, frozen=True):
    """Who has the longest registered prefix of the address, and in which of the IEEE's registries it stands."""

    registry: str
    prefix: str
    name: str


class BlockItem(Struct, frozen=True):
    """A block that a protocol owns or a platform issues from. `means`: what the rest of the address stands for."""

    kind: Literal["protocol", "issuer", "constant"]
    name: str
    first: Address
    last: Address
    means: str
    source: str


class OwnerItem(Struct, frozen=True, order=True):
    """An adapter that wears the address (`wears`), or has it burned in and wears another (`permanent`).

    `running` and `dynamic` are null where nobody says; `live`: it can answer now. `checkpoint` names the checkpoint
    that an adapter stands in, if any. VLAN 0 is untagged.
    """

    host: str
    machine: str
    adapter: str
    kind: str
    role: Literal["wears", "permanent"]
    running: bool | None
    live: bool
    dynamic: bool | None
    switch: str
    vlans: str
    checkpoint: str
    description: str
    ips: list[str]
    evidence: WhereItem


class RangeItem(Struct, frozen=True):
    """A range that holds the address, which is the `nth` of its `size`, counted from 0.

    `kind` is dynamic (a host's own), vmm or container. `derived` says whether it is the range Hyper-V derives from an
    address its host has now; null where that is not known. `cursor` is where the host issues next, as it says itself.
    """

    kind: str
    host: str
    name: str
    first: Address
    last: Address
    nth: int
    size: int
    cursor: Address | None
    derived: bool | None
    evidence: WhereItem


class DerivedItem(Struct, frozen=True, order=True):
    """A host with an IPv4 address of which Hyper-V derives the range that holds the address."""

    host: str
    ip: str
    evidence: WhereItem


class SeenItem(Struct, frozen=True, rename="camel"):
    """A device saw the address at a port, or knows it with an IP address. VLAN 0: not told."""

    device: str
    kind: str
    port: str
    vlan: int
    ip: str
    vrf: str
    name: str
    seen_at: str
    evidence: WhereItem


class GrantItem(Struct, frozen=True):
    """A VMM server granted the address."""

    server: str
    evidence: WhereItem


class NamedItem(Struct, frozen=True):
    """An event of a host's log names the address."""

    host: str
    provider: str
    number: int
    logged: str
    evidence: WhereItem


class PartItem(Struct, frozen=True):
    """An incident the address takes part in: it is one of its addresses, or lies in a range of it."""

    id: str
    cause: str
    severity: Severity
    state: State
    by: Literal["address", "range"]
    allowed: bool
    hosts: list[str]
    explanation: str
    remedy: str


class FoundItem(Struct, frozen=True):
    """A finding about the address, or about a range that holds it."""

    id: str
    rule: str
    severity: Severity
    by: Literal["address", "range"]
    incident: str


class TwinPart(Struct, frozen=True):
    """The address is shared by design: the kind of expected twin, and its hosts."""

    kind: str
    hosts: list[str]


class EvidencePart(Struct, frozen=True, rename="camel"):
    """What the evidence knows of the address. `files`, `hosts`, `problems` count what was read and could not be."""

    files: int
    hosts: int
    problems: int
    owners: list[OwnerItem]
    ranges: list[RangeItem]
    derived_from: list[DerivedItem]
    sightings: list[SeenItem]
    grants: list[GrantItem]
    events: list[NamedItem]
    incidents: list[PartItem]
    findings: list[FoundItem]
    expected_twins: list[TwinPart]


class WhoisReport(Struct, frozen=True, kw_only=True):
    """Everything known of one address: what its number says, and, given evidence, what the fleet knows.

    `spellings` are other ways to write it: as Hyper-V, Linux and Cisco do. `registry` says which registry of prefixes
    was searched.
    """

    schema: Literal["maccord.whois/1"] = "maccord.whois/1"
    maccord: str
    address: Address
    spellings: list[str]
    bits: BitsItem
    vendor: VendorItem | None
    registry: str
    blocks: list[BlockItem]
    evidence: EvidencePart | None


def as_json(answer: WhoisReport) -> str:
    """Return the answer, two blanks an indent, one newline at the end."""
    return pretty(answer)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of the answer."""
    return schema_of(WhoisReport, SCHEMA)
