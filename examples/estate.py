"""What a sample estate consists of: hosts with their cards, teams, switches, vNICs and machines."""
# ruff: noqa: INP001 - a program beside its output, no package

from dataclasses import KW_ONLY, dataclass

X710 = ("Intel(R) Ethernet Converged Network Adapter X710", "3C-FD-FE", "10 Gbps")
I350 = ("Intel(R) I350 Gigabit Network Connection", "A0-36-9F", "1 Gbps")
BROADCOM = ("Broadcom NetXtreme Gigabit Ethernet", "00-10-18", "1 Gbps")
MELLANOX = ("Mellanox ConnectX-4 Lx Ethernet Adapter", "24-8A-07", "25 Gbps")


@dataclass(frozen=True, slots=True)
class Nic:
    """A physical network card, or the adapter that a team or a vNIC shows to Windows."""

    name: str
    description: str
    mac: str
    speed: str
    ip: str = ""
    virtual: bool = False
    vmq: bool = True


@dataclass(frozen=True, slots=True)
class Team:
    """An LBFO team; its adapter takes the address of its first member."""

    name: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Switch:
    """An external switch on a NIC, on a team, or (several uplinks) with embedded teaming."""

    name: str
    uplinks: tuple[str, ...]

    @property
    def embedded_team(self) -> bool:
        """Tell whether the switch teams its NICs itself."""
        return len(self.uplinks) > 1


@dataclass(frozen=True, slots=True)
class Vnic:
    """A management vNIC. `mac`: the place in the host's range it was issued from, or a whole address."""

    name: str
    switch: str
    mac: int | str
    ip: str
    vmq: bool = False


@dataclass(frozen=True, slots=True)
class Vm:
    """A machine with one adapter.

    `mac` is an int for an address that this host issued: its place in the range. It is None for a machine that was
    never started. Untagged machines apart, a VLAN has the number of its subnet's third octet.
    """

    name: str
    mac: int | str | None
    ip: str
    _: KW_ONLY
    untagged: bool = False
    switch: str = ""
    off: bool = False
    static: bool = False
    checkpoint: bool = False
    replication: int = 0  # 1: primary, 2: replica
    primary_host: str = ""

    @property
    def vlan(self) -> int:
        """The access VLAN, 0 for none."""
        return 0 if self.untagged else int(self.ip.split(".")[2])


@dataclass(frozen=True, slots=True)
class Domain:
    """A machine of the libvirt host."""

    name: str
    mac: str
    bridge: str
    _: KW_ONLY
    running: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """A Hyper-V host. `range_from` is the IPv4 address its range was derived from, or a range set by hand."""

    name: str
    windows: str
    range_from: str
    nics: tuple[Nic, ...]
    teams: tuple[Team, ...] = ()
    switches: tuple[Switch, ...]
    vnics: tuple[Vnic, ...] = ()
    vms: tuple[Vm, ...]
    image: str = ""  # the name of the image it was made from, if that carried a host's identity
    next_issued: int | None = None
    twin_events: tuple[int, ...] = ()
    clustered: bool = False
    containers: bool = False

    @property
    def range(self) -> tuple[int, int]:
        """The first and last address that the host issues."""
        first, dash, last = self.range_from.partition(" to ")
        if dash:
            return number(first), number(last)
        third, fourth = (int(octet) for octet in first.split(".")[2:])
        low = 0x00155D << 24 | third << 16 | fourth << 8
        return low, low | 0xFF

    def address(self, mac: int | str | None) -> str:
        """Return an address as cmdlets of the Hyper-V module print it; None is that of a machine never started."""
        if mac is None:
            return 12 * "0"
        return f"{self.range[0] + mac:012X}" if isinstance(mac, int) else bare(mac)


def nics(rack_unit: int, model: tuple[str, str, str], count: int, *ips: str, first: int = 1) -> tuple[Nic, ...]:
    """Return `count` cards of one model, named from NIC`first` on; `ips` go to the first of them."""
    description, prefix, speed = model
    return tuple(
        Nic(
            name=f"NIC{first + at}",
            description=description + (f" #{at + 1}" if at else ""),
            mac=f"{prefix}-00-53-{rack_unit * 16 + first + at:02X}",
            speed=speed,
            ip=ips[at] if at < len(ips) else "",
        )
        for at in range(count)
    )


def bare(mac: str) -> str:
    """Return an address as 12 digits."""
    return mac.replace("-", "")


def number(mac: str) -> int:
    """Return an address as a number."""
    return int(bare(mac), 16)
