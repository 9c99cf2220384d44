"""An Ethernet frame as this world needs it: who to, who from, which VLAN, and what it says.

Frames are never changed: one object may be on many wires at once, and a steady sender sends the same one again.
"""

from enum import IntEnum

from maccord.mac.address import show

BROADCAST = (1 << 48) - 1
"""ff-ff-ff-ff-ff-ff."""
GROUP_SHIFT = 40
"""A set bit here means group, multicast or broadcast: IEEE 802's I/G bit, the lowest of the first octet."""


class Kind(IntEnum):
    """What a frame says; the body is a tuple of whole numbers."""

    DATA = 0
    """Anything that no answer is expected to. Body: empty."""
    ARP = 1
    """Body: (operation, sender IPv4, sender MAC, target IPv4). Source: RFC 826; operation 1 asks, 2 answers."""
    ECHO_REQUEST = 2
    """Body: (source IPv4, destination IPv4, identifier, sequence number). Source: RFC 792."""
    ECHO_REPLY = 3
    """Body: as of a request."""
    SEGMENT = 4
    """A keepalive of a connection. Body: (source IPv4, destination IPv4, connection, sequence number)."""
    ACKNOWLEDGEMENT = 5
    """Body: as of a segment."""
    RESET = 6
    """The answer of a machine that knows no such connection. Body: as of a segment."""
    DHCP = 7
    """Body: (message, transaction, client MAC, offered IPv4, server IPv4). Source: RFC 2131; messages as in dhcp.py."""


class Frame:
    """One frame. `tag` is the VLAN in its 802.1Q tag, 0 without a tag; `flow` tells conversations apart for hashes."""

    __slots__ = ("body", "dst", "flow", "kind", "src", "tag")

    def __init__(
        self, dst: int, src: int, *, tag: int = 0, kind: int = 0, body: tuple[int, ...] = (), flow: int = 0
    ) -> None:
        self.dst = dst
        self.src = src
        self.tag = tag
        self.kind = kind
        self.body = body
        self.flow = flow

    def retagged(self, tag: int) -> "Frame":
        """The same with another tag, or with none (0)."""
        return Frame(self.dst, self.src, tag=tag, kind=self.kind, body=self.body, flow=self.flow)

    def resent_from(self, src: int) -> "Frame":
        """The same with another source address, as a team member rewrites it."""
        return Frame(self.dst, src, tag=self.tag, kind=self.kind, body=self.body, flow=self.flow)

    def __repr__(self) -> str:
        tag = f" tag {self.tag}" if self.tag else ""
        return f"<{Kind(self.kind).name} {show(self.src)} > {show(self.dst)}{tag} {self.body}>"


def is_group(mac: int) -> bool:
    """True for multicast and broadcast."""
    return bool(mac >> GROUP_SHIFT & 1)


def spread(frame: Frame, ways: int, salt: int = 0) -> int:
    """Which of `ways` a link aggregate sends a frame by: the same for one conversation, even over many.

    A multiplicative hash of both addresses and the conversation; real devices hash these fields, too, each in its own
    way (IEEE 802.1AX leaves it open: 6.2.4, frames of one conversation keep their order).
    """
    mixed = (
        frame.src * 0x9E3779B97F4A7C15 ^ frame.dst * 0xC2B2AE3D27D4EB4F ^ (frame.flow + salt) * 0x165667B19E3779F9
    ) & ((1 << 64) - 1)
    mixed ^= mixed >> 29
    mixed = mixed * 0xBF58476D1CE4E5B9 & ((1 << 64) - 1)
    return (mixed ^ mixed >> 32) % ways
