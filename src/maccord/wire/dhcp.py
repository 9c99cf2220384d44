"""DHCP of both versions: who asks under which identity, and what it is given.

Source: RFC 2131 section 2, RFC 2132 (options 12, 50, 53, 54, 60, 61, 52), RFC 3396; RFC 8415 sections 8, 9, 11, 21.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import compress, repeat

import numpy as np

from maccord.wire.moment import Moment
from maccord.wire.octets import Memory, Numbers
from maccord.wire.records import At, DhcpSeen, Domain
from maccord.wire.spelled import ip4_text, ip_text, text

_NO_IP = bytes(4)
_COOKIE = b"\x63\x82\x53\x63"
_FIXED = 236
_OPTIONS_MAX = 256
_DEPTH_MAX = 4
_IPS_MAX = 16
_CLIENTS, _COMMON = 8192, 1024

_MESSAGES4 = ("", "discover", "offer", "request", "decline", "ack", "nak", "release", "inform")
_MESSAGES6 = (
    *("", "solicit", "advertise", "request", "confirm", "renew", "rebind", "reply", "release", "decline"),
    *("reconfigure", "information-request", "relay-forw", "relay-repl"),
)
_FROM_SERVER6 = {2, 7, 10}


_Said = tuple[str, str, str, str, str, str]
"""What options of version 4 say: message, client id, host name, vendor class, the IP wanted, and the server's."""


@dataclass(frozen=True, slots=True)
class Messages:
    """BOOTP or DHCP messages within memory, one a row: when, where and by whom they were sent, where they stand."""

    times: Numbers
    at: At
    domains: Iterable[Domain]
    lines: Numbers
    sources: Numbers
    start: Numbers
    end: Numbers


def decode4(memory: Memory, some: Messages) -> Iterable[DhcpSeen]:
    """Return what BOOTP or DHCP messages say; those that are cut within their fixed part say nothing."""
    sent = memory.u8(some.start)
    good = ((sent == 1) | (sent == 2)) & (some.end - some.start >= _FIXED)
    start, end, answers = some.start[good], some.end[good], sent[good] == 2
    is_address = ((memory.u8(start + 1) == 1) | (memory.u8(start + 1) == 6)) & (memory.u8(start + 2) == 6)
    clients: list[int | None] = memory.u48(start + 28).tolist()
    for row in np.flatnonzero(~is_address).tolist():
        clients[row] = None
    holds, given, relays = (map(ip4_text, memory.u32(start + field).tolist()) for field in (12, 16, 24))
    view = memory.view
    said = [_said(view[first:last]) for first, last in zip(start.tolist(), end.tolist(), strict=True)]
    if not said:
        return ()
    messages, ids, names, vendors, wants, servers = zip(*said, strict=True)
    from_server = answers.tolist()
    return map(
        DhcpSeen,
        some.times[good].tolist(),
        repeat(some.at),
        compress(some.domains, good.tolist()),
        some.lines[good].tolist(),
        repeat(4),
        messages,
        some.sources[good].tolist(),
        clients,
        ids,
        names,
        vendors,
        ((ip,) if answer and ip else () for answer, ip in zip(from_server, given, strict=True)),
        (want or hold for want, hold in zip(wants, holds, strict=True)),
        servers,
        from_server,
        memory.u32(start + 4).tolist(),
        relays,
    )


def _said(message: memoryview) -> _Said:
    octets = bytes(message[_FIXED:])
    said = _said_again(octets) if len(octets) <= _COMMON else _said_in(octets)
    return said or _spelled(_options4(bytes(message)))


def _said_in(octets: bytes) -> _Said | None:
    """Return what options say; None where other fields hold options, too."""
    options: dict[int, bytes] = {}
    if octets[:4] == _COOKIE:
        _list4(octets[4:], options)
    overload = options.get(52, b"")[:1]
    return None if overload and overload[0] & 3 else _spelled(options)


_said_again = lru_cache(_CLIENTS)(_said_in)
"""A client says the same again and again, but for the fixed part."""


