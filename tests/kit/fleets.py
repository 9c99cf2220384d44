"""Small fleets as Hypothesis draws them, as files of JSON; and the few lines that turn files into a report.

A fleet is a list of `(name, value)`: the file's name, which may hold one folder, and the JSON value in it. Names,
ranges and addresses come from short lists, so that collisions of many causes are likely. Files are not called after
hosts, and are in another order than they, so that renaming a host touches no file.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.engine.duck import DuckEngine
from maccord.mac import default_pool
from maccord.report import Report
from maccord.report.json_form import as_json

Json = Any
Fleet = list[tuple[str, Json]]
Draw = Callable[[st.SearchStrategy[Any]], Any]

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)

HOSTS = ("HV01", "HV02", "HV03", "HV04", "HV05", "HV06")
SERVERS = ("VMM01", "VMM02")
MACHINE_GUIDS = tuple(f"c2a8ef7a-0000-4000-8000-00000000000{number}" for number in range(3))
IPS = ("10.1.200.106", "10.2.200.106", "10.1.200.107", "10.3.4.5", "172.16.4.5")
MANUAL_RANGES = (
    (0x00155DC86A00, 0x00155DC86AFF),
    (0x00155DC86A00, 0x00155DC86A03),
    (0x00155DC86A80, 0x00155DC86B7F),
    (0x00155D000000, 0x00155DFFFFFF),
    (0x001DD8B71C00, 0x001DD8B71FFF),
    (0x00155D990000, 0x00155D990003),
    (0x00155D990003, 0x00155D990003),
)
VMM_POOLS = (
    (0x001DD8B71C00, 0x001DD8F41FFF),
    (0x00505600_0000, 0x0050563F_FFFF),
    (0x00155D000000, 0x00155DFFFFFF),
    (0x001DD8B71C00, 0x001DD8B71CFF),
    (0x010000000000, 0x0100000000FF),
)
STATICS = (
    0x001DD8B71C05,
    0x00155DC86A01,
    0x0250560A0B0C,
    0x525400123456,
    0x02BF0A000001,
    0x00005E000101,
    0x25B684178C63,
    0x3333000000FB,
    0xFFFFFFFFFFFF,
    0x000000000000,
)
NICS = tuple(0x8C1645000000 + number for number in range(4))
WWPN_RANGES = (
    ("C003FFFBEAE10000", "C003FFFBEAE1FFFF"),
    ("C003FFFBEAE20000", "C003FFFBEAE2FFFF"),
    ("C003FFFBEAE30000", "C003FFFBEAE30001"),
)
STATES = {2: "Running", 3: "Off", 6: "Saved", 9: "Paused"}
SWITCH_TYPES = {0: "Private", 1: "Internal", 2: "External"}
VLAN_MODES = {0: "Untagged", 1: "Access", 2: "Trunk", 3: "Private"}
ON_OFF = {0: "On", 1: "Off"}
REPLICATION = {0: "None", 1: "Primary", 2: "Replica"}
MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"

ENUMS: dict[tuple[str, str], Mapping[int, str]] = {
    ("VM", "State"): STATES,
    ("VM", "ReplicationMode"): REPLICATION,
    ("VMNetworkAdapter", "MacAddressSpoofing"): ON_OFF,
    ("ManagementVMNetworkAdapter", "MacAddressSpoofing"): ON_OFF,
    ("VMNetworkAdapterVlan", "OperationMode"): VLAN_MODES,
    ("VMSwitch", "SwitchType"): SWITCH_TYPES,
}
"""Enumerations by list and property: any of them may be written as integer or as name."""

MAC_KEYS = frozenset(
    {"MacAddress", "PermanentAddress", "MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress"}
    | {"MacAddressMinimum", "MacAddressMaximum", "StartMacAddress", "EndMacAddress"}
    | {"MACAddressRangeStart", "MACAddressRangeEnd", "Address"}
)
REGISTRY_KEYS = frozenset({"MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress"})
GUID_KEYS = frozenset({"MachineGuid", "VMId", "SwitchId", "DeviceId", "InterfaceGuid", "ParentAdapterId"})
LISTS = (
    *("VM", "VMNetworkAdapter", "ManagementVMNetworkAdapter", "VMNetworkAdapterVlan", "VMSwitch", "VMSwitchTeam"),
    *("NetAdapter", "NetLbfoTeam", "NetLbfoTeamMember", "NetLbfoTeamNic", "NetIPAddress", "DnsClientServerAddress"),
    *("NetRoute", "NetAdapterVmq", "VMFibreChannelHba", "HnsNetwork", "Event"),
)
SINGLES = ("Virtualization", "VMHost")


def bare(mac: int) -> str:
    """Return an address as Hyper-V's cmdlets print it."""
    return f"{mac:012X}"


