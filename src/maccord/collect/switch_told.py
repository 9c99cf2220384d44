"""What the words of a row mean: its kind, its port, the VLAN that an interface is for, and whether a port is transit.

Vendors' words: Cisco NX-OS Layer 2 Switching Configuration Guide (`*` primary, `+` learned over the vPC peer link, `G`
gateway, `(R)` routed, nve: VXLAN); Cisco IOS "show mac address-table"; Arista EOS User Manual; Junos "show
ethernet-switching table" (S static, D dynamic, P persistent static, C control); bridge(8) of iproute2; Cumulus Linux
"Ethernet Bridging"; Huawei S-series "display mac-address"; H3C Comware "display mac-address".
"""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple


class Told(NamedTuple):
    """What a row says beside its addresses; `vlan` is 0 where the interface's name tells none."""

    kind: str
    port: str
    vlan: int
    edge: bool | None


Tell = Callable[[str | None, str | None, str | None, str | None, str | None], Told]
"""From a row's `own`, `flags`, `kind`, `port` and `svi`."""

_STATIC = re.compile(
    r"static|perm|secure|sticky|system|config|black|user|mgmt|management|multicast|igmp|filter|[spc](?:,|$)",
    re.IGNORECASE,
)
_OWN = re.compile(r"self|own|cpu|local|internal|interface|router|gateway|eapol|other", re.IGNORECASE)
_SELF = re.compile(
    r"cpu\d*|router|switch|self|sup-eth\S*|supervisor|local|host|inband\S*|(?:vl|vlan|bdi|irb\.?|ve)\d+", re.IGNORECASE
)
_TRANSIT = re.compile(r"nve\d|vx\d|vxlan\d|vtep\.|tunnel\d|tu\d|peer-?link|vpc peer-link|[LV]:\d+\s", re.IGNORECASE)
_OF_VLAN = re.compile(r"(?:vlan-?interface|vlanif|vlan|vl) ?(\d{1,4})", re.IGNORECASE)
_ROUTED = re.compile(r"\([RF]\)$", re.IGNORECASE)
_NO_PORT = {"", "-", "--", "n/a", "duplicate", "not learned"}
_SPACED = re.compile(
    r"[A-Za-z]{2,20} \d[\d/:]*|\S+ EFP:\d+"
)  # Dell OS9 writes Gi 1/21, IOS XE the service instance behind a port
_AGO = re.compile(r"\s++\d++\s++(?:\d++ days?, )?[\d:.]++ ago$|\s++N/A\s++N/A$")
_ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}|(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]+")
_DESTINATION = re.compile(r"\bdst \S|\b\d{1,3}(?:\.\d{1,3}){3}\b|\boffload\b|\bremote\b")
_BRIDGE_VLAN = re.compile(r"\svlan (\d{1,4})\b", re.IGNORECASE)
_DEFAULT_VRFS = {"default", "global", "vr-default"}
VLAN_MAX = 4094


@lru_cache(maxsize=8192)
def vlan_number(text: str | None) -> int:
    """Return the VLAN that a cell tells: its first number, 0 for words such as `All` and for what is no VLAN's number.

    A name is not read for digits: Junos and EXOS name VLANs as their admins like. Bridge domains and VXLAN segments
    have higher numbers than VLANs and are none. `10/-/-` is how Huawei prints VLAN, VSI and bridge domain.
    """
    first = (text or "").partition("/")[0]
    if not (first.isascii() and first.isdigit() and len(first) <= 8):
        return 0
    number = int(first)
    return number if number <= VLAN_MAX else 0


def vrf_of(name: str) -> str:
    """Return the name of a VRF, nothing for the one that every device has and some call `default`."""
    return "" if name.casefold() in _DEFAULT_VRFS else name


def of_table(own: str | None, flags: str | None, kind: str | None, port: str | None, svi: str | None) -> Told:
    """Read a row of an address table. A static address at the CPU, the router or a VLAN's interface is its own."""
    name = _port(port)
    alone = _ROUTED.sub("", name)
    word = kind or ""
    edge = False if _TRANSIT.match(alone) or "+" in (flags or "") or _ADDRESS.fullmatch(alone) else None
    if own or _OWN.match(word) or (flags and "G" in flags):
        return Told("own", alone, vlan_number(svi), edge)
    if _STATIC.match(word):
        return Told("own" if _SELF.fullmatch(alone) else "static", alone, vlan_number(svi), edge)
    return Told("dynamic", alone, vlan_number(svi), edge)


def of_routes(own: str | None, flags: str | None, kind: str | None, port: str | None, svi: str | None) -> Told:
    """Read a row of EVPN's table: what a route brought is reached through other switches."""
    told = of_table(own, flags, "dynamic", port, svi)
    return told._replace(edge=False) if (kind or "").upper() == "BGP" else told


def of_neighbour(own: str | None, flags: str | None, kind: str | None, port: str | None, svi: str | None) -> Told:
    """Read a row of an ARP or neighbour table. A VLAN's interface tells the VLAN; the port, if told, stands behind."""
    del flags, kind
    name, interface = _port(port), _port(svi)
    of_vlan = _OF_VLAN.fullmatch(interface or name)
    vlan = vlan_number(of_vlan[1]) if of_vlan else 0
    transit = bool(_TRANSIT.match(name) or _ADDRESS.fullmatch(name))
    return Told("own" if own else "neighbour", name or interface, vlan, False if transit else None)


def of_bridge(own: str | None, flags: str | None, kind: str | None, port: str | None, svi: str | None) -> Told:
    """Read a row of a Linux bridge: `permanent` is the port's own address, `dst` the far end of a tunnel."""
    del flags
    words = kind or ""
    told_vlan = _BRIDGE_VLAN.search(words)
    vlan = vlan_number(told_vlan[1]) if told_vlan else vlan_number(svi)
    edge = False if _DESTINATION.search(words) or _TRANSIT.match(port or "") else None
    if own or "permanent" in words:
        return Told("own", port or "", vlan, edge)
    return Told("static" if re.search(r"\bstatic\b", words) else "dynamic", port or "", vlan, edge)


def _port(text: str | None) -> str:
    """Return the port as the device spells it, several separated by commas, nothing where there is none.

    Spellings are not made alike (`Gi1/0/1`, `GigabitEthernet1/0/1`): one device prints one of them throughout a table,
    and a report should say what its reader will find there.
    """
    ports = _AGO.sub("", text or "").strip()
    if ports.casefold() in _NO_PORT:
        return ""
    if _TRANSIT.match(ports) or _SPACED.fullmatch(ports) or "(" in ports:
        return ports
    return ",".join(part for part in re.split(r"[\s,]+", ports) if part)
