"""What devices tell the other end of their cable: LLDP, CDP and LACP.

Source: IEEE 802.1AB-2016 section 8 and annex D (VLAN of the port); IANA, "Address Family Numbers"; Cisco, "Cisco
Discovery Protocol (CDP) Packet Format"; IEEE 802.1AX-2020 section 6.4.2.3.
"""

from collections.abc import Iterator

from maccord.wire.moment import Moment
from maccord.wire.records import BundleHeard, LinkHeard
from maccord.wire.spelled import ip_text, mac_of, mac_text, text

_PARTS_MAX = 256
_IPS_MAX = 16
_LLDP_CAPABILITIES = ("other", "repeater", "bridge", "wlan", "router", "telephone", "docsis", "station")
_CDP_CAPABILITIES = {
    0x01: "router",
    0x02: "bridge",
    0x08: "bridge",
    0x10: "station",
    0x40: "repeater",
    0x80: "telephone",
}


def lldp(moment: Moment, message: bytes) -> LinkHeard | None:
    """Return what an LLDP data unit says; None for one without the two ids that must be first."""
    parts: dict[int, bytes] = {}
    ips: list[str] = []
    native = 0
    for kind, value in _lldp_parts(message):
        if kind == 8 and len(value) > 2 and len(ips) < _IPS_MAX:
            ips.append(_managed_at(value))
        elif kind == 127 and value[:4] == b"\x00\x80\xc2\x01" and len(value) >= 6:
            native = int.from_bytes(value[4:6], "big")
        parts.setdefault(kind, value)
    if not {1, 2} <= parts.keys():
        return None
    chassis, chassis_mac = _id_of(parts[1], mac_kind=4, ip_kind=5)
    port, port_mac = _id_of(parts[2], mac_kind=3, ip_kind=4)
    enabled = int.from_bytes(parts.get(7, b"")[2:4], "big")
    return LinkHeard(
        **moment._asdict(),
        protocol="lldp",
        chassis=chassis,
        port=port,
        system=text(parts.get(5, b"")),
        port_name=text(parts.get(4, b"")),
        chassis_mac=chassis_mac,
        port_mac=port_mac,
        capabilities=tuple(name for bit, name in enumerate(_LLDP_CAPABILITIES) if enabled >> bit & 1),
        native_vlan=native,
        address_ips=tuple(ip for ip in ips if ip),
        ttl_s=int.from_bytes(parts.get(3, b"")[:2], "big"),
    )


def _lldp_parts(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_PARTS_MAX):
        if at + 2 > len(message):
            return
        head = int.from_bytes(message[at : at + 2], "big")
        kind, size = head >> 9, head & 0x1FF
        if not kind or at + 2 + size > len(message):
            return
        yield kind, message[at + 2 : at + 2 + size]
        at += 2 + size


def _id_of(value: bytes, *, mac_kind: int, ip_kind: int) -> tuple[str, int | None]:
    kind, octets = value[:1], value[1:]
    if kind == bytes([mac_kind]) and (mac := mac_of(octets)) is not None:
        return mac_text(mac), mac
    if kind == bytes([ip_kind]) and (ip := ip_text(octets[1:])):
        return ip, None
    return text(octets), None


def _managed_at(value: bytes) -> str:
    size = value[0]
    family, octets = value[1:2], value[2 : 1 + size]
    return ip_text(octets) if family in (b"\1", b"\2") else ""


def cdp(moment: Moment, message: bytes) -> LinkHeard | None:
    """Return what a CDP packet says; None for one that does not name its device."""
    if len(message) < 4 or message[0] not in (1, 2):
        return None
    parts = dict(reversed(list(_cdp_parts(message))))
    if 1 not in parts:
        return None
    enabled = int.from_bytes(parts.get(4, b"")[:4], "big")
    name = text(parts[1])
    return LinkHeard(
        **moment._asdict(),
        protocol="cdp",
        chassis=name,
        port=text(parts.get(3, b"")),
        system=name,
        capabilities=tuple(sorted({word for bit, word in _CDP_CAPABILITIES.items() if enabled & bit})),
        native_vlan=int.from_bytes(parts.get(10, b"")[:2], "big"),
        address_ips=tuple(_cdp_addresses(parts.get(2, b""))),
        ttl_s=message[1],
    )


def _cdp_parts(message: bytes) -> Iterator[tuple[int, bytes]]:
    at = 4
    for _ in range(_PARTS_MAX):
        if at + 4 > len(message):
            return
        kind, size = int.from_bytes(message[at : at + 2], "big"), int.from_bytes(message[at + 2 : at + 4], "big")
        if size < 4 or at + size > len(message):
            return
        yield kind, message[at + 4 : at + size]
        at += size


def _cdp_addresses(value: bytes) -> Iterator[str]:
    """Yield IP addresses: each has a protocol type, the protocol with its length, and the address with its own."""
    at = 4
    for _ in range(min(int.from_bytes(value[:4], "big"), _IPS_MAX)):
        if at + 2 > len(value):
            return
        at += 2 + value[at + 1]
        size = int.from_bytes(value[at : at + 2], "big")
        if at + 2 + size > len(value):
            return
        if ip := ip_text(value[at + 2 : at + 2 + size]):
            yield ip
        at += 2 + size


def lacp(moment: Moment, message: bytes) -> BundleHeard | None:
    """Return what an LACP data unit says of its sender; None for other slow protocols."""
    if len(message) < 40 or message[:2] != b"\x01\x01" or message[2:4] != b"\x01\x14":
        return None
    return BundleHeard(
        **moment._asdict(),
        system=int.from_bytes(message[6:12], "big"),
        key=int.from_bytes(message[12:14], "big"),
        port=int.from_bytes(message[16:18], "big"),
        partner=int.from_bytes(message[26:32], "big"),
    )