def dashed(mac: int) -> str:
    """Return an address as Windows and maccord print it."""
    digits = bare(mac)
    return "-".join(digits[at : at + 2] for at in range(0, 12, 2))


def guid(*parts: int) -> str:
    """Return a GUID made of a few small numbers."""
    return f"{parts[0]:08x}-0000-4000-8000-{sum(part << 12 * at for at, part in enumerate(parts[1:])) + 1:012x}"


# Fleets with faults ------------------------------------------------------------------------------------------


@st.composite
def fleets(draw: Draw, *, hosts_max: int = 6) -> Fleet:
    """A fleet with a good chance of collisions; the files come in the order of their names."""
    names = HOSTS[: draw(st.integers(1, hosts_max))]
    exports = [draw(host_exports(name, at)) for at, name in enumerate(names)]
    files: Fleet = [(f"export-{at * 5 % 7}.json", value) for at, value in enumerate(exports)]
    if len(names) > 1 and draw(st.booleans()):
        files[1] = (files[1][0], draw(_copies(exports[0], names[1])))
    if draw(st.integers(0, 3)) == 0:
        files.append(("older.json", {**draw(host_exports(names[0], 0)), "collectedAt": "2020-01-01T00:00:00Z"}))
    if draw(st.integers(0, 3)) == 0:
        files.append((f"{HOSTS[-1]}-alone/adapters.json", draw(_cmdlet_output())))
    for at, server in enumerate(SERVERS[: draw(st.sampled_from((0, 0, 1, 2)))]):
        files.append((f"vmm-{at}.json", draw(vmm_exports(server))))
    return sorted(files, key=lambda one: one[0])


@st.composite
def host_exports(draw: Draw, name: str, at: int) -> Json:
    """One host: its range, machines, switches, NICs, team, containers, World Wide Names, events."""
    ips = draw(st.sampled_from(((IPS[0],), (IPS[1],), (IPS[3], IPS[0]), (IPS[4],), (IPS[2],), ())))
    ends = draw(_ranges_of_host(ips))
    pool = ends or MANUAL_RANGES[0]
    export: dict[str, Json] = {
        "schema": "maccord.host/1",
        "collectedAt": "2027-01-14T08:00:00Z",
        "ComputerName": name,
        "OperatingSystem": {"Caption": "Microsoft Windows Server 2022 Datacenter", "Version": "10.0.20348"},
        "MachineGuid": draw(st.sampled_from((*MACHINE_GUIDS, guid(at + 100, 1), guid(at + 100, 1)))),
        "NetIPAddress": [
            {"IPAddress": ip, "InterfaceAlias": "vEthernet (LAN)", "AddressFamily": 2, "PrefixLength": 24} for ip in ips
        ],
    }
    if ends:
        cursor = draw(st.sampled_from((None, ends[0], ends[1], ends[1] + 1, ends[1] + 9)))
        export["Virtualization"] = {
            "MinimumMacAddress": bare(ends[0]),
            "MaximumMacAddress": bare(ends[1]),
            "CurrentMacAddress": None if cursor is None else bare(cursor),
        }
    export["VMHost"] = draw(_vm_host(name, ends))
    export |= draw(_network(at))
    export |= draw(_machines(at, pool, [row["Name"] for row in export["VMSwitch"]]))
    export["HnsNetwork"] = draw(_container_networks())
    export["Event"] = draw(_events(pool))
    return export


