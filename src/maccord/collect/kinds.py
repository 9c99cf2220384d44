"""Every kind of evidence that is read: what a collector is, and which there are, in the order of asking."""

from typing import Protocol

from maccord.collect import (
    captures,
    dhcpd,
    dnsmasq,
    docker,
    fdb_logs,
    fleet_toml,
    hyperv,
    ifupdown,
    incus,
    iproute,
    kea,
    kubevirt,
    libvirt,
    machine_id,
    move_logs,
    netbox,
    network_controller,
    openstack,
    proxmox,
    proxmox_lists,
    suzieq,
    switch_export,
    switch_tables,
    switch_templates,
    vmm,
    vmware_info,
    vmware_sheet,
    vmware_vmx,
    windows_dhcp,
    windows_events,
    xcp,
)
from maccord.collect.document import Document
from maccord.collect.parsed import Parsed


class Collector(Protocol):
    """The whole contract of a collector. A module fulfils it; mypy checks each one against it."""

    NAME: str

    def claims(self, document: Document) -> bool:
        """Tell from the content whether this collector reads the document; may raise Unreadable."""

    def parse(self, document: Document) -> Parsed:
        """Return records and problems; raise Unreadable when nothing of the document can be used."""


COLLECTORS: dict[str, Collector] = {
    "suzieq": suzieq,
    "captures": captures,
    "windows-events": windows_events,
    "fleet.toml": fleet_toml,
    "kea": kea,
    "dnsmasq": dnsmasq,
    "dhcpd": dhcpd,
    "switch-export": switch_export,
    "fdb-logs": fdb_logs,
    "switch-tables": switch_tables,
    "netbox": netbox,
    "windows-dhcp": windows_dhcp,
    "vmm": vmm,
    "hyperv": hyperv,
    "network-controller": network_controller,
    "proxmox-list": proxmox_lists,
    "vmware-info": vmware_info,
    "libvirt": libvirt,
    "xcp": xcp,
    "vmware": vmware_vmx,
    "vmware-sheet": vmware_sheet,
    "proxmox": proxmox,
    "interfaces": ifupdown,
    "openstack": openstack,
    "kubevirt": kubevirt,
    "docker": docker,
    "incus": incus,
    "iproute": iproute,
    "machine-id": machine_id,
    "move-logs": move_logs,
    "switch-templates": switch_templates,
}
"""Every collector, in the order in which documents are offered to them.

Binary formats come first, since they have no text. TOML begins with `[[` and is no JSON, nor is a session that begins
with a prompt such as `{master:0}`. Lines of leases look like tables of a switch. Templates come last: they are tried on
what nobody else knows.
"""
