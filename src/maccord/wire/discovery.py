"""IPv6 neighbour discovery: who says which address is whose.

Source: RFC 4861 sections 4 and 4.6; RFC 4862 section 5.4 (duplicate address detection).
"""

from maccord.wire.moment import Moment
from maccord.wire.records import NeighbourSeen
from maccord.wire.spelled import ip_text, is_somebody

ROUTER_SOLICIT, ROUTER, SOLICIT, ADVERTISE = 133, 134, 135, 136
_SOURCE_ADDRESS, _TARGET_ADDRESS = 1, 2
_FIXED = {ROUTER: 16, SOLICIT: 24, ADVERTISE: 24}
_OPTIONS_MAX = 64


def decode(moment: Moment, sender: bytes, message: bytes, *, hops: int) -> NeighbourSeen | None:
    """Return what an ICMPv6 message says; None for one that names no address, is cut, or was routed (hop limit)."""
    kind = message[0] if message else 0
    fixed = _FIXED.get(kind)
    if fixed is None or len(message) < fixed or message[1] or hops != 255:
        return None
    told = _address(message[fixed:], _TARGET_ADDRESS if kind == ADVERTISE else _SOURCE_ADDRESS)
    mac = moment.source if told is None else told
    if kind == ROUTER:
        return NeighbourSeen(**moment._asdict(), kind="router", mac=mac, told=told is not None, ip=ip_text(sender))
    target = message[8:24]
    if kind == SOLICIT:
        probes = not is_somebody(sender)
        return NeighbourSeen(
            **moment._asdict(),
            kind="probe" if probes else "solicitation",
            mac=mac,
            told=told is not None,
            ip=ip_text(target if probes else sender),
            target_ip=ip_text(target),
        )
    flags = message[4]
    return NeighbourSeen(
        **moment._asdict(),
        kind="advertisement" if flags & 0x40 else "announcement",
        mac=mac,
        told=told is not None,
        ip=ip_text(target),
        override=bool(flags & 0x20),
        solicited=bool(flags & 0x40),
        is_router=bool(flags & 0x80),
    )


def _address(options: bytes, wanted: int) -> int | None:
    at = 0
    for _ in range(_OPTIONS_MAX):
        if at + 8 > len(options) or not options[at + 1]:
            return None
        if options[at] == wanted and options[at + 1] == 1:
            return int.from_bytes(options[at + 2 : at + 8], "big")
        at += options[at + 1] << 3
    return None