@st.composite
def _ranges_of_host(draw: Draw, ips: Sequence[str]) -> tuple[int, int] | None:
    kind = draw(st.sampled_from(("derived", "derived", "derived", "frozen", "manual", "none")))
    if kind == "derived" and ips:
        pool = default_pool(IPv4Address(ips[0]))
        return pool.first, pool.last
    if kind in ("derived", "frozen"):
        pool = default_pool(IPv4Address(draw(st.sampled_from(IPS))))
        return pool.first, pool.last
    return draw(st.sampled_from(MANUAL_RANGES)) if kind == "manual" else None


@st.composite
def _vm_host(draw: Draw, name: str, ends: tuple[int, int] | None) -> Json:
    row: dict[str, Json] = {"ComputerName": name, "LogicalProcessorCount": 16}
    if ends:
        row |= {"MacAddressMinimum": bare(ends[0]), "MacAddressMaximum": bare(ends[1])}
        if draw(st.integers(0, 7)) == 0:
            row["MacAddressMaximum"] = bare(ends[1] + 256)  # the service still has another range than the registry
    if draw(st.booleans()):
        names = draw(st.sampled_from(WWPN_RANGES))
        row |= {"FibreChannelWwpnMinimum": names[0], "FibreChannelWwpnMaximum": names[1]}
    return row


@st.composite
def _network(draw: Draw, at: int) -> dict[str, Json]:
    """NICs, perhaps a team, and one or two switches with their management vNICs."""
    shape = draw(st.sampled_from(("one NIC", "LBFO", "SET", "inner", "none")))
    count = {"one NIC": 1, "LBFO": 2, "SET": 2, "inner": 1, "none": 1}[shape]
    nics = []
    for number in range(count):
        own = NICS[number] + (at << 8)
        permanent = draw(st.sampled_from((own, own, own, NICS[number])))
        worn = draw(st.sampled_from((permanent, permanent, permanent, NICS[0])))
        nics.append(_nic(at, number, worn, permanent))
    rows: dict[str, Json] = {"NetAdapter": nics, "VMSwitch": [], "ManagementVMNetworkAdapter": []}
    if shape == "LBFO":
        worn = draw(st.sampled_from((int(nics[0]["MacAddress"].replace("-", ""), 16), NICS[1], NICS[0] + (9 << 8))))
        nics.append({**_nic(at, 7, worn, 0), "Name": "Team1", "InterfaceDescription": MULTIPLEXOR, "Virtual": True})
        del nics[-1]["PermanentAddress"]
        rows["NetLbfoTeam"] = [{"Name": "Team1", "Members": [one["Name"] for one in nics[:2]], "TeamNics": ["Team1"]}]
        rows["NetLbfoTeamNic"] = [{"Name": "Team1", "InterfaceDescription": MULTIPLEXOR, "Team": "Team1", "VlanID": 0}]
        rows["NetLbfoTeamMember"] = [
            {"Name": one["Name"], "InterfaceDescription": one["InterfaceDescription"], "Team": "Team1"}
            for one in nics[: draw(st.integers(1, 2))]
        ]
    if shape != "none":
        rows["VMSwitch"] = [_switch(at, 1, "LAN", shape, nics)]
        worn = int(nics[-1]["MacAddress"].replace("-", ""), 16)
        vnic = draw(st.sampled_from((worn, worn, 0x00155DC86A00, 0x00155DC86A01, 0x00155DC86A00 + (at << 8))))
        rows["ManagementVMNetworkAdapter"] = [_vnic(at, 1, "LAN", vnic)] if draw(st.booleans()) else []
        rows["NetAdapterVmq"] = [{"Name": "vEthernet (LAN)", "Enabled": True}] if draw(st.booleans()) else []
        if draw(st.booleans()):
            kind = draw(st.sampled_from(("private", "internal")))
            rows["VMSwitch"].append(_switch(at, 2, "LAB", kind, []))
    return rows


def _nic(at: int, number: int, mac: int, permanent: int) -> dict[str, Json]:
    return {
        "Name": f"Ethernet {number}",
        "InterfaceDescription": f"Intel(R) Ethernet Controller X710 #{number}",
        "InterfaceGuid": f"{{{guid(at + 10, number)}}}",
        "ifIndex": number,
        "MacAddress": dashed(mac),
        "PermanentAddress": bare(permanent),
        "Status": "Up",
        "LinkSpeed": "10 Gbps",
        "Virtual": False,
    }


