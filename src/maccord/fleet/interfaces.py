"""Tells how the interfaces of one switch or router stand to each other: what an address there may be inherited from.

A device says which addresses are its own (its router's entries in the address table, the router's MAC of a VXLAN
network) and which of its VLANs carry the routed traffic of a VXLAN network.

Source: Cisco NX-OS, "Configuring VXLAN BGP EVPN" (anycast gateway, L3 VNI); RFC 9135, section 4.2; Linux, a bridge and
a VLAN interface take the address of what is below them.
"""

from collections import defaultdict
from ipaddress import ip_interface

from maccord.fleet import vlan
from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, PortSeen, SightingSeen, VniSeen

_BRIDGE = "bridge"


class Interfaces:
    """The interfaces of one host; for a host that lists none, nothing has a role."""

    def __init__(self, host: HostRecords, nics: list[AdapterSeen]) -> None:
        networks = [one for one in host.of(VniSeen) if one.routed]
        self._vlan_of = {one.port: one.vlan for one in host.of(PortSeen)}
        self._routed_vlans = {one.vlan or self._vlan_of.get(one.port, 0) for one in networks} - {0}
        self._router_macs = {one.router_mac for one in networks}
        self._own: set[int | None] = {
            *(one.mac for one in host.of(SightingSeen) if one.kind == "own"),
            *self._router_macs,
        }
        bridges = [nic.name for nic in nics if nic.role == _BRIDGE]
        self._bridges = {*bridges, _BRIDGE}
        self._bridge = bridges[0] if len(set(bridges)) == 1 else ""
        self._by_name = {nic.name: nic for nic in nics}
        self._above: dict[str, set[str]] = defaultdict(set)
        for nic in nics:
            if nic.role in ("subinterface", "svi"):
                self._above[self.bound_to(nic)].add(nic.vlans or vlan.UNTAGGED)

    def bound_to(self, nic: AdapterSeen) -> str:
        """Return the interface that one is stacked on; an SVI is on the bridge of its device, if there is one."""
        return nic.bound_to or (self._bridge if nic.role == "svi" else "")

    def role(self, nic: AdapterSeen) -> str:
        """Return what an interface is among those of its device (see records.Adapter)."""
        carries_routed = nic.role == "svi" and nic.vlans is not None and nic.vlans.isdigit()
        if carries_routed and int(nic.vlans or 0) in self._routed_vlans:
            return nic.role if nic.mac in self._router_macs or self._addresses(nic) else "l3vni"
        alone = nic.kind == "physical" and nic.bound_to not in self._bridges
        if nic.mac in self._own and (alone or (nic.role == "svi" and not self._bridge)):
            return nic.role if nic.role == "svi" and self._addresses(nic) else "routed"
        return nic.role

    def vlans(self, nic: AdapterSeen, told: str) -> str:
        """Return the VLANs in which an interface is heard: its own, and those of what is stacked on it."""
        if nic.role == "vrr" and nic.bound_to in self._by_name:
            return self._by_name[nic.bound_to].vlans or told
        above = self._above.get(nic.name, set()) if nic.kind != "vm" else set()
        return vlan.text_of(span for one in {told, *above} for span in vlan.parse(one)) if above else told

    def serves(self, nic: AdapterSeen) -> str:
        """Return the IP addresses that a gateway's interface answers under, in one spelling."""
        return " ".join(self._addresses(nic)) if nic.role in ("svi", "vrr") else ""

    def _addresses(self, nic: AdapterSeen) -> list[str]:
        found = set()
        for text in nic.ips:
            try:
                address = ip_interface(text)
            except ValueError:
                continue
            if not address.is_link_local:  # that is made of the MAC address
                found.add(str(address))
        return sorted(found)
