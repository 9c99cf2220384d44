"""Reads libvirt: domain and network XML as `virsh dumpxml`, `virsh net-dumpxml` or /etc/libvirt have it.

A file may hold several definitions, one after another (virt-install prints two) or below other elements (the
state files of libvirtd, virt-manager's testdriver.xml). A machine told twice in one file is one machine: the
text of the running one counts, else the last. A `<domainsnapshot>` or `<domaincheckpoint>` tells of adapters
only, which carry its name as their snapshot, and of no machine. Its `<inactiveDomain>` tells of them again and is
not read.
"""

import re
from collections.abc import Iterable, Iterator

from maccord.collect.document import NEWLINE, Document, Unreadable
from maccord.collect.libvirt_definitions import DATACENTER, domain, is_running, network, uuid_of
from maccord.collect.parsed import Parsed
from maccord.collect.xml_stream import Element, elements
from maccord.fleet.evidence import HostSeen, Place
from maccord.fleet.problem import Problem

NAME = "libvirt"
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
        if kind == "domain":
            parsed.seen += domain(one, document, parsed.problems, snapshot)
        else:
            parsed.seen += network(one, document, parsed.problems)
    return parsed


def _is_definition(element: Element) -> bool:
    """Tell a definition from a PCI address's `<domain>`, a network's DNS domain, and others' metadata."""
    named = bool(element.text("name") or uuid_of(element))
    return named and all(around.name != "metadata" for around in element.ancestors())


def _each_once(definitions: Iterable[Element]) -> dict[tuple[str, ...], Element]:
    """Return definitions by kind, UUID, name and snapshot."""
    kept: dict[tuple[str, ...], Element] = {}
    for one in definitions:
        key = (one.name, uuid_of(one), one.text("name"), _snapshot_around(one))
        if key not in kept or is_running(one) or not is_running(kept[key]):
            kept[key] = one
    return kept


def _snapshot_around(element: Element) -> str:
    names: Iterator[str] = (
        around.text("name") or "snapshot"
        for around in element.ancestors()
        if around.name.rpartition(":")[2] in _SNAPSHOTS
    )
    return next(names, "")
