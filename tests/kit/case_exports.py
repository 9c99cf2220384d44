"""Expands the short notation of golden cases into the JSON that collectors write: `maccord.host/1`, `maccord.vmm/1`.

The notation, one line per thing, is described in tests/cases/README.md. Ids that a case does not name are made of the
names around them, so that two things share an id only where a case says so.
"""

import hashlib
import json
import re
from ipaddress import IPv4Address
from itertools import count
from uuid import NAMESPACE_DNS, uuid5

from maccord.mac import default_pool, parse_value, show

_STATES = {"running": 2, "off": 3, "saved": 6, "paused": 9}
_SWITCHES = {"private": 0, "internal": 1, "external": 2}
_REPLICATION = {"primary": 1, "replica": 2, "trial": 3}
_MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
_LOGS = {
    28: ("System", "Microsoft-Windows-Hyper-V-VmSwitch"),
    53: ("System", "Microsoft-Windows-NLB"),
    4872: ("System", "Microsoft-Windows-FailoverClustering"),
    12560: ("Microsoft-Windows-Hyper-V-Worker-Admin", "Microsoft-Windows-Hyper-V-Worker"),
    12564: ("Microsoft-Windows-Hyper-V-Worker-Admin", "Microsoft-Windows-Hyper-V-Worker"),
    16945: ("System", "Microsoft-Windows-MsLbfoSysEvtProvider"),
}
_MESSAGES = {
    28: "Port 'A' was prevented from using MAC address '{0}' because it is pinned to port 'B'.",
    53: "The adapter does not support dynamically updating its MAC address.",
    4872: "The cluster virtual adapter could not generate a unique MAC address.",
    12560: "'web' Static MAC address {0} for Network Adapter is unsupported.",
    12564: "'{0}' No available MAC address for Network Adapter.",
    16945: "MAC conflict: A port on the virtual switch has the same MAC as one of the underlying team members",
}
_HOST_KEYS = {
    *("name", "ip", "range", "service_range", "cursor", "guid", "wwpn", "collected"),
    *("vms", "nics", "teams", "switches", "vnics", "containers", "hbas", "events", "raw"),
}
_VMM_KEYS = {"pools", "grants"}


def guid(*parts):
    """Return a GUID that stands for `parts`."""
    return str(uuid5(NAMESPACE_DNS, "/".join(parts)))


def bare(mac):
    """Return an address as Hyper-V's cmdlets spell it, without separators."""
    return mac.replace("-", "")


def ends(text):
    """Return both ends of `FIRST .. LAST`; a LAST of one octet replaces the last octet of FIRST."""
    first, last = re.split(r" *\.\. *", text)
    return first, last if len(last) > 2 else first[:-2] + last


def own_range(ip):
    """Return the ends of the range that Hyper-V derives from an IPv4 address."""
    pool = default_pool(IPv4Address(ip))
    return show(pool.first), show(pool.last)


def vmm_export(server, told):
    """Return the text of a VMM server's export."""
    assert told.keys() <= _VMM_KEYS, f"{server}: unknown {told.keys() - _VMM_KEYS}"
    pools = []
    for line in told.get("pools", []):
        name, _, span = line.partition(" ")
        first, last = ends(span.strip())
        pools.append({"Name": name, "MACAddressRangeStart": first, "MACAddressRangeEnd": last})
    grants = [
        {"Address": line.split()[0], "VirtualNetworkAdapter": line.split()[1], "State": "Active"}
        for line in told.get("grants", [])
    ]
    return _text({"schema": "maccord.vmm/1", "ComputerName": server, "SCMACAddressPool": pools, "SCMACAddress": grants})


