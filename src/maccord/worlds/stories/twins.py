"""Two machines of two hosts with one address, and a ping at the first of them."""

from collections.abc import Iterator
from dataclasses import dataclass

from maccord.mac.address import Mac
from maccord.worlds.hyperv import Host, Machine
from maccord.worlds.l2 import L2
from maccord.worlds.l2.closed_form import moves, ping_loss
from maccord.worlds.stories.base import Tale
from maccord.worlds.stories.telling import Owner, Step, Teller, Telling
from maccord.worlds.stories.watching import watch
from maccord.worlds.wired import Wires

ADDRESS = "00-15-5D-C8-6A-00"
WEB, MAIL, DESK = "192.168.200.20", "192.168.200.30", "192.168.200.50"
TURN_S = 14e-6
"""From the switch to a machine behind a virtual switch and back; what the closed form asks for."""
SETTLE_S = 10
LINES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What can be set. rate, twin_rate: frames per second that each machine sends; vlan 0: untagged."""

    mac: str = ADDRESS
    rate: float = 1.5
    twin_rate: float = 1.5
    vlan: int = 0
    twin_vlan: int = 0
    vendor: str = "cisco-ios"
    count: int = 60


class Twins(Tale):
    """WEB on HV01 and MAIL on HV02 have one static address; DESK, in WEB's VLAN, pings WEB."""

    NAME = "ping"
    TITLE = "Two machines with one address, and a ping at one of them"
    SOURCE = ""
    STEPS = 1
    PROFILE = "2022"

    def __init__(self, seed: int = 1, profile: str | None = None, setting: Setting | None = None) -> None:
        super().__init__(seed, profile)
        self.setting = setting or Setting()

    def tell(self) -> Iterator[Step]:
        """Live it, and yield the one step."""
        telling = self._ping()
        assert telling.told is not None
        yield telling.told

    def _ping(self) -> Telling:
        chosen = self.setting
        with Teller(self.world, _owners, registry=False).step("A ping at one of two machines with one address") as step:
            web = self._machine("HV01", "10.0.0.11", "WEB", WEB, chosen.vlan)
            mail = self._machine("HV02", "10.0.0.12", "MAIL", MAIL, chosen.twin_vlan)
            step.do(f"WEB on HV01 and MAIL on HV02 both get the static address {web.adapter.address}, and are started.")
            net = L2(self.seed)
            core = net.switch("core", vendor=chosen.vendor)
            wires = Wires(net, core, vendor=chosen.vendor)
            wires.plug_in(*self.world.hosts)
            desk = wires.new_station("DESK", "00-13-20-F5-F8-80", DESK, vlan=chosen.vlan or None)
            for machine, rate in ((web, chosen.rate), (mail, chosen.twin_rate)):
                if rate:
                    net.traffic(wires.station(machine.name), per_second=rate)
            net.run(seconds=SETTLE_S)
            step.do(
                f"WEB sends {chosen.rate:g} frames a second and MAIL {chosen.twin_rate:g}, at random; DESK pings "
                f"{WEB}, {chosen.count} times, once a second."
            )
            seen = watch(
                wires,
                desk,
                WEB,
                web.adapter.mac,
                title="The ping",
                count=chosen.count,
                vlan=chosen.vlan or 1,
                lines_shown=LINES,
                whole_log=True,
            )
            step.watched.append(seen)
            step.note(seen.summary)
            step.note(self._worked_out(seen.took_us / 1e6))
            if not core.vlan(chosen.vlan or 1).learns or any("isabling learning" in line for line in seen.syslog):
                step.note(
                    "The switch stopped learning for a while, as its log says; what is worked out needs one that goes "
                    "on learning."
                )
        return step

    def _worked_out(self, seconds: float) -> str:
        """Say what theory expects of these rates."""
        chosen = self.setting
        if chosen.vlan != chosen.twin_vlan:
            return (
                "The two are in two VLANs. A switch learns addresses for each VLAN, so neither gets in the other's way."
            )
        if not chosen.rate or not chosen.twin_rate:
            return "One of the two sends nothing of its own, so there is no contest to work out."
        loss = ping_loss(chosen.rate, chosen.twin_rate, every_s=1, turn_s=TURN_S, count=chosen.count)
        moved = moves(chosen.rate, chosen.twin_rate, seconds)
        return (
            f"Worked out for these rates: {loss.mean:.0%} of the echoes lost, give or take {loss.deviation:.0%}, and "
            f"{moved.mean:.0f} moves, give or take {moved.deviation:.0f}."
        )

    def _machine(self, host: str, host_ip: str, name: str, ip: str, vlan: int) -> Machine:
        made = self.world.host(host, self.profile)
        nic = made.add_nic(ip=host_ip)
        made.enable_role()
        machine = made.create_vm(name, made.external_switch("LAN", nic, allow_management=False))
        machine.adapter.set_static(str(Mac.parse(self.setting.mac)))
        machine.adapter.guest_ips.append(ip)
        if vlan:
            machine.adapter.set_vlan(vlan)
        machine.start()
        return machine


def _owners(host: Host) -> Iterator[Owner]:
    for machine in host.machines:
        for adapter in machine.adapters:
            state = machine.state + (f", VLAN {adapter.vlan}" if adapter.vlan else "")
            yield Owner(host.name, machine.name, "machine", state, adapter.address, "static")
