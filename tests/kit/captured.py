"""Frames and captures, byte by byte as the formats have them, for tests of what reads them."""

import struct

ALL = b"\xff" * 6
NO_IP = ".".join("0000")
A, B = bytes.fromhex("00155dc86a00"), bytes.fromhex("00155d0a0003")
SECOND = 10**9


def number(mac):
    return int.from_bytes(mac, "big")


def ethernet(payload, kind, source=A, target=B):
    return target + source + struct.pack(">H", kind) + payload


def tagged(frame, *tags, kind=0x8100):
    """Put VLAN tags into a frame, outermost first."""
    return frame[:12] + b"".join(struct.pack(">HH", kind, tag) for tag in tags) + frame[12:]


def arp(operation=1, mac=A, ip="10.0.0.1", target_mac=bytes(6), target_ip="10.0.0.2"):
    head = struct.pack(">HHBBH", 1, 0x0800, 6, 4, operation)
    return head + mac + packed(ip) + target_mac + packed(target_ip)


def packed(ip):
    return bytes(int(part) for part in ip.split("."))


def ip4(payload, protocol, source="10.0.0.1", target="10.0.0.2", *, hops=64, ident=7, flags=0):
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(payload), ident, flags, hops, protocol, 0)
    return head + packed(source) + packed(target) + payload


def ip6(payload, following, source=b"\xfe\x80" + bytes(13) + b"\1", target=b"\xff\x02" + bytes(13) + b"\1", hops=255):
    return struct.pack(">IHBB", 6 << 28, len(payload), following, hops) + source + target + payload


def udp(payload, source, target):
    return struct.pack(">HHHH", source, target, 8 + len(payload), 0) + payload


def vxlan(frame, network):
    return ethernet(ip4(udp(struct.pack(">II", 8 << 24, network << 8) + frame, 50000, 4789), 17), 0x0800)


def geneve(frame, network, options=b""):
    head = struct.pack(">BBHI", len(options) >> 2, 0, 0x6558, network << 8) + options
    return ethernet(ip4(udp(head + frame, 50000, 6081), 17), 0x0800)


def gre(frame, key=None, source="10.9.0.1", target="10.9.0.2"):
    head = struct.pack(">HH", 0x2000 if key is not None else 0, 0x6558)
    head += struct.pack(">I", key) if key is not None else b""
    return ethernet(ip4(head + frame, 47, source, target), 0x0800)


def dhcp(message=1, mac=A, options=b"", given=NO_IP):
    reply = message in (2, 5, 6)
    head = bytes([2 if reply else 1, 1, 6, 0]) + struct.pack(">I", 77) + bytes(8) + packed(given) + bytes(8)
    head += mac + bytes(10) + bytes(192) + b"\x63\x82\x53\x63" + bytes([53, 1, message]) + options + b"\xff"
    ports = (67, 68) if reply else (68, 67)
    return ethernet(ip4(udp(head, *ports), 17, NO_IP, "255.255.255.255"), 0x0800, mac, ALL)


def lldp_part(kind, value):
    return struct.pack(">H", kind << 9 | len(value)) + value


def pcap(frames, *, big=False, nano=False, modified=False, link=1, start=1_700_000_000, step_ns=1_000_000):
    """Return a classic capture of frames a millisecond apart."""
    order = ">" if big else "<"
    magic = 0xA1B2CD34 if modified else 0xA1B23C4D if nano else 0xA1B2C3D4
    out = [struct.pack(f"{order}IHHiIII", magic, 2, 4, 0, 0, 262144, link)]
    for at, frame in enumerate(frames):
        seconds, ns = divmod(at * step_ns, SECOND)
        fraction = ns if nano else ns // 1000
        out.append(struct.pack(f"{order}IIII", start + seconds, fraction, len(frame), len(frame)))
        out.append(bytes(8) if modified else b"")
        out.append(frame)
    return b"".join(out)


def block(kind, body, order="<"):
    body += bytes(-len(body) % 4)
    size = struct.pack(f"{order}I", 12 + len(body))
    return struct.pack(f"{order}I", kind) + size + body + size


def option(code, value, order="<"):
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def section(order="<"):
    return block(0x0A0D0D0A, struct.pack(f"{order}IHHq", 0x1A2B3C4D, 1, 0, -1), order)


def interface(order="<", link=1, name="", tick=None, since=None):
    body = struct.pack(f"{order}HHI", link, 0, 0)
    body += option(2, name.encode(), order) if name else b""
    body += option(9, bytes([tick]), order) if tick is not None else b""
    body += option(14, struct.pack(f"{order}q", since), order) if since is not None else b""
    return block(1, body + option(0, b"", order), order)


def enhanced(frame, ticks, order="<", interface=0, options=b""):
    head = struct.pack(f"{order}IIIII", interface, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame))
    return block(6, head + frame + bytes(-len(frame) % 4) + options, order)


def pcapng(frames, order="<", start=1_700_000_000, **told):
    """Return a capture of one section and interface, in microseconds."""
    packets = [enhanced(frame, (start * 1000 + at) * 1000, order) for at, frame in enumerate(frames)]
    return section(order) + interface(order, **told) + b"".join(packets)
