"""A DHCP server: leases by client address, reservations, the lowest free address first (RFC 2131)."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address

from maccord.worlds.hyperv.refusals import WrongState


@dataclass(frozen=True, slots=True)
class Lease:
    """An address that a client has until `until_us`."""

    ipv4: IPv4Address
    until_us: int


@dataclass(slots=True, kw_only=True)
class DhcpServer:
    """A server with one scope, `first` to `last`, both inside.

    A client is its MAC address: two clients with one address get one lease, as they do in life.
    """

    name: str
    first: IPv4Address
    last: IPv4Address
    prefix: int = 24
    gateway: str = ""
    dns: tuple[str, ...] = ()
    lease_us: int = 8 * 86_400_000_000
    running: bool = True
    leases: dict[int, Lease] = field(default_factory=dict)
    reservations: dict[int, IPv4Address] = field(default_factory=dict)

    def reserve(self, mac: int, ipv4: str) -> None:
        """Keep an address for one client, of the scope or outside it."""
        wanted = IPv4Address(ipv4)
        if any(kept == wanted and client != mac for client, kept in self.reservations.items()):
            raise WrongState(self.name, f"{wanted} is reserved for another client")
        self.reservations[mac] = wanted

    def lease(self, mac: int, now_us: int) -> IPv4Address | None:
        """Give a client an address, the one it has if it has one; None when nothing is left or the server is off."""
        if not self.running:
            return None
        ipv4 = self._offer(mac, now_us)
        if ipv4 is not None:
            self.leases[mac] = Lease(ipv4, now_us + self.lease_us)
        return ipv4

    def keep(self, mac: int, now_us: int) -> bool:
        """Extend a client's lease, as clients ask when half of it is over; tell whether there is one."""
        if not self.running or mac not in self.leases:
            return False
        self.leases[mac] = Lease(self.leases[mac].ipv4, now_us + self.lease_us)
        return True

    def release(self, mac: int) -> None:
        """Take a client's lease back."""
        self.leases.pop(mac, None)

    def _offer(self, mac: int, now_us: int) -> IPv4Address | None:
        if mac in self.reservations:
            return self.reservations[mac]
        for client in [client for client, lease in self.leases.items() if lease.until_us <= now_us and client != mac]:
            del self.leases[client]
        if mac in self.leases:
            return self.leases[mac].ipv4
        taken = {lease.ipv4 for lease in self.leases.values()} | set(self.reservations.values())
        scope = range(int(self.first), int(self.last) + 1)
        return next((ipv4 for ipv4 in map(IPv4Address, scope) if ipv4 not in taken), None)
