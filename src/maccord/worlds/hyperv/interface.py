"""What Windows lists as a network interface: NICs, team adapters, the host's vNICs; and their IPv4 configuration."""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from itertools import chain, count
from typing import TYPE_CHECKING

from maccord.worlds.hyperv.dhcp import DhcpServer
from maccord.worlds.hyperv.refusals import WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

_LINK_LOCAL = int(IPv4Address("169.254.0.0"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ipv4:
    """The IPv4 configuration of an interface.

    server: the DHCP server that is asked, None when the address was set by hand. A client that gets no answer gives
    itself a link-local address (APIPA, RFC 3927).
    """

    address: IPv4Address
    prefix: int = 24
    gateway: str = ""
    dns: tuple[str, ...] = ()
    suffix: str = ""
    server: DhcpServer | None = None

    @property
    def link_local(self) -> bool:
        """Tell whether the address is one of 169.254/16."""
        return self.address.is_link_local


@dataclass(frozen=True, slots=True, kw_only=True)
class MoreIp:
    """One more address of an interface: any but its first IPv4 address. origins: PrefixOrigin and SuffixOrigin."""

    address: str
    prefix: int
    skip_as_source: bool = False
    origins: tuple[int, int] = (1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticRoute:
    """A route that somebody set through an interface, besides its IPv4 gateway."""

    prefix: str
    next_hop: str
    metric: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """IP settings beside the first IPv4 address: more addresses of both families, routes, DNS servers over IPv6."""

    addresses: tuple[MoreIp, ...] = ()
    routes: tuple[StaticRoute, ...] = ()
    dns: tuple[str, ...] = ()


def numbered(description: str, taken: Iterable[str]) -> str:
    """Return a description that no other interface of the host has: itself, or with `#2` and so on behind it."""
    known = set(taken)
    names = chain([description], (f"{description} #{at}" for at in count(2)))
    return next(name for name in names if name not in known)


class Interface:
    """An interface of a host.

    guid: InterfaceGuid; index: ifIndex; mac: the address it sends from; vmq: whether virtual machine queues are on;
    used_by: the name of the switch or team that it is bound to, in place of TCP/IP. further: IP settings beside the
    first IPv4 address; they are lost and handed on with it.
    """

    used_by: str | None = None

    def __init__(self, host: "Host | None", name: str, description: str, guid: str, mac: int) -> None:
        self.host = host
        self.name, self.description, self.guid, self.mac = name, description, guid, mac
        self.index = host.next_index() if host else 0
        self.ipv4: Ipv4 | None = None
        self.further = Further()
        self.vmq = True

    @property
    def on(self) -> "Host":
        """The host that it is in."""
        assert self.host is not None, f"{self.name} is in no host"
        return self.host

    @property
    def up(self) -> bool:
        """Whether it can send."""
        return self.host is not None and self.host.up

    @property
    def permanent(self) -> int:
        """What Get-NetAdapter prints as PermanentAddress; of an adapter that is no hardware, its address."""
        return self.mac

    @property
    def ip(self) -> str | None:
        """Its IPv4 address as text, if it has one."""
        return None if self.ipv4 is None else str(self.ipv4.address)

    def set_ip(
        self, address: str, *, prefix: int = 24, gateway: str = "", dns: tuple[str, ...] = (), suffix: str = ""
    ) -> None:
        """Set an address by hand. Windows announces it with a gratuitous ARP."""
        self._has_tcpip()
        self.release()
        self.ipv4 = Ipv4(address=IPv4Address(address), prefix=prefix, gateway=gateway, dns=dns, suffix=suffix)
        self._announced("set IP address")

    def use_dhcp(self, server: DhcpServer) -> None:
        """Get an address from a server, or a link-local one if it gives none."""
        self._has_tcpip()
        self.release()
        self._ask(server)
        self._announced("get lease", server=server.name)

    def renew(self) -> None:
        """Ask the server again: with another address than before it is another client."""
        if self.ipv4 is not None and self.ipv4.server is not None:
            self._ask(self.ipv4.server)
            self._announced("renew lease", server=self.ipv4.server.name)

    def keep_lease(self) -> None:
        """Extend the lease as time passes; whoever has a link-local address looks for a server again."""
        if self.ipv4 is None or self.ipv4.server is None:
            return
        if self.ipv4.link_local and self.ipv4.server.running:
            self.renew()
        else:
            self.ipv4.server.keep(self.mac, self.on.world.now_us)

    def release(self) -> None:
        """Give up the IPv4 configuration, and the lease with it."""
        if self.ipv4 is not None and self.ipv4.server is not None:
            self.ipv4.server.release(self.mac)
        self.ipv4, self.further = None, Further()

    def set_vmq(self, *, on: bool) -> None:
        """Turn virtual machine queues on or off."""
        self.vmq = on
        self.on.note("turn VMQ on" if on else "turn VMQ off", {"interface": self.name}, self.mac)

    def hand_ip_to(self, other: "Interface") -> None:
        """Move the IPv4 configuration, as binding a NIC to a switch does; a lease is asked for anew."""
        if other.host is None:  # a card that was pulled
            self.release()
            return
        configured, self.ipv4 = self.ipv4, None
        if self.further != Further():
            other.further, self.further = self.further, Further()
        if configured is None:
            return
        other.ipv4 = configured
        if configured.server is not None:
            if other.mac != self.mac:
                configured.server.release(self.mac)
            other.renew()

    def _has_tcpip(self) -> None:
        if self.used_by:
            raise WrongState(self.name, f"{self.used_by} is bound to it, and TCP/IP is not")

    def _ask(self, server: DhcpServer) -> None:
        host = self.on
        given = server.lease(self.mac, host.world.now_us)
        kept = self.ipv4.address if self.ipv4 is not None and self.ipv4.link_local else None
        if given is None:
            own = kept or IPv4Address(_LINK_LOCAL + host.world.ids.link_local())
            self.ipv4 = Ipv4(address=own, prefix=16, server=server)
        else:
            self.ipv4 = Ipv4(address=given, prefix=server.prefix, gateway=server.gateway, dns=server.dns, server=server)

    def _announced(self, operation: str, **more: str) -> None:
        assert self.ipv4 is not None
        told = {"interface": self.name, "ipv4": str(self.ipv4.address), "announced": "gratuitous ARP"} | more
        self.on.note(operation, told, self.mac)