def host_export(key, told):
    """Return the text of a host's export."""
    assert told.keys() <= _HOST_KEYS, f"{key}: unknown {told.keys() - _HOST_KEYS}"
    host = told.get("name", key)
    ips = [told["ip"]] if isinstance(told.get("ip"), str) else told.get("ip", [])
    export = {
        "schema": "maccord.host/1",
        "collectedAt": told.get("collected", "2026-07-01T00:00:00Z"),
        "ComputerName": host,
        "MachineGuid": guid("machine", told.get("guid", key)) if told.get("guid") != "" else None,
        "NetIPAddress": [{"IPAddress": ip, "InterfaceAlias": "vEthernet", "PrefixLength": 16} for ip in ips],
        "Event": [_event(line) for line in told.get("events", [])],
        "VMFibreChannelHba": [_hba(key, line) for line in told.get("hbas", [])],
        "HnsNetwork": [_container_network(line) for line in told.get("containers", [])],
    }
    _add_ranges(export, told, ips)
    _Net(export, key, host).add(told)
    export |= told.get("raw", {})
    return _text(export)


def _text(export):
    return json.dumps(export, indent=1)


def _add_ranges(export, told, ips):
    export["VMHost"] = {"ComputerName": export["ComputerName"]}
    span = told.get("range")
    if span:
        first, last = own_range(ips[0]) if span == "own" else ends(span)
        cursor = bare(told["cursor"]) if "cursor" in told else None
        names = ("MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress")
        export["Virtualization"] = dict(zip(names, (bare(first), bare(last), cursor), strict=True))
        service = ends(told["service_range"]) if "service_range" in told else (first, last)
        export["VMHost"] |= {"MacAddressMinimum": bare(service[0]), "MacAddressMaximum": bare(service[1])}
    if "wwpn" in told:
        first, last = re.split(r" *\.\. *", told["wwpn"])
        export["VMHost"] |= {"FibreChannelWwpnMinimum": first, "FibreChannelWwpnMaximum": last}


def _event(line):
    number, _, what = line.partition(" ")
    log, provider = _LOGS[int(number)]
    return {
        "LogName": log,
        "ProviderName": provider,
        "Id": int(number),
        "TimeCreated": "2026-06-30T12:00:00Z",
        "Message": _MESSAGES[int(number)].format(what),
    }


def _hba(key, line):
    machine, set_a, set_b, *words = line.split()
    said = _words(words)
    return {
        "VMName": machine,
        "VMId": guid("vm", said["id"]) if "id" in said else guid("vm", key, machine),
        "SanName": "FC",
        "WorldWidePortNameSetA": set_a,
        "WorldWidePortNameSetB": set_b,
    }


def _container_network(line):
    name, kind, span = line.split(maxsplit=2)
    first, last = ends(span)
    return {"Name": name, "Type": kind, "MacPools": [{"StartMacAddress": first, "EndMacAddress": last}]}


def _words(words):
    """Split `vlan=10 clustered` into values by key, a bare word having the value "yes"."""
    return {key: value or "yes" for key, _, value in (word.partition("=") for word in words)}


