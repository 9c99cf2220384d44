"""A world of Hyper-V hosts: one seed, one counter of time, one journal."""

from collections.abc import Mapping, Sequence
from ipaddress import IPv4Address
from random import Random

from maccord.mac.address import Mac
from maccord.worlds.hyperv import export, twins
from maccord.worlds.hyperv.cluster import Cluster
from maccord.worlds.hyperv.contested import Contested
from maccord.worlds.hyperv.dhcp import DhcpServer
from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.ids import Ids
from maccord.worlds.hyperv.images import Image, change_hardware
from maccord.worlds.hyperv.journal import Entry, Journal
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.profile import PROFILES
from maccord.worlds.hyperv.refusals import WrongState
from maccord.worlds.hyperv.wire import Speaker, speakers

_SECOND_US = 1_000_000
_LOGGED_MAX = 500


class World:
    """Hosts, the servers they ask, and what they have lived through.

    Everything that is drawn comes from one source, seeded once: the same seed and the same calls give the same world,
    and the same bytes. Time is a counter in microseconds; an operation takes a second, and `wait` lets time pass.

    >>> world = World(seed=1)
    >>> lan = world.dhcp("lan", "192.168.200.106", "192.168.200.199")
    >>> hv = world.host("HV01", profile="2008")
    >>> nic = hv.add_nic(mac="00-13-20-F5-F8-7D", dhcp=lan)
    >>> hv.enable_role()
    >>> vm = hv.create_vm("Blank")
    >>> vm.start()
    >>> vm.adapter.address
    '00-15-5D-C8-6A-00'
    """

    def __init__(self, seed: int, *, contested: Contested | None = None) -> None:
        self.seed = seed
        self.contested = contested or Contested()
        self.ids = Ids(Random(seed))  # noqa: S311 - chance that can be repeated, no secret
        self.now_us = 0
        self.journal = Journal()
        self.hosts: list[Host] = []
        self.dhcp_servers: list[DhcpServer] = []
        self.clusters: list[Cluster] = []

    def host(self, name: str, profile: str = "2022", *, contested: Contested | None = None) -> Host:
        """Install Windows Server on a new machine, without NICs and without the role. profile: a key of PROFILES."""
        if profile not in PROFILES:
            raise WrongState(name, f"no version of Windows Server is called {profile!r}: {', '.join(PROFILES)}")
        self._free(name)
        host = Host(self, name, PROFILES[profile], contested or self.contested)
        self.hosts.append(host)
        host.note("install host", {"profile": profile})
        return host

    def dhcp(self, name: str, first: str, last: str, *, lease_s: int = 8 * 86_400, gateway: str = "") -> DhcpServer:
        """Set a DHCP server up whose scope is `first` to `last`, both inside."""
        server = DhcpServer(
            name=name,
            first=IPv4Address(first),
            last=IPv4Address(last),
            lease_us=lease_s * _SECOND_US,
            gateway=gateway,
        )
        self.dhcp_servers.append(server)
        return server

    def cluster(self, name: str, nodes: Sequence[Host]) -> Cluster:
        """Form a failover cluster."""
        cluster = Cluster(name, nodes)
        self.clusters.append(cluster)
        return cluster

    def image(self, host: Host) -> Image:
        """Take an image of a host's disk. No machine may run on it."""
        host.note("take image", {})
        return Image(host)

    def deploy(
        self,
        image: Image,
        name: str,
        *,
        nics: int | Sequence[Nic] = 1,
        sysprep: bool = False,
        dhcp: DhcpServer | None = None,
    ) -> Host:
        """Make a host from an image, with new NICs or with these; dhcp: whom NICs ask that no switch or team uses."""
        self._free(name)
        cards = [Nic("", self.ids.permanent()) for _ in range(nics)] if isinstance(nics, int) else list(nics)
        host = image.deployed(name, cards, sysprep=sysprep)
        self.hosts.append(host)
        host.note("deploy image", {"from": image.of, "sysprep": str(sysprep)})
        if dhcp is not None:
            for nic in host.nics:
                if nic.used_by is None:
                    nic.use_dhcp(dhcp)
        for vnic in host.vnics:
            vnic.renew()
        return host

    def move_disk(self, host: Host, *, nics: int | Sequence[Nic] = 1) -> list[Nic]:
        """Put a host's disk into another machine, with new NICs or with these. Returns those it leaves behind."""
        if host.up:
            host.shut_down()
        cards = [Nic("", self.ids.permanent()) for _ in range(nics)] if isinstance(nics, int) else list(nics)
        left = change_hardware(host, cards)
        host.note("move disk", {}, *(nic.permanent for nic in (*left, *host.nics)))
        host.start_up()
        return left

    def wait(self, seconds: int) -> None:
        """Let time pass. A switch that keeps a port from an address says so every second."""
        for host in self.hosts:
            if twins.conflicts(host):
                for passed in range(max(0, seconds - _LOGGED_MAX), seconds):
                    twins.log_conflicts(host, self.now_us + passed * _SECOND_US)
        self.now_us += seconds * _SECOND_US
        for interface in [one for host in self.hosts if host.up for one in host.interfaces()]:
            interface.keep_lease()

    def speakers(self, mac: str | int) -> list[Speaker]:
        """Return who would send from an address into the network now."""
        value = Mac.parse(mac).value if isinstance(mac, str) else mac
        return [one for host in self.hosts for one in speakers(host, value)]

    def export(self, host: Host) -> bytes:
        """Return what the collector script writes on a host: `maccord.host/1`."""
        return export.as_bytes(host)

    def exports(self) -> dict[str, bytes]:
        """Return the exports of all hosts that are up, by file name."""
        return {f"{host.name}.json": self.export(host) for host in self.hosts if host.up}

    def note(self, operation: str, host: str, objects: Mapping[str, str], addresses: Sequence[int]) -> None:
        """Enter what happened, and let a second pass."""
        entry = Entry(
            at_us=self.now_us, operation=operation, host=host, objects=dict(objects), addresses=tuple(addresses)
        )
        self.journal.entries.append(entry)
        self.now_us += _SECOND_US

    def _free(self, name: str) -> None:
        if any(host.name.casefold() == name.casefold() for host in self.hosts):
            raise WrongState(name, "there is a host of this name already")