def _switch(at: int, number: int, name: str, shape: str, nics: Sequence[dict[str, Json]]) -> dict[str, Json]:
    wired = {"LBFO": nics[-1:], "SET": nics[:2], "one NIC": nics[:1]}.get(shape, [])
    described = [one["InterfaceDescription"] for one in wired]
    return {
        "Name": name,
        "Id": guid(at + 20, number),
        "SwitchType": 2 if wired else 0 if shape == "private" else 1,
        "AllowManagementOS": True,
        "EmbeddedTeamingEnabled": shape == "SET",
        "NetAdapterInterfaceDescription": described[0] if len(described) == 1 else None,
        "NetAdapterInterfaceDescriptions": described,
        "NetAdapterInterfaceGuid": [one["InterfaceGuid"] for one in wired],
    }


def _vnic(at: int, number: int, name: str, mac: int) -> dict[str, Json]:
    return {
        "Name": name,
        "DeviceId": f"{{{guid(at + 30, number)}}}",
        "SwitchName": "LAN",
        "SwitchId": guid(at + 20, 1),
        "MacAddress": bare(mac),
        "IsExternalAdapter": False,
        "MacAddressSpoofing": 1,
    }


@st.composite
def _machines(draw: Draw, at: int, pool: tuple[int, int], switches: Sequence[str]) -> dict[str, Json]:
    """Up to four machines with an adapter or two, their VLANs, and perhaps virtual Fibre Channel."""
    rows: dict[str, list[Json]] = {
        "VM": [],
        "VMNetworkAdapter": [],
        "VMNetworkAdapterVlan": [],
        "VMFibreChannelHba": [],
    }
    for number in range(draw(st.integers(0, 4))):
        machine = guid(draw(st.sampled_from((40 + at, 40 + at, 40 + at, 40))), number)
        name = f"vm-{number}"
        rows["VM"].append(
            {
                "Name": name,
                "Id": machine,
                "State": draw(st.sampled_from(tuple(STATES))),
                "Generation": 2,
                "IsClustered": draw(st.integers(0, 5)) == 0,
                "ReplicationMode": draw(st.sampled_from((0, 0, 0, 2))),
                "CreationTime": f"2026-01-0{number + 1}T00:00:00Z",
            }
        )
        for which in range(draw(st.sampled_from((1, 1, 1, 2)))):
            adapter = draw(_adapter(pool, switches))
            device = f"Microsoft:{machine.upper()}\\{guid(60 + at, number, which).upper()}"
            rows["VMNetworkAdapter"].append({"Name": "NIC", "Id": device, "VMName": name, "VMId": machine, **adapter})
            vlans = draw(st.sampled_from((None, None, *_VLANS)))
            if vlans is not None:
                rows["VMNetworkAdapterVlan"].append({"VMName": name, "ParentAdapterId": device, **vlans})
        if draw(st.integers(0, 3)) == 0:
            worn = draw(st.sampled_from(("C003FFFBEAE10001", "C003FFFBEAE30000", "0000000000000000")))
            rows["VMFibreChannelHba"].append(
                {"VMName": name, "VMId": machine, "SanName": "SAN1", "WorldWidePortNameSetA": worn}
            )
    return dict(rows)


_VLANS: tuple[dict[str, Json], ...] = (
    {"OperationMode": 0, "AccessVlanId": 0},
    {"OperationMode": 1, "AccessVlanId": 10},
    {"OperationMode": 1, "AccessVlanId": 20},
    {"OperationMode": 2, "NativeVlanId": 10, "AllowedVlanIdListString": "20-29,40", "AccessVlanId": 0},
    {"OperationMode": 3, "PrimaryVlanId": 10, "SecondaryVlanId": 11, "AccessVlanId": 0},
)


