"""The answer of `maccord whois` as a person reads it."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from maccord.report.plain import counted, plain
from maccord.report.whois import (
    BlockItem,
    EvidencePart,
    OwnerItem,
    PartItem,
    RangeItem,
    SeenItem,
    WhereItem,
    WhoisReport,
)

_SHOWN = 8
"""How many owners, ranges or sightings are listed before the rest is counted."""
_LABELS = 10
_QUADRANTS = {
    "AAI": "administrators may assign it (IEEE 802c: AAI)",
    "ELI": "of an owner of a company id (IEEE 802c: ELI)",
    "SAI": "assigned by a standard (IEEE 802c: SAI)",
    "reserved": "reserved (IEEE 802c)",
}


def render(answer: WhoisReport, console: Console) -> None:
    """Print the answer on a console."""
    console.print(Text(answer.address, style="bold"))
    grid = Table.grid(padding=(0, 1))
    grid.add_column(style="dim", no_wrap=True, width=_LABELS)
    grid.add_column(overflow="fold")
    for label, value in _lines(answer):
        grid.add_row(label, Text(plain(value)))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _lines(answer: WhoisReport) -> Iterator[tuple[str, str]]:
    yield "spelled", ", ".join(answer.spellings)
    yield "bits", _bits(answer)
    yield "vendor", _vendor(answer)
    yield from _labelled("block", [_block(one) for one in answer.blocks])
    if answer.evidence:
        yield from _evidence(answer.evidence)


def _bits(answer: WhoisReport) -> str:
    kind = "group (I/G 1)" if answer.bits.group else "individual (I/G 0)"
    if answer.address == "FF-FF-FF-FF-FF-FF":
        return f"{kind}: broadcast"
    if not answer.bits.local:
        return f"{kind}, universal (U/L 0): its prefix is registered, its issuer answers for it"
    return f"{kind}, local (U/L 1): {_QUADRANTS[answer.bits.slap or 'reserved']}"


def _vendor(answer: WhoisReport) -> str:
    if answer.vendor is None:
        reason = "a local address, and no company id" if answer.bits.local else "in no registry"
        return f"none: {reason} ({answer.registry})"
    return f"{answer.vendor.name} ({answer.vendor.registry} {answer.vendor.prefix})"


def _block(one: BlockItem) -> str:
    if one.kind == "constant":
        return f"{one.name}: two machines that wear it were never given an address of their own"
    means = f": {one.means}" if one.means else ""
    return f"{one.name}{means} ({one.source})"


def _evidence(known: EvidencePart) -> Iterator[tuple[str, str]]:
    yield from _labelled("owner", [_owner(one) for one in known.owners])
    yield from _labelled("range", [_range(one) for one in known.ranges])
    yield from _labelled("derived", [_derived(one.host, one.ip, one.evidence) for one in known.derived_from])
    yield from _labelled("seen", [_sighting(one) for one in known.sightings])
    yield from _labelled("granted", [f"by {one.server}{_where(one.evidence)}" for one in known.grants])
    events = [f"{one.logged} {one.provider} {one.number} on {one.host}{_where(one.evidence)}" for one in known.events]
    yield from _labelled("event", [event.strip() for event in events])
    yield from _labelled("twin", [f"shared by design: {one.kind}, {_some(one.hosts)}" for one in known.expected_twins])
    yield from _labelled("incident", [_incident(one) for one in known.incidents])
    loose = (known.owners, known.ranges, known.sightings, known.grants, known.events, known.incidents)
    if not any(loose):
        read = f"{counted(known.files, 'file')} of {counted(known.hosts, 'host')}"
        yield "evidence", f"the address is not in it ({read})"
    if known.problems:
        yield "problems", f"{known.problems:,} with the evidence: maccord check lists them"


def _labelled(label: str, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield values with a label before the first; what is too many is counted."""
    for at, value in enumerate(values[:_SHOWN]):
        yield "" if at else label, value
    if len(values) > _SHOWN:
        yield "", f"and {len(values) - _SHOWN} more (--format json lists all)"


def _owner(one: OwnerItem) -> str:
    name = f"VM {one.machine}, {one.adapter}" if one.kind == "vm" else f"{_KINDS.get(one.kind, one.kind)} {one.adapter}"
    traits = [
        {True: "running", False: "not running", None: ""}[one.running] if one.kind == "vm" else "",
        {True: "dynamic", False: "static", None: ""}[one.dynamic],
        f"switch {one.switch}" if one.switch else "",
        _vlans(one.vlans),
        f"checkpoint {one.checkpoint}" if one.checkpoint else "",
        f"IP {_some(one.ips)}" if one.ips else "",
        one.description,
        "burned in; it wears another address" if one.role == "permanent" else "",
    ]
    told = ", ".join(filter(None, traits))
    return f"{name} on {one.host}{': ' + told if told else ''}{_where(one.evidence)}"


_KINDS = {"management": "management vNIC", "physical": "NIC", "team": "team adapter", "virtual": "virtual adapter"}


def _vlans(vlans: str) -> str:
    if vlans in ("", "0-4094"):
        return ""
    return "untagged" if vlans == "0" else f"VLAN {vlans}"


def _range(one: RangeItem) -> str:
    whose = {"dynamic": "dynamic range", "vmm": "VMM pool", "container": "container pool"}.get(one.kind, one.kind)
    named = f" {one.name}" if one.name and one.kind != "dynamic" else ""
    derived = {True: ", derived from an address it has now", False: ", derived from no address it has now", None: ""}
    place = f"{one.first} to {one.last} ({one.nth + 1:,} of {one.size:,})"
    return f"{whose}{named} of {one.host}, {place}{derived[one.derived]}{_where(one.evidence)}"


def _derived(host: str, ip: str, evidence: WhereItem) -> str:
    return f"Hyper-V derives the range it lies in from {ip} of {host}{_where(evidence)}"


def _sighting(one: SeenItem) -> str:
    traits = [
        f"at {one.port}" if one.port else "",
        f"VLAN {one.vlan}" if one.vlan else "",
        f"VRF {one.vrf}" if one.vrf else "",
        f"IP {one.ip}" if one.ip else "",
        one.name,
        one.seen_at,
    ]
    return f"{one.device} ({one.kind}) {', '.join(filter(None, traits))}{_where(one.evidence)}"


def _incident(one: PartItem) -> str:
    state = "allowed" if one.allowed else one.state or ""
    word = " ".join(filter(None, (one.severity, one.cause, state)))
    how = "" if one.by == "address" else ", by a range that holds the address"
    return f"{word}, id {one.id}{how}. {one.explanation}"


def _where(place: WhereItem) -> str:
    return f"  in {place.file} {place.at}".rstrip()


def _some(values: list[str]) -> str:
    rest = len(values) - _SHOWN
    return ", ".join(values[:_SHOWN]) + (f" and {rest} more" if rest > 0 else "")
