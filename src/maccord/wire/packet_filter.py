"""A packet filter for the kernel: lets through what tells of addresses, and leaves the rest of the traffic alone.

The program is one of the classic BPF, for Ethernet, the same test as `scan.wat` has for captures: ARP, RARP, LLDP, CDP
and other LLC, slow protocols, tagged frames, DHCP, neighbour discovery, first-hop redundancy, and tunnels.

Source: Linux, Documentation/networking/filter.rst (opcodes, SO_ATTACH_FILTER).
"""

from struct import pack

_LOAD_HALF, _LOAD_BYTE, _LOAD_HALF_AT, _LOAD_HEADER = 0x28, 0x30, 0x48, 0xB1
_LOAD_LENGTH = 0x80
_EQUAL, _GREATER_EQUAL, _ANY_BIT, _RETURN = 0x15, 0x35, 0x45, 0x06

_TYPES = (0x0806, 0x8035, 0x88CC, 0x8809, 0x88E7, 0x8100, 0x88A8, 0x9100, 0x9200)
_CARRIERS = (47, 97, 112)
_PORTS = (67, 68, 546, 547, 1985, 2029, 3222, 4789, 4790, 6081, 8472)
_BETWEEN = (0, 43, 44, 60)

_LONG = 80
"""Beyond this no load of the program reaches: a header of Ethernet, the longest one of IPv4, and ports."""

_Step = tuple[int, int, str | int, str | int]
"""Opcode, operand, and where to go on if true and false: a label, or 0 for the next step."""

KEEP = 2048
"""So many octets of a packet are wanted."""

HEADERS = 128
"""So many of one that tells its source alone: Ethernet, IPv6, and TCP with its options."""


def program(*, everything: bool) -> bytes:
    """Return the filter, as the kernel takes it: eight octets to a step.

    `everything` lets other packets through, too, of which the headers are enough.
    """
    steps: list[_Step | str] = []
    if everything:  # a load beyond the end drops a packet, so short ones are not looked at
        steps += [(_LOAD_LENGTH, 0, 0, 0), (_GREATER_EQUAL, _LONG, 0, "keep")]
    steps += [(_LOAD_HALF, 12, 0, 0)]
    steps += [(_EQUAL, kind, "keep", 0) for kind in _TYPES]
    steps += [(_EQUAL, 0x0800, "ip4", 0), (_EQUAL, 0x86DD, "ip6", 0), (_GREATER_EQUAL, 0x0600, "drop", "keep")]
    steps += ["ip4", (_LOAD_HALF, 20, 0, 0), (_ANY_BIT, 0x1FFF, "drop", 0), (_LOAD_BYTE, 23, 0, 0)]
    steps += [(_EQUAL, carrier, "keep", 0) for carrier in _CARRIERS]
    steps += [(_EQUAL, 17, 0, "drop"), (_LOAD_HEADER, 14, 0, 0)]
    for offset in (14, 16):
        steps += [(_LOAD_HALF_AT, offset, 0, 0), *((_EQUAL, port, "keep", 0) for port in _PORTS)]
    steps += [(_EQUAL, 0, "drop", "drop")]
    steps += ["ip6", (_LOAD_BYTE, 20, 0, 0)]
    steps += [(_EQUAL, kind, "keep", 0) for kind in (*_CARRIERS, *_BETWEEN)]
    steps += [(_EQUAL, 58, "icmp6", 0), (_EQUAL, 17, 0, "drop")]
    for offset in (54, 56):
        steps += [(_LOAD_HALF, offset, 0, 0), *((_EQUAL, port, "keep", 0) for port in _PORTS)]
    steps += [(_EQUAL, 0, "drop", "drop")]
    steps += ["icmp6", (_LOAD_BYTE, 54, 0, 0), (_GREATER_EQUAL, 133, 0, "drop"), (_GREATER_EQUAL, 138, "drop", "keep")]
    steps += ["keep", (_RETURN, KEEP, 0, 0), "drop", (_RETURN, HEADERS if everything else 0, 0, 0)]
    return _assembled(steps)


def pass_all() -> bytes:
    """Return a filter that keeps all there is, for links other than Ethernet."""
    return pack("=HBBI", _RETURN, 0, 0, KEEP)


def _assembled(steps: list[_Step | str]) -> bytes:
    labels: dict[str, int] = {}
    plain: list[_Step] = []
    for step in steps:
        if isinstance(step, str):
            labels[step] = len(plain)
        else:
            plain.append(step)
    out = []
    for at, (code, operand, yes, no) in enumerate(plain):
        jumps = [labels[to] - at - 1 if isinstance(to, str) else to for to in (yes, no)]
        out.append(pack("=HBBI", code, *jumps, operand))
    return b"".join(out)