@st.composite
def _adapter(draw: Draw, pool: tuple[int, int], switches: Sequence[str]) -> Json:
    dynamic = draw(st.integers(0, 3)) > 0
    drawn = draw(st.integers(0, 3))
    stray = draw(st.integers(0, 5)) == 0
    issued = 0x00155DC86A00 + drawn if stray else min(pool[0] + drawn, pool[1])
    return {
        "MacAddress": bare(issued if dynamic else draw(st.sampled_from((*STATICS, *STATICS[:3], pool[0] + 1)))),
        "DynamicMacAddressEnabled": dynamic,
        "MacAddressSpoofing": draw(st.sampled_from((0, 1))),
        "SwitchName": draw(st.sampled_from((*switches, "LAN", ""))),
        "IsLegacy": False,
        "IsManagementOs": False,
        "IovWeight": draw(st.sampled_from((0, 0, 100))),
        "IPAddresses": draw(st.sampled_from(([], ["10.0.0.1", "fe80::1"]))),
        "Status": [2],
    }


@st.composite
def _container_networks(draw: Draw) -> Json:
    rows = []
    for number in range(draw(st.sampled_from((0, 0, 1, 2)))):
        first = draw(st.sampled_from((0x00155D1BF000, 0x00155D1BF800, 0x00155DC86A00)))
        kind = draw(st.sampled_from(("l2bridge", "transparent", "overlay", "nat", "internal")))
        pool = {"StartMacAddress": dashed(first), "EndMacAddress": dashed(first + 0xFFF)}
        rows.append({"Name": f"net-{number}", "Type": kind, "ID": guid(70, number), "MacPools": [pool]})
    return rows


@st.composite
def _events(draw: Draw, pool: tuple[int, int]) -> Json:
    rows = []
    for number in draw(st.sampled_from(((), (), (), (28,), (28, 28), (16945, 16945), (53,)))):
        mac = dashed(draw(st.sampled_from((pool[0], pool[0] + 1, 0x02BF0A000001))))
        provider = {28: "Microsoft-Windows-Hyper-V-VmSwitch", 53: "Microsoft-Windows-NLB"}.get(number, "vmsmp")
        message = f"Port 'P' was prevented from using MAC address '{mac}' because it is pinned to port 'Q'."
        rows.append(
            {
                "LogName": "System",
                "ProviderName": provider,
                "Id": number,
                "TimeCreated": "2027-01-10T10:00:00Z",
                "Message": message,
            }
        )
    return rows


@st.composite
def vmm_exports(draw: Draw, name: str) -> Json:
    """One VMM server with a pool or two and the addresses it granted."""
    ends = draw(st.lists(st.sampled_from(VMM_POOLS), min_size=1, max_size=2, unique=True))
    return {
        "schema": "maccord.vmm/1",
        "collectedAt": "2027-01-14T08:00:00Z",
        "ComputerName": name,
        "SCMACAddressPool": [
            {"Name": f"pool-{at}", "MACAddressRangeStart": dashed(first), "MACAddressRangeEnd": dashed(last)}
            for at, (first, last) in enumerate(ends)
        ],
        "SCMACAddress": [
            {"Address": dashed(mac), "VirtualNetworkAdapter": "vm-0", "State": "Assigned"}
            for mac in draw(st.lists(st.sampled_from(STATICS[:3]), max_size=2, unique=True))
        ],
    }


@st.composite
def _copies(draw: Draw, export: Json, name: str) -> Json:
    """A clone of a host: it has the original's identity, or some of it, and machines of its own or the same ones."""
    copy = {**export, "ComputerName": name, "VMHost": {**export["VMHost"], "ComputerName": name}}
    if draw(st.booleans()):
        copy["MachineGuid"] = guid(190, 1)  # sysprep gave it a new one
    if draw(st.booleans()):
        copy["NetAdapter"] = draw(_network(5))["NetAdapter"]
    if draw(st.booleans()):
        copy["VM"] = [{**row, "State": 3} for row in export["VM"]]
    return copy


@st.composite
def _cmdlet_output(draw: Draw) -> Json:
    """What Get-VMNetworkAdapter alone gives, of a host that only the folder names."""
    rows = []
    for number in range(draw(st.integers(1, 2))):
        adapter = draw(_adapter(MANUAL_RANGES[0], ("LAN",)))
        rows.append({"Name": "NIC", "VMName": f"alone-{number}", "VMId": guid(90, number), **adapter})
    return rows


