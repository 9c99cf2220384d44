"""Ben Gelens' report of 2014: a converged host whose management vNIC has its team's address, and how he cured it.

Source: B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking SOLVED!" (2014), statements G1
to G10. He built his host anew; here the deployment is taken back on the same one.
"""

from collections.abc import Iterator

from maccord.mac.address import show
from maccord.worlds.hyperv import Host, Team, Vnic
from maccord.worlds.l2 import L2, Chatter
from maccord.worlds.l2.ipv4 import parse_ipv4
from maccord.worlds.scvmm import LogicalSwitch, PhysicalComputerProfile, PostDeploymentScript, ScriptFailed, Server
from maccord.worlds.stories.base import Tale
from maccord.worlds.stories.stack import origin_of
from maccord.worlds.stories.telling import Owner, Step, Teller, Telling
from maccord.worlds.stories.watching import Watched, watch
from maccord.worlds.wired import Wires

IP, GATEWAY, DNS = "192.168.1.21", "192.168.1.1", ("192.168.1.10",)
SUFFIX = "example.com"
PINGS = 20
PEERS = 8


def _owners(host: Host) -> Iterator[Owner]:
    """NICs, teams and the host's vNICs."""
    for nic in host.nics:
        yield Owner(host.name, nic.name, "NIC", _use(nic.used_by, nic.ip), show(nic.mac), "burned in")
    for team in host.teams:
        given = next((nic.name for nic in team.members if nic.mac == team.mac), "a former member")
        yield Owner(host.name, team.name, "team", _use(team.used_by, team.ip), show(team.mac), f"from {given}")
    for vnic in host.vnics:
        state = ", ".join(word for word in (vnic.ip or "", f"VMQ {'on' if vnic.vmq else 'off'}") if word)
        yield Owner(host.name, vnic.alias, "vNIC", state, show(vnic.mac), origin_of(vnic))


def _use(used_by: str | None, ip: str | None) -> str:
    return f"below {used_by}" if used_by else ip or ""


