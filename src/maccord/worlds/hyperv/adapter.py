"""Network adapters of virtual machines."""

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Literal

from maccord.mac.address import Mac
from maccord.worlds.hyperv import messages, pool
from maccord.worlds.hyperv.refusals import InvalidStaticAddress, MustBeOff, WrongState
from maccord.worlds.hyperv.switch import Switch, checked_vlan

if TYPE_CHECKING:
    from maccord.worlds.hyperv.machine import Machine

_NLB = {"unicast": 0x02BF, "multicast": 0x03BF}


@dataclass(eq=False, slots=True, kw_only=True)
class Adapter:
    """An adapter of a machine.

    id: its own GUID; mac: 0 until the first start, if it is dynamic; switch_name and switch_id: what the configuration
    says, which after a move may still be the other host's; wants: the address that the guest sends from when it is not
    the assigned one (NLB, or a driver's setting in the guest).
    """

    machine: "Machine"
    id: str
    name: str = "Network Adapter"
    mac: int = 0
    dynamic: bool = True
    spoofing: bool = False
    legacy: bool = False
    vlan: int = 0
    switch_name: str | None = None
    switch_id: str | None = None
    wants: int | None = None
    guest_ips: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        """The address as Hyper-V Manager shows it."""
        return str(Mac(self.mac))

    @property
    def full_id(self) -> str:
        r"""The Id of Get-VMNetworkAdapter: `Microsoft:<VMId>\<GUID>`."""
        return f"Microsoft:{self.machine.id.upper()}\\{self.id.upper()}"

    @property
    def source(self) -> int | None:
        """The address it can send from; None when the guest insists on one that the switch refuses."""
        if self.wants is None or self.wants == self.mac:
            return self.mac
        guarded = self.machine.host.profile.spoofing_guard
        return None if guarded and not self.spoofing else self.wants

    def set_static(self, mac: str | None = None) -> None:
        """Make the address static: this one, or the one it has."""
        self._must_be_off("its address")
        value = self.mac if mac is None else Mac.parse(mac).value
        host = self.machine.host
        if pool.refused_at_set(host) and not pool.valid_static(value):
            raise InvalidStaticAddress(
                self.machine.name, f"{Mac(value)} can be no adapter's address", messages.failed_to_modify()
            )
        self.dynamic, self.mac = False, value
        self._note("set static address")

    def set_dynamic(self) -> None:
        """Make the address dynamic again: zeros until the next start."""
        self._must_be_off("its address")
        self.dynamic, self.mac = True, 0
        self._note("set dynamic address")

    def allow_spoofing(self, *, on: bool = True) -> None:
        """Permit, or forbid, that the guest sends from other addresses. Before 2008 R2 there is nothing to permit."""
        self.machine.host.need("spoofing_guard", "permission to spoof")
        self.spoofing = on
        self._note("allow spoofing" if on else "forbid spoofing")

    def set_vlan(self, number: int) -> None:
        """Put it into a VLAN, 1 to 4094; 0 for untagged."""
        self.vlan = checked_vlan(self.machine.name, number)
        self._note("set VLAN", vlan=str(number))

    def connect(self, switch: Switch) -> None:
        """Connect it to a switch of its host."""
        if switch not in self.machine.host.switches:
            raise WrongState(switch.name, f"it is not on {self.machine.host.name}")
        self.switch_name, self.switch_id = switch.name, switch.id
        self._note("connect adapter")
        self.machine.host.pinned_ports()

    def disconnect(self) -> None:
        """Disconnect it from its switch."""
        self.switch_name = self.switch_id = None
        self._note("disconnect adapter")

    def send_from(self, mac: str | None) -> None:
        """Set, in the guest, the address that it sends from; None for the assigned one."""
        self.wants = None if mac is None else Mac.parse(mac).value
        self._note("set address in guest")
        self.machine.host.pinned_ports()

    def join_nlb(self, cluster_ip: str, mode: Literal["unicast", "multicast", "igmp"] = "unicast") -> None:
        """Make the guest a member of an NLB cluster.

        The cluster's address is 02-BF (unicast) or 03-BF (multicast) and the cluster's IPv4 address, or 01-00-5E-7F and
        its low two octets (IGMP). A unicast member sends from it.
        """
        ipv4 = int(IPv4Address(cluster_ip))
        self.guest_ips.append(cluster_ip)
        mac = 0x01005E7F << 16 | ipv4 & 0xFFFF if mode == "igmp" else _NLB[mode] << 32 | ipv4
        if mode == "unicast":
            self.wants = mac
            if self.source is None:
                at_us = self.machine.host.world.now_us
                for event in messages.nlb_without_spoofing(at_us):
                    self.machine.guest_events.add(event)
        host, told = self.machine.host, {"machine": self.machine.name, "cluster": cluster_ip, "mode": mode}
        host.note("join NLB", told, self.mac, mac)
        host.pinned_ports()

    def _must_be_off(self, what: str) -> None:
        if self.machine.state != "Off":
            raise MustBeOff(self.machine.name, f"{what} can be changed while the machine is off, and it is not")

    def _note(self, operation: str, **more: str) -> None:
        told = {"machine": self.machine.name, "machine_id": self.machine.id, "adapter": self.id}
        told |= {"switch": self.switch_name or ""} | more
        self.machine.host.note(operation, told, *([self.mac] if self.wants is None else [self.mac, self.wants]))