class _Net:
    """Fills an export's machines, adapters, switches and teams."""

    def __init__(self, export, key, host):
        self.export, self.key, self.host = export, key, host
        self.index = count(2)
        self.descriptions = {}
        self.first_switch = ""

    def add(self, told):
        for name in ("VM", "VMNetworkAdapter", "ManagementVMNetworkAdapter", "VMNetworkAdapterVlan", "VMSwitch"):
            self.export[name] = []
        for name in ("VMSwitchTeam", "NetAdapter", "NetLbfoTeam", "NetLbfoTeamMember", "NetLbfoTeamNic"):
            self.export[name] = []
        self.export["NetAdapterVmq"] = []
        digits = hashlib.sha256(self.key.encode()).hexdigest().upper()
        unique = f"3C-FD-FE-{digits[:2]}-{digits[2:4]}-{digits[4:6]}"
        for line in told.get("nics", [f"NIC1 {unique}"]):
            self._nic(*line.split())
        for line in told.get("teams", []):
            self._team(*line.split())
        for line in told.get("switches", ["LAN external NIC1"]):
            self._switch(*line.split())
        for line in told.get("vnics", []):
            self._vnic(*line.split())
        for line in told.get("vms", []):
            self._machines(*line.split())

    def _net_adapter(self, name, description, device, mac, permanent, **more):
        self.descriptions[name] = description
        self.export["NetAdapter"].append(
            {
                "Name": name,
                "InterfaceDescription": description,
                "InterfaceGuid": "{" + device.upper() + "}",
                "ifIndex": next(self.index),
                "MacAddress": mac,
                "PermanentAddress": bare(permanent),
                "Status": "Up",
                "LinkSpeed": "10 Gbps",
                "Virtual": False,
            }
            | more
        )

    def _nic(self, name, permanent, *words):
        said = _words(words)
        assert said.keys() <= {"wears", "down", "vf", "nested"}, said
        kind = "Microsoft Hyper-V Network Adapter" if "nested" in said else "Intel(R) Ethernet 10G 2P X520 Adapter"
        if "vf" in said:
            kind = "Mellanox ConnectX-4 Lx Virtual Ethernet Adapter"
        number = sum(one.startswith(kind) for one in self.descriptions.values()) + 1
        self._net_adapter(
            name,
            kind if number == 1 else f"{kind} #{number}",
            guid("nic", self.key, name),
            said.get("wears", permanent),
            permanent,
            Status="Disconnected" if "down" in said else "Up",
        )

    def _team(self, name, mac, *words):
        said = _words(words)
        assert said.keys() <= {"members"}, said
        members = [one for one in said.get("members", "").split(",") if one]
        number = sum(one.startswith(_MULTIPLEXOR) for one in self.descriptions.values()) + 1
        description = _MULTIPLEXOR if number == 1 else f"{_MULTIPLEXOR} #{number}"
        self._net_adapter(name, description, guid("nic", self.key, name), mac, mac, Virtual=True)
        self.export["NetLbfoTeam"].append({"Name": name, "Members": members, "TeamNics": [name]})
        self.export["NetLbfoTeamNic"].append(
            {"Name": name, "InterfaceDescription": description, "Team": name, "VlanID": None, "Primary": True}
        )
        self.export["NetLbfoTeamMember"] += [
            {"Name": one, "InterfaceDescription": self.descriptions[one], "Team": name} for one in members
        ]

    def _switch(self, name, kind, uplinks=""):
        below = [one for one in uplinks.split("+") if one]
        several = len(below) > 1
        described = [self.descriptions[one] for one in below]
        self.first_switch = self.first_switch or name
        self.export["VMSwitch"].append(
            {
                "Name": name,
                "Id": self._switch_id(name),
                "SwitchType": _SWITCHES[kind],
                "EmbeddedTeamingEnabled": several,
                "NetAdapterInterfaceDescription": "Teamed-Interface" if several else (described or [None])[0],
                "NetAdapterInterfaceDescriptions": described,
                "NetAdapterInterfaceGuid": [guid("nic", self.key, one) for one in below],
            }
        )
        if several:
            self.export["VMSwitchTeam"].append(
                {
                    "Name": name,
                    "Id": self._switch_id(name),
                    "NetAdapterInterfaceDescription": described,
                    "NetAdapterInterfaceGuid": [guid("nic", self.key, one) for one in below],
                }
            )

    def _switch_id(self, name):
        return guid("switch", self.key, name)

    def _vnic(self, name, mac, *words):
        said = _words(words)
        assert said.keys() <= {"on", "vmq", "vlan", "trunk", "parent"}, said
        switch = said.get("on", self.first_switch)
        device = guid("vnic", self.key, name)
        number = len(self.export["ManagementVMNetworkAdapter"]) + 1
        description = "Hyper-V Virtual Ethernet Adapter" + (f" #{number}" if number > 1 else "")
        self.export["ManagementVMNetworkAdapter"].append(
            {
                "Name": name,
                "Id": f"Microsoft:{guid('host', self.key).upper()}\\{device.upper()}",
                "DeviceId": "{" + device.upper() + "}",
                "SwitchName": switch,
                "SwitchId": self._switch_id(switch),
                "MacAddress": bare(mac),
                "IsExternalAdapter": "parent" in said,
                "MacAddressSpoofing": 1,
            }
        )
        self._net_adapter(f"vEthernet ({name})", description, device, mac, mac, Virtual=True)
        if "vmq" in said:
            row = {"Name": f"vEthernet ({name})", "InterfaceDescription": description, "Enabled": said["vmq"] == "on"}
            self.export["NetAdapterVmq"].append(row)
        self._vlan("", f"Microsoft:{guid('host', self.key).upper()}\\{device.upper()}", said)

    def _machines(self, name, *rest):
        counted = re.fullmatch(r"(.+)\[(\d+)\]", name)
        if not counted:
            self._machine(name, *rest)
            return
        state, kind, mac, *words = rest
        for step in range(int(counted[2])):
            self._machine(f"{counted[1]}{step + 1}", state, kind, show(parse_value(mac) + step), *words)

    def _machine(self, name, state, kind, mac, *words):
        said = _words(words)
        known = {"on", "vlan", "trunk", "id", "clustered", "spoofing", "ip", "sriov", "unplugged", "checkpoint"}
        assert said.keys() <= known | _REPLICATION.keys(), said
        assert kind in ("dynamic", "static"), kind
        own_id = guid("vm", said["id"]) if "id" in said else guid("vm", self.key, name)
        nics = [one for one in self.export["VMNetworkAdapter"] if one["VMId"] == own_id]
        if not nics and "checkpoint" not in said:
            self.export["VM"].append(self._vm(own_id, name, state, said))
        adapter = f"Microsoft:{own_id.upper()}\\{guid('adapter', own_id, str(len(nics)))}"
        switch = "" if "unplugged" in said else said.get("on", self.first_switch)
        row = {
            "Name": "Network Adapter" if not nics else f"Network Adapter {len(nics) + 1}",
            "Id": adapter,
            "VMName": name,
            "VMId": own_id,
            "SwitchName": switch,
            "SwitchId": self._switch_id(switch) if switch else None,
            "IovWeight": 100 if "sriov" in said else 0,
            "Connected": bool(switch),
            "MacAddress": "000000000000" if mac == "unassigned" else bare(mac),
            "DynamicMacAddressEnabled": kind == "dynamic",
            "MacAddressSpoofing": 0 if "spoofing" in said else 1,
            "IsManagementOs": False,
            "IPAddresses": [one for one in said.get("ip", "").split(",") if one],
            "Status": [2] if state == "running" else [],
        }
        if "checkpoint" in said:
            row["VMSnapshotId"] = guid("checkpoint", own_id, said["checkpoint"])
        self.export["VMNetworkAdapter"].append(row)
        self._vlan(name, adapter, said)

    def _vm(self, own_id, name, state, said):
        mode = next((number for word, number in _REPLICATION.items() if word in said), 0)
        return {
            "Id": own_id,
            "Name": name,
            "ComputerName": self.host,
            "State": _STATES[state],
            "Generation": 2,
            "IsClustered": "clustered" in said,
            "CreationTime": "2026-01-01T00:00:00Z",
            "ReplicationMode": mode,
        }

    def _vlan(self, machine, adapter, said):
        row = {"VMName": machine or None, "ParentAdapterId": adapter, "OperationMode": 0, "AccessVlanId": 0}
        if "vlan" in said:
            row |= {"OperationMode": 1, "AccessVlanId": int(said["vlan"])}
        if "trunk" in said:
            allowed, _, native = said["trunk"].partition("/")
            row |= {"OperationMode": 2, "NativeVlanId": int(native or 0), "AllowedVlanIdListString": allowed}
        self.export["VMNetworkAdapterVlan"].append(row)