def _spelled(options: dict[int, bytes]) -> _Said:
    kind = options.get(53)
    asks = options.get(50, b"")
    return (
        _MESSAGES4[kind[0]] if kind and 0 < kind[0] < len(_MESSAGES4) else "bootp",
        options.get(61, b"").hex(),
        text(options.get(12) or _name_in(options.get(81, b""))),
        text(options.get(60, b"")),
        ip_text(asks) if len(asks) == 4 and asks != _NO_IP else "",
        ip_text(options.get(54, b"")),
    )


def _name_in(fqdn: bytes) -> bytes:
    """Return the name of option 81 where it is in ASCII (RFC 4702: bit E not set)."""
    return b"" if len(fqdn) < 4 or fqdn[0] & 4 else fqdn[3:]


def _options4(message: bytes) -> dict[int, bytes]:
    found: dict[int, bytes] = {}
    if message[_FIXED : _FIXED + 4] != _COOKIE:
        return found
    _list4(message[_FIXED + 4 :], found)
    overload = found.get(52, b"")[:1]
    for bit, first, last in ((1, 108, 236), (2, 44, 108)):
        if overload and overload[0] & bit:
            more: dict[int, bytes] = {}
            _list4(message[first:last], more)
            found = more | found
    return found


def _list4(options: bytes, found: dict[int, bytes]) -> None:
    """Add options; one that is there in parts is one option (RFC 3396)."""
    at, last = 0, len(options) - 1
    while at < last:
        number = options[at]
        if number == 255:
            return
        if not number:
            at += 1
            continue
        end = at + 2 + options[at + 1]
        value = options[at + 2 : end]
        found[number] = found[number] + value if number in found else value
        at = end


def decode6(moment: Moment, message: bytes) -> DhcpSeen | None:
    """Return what a DHCPv6 message says, a relayed one for the client; None for one that is cut or no such message."""
    for _ in range(_DEPTH_MAX):
        if len(message) < 4 or message[0] not in (12, 13):
            break
        message = next((value for number, value in _listed6(message[34:]) if number == 9), b"")
    kind = message[0] if len(message) >= 4 else 0
    if not 0 < kind < 12:
        return None
    options = dict(_listed6(message[4:]))
    duid = options.get(1, b"")[:130]
    ips = tuple(_ips_of(message[4:]))
    server = kind in _FROM_SERVER6
    return DhcpSeen(
        **moment._asdict(),
        version=6,
        message=_MESSAGES6[kind],
        client=_link_layer(duid),
        client_id=duid.hex(),
        host_name=text(_dns_name(options.get(39, b"")[1:])),
        vendor_class=text(options.get(16, b"")[6:]),
        ips=ips if server else (),
        wanted_ip=ips[0] if ips and not server else "",
        from_server=server,
        transaction=int.from_bytes(message[1:4], "big"),
    )


def _listed6(options: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for _ in range(_OPTIONS_MAX):
        if at + 4 > len(options):
            return
        number, size = int.from_bytes(options[at : at + 2], "big"), int.from_bytes(options[at + 2 : at + 4], "big")
        yield number, options[at + 4 : at + 4 + size]
        at += 4 + size


def _ips_of(options: bytes) -> Iterator[str]:
    """Yield the addresses in IA_NA (3), with a fixed part of 12 octets, and IA_TA (4), with one of 4."""
    count = 0
    for number, value in _listed6(options):
        if number not in (3, 4):
            continue
        for inner, address in _listed6(value[12 if number == 3 else 4 :]):
            if inner == 5 and len(address) >= 16 and count < _IPS_MAX:
                count += 1
                yield ip_text(address[:16])


def _link_layer(duid: bytes) -> int | None:
    """Return the Ethernet address in a DUID-LLT (1) or DUID-LL (3)."""
    kind, hardware = duid[:2], duid[2:4]
    address = duid[8:] if kind == b"\0\1" else duid[4:] if kind == b"\0\3" else b""
    return int.from_bytes(address, "big") if hardware == b"\0\1" and len(address) == 6 else None


def _dns_name(labels: bytes) -> bytes:
    found: list[bytes] = []
    at = 0
    while at < len(labels) and 0 < labels[at] < 64 and len(found) < 128:
        found.append(labels[at + 1 : at + 1 + labels[at]])
        at += 1 + labels[at]
    return b".".join(found)
