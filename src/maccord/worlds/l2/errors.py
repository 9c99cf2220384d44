"""What a caller of the layer-2 world asked for and cannot have; each text says what to do instead."""

from maccord.mac.errors import MaccordError


class CannotBuild(MaccordError):
    """The network that was described cannot exist.

    `subject` names the switch, port or station; `why` says what is wrong with it, and what to do.
    """

    def __init__(self, subject: str, why: str) -> None:
        super().__init__(subject, why)
        self.subject, self.why = subject, why

    def __str__(self) -> str:
        return f"{self.subject}: {self.why}"


class NameTaken(CannotBuild):
    """Two parts of one network were given one name."""

    def __init__(self, name: str) -> None:
        super().__init__(name, "the network has a part of this name already; give this one another name")
        self.args = (name,)


class PortTaken(CannotBuild):
    """A cable was put into a port that has one."""

    def __init__(self, port: str, holder: str) -> None:
        super().__init__(port, f"{holder} is plugged in here; unplug it first, or take another port")
        self.args = (port, holder)
        self.holder = holder


class NoSuchPort(CannotBuild):
    """A port was named that its device does not have."""

    def __init__(self, device: str, port: str, known: tuple[str, ...]) -> None:
        has = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "")
        super().__init__(f"{device} {port}", f"no such port; {device} has {has or 'none: plug something in first'}")
        self.args = (device, port, known)
        self.known = known


class BadVlan(CannotBuild):
    """A number that is no VLAN: 1 to 4094 are (IEEE 802.1Q, table 9-2: 0 is none, 4095 is reserved)."""

    def __init__(self, subject: str, vlan: int) -> None:
        super().__init__(subject, f"{vlan} is no VLAN; use 1 to 4094")
        self.args = (subject, vlan)
        self.vlan = vlan


class BadTime(CannotBuild):
    """A duration or a moment that cannot be waited for: zero, negative, or already gone."""


class Unreachable(CannotBuild):
    """A station was told to talk, and has no address to do so, or no cable."""
