"""The uplinks of a host: which network adapter a frame leaves by, with which source, and what is let in.

Source: Microsoft, "NIC Teaming MAC Address Use and Management" (windowsserverdocs), for who leaves by which member and
where the source address is replaced; "NIC Teaming" for the modes. Switch-embedded teams are switch-independent, with
Hyper-V port or Dynamic distribution (Microsoft, "Remote Direct Memory Access (RDMA) and Switch Embedded Teaming").
What that text leaves open is said where it is decided.
"""

from enum import Enum

from maccord.worlds.l2.errors import CannotBuild
from maccord.worlds.l2.frame import Frame, Kind, spread
from maccord.worlds.l2.port import Port, Receive


class Mode(Enum):
    """How several uplinks share the work. One uplink alone needs none: any mode does."""

    HYPER_V_PORT = "hyper-v-port"
    """Switch independent: each port of the virtual switch leaves by one member. No address is replaced."""
    DYNAMIC = "dynamic"
    """Switch independent: ARP by the port's own member; the rest by conversation, replaced off the own member."""
    ADDRESS_HASH = "address-hash"
    """Switch independent: ARP by the primary member; the rest by conversation, replaced off the primary member."""
    ACTIVE_STANDBY = "active-standby"
    """The first member that has a link does all the work."""
    LAG = "lag"
    """Switch dependent, static or LACP: by conversation, nothing replaced. The physical switch has to know of it."""


class Member(Port):
    """A physical network adapter in a team, with its own address."""

    __slots__ = ("mac",)

    def __init__(self, device: str, name: str, receive: Receive, mac: int) -> None:
        super().__init__(device, name, receive)
        self.mac = mac


class Team:
    """The uplinks of a virtual switch or of a host. The first member is the primary one: its address is the team's.

    `flowlet_us` is for Dynamic: a conversation may change its member after so long (0: never), as Windows spreads
    pieces of it; the documentation says no time, so the default is to keep it.
    """

    __slots__ = ("flowlet_us", "members", "mode", "name")

    def __init__(self, name: str, mode: Mode, members: list[Member], *, flowlet_us: int = 0) -> None:
        if not members:
            raise CannotBuild(name, "a virtual switch of this kind needs an uplink; name at least one adapter")
        self.name = name
        self.mode = mode
        self.members = members
        self.flowlet_us = flowlet_us

    @property
    def up(self) -> list[Member]:
        """Members with a link, in order; the first of them acts as primary."""
        return [member for member in self.members if member.up]

    def leave(self, index: int, frame: Frame, now_us: int) -> tuple[Member, Frame] | None:
        """The member a frame of port `index` leaves by, and the frame as it leaves; None when no member has a link.

        Which port has which member is not documented; here they take turns. A temporary primary sends with the
        addresses that the failed one sent with, so nothing is replaced on it.
        """
        up = self.up
        if not up:
            return None
        if len(up) == 1 or self.mode is Mode.ACTIVE_STANDBY:
            return up[0], frame
        if self.mode is Mode.LAG:
            return up[spread(frame, len(up))], frame
        home = self._home(index, up)
        if self.mode is Mode.HYPER_V_PORT or frame.kind == Kind.ARP:
            return home, frame
        salt = now_us // self.flowlet_us if self.flowlet_us else 0
        member = up[spread(frame, len(up), salt)]
        return member, frame if member is home else frame.resent_from(member.mac)

    def lets_in(self, index: int, member: Member, *, flooded: bool) -> bool:
        """Whether a frame that came in by a member is for port `index`.

        The physical switch sends what it floods to every member of a switch-independent team. One member must take it
        for each port, else everything came twice: its own one, or the primary. A link aggregate gets it once, if the
        switch knows of the aggregate, so it takes all. A standby adapter takes nothing.
        """
        if self.mode is Mode.LAG:
            return True
        up = self.up
        if self.mode is Mode.ACTIVE_STANDBY:
            return member is up[0]
        if not flooded:
            return True
        return member is self._home(index, up)

    def is_own(self, index: int, member: Member) -> bool:
        """Whether a member is the one that port `index` leaves by, in a mode in which each port has one."""
        each_has_one = self.mode in (Mode.HYPER_V_PORT, Mode.DYNAMIC)
        return not each_has_one or member is self._home(index, self.up)

    def _home(self, index: int, up: list[Member]) -> Member:
        return up[0] if self.mode is Mode.ADDRESS_HASH else up[index % len(up)]
