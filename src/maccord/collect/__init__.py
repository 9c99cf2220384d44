"""Bytes to records: one collector per kind of evidence, each recognised by the content it claims."""

from collections.abc import Iterable
from contextlib import suppress
from typing import Protocol

from maccord.collect import (
    dhcpd,
    dnsmasq,
    docker,
    fleet_toml,
    hyperv,
    ifupdown,
    incus,
    iproute,
    kea,
    kubevirt,
    libvirt,
    machine_id,
    netbox,
    network_controller,
    openstack,
    proxmox,
    proxmox_lists,
    suzieq,
    switch_tables,
    switch_templates,
    vmm,
    vmware_info,
    vmware_sheet,
    vmware_vmx,
    windows_dhcp,
    xcp,
)
from maccord.collect.document import BYTES_MAX, FOLDERS_ABOVE, Document, Unreadable
from maccord.collect.hyperv_quick import Odd, Typed
from maccord.collect.parsed import Parsed
from maccord.fleet.problem import Problem

__all__ = [
    "BYTES_MAX",
    "COLLECTORS",
    "FOLDERS_ABOVE",
    "Collector",
    "Document",
    "Parsed",
    "Unreadable",
    "read",
    "read_together",
]

_OURS = ("maccord.report/", "maccord.truth/")


class Collector(Protocol):
    """The whole contract of a collector. A module fulfils it; mypy checks each one against it."""

    NAME: str

    def claims(self, document: Document) -> bool:
        """Tell from the content whether this collector reads the document; may raise Unreadable."""

    def parse(self, document: Document) -> Parsed:
        """Return records and problems; raise Unreadable when nothing of the document can be used."""


COLLECTORS: dict[str, Collector] = {
    "suzieq": suzieq,
    "fleet.toml": fleet_toml,
    "kea": kea,
    "dnsmasq": dnsmasq,
    "dhcpd": dhcpd,
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
    "switch-templates": switch_templates,
}
"""Every collector, in the order in which documents are offered to them.

Binary formats come first, since they have no text. TOML begins with `[[` and is no JSON, nor is a session that begins
with a prompt such as `{master:0}`. Lines of leases look like tables of a switch. Templates come last: they are tried on
what nobody else knows.
"""


def read(document: Document) -> Parsed | None:
    """Return what the document says; None when it is nobody's evidence and no fault either.

    Whatever the bytes are, nothing is raised: what cannot be read comes back as a problem.
    """
    with suppress(Odd):
        typed = hyperv.typed(document)
        if typed is not None:
            return hyperv.parse_typed([typed]).unpack()
    return _read(document)


def read_together(documents: Iterable[Document]) -> Parsed:
    """Return what several documents say, in their order and packed: host exports among them are read in one go."""
    whole = Parsed()
    exports: list[tuple[Typed, Document]] = []
    for document in documents:
        typed = hyperv.typed(document)
        if typed is not None:
            exports.append((typed, document))
        else:
            whole.add(_read(document) or Parsed())
    try:
        if exports:
            whole.add(hyperv.parse_typed([typed for typed, _ in exports]))
    except Odd:
        for _, document in exports:
            whole.add(read(document) or Parsed())
    return whole


def _read(document: Document) -> Parsed | None:
    try:
        if not document.is_binary and not document.text.strip():
            return Parsed()  # a cmdlet that found nothing prints nothing
        for collector in COLLECTORS.values():
            if collector.claims(document):
                return collector.parse(document)
        return _unclaimed(document)
    except Unreadable as broken:
        return Parsed(problems=[Problem(document.file, broken.at, broken.reason)])


def _unclaimed(document: Document) -> Parsed | None:
    if document.opening == "{" and isinstance(document.json, dict):
        if str(document.json.get("schema", "")).startswith(_OURS) or document.json.keys() == {"incidents"}:
            return None
        if not document.json:
            return Parsed()
        if str(document.json.get("schema", "")).startswith("maccord."):
            unknown = str(document.json["schema"])[:60]
            return Parsed(
                problems=[Problem(document.file, "/schema", f"{unknown!r} is no schema that this version reads")]
            )
    if document.opening == "[" and document.json == []:
        return Parsed()
    if document.opening == "n" and document.text.strip() == "null":
        return Parsed()
    return Parsed(problems=[Problem(document.file, "", "not recognised as evidence of any kind that is read")])