@st.composite
def fleet_tomls(draw: Draw, hosts: Sequence[str]) -> str:
    """A fleet.toml that deals the hosts out to fabrics, by their whole names, and accepts a fault."""
    fabrics: dict[int, list[str]] = {}
    for host in hosts:
        fabrics.setdefault(draw(st.integers(0, 2)), []).append(host)
    lines = []
    for number, members in sorted(fabrics.items()):
        if number:
            lines += ["[[layer2]]", f'name = "site{number}"', f"hosts = {json.dumps(members)}"]
    if draw(st.booleans()):
        some = draw(st.lists(st.sampled_from(list(hosts)), min_size=1, unique=True))
        lines += ["[[allow]]", 'cause = "static-in-dynamic-range"', f"hosts = {json.dumps(sorted(some))}"]
        lines += ['reason = "known"', f"until = {draw(st.sampled_from(('2027-01-01', '2027-01-15', '2028-01-01')))}"]
    return "\n".join(lines) + "\n"


def hosts_of(fleet: Fleet) -> list[str]:
    """Return the names of the hosts and VMM servers that a fleet's files speak of."""
    names = {value["ComputerName"] for _, value in fleet if isinstance(value, dict)}
    return sorted(names | {name.rpartition("/")[0] for name, value in fleet if isinstance(value, list)})


# Fleets without a fault --------------------------------------------------------------------------------------


@st.composite
def healthy_fleets(draw: Draw) -> Fleet:
    """A fleet in which nobody shares an address but by design, and nothing else is wrong.

    By design: a team and its first member, a switch's vNIC and its NIC, one clustered machine known to two nodes.
    """
    count = draw(st.integers(1, 6))
    files: Fleet = []
    for at in range(count):
        ip = f"10.{draw(st.integers(0, 255))}.{at + 1}.{draw(st.integers(1, 254))}"
        derived = default_pool(IPv4Address(ip))
        manual = (
            0x00155D800000 + (at << 16),
            0x00155D800000 + (at << 16) + draw(st.sampled_from((0xFF, 0xFFF, 0xFFFF))),
        )
        ends = draw(st.sampled_from(((derived.first, derived.last), manual)))
        files.append((f"{HOSTS[at]}.json", draw(_healthy_host(at, ip, ends))))
    if count > 1 and draw(st.booleans()):
        _share_a_clustered_machine(files[0][1], files[1][1])
    if draw(st.booleans()):
        pools = [
            {"Name": "own", "MACAddressRangeStart": "00-1D-D8-B7-1C-00", "MACAddressRangeEnd": "00-1D-D8-F4-1F-FF"}
        ]
        granted = [{"Address": "00-1D-D8-B7-1C-00", "VirtualNetworkAdapter": "vm", "State": "Assigned"}]
        export = {"schema": "maccord.vmm/1", "ComputerName": "VMM01", "SCMACAddressPool": pools}
        files.append(("VMM01.json", export | {"SCMACAddress": granted}))
    return files


