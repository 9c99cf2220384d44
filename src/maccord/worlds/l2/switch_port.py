"""A port of a switch: which VLANs it carries, how they look on its cable, and what was learnt behind it."""

from collections.abc import Iterable

from maccord.worlds.l2.errors import BadVlan, CannotBuild
from maccord.worlds.l2.frame import Frame, spread
from maccord.worlds.l2.port import Port, Receive

VLANS = range(1, 4095)
"""What a tag may say; 0 says none, and 4095 is reserved. Source: IEEE 802.1Q, table 9-2."""
FOREVER = 1 << 62
"""When a static entry was last heard of: in the future, so that it never ages."""


class SwitchPort(Port):
    """A port of a switch, or a link aggregate of several (`members`).

    `vlan_of` maps a tag on the cable (0: none) to a VLAN, `tag_of` a VLAN's number to a tag. `logical` is the aggregate
    that the port is a member of, else the port itself. `carries_all` lets a trunk take up VLANs as they come.
    """

    __slots__ = ("carries_all", "logical", "members", "native", "tag_of", "vlan_of")

    def __init__(self, device: str, name: str, receive: Receive) -> None:
        super().__init__(device, name, receive)
        self.vlan_of: dict[int, Vlan] = {}
        self.tag_of: dict[int, int] = {}
        self.logical: SwitchPort = self
        self.members: list[SwitchPort] = []
        self.carries_all = False
        self.native = 0

    def pick(self, frame: Frame) -> "SwitchPort | None":
        """The member that this frame leaves by: one conversation, one member; None when all are down."""
        up = [member for member in self.members if member.up]
        return up[spread(frame, len(up))] if up else None


class Entry:
    """Where an address was last heard, and when."""

    __slots__ = ("port", "seen_us")

    def __init__(self, port: SwitchPort, seen_us: int) -> None:
        self.port = port
        self.seen_us = seen_us

    @property
    def static(self) -> bool:
        """True for an entry that a person wrote."""
        return self.seen_us == FOREVER


class Vlan:
    """A VLAN on one switch: its part of the table and the ports that carry it."""

    __slots__ = ("learns", "ports", "table", "vid")

    def __init__(self, vid: int) -> None:
        self.vid = vid
        self.table: dict[int, Entry] = {}
        self.ports: list[SwitchPort] = []
        self.learns = True


def checked_vlan(subject: str, vlan: int) -> int:
    """Return a VLAN's number, or raise BadVlan."""
    if vlan not in VLANS:
        raise BadVlan(subject, vlan)
    return vlan


def checked_vlans(subject: str, native: int, tagged: Iterable[int]) -> list[int]:
    """Return the tagged VLANs of a trunk, sorted; raise BadVlan, and CannotBuild where the native one is among them."""
    wanted = sorted({checked_vlan(subject, vlan) for vlan in tagged})
    if native:
        checked_vlan(subject, native)
    if native in wanted:
        raise CannotBuild(subject, f"VLAN {native} cannot be both native and tagged; leave it out of one")
    return wanted
