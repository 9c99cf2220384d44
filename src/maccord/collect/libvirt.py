"""Reads libvirt: domain and network XML as `virsh dumpxml`, `virsh net-dumpxml` or /etc/libvirt have it.

A file may hold several definitions, one after another (virt-install prints two) or below other elements (the
state files of libvirtd, virt-manager's testdriver.xml). A machine told twice in one file is one machine: the
text of the running one counts, else the last. Addresses that only its stored definition has, which it gets with its
next start, are read as those of a snapshot `pending changes`. A `<domainsnapshot>` or `<domaincheckpoint>` tells of
adapters only, which carry its name as their snapshot, and of no machine. Its `<inactiveDomain>` tells of them again
and is not read.
"""

import re
from collections.abc import Iterable, Iterator

from maccord.collect.document import NEWLINE, Document, Unreadable
from maccord.collect.libvirt_definitions import DATACENTER, domain, is_running, network, uuid_of
from maccord.collect.parsed import Parsed
from maccord.collect.xml_stream import Element, elements
from maccord.fleet.evidence import AdapterSeen, HostSeen, Place
from maccord.fleet.problem import Problem

NAME = "libvirt"
PENDING = "pending changes"
"""The name under which an address shows that a running machine will have after its next start."""

_SIGNATURE = re.compile(
    r"<domain\s[^<>]*\btype\s*=|<(?:domain|network)(?:\s[^<>]*)?>\s*<(?:name|uuid|title|metadata)\b"
)
_WANTED = ("domain", "network")
_KEPT = (
    *("name", "uuid", "forward", "bridge", "devices", "interface"),
    *("mac", "source", "target", "vlan", "tag", "filterref", "backend", "link", "portgroup"),
    DATACENTER,
)
_SNAPSHOTS = {"domainsnapshot", "domaincheckpoint"}


def claims(document: Document) -> bool:
    """Tell whether the content is XML with a domain or a network of libvirt in it.

    Other text may stand around definitions, as when a command's output was saved, if they begin their lines.
    """
    text = document.text
    signs = _SIGNATURE.finditer(text)
    return any(document.opening == "<" or text[sign.start() - 1] == NEWLINE for sign in signs)


def parse(document: Document) -> Parsed:
    """Read all definitions; those that were complete before the XML broke count."""
    found, broken = elements(document.text, _WANTED, _KEPT)
    definitions = _each_once(one for one in found if _is_definition(one))
    if not definitions:
        raise broken or Unreadable("", "holds no <domain> and no <network> that has a name")
    parsed = Parsed(seen=[HostSeen(document.folder, Place(document.file, ""), NAME)])
    if broken:
        parsed.problems.append(Problem(document.file, broken.at, broken.reason))
    for (kind, *_, snapshot), one in definitions.items():
        if snapshot == PENDING:
            parsed.seen += _pending(one, document, parsed)
        elif kind == "domain":
            parsed.seen += domain(one, document, parsed.problems, snapshot)
        else:
            parsed.seen += network(one, document, parsed.problems)
    return parsed


def _pending(stored: Element, document: Document, parsed: Parsed) -> Iterator[AdapterSeen]:
    """Yield the adapters of a stored definition whose addresses the running machine does not have."""
    told = [one for one in parsed.seen if isinstance(one, AdapterSeen) and not one.snapshot]
    adapters = [one for one in domain(stored, document, [], PENDING) if isinstance(one, AdapterSeen)]
    worn = {(one.machine_id, one.machine, one.mac) for one in told}
    return (one for one in adapters if (one.machine_id, one.machine, one.mac) not in worn)


def _is_definition(element: Element) -> bool:
    """Tell a definition from a PCI address's `<domain>`, a network's DNS domain, and others' metadata."""
    named = bool(element.text("name") or uuid_of(element))
    return named and all(around.name != "metadata" for around in element.ancestors())


def _each_once(definitions: Iterable[Element]) -> dict[tuple[str, ...], Element]:
    """Return definitions by kind, UUID, name and snapshot; the stored one of a running machine goes by PENDING."""
    kept: dict[tuple[str, ...], Element] = {}
    stored: dict[tuple[str, ...], Element] = {}
    for one in definitions:
        named = (one.name, uuid_of(one), one.text("name"))
        key = (*named, _snapshot_around(one))
        if not key[-1] and not is_running(one):
            stored[*named, PENDING] = one
        if key not in kept or is_running(one) or not is_running(kept[key]):
            kept[key] = one
    kept.update((key, one) for key, one in stored.items() if is_running(kept[*key[:3], ""]))
    return kept


def _snapshot_around(element: Element) -> str:
    names: Iterator[str] = (
        around.text("name") or "snapshot"
        for around in element.ancestors()
        if around.name.rpartition(":")[2] in _SNAPSHOTS
    )
    return next(names, "")