class Converged(Tale):
    """The report, step by step. `profile` is the host's version of Windows Server, 2012 R2 in the report."""

    NAME = "converged"
    TITLE = "How SCVMM gives a management vNIC its team's address, and how to be rid of it"
    SOURCE = 'B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking SOLVED!" (2014)'
    STEPS = 9
    PROFILE = "2012 R2"

    def tell(self) -> Iterator[Step]:
        """Live the story, and yield each step when it is over."""
        self.teller = Teller(self.world, _owners)
        for part in (
            self._start,
            self._deployment,
            self._erratic,
            self._mask,
            self._second_nic_alone,
            self._script,
            self._announcement,
            self._refresh,
            self._weak_spots,
        ):
            telling = part()
            assert telling.told is not None
            yield telling.told

    def evidence(self) -> dict[str, bytes]:
        """Return what collectors would write now: a file for each host, and one for the VMM server."""
        return self.world.exports() | {f"{self.vmm.name}.json": self.vmm.export()}

    # The fault ---------------------------------------------------------------------------------------------------

    def _start(self) -> Telling:
        with self.teller.step("A host with four NICs; one of them carries its address", "G4", "G5") as step:
            self.vmm = Server(self.world, "VMM01", version=self.profile)
            bare = PhysicalComputerProfile(windows=self.profile, gateway=GATEWAY, dns=DNS, suffix=SUFFIX)
            step.do(f"{self.vmm.name} installs HV05 bare-metal; its profile names the first NIC for {IP}.")
            self.host = self.vmm.bare_metal("HV05", bare, ip=IP)
            net = L2(self.seed)
            self.wires = Wires(net, net.switch("core"))
            self.wires.plug_in(self.host)
            self.desk = self.wires.new_station("DESK", "00-13-20-F5-F8-80", "192.168.1.50")
            self.peers = [
                self.wires.new_station(f"SRV{at}", f"00-13-20-F5-F9-0{at}", f"192.168.1.{100 + at}")
                for at in range(PEERS)
            ]
            for peer in self.peers:
                net.traffic(peer, per_second=1)
            self._chatters: list[Chatter] = []
            self._talk(self.host.nics[0].guid)
            self._watch(step, "Before anything is deployed", self.host.nics[0].mac)
            step.draw(self.host)
        return step

    def _deployment(self) -> Telling:
        with self.teller.step("SCVMM deploys the logical switch on both NICs of the team", "G1") as step:
            nics = self.host.nics
            step.do(f"{self.vmm.name} deploys the logical switch infra on {nics[0].name} and {nics[1].name}.")
            made = self.vmm.deploy(LogicalSwitch("infra"), self.host, nics[:2])
            assert made.management is not None
            self.vnic = made.management
            step.do(f"A second logical switch, vm, goes on {nics[2].name} and {nics[3].name}, for machines.")
            self.vmm.deploy(LogicalSwitch("vm"), self.host, nics[2:], management=False)
            team = self.host.teams[0]
            given = next(nic.name for nic in nics if nic.mac == team.mac)
            step.note(f"First the team is made: it takes {show(team.mac)}, the address of {given}.")
            step.note("Then the switch on the team, which has no address of its own.")
            step.note(f"Then the management vNIC: {show(self.vnic.mac)}, {origin_of(self.vnic)}.")
            wearers = self._wearers(team.mac)
            if len(wearers) > 2:
                step.note(f"{len(wearers)} adapters of one host have one address: {', '.join(wearers)}.")
            step.do("A machine, APP01, is created and started on the switch vm.")
            machine = self.host.create_vm("APP01", self.host.switch("vm"))
            machine.adapter.guest_ips.append("192.168.1.60")
            machine.start()
            step.draw(self.host)
        return step

    def _erratic(self) -> Telling:
        with self.teller.step("Erratic connectivity", "G2") as step:
            step.do(f"The host goes on talking to {PEERS} servers. DESK pings {IP}.")
            self.wires.update()
            self._talk(self.vnic.guid)
            seen = self._watch(step, "With the inherited address", self.vnic.mac)
            if seen.moves:
                step.note(
                    "The vNIC sends from this address by its own member of the team; what leaves by the other member "
                    "gets that member's address, which is the same one. So the switch hears it on two ports."
                )
            if seen.lost:
                step.note(
                    "An echo that comes in by the other member finds the vNIC's queue on its own one, and is lost."
                )
        return step

    def _mask(self) -> Telling:
        with self.teller.step("VMQ is switched off for the vNIC: a mask", "G2") as step:
            step.do(f"Disable-NetAdapterVmq on {self.vnic.alias}.")
            self.vnic.set_vmq(on=False)
            self.wires.update()
            self._talk(self.vnic.guid)
            seen = self._watch(step, "With VMQ off", self.vnic.mac)
            twins = self._wearers(self.vnic.mac)
            if not seen.lost and seen.moves:
                step.note(
                    f"Nothing is lost any more, and nothing is mended: {', '.join(twins)} still share {seen.mac}, and "
                    "the switch still sees it move."
                )
        return step

    # The cure ----------------------------------------------------------------------------------------------------

    def _second_nic_alone(self) -> Telling:
        with self.teller.step("The cure, 1: the logical switch goes on the second NIC alone", "G6") as step:
            first, second = self.host.nics[:2]
            step.do(f"The deployment is taken back: switch and team are removed, {first.name} has {IP} again.")
            self.host.delete_switch(self.host.switch("infra"))
            next(team for team in self.host.teams if team.name == "infra").remove_team()
            first.set_ip(IP, gateway=GATEWAY, dns=DNS, suffix=SUFFIX)
            self.vmm.refresh(self.host)
            step.do(f"{self.vmm.name} deploys infra on {second.name} alone, without a management vNIC.")
            self.vmm.deploy(LogicalSwitch("infra"), self.host, [second], management=False)
            self.wires.update()
            self._talk(first.guid)
            self._watch(step, f"By {first.name}, beside the team", first.mac)
            step.draw(self.host)
        return step

    def _script(self) -> Telling:
        with self.teller.step("The cure, 2: on the host itself, the first NIC joins the team", "G7") as step:
            self.old = self.host.nics[0].mac
            script = PostDeploymentScript(team="infra", switch="infra", gateway=GATEWAY, dns=DNS, suffix=SUFFIX)
            self.lines = script.run(self.host)
            step.do("A post-deployment script runs locally, since connectivity breaks in between.")
            for _ in range(3):
                step.note(next(self.lines))
            self.wires.update()
            self._watch(step, "While the host has no address", self.old, count=5)
            step.draw(self.host)
        return step

    def _announcement(self) -> Telling:
        with self.teller.step("The cure, 3: a vNIC of its own, and a gratuitous ARP", "G3", "G7", "G9") as step:
            for line in self.lines:
                step.note(line)
            vnic = self.host.vnic("MGMT")
            step.note(f"Before it, the switch has {show(vnic.mac)} {self._port(vnic.mac)}; {self._believed()}.")
            self.wires.update()
            self.wires.net.run(seconds=0.1)
            step.note(f"After it, the switch has {show(vnic.mac)} {self._port(vnic.mac)}; {self._believed()}.")
            self._talk(vnic.guid)
            seen = self._watch(step, "With an address of its own", vnic.mac)
            if not seen.lost:
                step.note("Connectivity is back. That the address is another one than before has harmed nobody.")
            step.draw(self.host)
        return step

    def _refresh(self) -> Telling:
        with self.teller.step("The cure, 4: the host is refreshed in SCVMM", "G10") as step:
            step.do(f"Read-SCVMHost: {self.vmm.name} reads HV05 and adopts what it finds.")
            for line in self.vmm.refresh(self.host):
                step.note(f"Adopted: {line}.")
            outward = [one for one in self.host.interfaces() if one.used_by is None]
            macs = [one.mac for one in outward]
            shared = sum(macs.count(mac) > 1 for mac in macs)
            below = {one.mac for one in self.host.interfaces() if one.used_by is not None}
            inherited = sum(one.mac in below for one in self.host.vnics)
            step.note(
                f"{shared or 'No'} address is worn by two adapters that talk, and {inherited or 'none'} of the vNICs "
                "has the address of something below it. Team and member share one, as every team does."
            )
        return step

    def _weak_spots(self) -> Telling:
        with self.teller.step("Where the script stops", "G8") as step:
            step.do(
                "The same script runs on HV06, whose logical switch has a second vNIC, and on HV07 in another subnet."
            )
            for name, ip, vnics in (("HV06", "192.168.1.22", ("CSV",)), ("HV07", "10.20.16.23", ())):
                host = self.vmm.bare_metal(name, PhysicalComputerProfile(windows=self.profile), ip=ip)
                switch = LogicalSwitch("infra", vnics=vnics)
                self.vmm.deploy(switch, host, host.nics[1:2], management=False)
                try:
                    for _ in PostDeploymentScript(team="infra", switch="infra").run(host):
                        pass
                except ScriptFailed as failed:
                    step.note(f"{failed.host}: {failed.why}.")
                reachable = any(one.ip == ip for one in host.interfaces())
                step.note(f"{name} {'is still reached' if reachable else 'has lost its address and is cut off'}.")
        return step

    # Within ------------------------------------------------------------------------------------------------------

    def _talk(self, key: str) -> None:
        """Have the management OS talk to servers, by one of its interfaces, and let the network settle."""
        for chatter in self._chatters:
            chatter.stop()
        nic = self.wires.nic(key)
        self._chatters = [self.wires.net.traffic(nic, per_second=2, to=peer) for peer in self.peers]
        self.wires.net.run(seconds=5)

    def _watch(self, step: Telling, title: str, mac: int, *, count: int = PINGS) -> Watched:
        seen = watch(self.wires, self.desk, IP, mac, title=title, count=count)
        step.watched.append(seen)
        step.note(seen.summary)
        return seen

    def _wearers(self, mac: int) -> list[str]:
        wearers = [one for one in self.host.interfaces() if one.mac == mac]
        return [
            one.alias if isinstance(one, Vnic) else f"team {one.name}" if isinstance(one, Team) else one.name
            for one in wearers
        ]

    def _believed(self) -> str:
        mac = self.desk.neighbours.find(parse_ipv4(IP))
        return f"DESK {'does not know' if mac is None else 'has'} {IP}" + ("" if mac is None else f" at {show(mac)}")

    def _port(self, mac: int) -> str:
        port = self.wires.core.where(mac)
        return "nowhere" if port is None else f"at {port} ({self.wires.places.get(port, '')})"
