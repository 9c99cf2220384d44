"""Reads which bridges of a Linux host reach a wire: /etc/network/interfaces of Proxmox VE and of Debian hosts.

A bridge without ports joins machines of its host alone. One whose only port is a VLAN of an interface, such as
`eno1.10`, puts its machines into that VLAN. The host is the folder, or that around it where the file lies as it does
on the host (HOST/etc/network).

Source: interfaces(5) and bridge-utils-interfaces(5) of Debian; Proxmox VE, "Network Configuration".
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Address

from maccord.collect.document import NEWLINE, Document
from maccord.collect.parsed import Parsed
from maccord.fleet import vlan
from maccord.fleet.evidence import IpSeen, Place, PortGroupSeen, Seen, SwitchSeen

NAME = "interfaces"
_IFACE = re.compile(r"^[ \t]*iface[ \t]+([^\s]{1,40})(?:[ \t]+inet6?[ \t]+[a-z]{2,20})?[ \t]*$", re.MULTILINE)
_TAGGED = re.compile(r"[^\s.]{1,40}\.([0-9]{1,4})")
_ETC = ("network", "etc")
_WORDS_MAX = 4096


@dataclass(slots=True)
class _Interface:
    """One interface: what its stanzas, one per address family, set, and the line of the first."""

    name: str
    line: int
    options: dict[str, tuple[str, int]] = field(default_factory=dict)


def claims(document: Document) -> bool:
    """Tell whether the content has a stanza for an interface."""
    return document.opening not in ("", "{", "[", "<") and _IFACE.search(document.text) is not None


def parse(document: Document) -> Parsed:
    """Read the bridges, and the addresses that the host gives itself."""
    host = _host(document)
    parsed = Parsed()
    for one in _interfaces(document.text):
        parsed.seen += _bridge(one, host, document.file)
        parsed.seen += _address(one, host, document.file)
    return parsed


def _host(document: Document) -> str:
    folders = (document.folder, *document.above)
    return folders[2] if folders[:2] == _ETC and len(folders) > len(_ETC) and folders[2] else document.folder


def _interfaces(text: str) -> Iterator[_Interface]:
    found: dict[str, _Interface] = {}
    current: _Interface | None = None
    for number, line in enumerate(text.split(NEWLINE), start=1):
        stanza = _IFACE.fullmatch(line.rstrip())
        word, *rest = line.split(maxsplit=1) or [""]
        if stanza:
            current = found.setdefault(stanza.group(1), _Interface(stanza.group(1), number))
        elif word in ("auto", "source", "source-directory", "mapping") or word.startswith("allow-"):
            current = None
        elif current is not None and word and not word.startswith("#"):
            current.options.setdefault(word.replace("_", "-"), ("".join(rest).strip()[:_WORDS_MAX], number))
    return iter(found.values())


def _bridge(one: _Interface, host: str, file: str) -> Iterator[Seen]:
    """Read a bridge. Its machines that tag no frames are in the VLAN of its only port, if that is one."""
    if "bridge-ports" not in one.options:
        return
    told, line = one.options["bridge-ports"]
    ports = [port for port in told.split() if port != "none"]
    place = Place(file, f"line {line}")
    kind = "external" if ports else "internal"
    yield SwitchSeen(host=host, place=place, id=one.name, name=one.name, kind=kind, uplinks=tuple(ports))
    tagged = _TAGGED.fullmatch(ports[0]) if len(ports) == 1 else None
    if tagged and vlan.is_one(int(tagged.group(1))):
        yield PortGroupSeen(host=host, place=place, switch=one.name, vlans=str(int(tagged.group(1))))


def _address(one: _Interface, host: str, file: str) -> Iterator[Seen]:
    text, line = one.options.get("address", ("", 0))
    try:
        address = IPv4Address(text.partition("/")[0])
    except AddressValueError:
        return
    yield IpSeen(host, Place(file, f"line {line}"), str(address), one.name)