@st.composite
def _healthy_host(draw: Draw, at: int, ip: str, ends: tuple[int, int]) -> Json:
    shape = draw(st.sampled_from(("one NIC", "LBFO", "SET")))
    nics = [_nic(at, number, NICS[number] + (at << 8), NICS[number] + (at << 8)) for number in range(2)]
    issued = 0
    rows: dict[str, Json] = {"NetAdapter": nics}
    if shape == "LBFO":
        worn = nics[0]["MacAddress"]
        nics.append(
            {
                **nics[0],
                "Name": "Team1",
                "InterfaceGuid": guid(at, 7),
                "InterfaceDescription": MULTIPLEXOR,
                "MacAddress": worn,
            }
        )
        del nics[-1]["PermanentAddress"]
        rows["NetLbfoTeamNic"] = [{"Name": "Team1", "InterfaceDescription": MULTIPLEXOR, "Team": "Team1", "VlanID": 0}]
        rows["NetLbfoTeamMember"] = [
            {"Name": one["Name"], "InterfaceDescription": one["InterfaceDescription"], "Team": "Team1"}
            for one in nics[:2]
        ]
    rows["VMSwitch"] = [_switch(at, 1, "LAN", shape, nics)]
    if shape == "one NIC":
        vnic = int(nics[0]["MacAddress"].replace("-", ""), 16)
    else:
        vnic, issued = ends[0], 1
    rows["ManagementVMNetworkAdapter"] = [_vnic(at, 1, "LAN" if shape == "one NIC" else "MGMT", vnic)]
    machines: dict[str, list[Json]] = {"VM": [], "VMNetworkAdapter": [], "VMNetworkAdapterVlan": []}
    for number in range(draw(st.integers(0, 5))):
        dynamic = draw(st.booleans())
        mac = ends[0] + issued if dynamic else 0x001DD9000000 + (at << 8) + number
        issued += dynamic
        machine, name = guid(40 + at, number), f"vm-{at}-{number}"
        unassigned = dynamic and draw(st.integers(0, 4)) == 0
        state = 3 if unassigned else draw(st.sampled_from(tuple(STATES)))
        device = f"Microsoft:{machine}\\{guid(60 + at, number)}"
        machines["VM"].append({"Name": name, "Id": machine, "State": state, "Generation": 2, "IsClustered": False})
        machines["VMNetworkAdapter"].append(
            {
                "Name": "NIC",
                "Id": device,
                "VMName": name,
                "VMId": machine,
                "MacAddress": bare(0 if unassigned else mac),
                "DynamicMacAddressEnabled": dynamic,
                "SwitchName": draw(st.sampled_from(("LAN", "LAN", ""))),
                "IovWeight": 0,
            }
        )
        machines["VMNetworkAdapterVlan"].append(
            {"VMName": name, "ParentAdapterId": device, **draw(st.sampled_from(_VLANS))}
        )
    own = f"C003FF{at:06X}"
    return {
        "schema": "maccord.host/1",
        "collectedAt": "2027-01-14T08:00:00Z",
        "ComputerName": HOSTS[at],
        "MachineGuid": guid(200 + at, 1),
        "Virtualization": {
            "MinimumMacAddress": bare(ends[0]),
            "MaximumMacAddress": bare(ends[1]),
            "CurrentMacAddress": bare(ends[0] + issued),
        },
        "VMHost": {
            "MacAddressMinimum": bare(ends[0]),
            "MacAddressMaximum": bare(ends[1]),
            "FibreChannelWwpnMinimum": own + "0000",
            "FibreChannelWwpnMaximum": own + "FFFF",
        },
        "NetIPAddress": [{"IPAddress": ip, "InterfaceAlias": "vEthernet (LAN)", "PrefixLength": 24}],
        **rows,
        **machines,
    }


def _share_a_clustered_machine(one: dict[str, Json], other: dict[str, Json]) -> None:
    """Let two nodes tell of one clustered machine, which runs on the first and has a static address."""
    machine = {"Name": "moving", "Id": guid(77, 1), "Generation": 2, "IsClustered": True}
    adapter: Json = {
        "Name": "NIC",
        "Id": f"Microsoft:{guid(77, 1)}\\{guid(78, 1)}",
        "VMName": "moving",
        "VMId": guid(77, 1),
    }
    adapter |= {"MacAddress": bare(0x001DD9FFFF00), "DynamicMacAddressEnabled": False, "SwitchName": "LAN"}
    for export, state in ((one, 2), (other, 3)):
        export["VM"] = [*export["VM"], {**machine, "State": state}]
        export["VMNetworkAdapter"] = [*export["VMNetworkAdapter"], adapter]


# From files to a report --------------------------------------------------------------------------------------


def write(folder: Path, fleet: Iterable[tuple[str, Json]]) -> None:
    """Write a fleet into a folder, each value as JSON; text and bytes are written as they are."""
    for name, value in fleet:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            path.write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def diagnosed(*paths: str | Path, bytes_max: int | None = None) -> Report:
    """Return the report on evidence, as of NOW."""
    named = [str(path) for path in paths]
    gathered = gather(named) if bytes_max is None else gather(named, bytes_max=bytes_max)
    engine = DuckEngine()
    try:
        return check(gathered.snapshot, engine, config=gathered.config, now=NOW)
    finally:
        engine.connection.close()


def report_bytes(*paths: str | Path) -> bytes:
    """Return the JSON form of the report on evidence."""
    return as_json(diagnosed(*paths)).encode()
