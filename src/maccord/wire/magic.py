"""How captures begin: the first four octets, and what they say of the rest.

Source: IETF, draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng; Wireshark, wiretap/libpcap.h, for the modified form.
"""

CLASSIC: dict[bytes, tuple[bool, int, int]] = {
    b"\xa1\xb2\xc3\xd4": (True, 1000, 16),
    b"\xd4\xc3\xb2\xa1": (False, 1000, 16),
    b"\xa1\xb2\x3c\x4d": (True, 1, 16),
    b"\x4d\x3c\xb2\xa1": (False, 1, 16),
    b"\xa1\xb2\xcd\x34": (True, 1000, 24),
    b"\x34\xcd\xb2\xa1": (False, 1000, 24),
}
"""Whether the most significant octet comes first, nanoseconds in a fraction of a second, octets before each packet."""

NEXT_GENERATION = b"\x0a\x0d\x0d\x0a"
CAPTURES = (*CLASSIC, NEXT_GENERATION)


def is_capture(start: bytes) -> bool:
    """Tell by its first octets whether something is a capture."""
    return start[:4] in CAPTURES
