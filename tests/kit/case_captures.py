"""Captures of golden cases: a line for each frame (tests/cases/README.md)."""

import struct

from tests.kit.captured import ALL, SECOND, arp, ethernet, ip4, pcap, udp

START = 1_795_000_000


def capture_of(lines):
    """Return a classic capture of frames, each `SECONDS KIND ADDRESS IP` and further words."""
    whole = [pcap([])]
    for line in lines:
        seconds, kind, address, ip, *words = line.split()
        told = dict(word.split("=") for word in words)
        frame = _frame(kind, bytes.fromhex(address.replace("-", "")), ip, told)
        at, fraction = divmod(round(float(seconds) * SECOND), SECOND)
        whole.append(struct.pack("<IIII", START + at, fraction // 1000, len(frame), len(frame)) + frame)
    return b"".join(whole)


def _frame(kind, mac, ip, told):
    target = told.get("to", "10.0.0.254")
    if kind == "ip":
        packet = ip4(udp(b"", 7, 7), 17, ip, target, hops=int(told.get("ttl", 64)), ident=int(told.get("id", 1)))
        return ethernet(packet, 0x0800, mac, bytes.fromhex("00155d0a0003"))
    if kind == "reply":
        asker = bytes.fromhex("00155d0a0003")
        return ethernet(arp(2, mac, ip, asker, target), 0x0806, mac, asker)
    assert kind in ("arp", "announce"), kind
    return ethernet(arp(1, mac, ip, target_ip=ip if kind == "announce" else target), 0x0806, mac, ALL)
