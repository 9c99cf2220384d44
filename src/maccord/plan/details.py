"""What a repair needs of a host beyond the tables: ids of adapters, IP settings, VLANs. Read from its export.

An export is evidence, and may hold anything: what is not of the expected type counts as not told. A host without an
export (a list of adapters, say) has no details; steps on it then name machines and adapters, and no ids.

Source of the properties: Microsoft's references of Get-VMNetworkAdapter, Get-VMNetworkAdapterVlan, Get-NetIPAddress,
Get-NetRoute, Get-DnsClientServerAddress and Get-DnsClient.
"""

from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from maccord.mac import BadAddress, parse_value
from maccord.plan.steps import IpSetting, IpSettings, Route, Vlan

Row = Mapping[str, Any]
_SAVED = (6, 32779, "Saved", "FastSaved")
_DHCP = (3, "Dhcp")
_LINK_LOCAL = ("169.254.", "fe80:")
_ROUTES_OF_INTERFACES = ("ff00::/8", "224.0.0.0/4", "255.255.255.255/32")
_MODES = {0: "Untagged", 1: "Access", 2: "Trunk", "Untagged": "Untagged", "Access": "Access", "Trunk": "Trunk"}


class Details:
    """One host's export, asked by what a step needs."""

    def __init__(self, export: Mapping[str, Any] | None = None) -> None:
        self._export = export or {}

    @property
    def known(self) -> bool:
        """Whether there is an export at all."""
        return bool(self._export)

    @property
    def version(self) -> str:
        """The version of Windows, such as 10.0.20348; empty where it is not told."""
        told = self._export.get("OperatingSystem")
        return _text(told, "Version") if isinstance(told, dict) else ""

    def groups_of(self, pool: str) -> tuple[str, ...]:
        """Return the host groups that may draw from a pool of a VMM server."""
        rows = (row for row in self.rows("SCMACAddressPool") if _text(row, "Name") == pool)
        return tuple(_texts(next(rows, {}), "VMHostGroups"))

    def rows(self, key: str) -> Iterator[Row]:
        """Yield the objects of a list, which may be missing, one object, or an array."""
        value = self._export.get(key)
        for row in value if isinstance(value, list) else [value]:
            if isinstance(row, dict):
                yield row

    # Machines -------------------------------------------------------------------------------------------------------

    def adapter_id(self, machine_id: str, device: str, mac: int | None, name: str) -> str:
        """Return the Id of a machine's adapter: the one of this device, else of this address, else of this name."""
        same = self.adapters_of(machine_id)
        for row in same:
            if device and _text(row, "Id").casefold().endswith(device.casefold()):
                return _text(row, "Id")
        for row in same:
            if mac and _mac(row) == mac:
                return _text(row, "Id")
        named = [row for row in same if _text(row, "Name") == name]
        return _text(named[0], "Id") if len(named) == 1 else ""

    def adapters_of(self, machine_id: str) -> list[Row]:
        """Return the rows of a machine's adapters."""
        return [row for row in self.rows("VMNetworkAdapter") if _text(row, "VMId").casefold() == machine_id.casefold()]

    def connected_to(self, switch: str) -> tuple[str, ...]:
        """Return the Ids of the machines' adapters that are connected to a switch, in order."""
        return tuple(
            sorted(
                _text(row, "Id")
                for row in self.rows("VMNetworkAdapter")
                if _text(row, "SwitchName") == switch and _text(row, "Id")
            )
        )

    def is_saved(self, machine_id: str) -> bool:
        """Tell whether a machine's state is saved: it is neither on nor off, and its settings are fixed."""
        wanted = machine_id.casefold()
        return any(row.get("State") in _SAVED for row in self.rows("VM") if _text(row, "Id").casefold() == wanted)

    def is_clustered(self, machine_id: str) -> bool:
        """Tell whether a machine is a role of a failover cluster."""
        return any(
            row.get("IsClustered") is True
            for row in self.rows("VM")
            if _text(row, "Id").casefold() == machine_id.casefold()
        )

    def guest_ips(self, machine_id: str) -> tuple[str, ...]:
        """Return the IP addresses that the guest reported."""
        found = []
        for row in self.adapters_of(machine_id):
            told = row.get("IPAddresses")
            found += [one for one in told if isinstance(one, str)] if isinstance(told, list) else []
        return tuple(dict.fromkeys(found))

    def connection(self, machine_id: str, mac: int | None) -> str:
        """Return the name of the switch that a machine's adapter is connected to, or nothing."""
        rows = [row for row in self.adapters_of(machine_id) if mac is None or _mac(row) == mac]
        return _text(rows[0], "SwitchName") if rows else ""

    def is_running(self, machine_id: str) -> bool:
        """Tell whether a machine runs."""
        same = [row for row in self.rows("VM") if _text(row, "Id").casefold() == machine_id.casefold()]
        return any(_one_of(row, "State", (2, "Running")) for row in same)

    # vNICs ----------------------------------------------------------------------------------------------------------

    def vnic(self, name: str, mac: int | None) -> Row | None:
        """Return the management vNIC of this name, or None."""
        rows = [row for row in self.rows("ManagementVMNetworkAdapter") if _text(row, "Name") == name]
        same = [row for row in rows if mac is not None and _mac(row) == mac]
        found = same or rows
        return found[0] if found else None

    def switch_of(self, name: str, mac: int | None) -> str:
        """Return the name of the switch that a management vNIC is on, or nothing."""
        row = self.vnic(name, mac)
        return _text(row, "SwitchName") if row else ""

    def permanent_of(self, nic: str) -> int | None:
        """Return the permanent address of a NIC."""
        row = next((row for row in self.rows("NetAdapter") if _text(row, "Name") == nic), None)
        return (_mac(row, "PermanentAddress") or None) if row and row.get("Virtual") is not True else None

    def is_member(self, nic: str) -> bool:
        """Tell whether a NIC belongs to a team."""
        return any(_text(row, "Name") == nic for row in self.rows("NetLbfoTeamMember"))

    def teams_with_switch(self) -> list[tuple[str, str]]:
        """Return the teams that a virtual switch stands on, with that switch."""
        adapters = {_text(row, "InterfaceDescription"): _text(row, "Team") for row in self.rows("NetLbfoTeamNic")}
        found = []
        for row in self.rows("VMSwitch"):
            team = adapters.get(_text(row, "NetAdapterInterfaceDescription"), "")
            if team:
                found.append((team, _text(row, "Name")))
        return found

    def came_with_switch(self, name: str, mac: int | None) -> bool:
        """Tell whether a vNIC is the one that came with its switch."""
        row = self.vnic(name, mac)
        return row is not None and (row.get("IsExternalAdapter") is True or name == _text(row, "SwitchName"))

    def nic_of_switch(self, switch: str) -> tuple[str, int] | None:
        """Return the name and the permanent address of the one NIC that a switch stands on, if it is one."""
        for row in self.rows("VMSwitch"):
            if _text(row, "Name") != switch or row.get("EmbeddedTeamingEnabled") is True:
                continue
            wanted = {one.strip("{}").casefold() for one in _texts(row, "NetAdapterInterfaceGuid")}
            described = _text(row, "NetAdapterInterfaceDescription")
            nics = [
                nic
                for nic in self.rows("NetAdapter")
                if _text(nic, "InterfaceGuid").strip("{}").casefold() in wanted
                or (not wanted and described and _text(nic, "InterfaceDescription") == described)
            ]
            permanent = _mac(nics[0], "PermanentAddress") if len(nics) == 1 else None
            if permanent and nics[0].get("Virtual") is not True:
                return _text(nics[0], "Name"), permanent
        return None

    def vlan_of(self, name: str, mac: int | None) -> Vlan:
        """Return the VLAN setting of a management vNIC."""
        row = self.vnic(name, mac)
        wanted = _text(row, "Id").casefold() if row else ""
        for vlan in self.rows("VMNetworkAdapterVlan"):
            if wanted and _text(vlan, "ParentAdapterId").casefold() == wanted:
                mode = _MODES.get(vlan.get("OperationMode", 0))
                if mode == "Access":
                    return Vlan(mode="Access", access=_number(vlan, "AccessVlanId"))
                if mode == "Trunk":
                    return Vlan(
                        mode="Trunk",
                        native=_number(vlan, "NativeVlanId"),
                        allowed=_text(vlan, "AllowedVlanIdListString"),
                    )
        return Vlan()

    def vmq_off(self, alias: str) -> bool:
        """Tell whether VMQ of an interface is switched off."""
        return any(row.get("Enabled") is False for row in self.rows("NetAdapterVmq") if _text(row, "Name") == alias)

    def has_pool_address(self, mac: int) -> bool:
        """Tell whether an address lies in the host's own range, as the export tells it."""
        row = next(self.rows("VMHost"), {})
        low, high = _mac(row, "MacAddressMinimum"), _mac(row, "MacAddressMaximum")
        return low is not None and high is not None and low <= mac <= high

    # IP settings ----------------------------------------------------------------------------------------------------

    def settings_of(self, alias: str) -> IpSettings:
        """Return what an interface would lose if it were made anew; link-local addresses come by themselves."""
        addresses: list[IpSetting] = []
        dhcp = False
        for row in self.rows("NetIPAddress"):
            address = _address(_text(row, "IPAddress").partition("%")[0])
            if _text(row, "InterfaceAlias") != alias or not address or address.startswith(_LINK_LOCAL):
                continue
            if _one_of(row, "PrefixOrigin", _DHCP) or _one_of(row, "SuffixOrigin", (3, 4, 5, "Dhcp", "Link", "Random")):
                dhcp = dhcp or ("." in address and _one_of(row, "PrefixOrigin", _DHCP))
                continue
            addresses.append(
                IpSetting(
                    address=address,
                    prefix_length=_number(row, "PrefixLength"),
                    skip_as_source=row.get("SkipAsSource") is True,
                )
            )
        servers = [
            one
            for row in self.rows("DnsClientServerAddress")
            if _text(row, "InterfaceAlias") == alias
            for one in _texts(row, "ServerAddresses")
            if _address(one)
        ]
        client = next((row for row in self.rows("DnsClient") if _text(row, "InterfaceAlias") == alias), {})
        return IpSettings(
            dhcp=dhcp,
            addresses=tuple(addresses),
            routes=() if dhcp and not addresses else tuple(self._routes(alias)),
            dns_servers=() if dhcp and not addresses else tuple(dict.fromkeys(servers)),
            dns_suffix=_text(client, "ConnectionSpecificSuffix"),
            registers=client.get("RegisterThisConnectionsAddress") is not False,
        )

    def gateways_of(self, alias: str) -> tuple[str, ...]:
        """Return the default gateways of an interface, and if it has none its DNS servers: what has to answer."""
        hops = [
            hop
            for row in self.rows("NetRoute")
            if _text(row, "InterfaceAlias") == alias and _text(row, "DestinationPrefix") in ("0.0.0.0/0", "::/0")
            if (hop := _address(_text(row, "NextHop"))) not in ("", "0.0.0.0", "::")  # noqa: S104 - on-link
        ]
        return tuple(dict.fromkeys(hops)) or self.settings_of(alias).dns_servers

    def _routes(self, alias: str) -> Iterator[Route]:
        for row in self.rows("NetRoute"):
            hop = _address(_text(row, "NextHop"))
            prefix = _text(row, "DestinationPrefix")
            if _text(row, "InterfaceAlias") != alias or hop in ("", "0.0.0.0", "::"):  # noqa: S104 - on-link
                continue
            if prefix not in _ROUTES_OF_INTERFACES:
                yield Route(prefix=prefix, next_hop=hop, metric=_number(row, "RouteMetric"))


def _text(row: Row | None, key: str) -> str:
    value = row.get(key) if row else None
    return value if isinstance(value, str) else ""


def _texts(row: Row, key: str) -> list[str]:
    value = row.get(key)
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _number(row: Row, key: str) -> int:
    value = row.get(key)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def _one_of(row: Row, key: str, wanted: tuple[object, ...]) -> bool:
    value = row.get(key)
    return not isinstance(value, bool) and value in wanted


def _mac(row: Row, key: str = "MacAddress") -> int | None:
    try:
        return parse_value(_text(row, key))
    except BadAddress:
        return None


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
