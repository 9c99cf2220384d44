"""Values off the wire, spelled: addresses in canonical text, texts without what a terminal would act on."""

from functools import lru_cache
from socket import AF_INET, AF_INET6, inet_ntop

from maccord.wire.records import TEXT_MAX

_NAMES_MAX = 1 << 16


@lru_cache(_NAMES_MAX)
def ip_text(octets: bytes) -> str:
    """Return an IP address of 4 or 16 octets as text; nothing for any other number of octets.

    Source: RFC 5952.
    """
    if len(octets) == 4:
        return inet_ntop(AF_INET, octets)
    return inet_ntop(AF_INET6, octets) if len(octets) == 16 else ""


@lru_cache(_NAMES_MAX)
def ip4_text(number: int) -> str:
    """Return an IPv4 address as text; nothing for the unspecified one."""
    return inet_ntop(AF_INET, number.to_bytes(4, "big")) if number else ""


def is_somebody(octets: bytes) -> bool:
    """Tell whether an IP address is not the unspecified one."""
    return octets.count(0) != len(octets)


def text(octets: bytes) -> str:
    """Return text that others wrote, with marks for control characters and what is no UTF-8, and of bounded length."""
    if not octets:
        return ""
    return readable(octets.partition(b"\0")[0].decode("utf-8", "replace"))


def readable(words: str) -> str:
    """Return text with a mark for every character that does not print, and of bounded length."""
    words = words[:TEXT_MAX].strip()
    return words if words.isprintable() else "".join(one if one.isprintable() else "\ufffd" for one in words)


def mac_of(octets: bytes) -> int | None:
    """Return a MAC address of six octets, None for any other number of octets."""
    return int.from_bytes(octets, "big") if len(octets) == 6 else None


def mac_text(mac: int) -> str:
    """Return a MAC address as 00-15-5D-C8-6A-00."""
    return mac.to_bytes(6, "big").hex("-").upper()
