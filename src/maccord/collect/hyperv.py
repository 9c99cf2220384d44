"""Reads Hyper-V hosts: the export `maccord.host/1`, and the JSON of one cmdlet at a time.

Source of the shapes: `maccord collect hyperv --script`, which writes the export, and `ConvertTo-Json`, which prints
one object bare, several as an array, and none as nothing.
"""

from collections.abc import Iterator, Mapping, Sequence

from maccord.collect.document import Document
from maccord.collect.fields import Fields, Json, rows_of
from maccord.collect.hyperv_lists import ALONE, LISTS
from maccord.collect.hyperv_quick import READERS, Reader, Typed
from maccord.collect.hyperv_ranges import port_names
from maccord.collect.hyperv_typed import SCHEMA, export_of
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import HostSeen, Place, Seen
from maccord.fleet.problem import Problem

NAME = "hyperv"

_SIGNATURES: tuple[tuple[str, frozenset[str]], ...] = (
    ("VMNetworkAdapterVlan", frozenset({"OperationMode", "AccessVlanId"})),
    ("VMNetworkAdapter", frozenset({"MacAddress", "VMName"})),
    ("VMNetworkAdapter", frozenset({"MacAddress", "DynamicMacAddressEnabled"})),
    ("ManagementVMNetworkAdapter", frozenset({"MacAddress", "SwitchName"})),
    ("VMHost", frozenset({"MacAddressMinimum", "MacAddressMaximum"})),
    ("Virtualization", frozenset({"MinimumMacAddress", "MaximumMacAddress"})),
    ("VMFibreChannelHba", frozenset({"WorldWidePortNameSetA"})),
    ("VMSwitch", frozenset({"SwitchType", "Name"})),
    ("VMSwitchTeam", frozenset({"Name", "NetAdapterInterfaceDescription", "LoadBalancingAlgorithm"})),
    ("VMSwitchTeam", frozenset({"Name", "NetAdapterInterfaceGuid", "NetAdapterInterfaceDescription"})),
    ("VM", frozenset({"State", "Generation"})),
    ("VM", frozenset({"State", "IsClustered"})),
    ("VM", frozenset({"State", "Id", "Name", "CreationTime"})),
    ("HnsNetwork", frozenset({"MacPools", "Type"})),
    ("NetAdapter", frozenset({"MacAddress", "InterfaceDescription"})),
    ("NetLbfoTeam", frozenset({"TeamNics", "Members"})),
    ("NetLbfoTeamNic", frozenset({"Team", "Primary"})),
    ("NetLbfoTeamNic", frozenset({"Team", "VlanID"})),
    ("NetLbfoTeamMember", frozenset({"Team", "InterfaceDescription"})),
    ("NetAdapterVmq", frozenset({"InterfaceDescription", "Enabled"})),
    ("NetRoute", frozenset({"DestinationPrefix"})),
    ("DnsClientServerAddress", frozenset({"ServerAddresses"})),
    ("NetIPAddress", frozenset({"IPAddress", "PrefixLength"})),
    ("NetIPAddress", frozenset({"IPAddress", "InterfaceAlias"})),
    ("Event", frozenset({"ProviderName", "Id", "Message"})),
)
"""Which cmdlet wrote an object: the first list all of whose properties it has."""


def claims(document: Document) -> bool:
    """Tell whether the content is a host export, several of them, or the JSON of a known cmdlet."""
    if document.opening not in ("{", "["):
        return False
    rows = objects(document.json)
    first = next(rows, None)
    return first is not None and (first.get("schema") == SCHEMA or cmdlet_of(first) is not None)


def parse(document: Document) -> Parsed:
    """Read the document; rows that are broken are problems, the others count."""
    parsed = Parsed()
    value = document.json
    for at, row in enumerate(objects(value)):
        pointer = f"/{at}" if isinstance(value, list) else ""
        if row.get("schema") == SCHEMA:
            parsed.seen += _export(Fields(row, Place(document.file, pointer), parsed.problems), document)
    if not parsed.seen:
        parsed.seen += _cmdlet_output(value, document, parsed.problems)
    return parsed


def typed(document: Document) -> Typed | None:
    """Return the host export that a document is, if it is typed throughout and names its host."""
    export = export_of(document)
    host = (export.ComputerName or "").strip() if export else ""
    return Typed((host, document.file), export) if export and host else None


def parse_typed(exports: Sequence[Typed]) -> Parsed:
    """Read typed exports together, into columns: what `parse` reads of each. Raises Odd when it takes `parse`."""
    parsed = Parsed(used=len(exports))
    reader = Reader(exports)
    parsed.packed.append(reader.hosts(NAME))
    for key, read in LISTS.items():
        if key in READERS:
            parsed.packed += reader.read(key)
            continue
        for (host, file), export in exports:
            rows = getattr(export, key)
            if rows:
                for row in rows_of(rows, Place(file, f"/{key}"), parsed.problems):
                    parsed.packed += read(row, host)
    return parsed


def objects(value: Json) -> Iterator[Mapping[str, Json]]:
    """Yield the objects that a document consists of: one, or those of an array."""
    yield from (one for one in (value if isinstance(value, list) else [value]) if isinstance(one, dict))


def cmdlet_of(row: Mapping[str, Json]) -> str | None:
    """Return the list of an export that the cmdlet fills which wrote an object, if its properties tell."""
    return next((name for name, keys in _SIGNATURES if keys <= row.keys()), None)


def _export(export: Fields, document: Document) -> Iterator[Seen]:
    host = export.text("ComputerName")
    if not host:
        host = document.folder
        export.complain("ComputerName", f"the export names no host: it is taken for {host!r}, after its folder")
    yield _host_seen(export, host)
    for key, read in LISTS.items():
        for row in export.rows(key, alone=key in ALONE):
            yield from read(row, host)


def _host_seen(export: Fields, host: str) -> HostSeen:
    row = next(export.rows("VMHost", alone=True), None)
    guid = export.guid("MachineGuid") or None
    names = port_names(row) if row else (None, None, "")
    return HostSeen(host, export.place, NAME, export.text("collectedAt"), guid, *names, whole=True)


def _cmdlet_output(value: Json, document: Document, problems: list[Problem]) -> Iterator[Seen]:
    """Read rows of one cmdlet: the host is the one a row names, else the one that the folder is named for."""
    named: dict[str, HostSeen] = {}
    first = next(objects(value), None)
    alone = first is not None and cmdlet_of(first) in ALONE
    for row in rows_of(value, Place(document.file, ""), problems, alone=alone):
        host = row.text("PSComputerName") or row.text("ComputerName") or document.folder
        cmdlet = cmdlet_of(row.values)
        if cmdlet is None:
            problems.append(Problem(row.place.file, row.place.at, "the object is of no cmdlet that is read"))
            continue
        if cmdlet == "VMHost":
            named[host] = HostSeen(host, row.place, NAME, "", None, *port_names(row))
        else:
            named.setdefault(host, HostSeen(host, row.place, NAME))
        yield from LISTS[cmdlet](row, host)
    yield from named.values()
