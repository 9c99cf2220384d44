"""John Howard's walk-through of 2008: one host's range, its addresses, two quiz questions, and a second server.

Source: J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause" (2008),
statements H1 to H14. The second server and the ping are where his reader's trouble came from (H1); the cure is ours.
"""

from collections.abc import Iterator

from maccord.mac.address import Mac, show
from maccord.worlds.hyperv import Adapter, Host, Machine, MustBeOff, NoAddressAvailable, Refused
from maccord.worlds.l2 import L2
from maccord.worlds.stories.base import Tale
from maccord.worlds.stories.telling import Owner, Step, Teller, Telling
from maccord.worlds.stories.watching import watch
from maccord.worlds.wired import Wires

NIC = "00-13-20-F5-F8-7D"
FULL = "No MAC Addresses Available In Range"
WEB_IP, MAIL_IP = "192.168.200.20", "192.168.200.30"
SECOND_IP = "10.0.200.106"
PINGS = 20


def _owners(host: Host) -> Iterator[Owner]:
    """The NICs that carry the host, and the machines' adapters."""
    for nic in host.nics:
        yield Owner(host.name, nic.name, "NIC", "", show(nic.mac), "burned in")
    for machine in host.machines:
        for adapter in machine.adapters:
            yield Owner(host.name, machine.name, "machine", machine.state, adapter.address, _origin(adapter))


def _origin(adapter: Adapter) -> str:
    return ("dynamic" if adapter.mac else "dynamic, none yet") if adapter.dynamic else "static"


class Walkthrough(Tale):
    """The post, step by step. `profile` plays it on another version of Windows Server: some answers differ then."""

    NAME = "walkthrough"
    TITLE = "How Hyper-V gives out MAC addresses, and how two machines come to have one"
    SOURCE = 'J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause" (2008)'
    STEPS = 12
    PROFILE = "2008"

    def tell(self) -> Iterator[Step]:
        """Live the story, and yield each step when it is over."""
        self.teller = Teller(self.world, _owners)
        for part in (
            self._server,
            self._role,
            self._first_machine,
            self._first_start,
            self._smaller_range,
            self._two_more,
            self._quiz_one,
            self._issued_again,
            self._quiz_two,
            self._second_server,
            self._ping,
            self._cure,
        ):
            telling = part()
            assert telling.told is not None
            yield telling.told

    # One host ----------------------------------------------------------------------------------------------------

    def _server(self) -> Telling:
        with self.teller.step("A server with one NIC", "H2") as step:
            lan = self.world.dhcp("LAN", "192.168.200.106", "192.168.200.199")
            self.first = self.world.host("HV01", self.profile)
            step.do(f"Windows Server {self.profile} is installed on HV01; its NIC asks a DHCP server for an address.")
            nic = self.first.add_nic(NIC, dhcp=lan)
            step.note(f"{nic.name} has {show(nic.mac)} and the lease {nic.ip}. The Hyper-V role is not there yet.")
        return step

    def _role(self) -> Telling:
        with self.teller.step("The Hyper-V role is enabled, without a virtual network", "H3") as step:
            step.do("Server Manager, Add Roles, Hyper-V; no network adapter is chosen for a virtual network.")
            self.first.enable_role()
            key = self.first.key
            empty = (key.minimum, key.maximum, key.current) == (None, None, None)
            step.note(f"The registry values exist now, and they are {'empty' if empty else 'populated at once'}.")
            if key.has_root_current:
                step.note("A CurrentMacAddress beside Minimum and Maximum appears, too. Nothing ever uses it.")
        return step

    def _first_machine(self) -> Telling:
        with self.teller.step('The first machine, "Blank", is created and not started', "H4", "H5", "H7") as step:
            step.do("New Virtual Machine: Blank, not connected, no disk. It is not started.")
            self.blank = self.first.create_vm("Blank")
            made = self.first.range
            if made is not None:
                ip = self.first.nics[0].ip or ""
                step.note(f"Creating it populated the range: {made}, {len(made)} addresses.")
                third, fourth = (int(part) for part in ip.split(".")[2:])
                step.note(
                    f"00-15-5D is Microsoft's; {third:02X}-{fourth:02X} are the last two octets of {ip}, the host's "
                    "IPv4 address, in hexadecimal; 00 to FF are left to count."
                )
            step.note(f"Blank's adapter is dynamic, and its address reads {self.blank.adapter.address}.")
        return step

    def _first_start(self) -> Telling:
        with self.teller.step("Blank is started", "H8") as step:
            step.do("Start Blank.")
            self.blank.start()
            step.note(f"It is issued {self.blank.adapter.address}, the first address of the range.")
            step.do("Try to make the running machine's address static.")
            refusal = step.attempt(self.first, self.blank.adapter.set_static)
            if isinstance(refusal, MustBeOff):
                step.note("While it runs, neither dynamic or static nor the address itself can be changed.")
        return step

    def _smaller_range(self) -> Telling:
        with self.teller.step("The range is cut down to three addresses", "H9") as step:
            self.full = self.first.key.maximum or 0
            first = self.first.key.minimum or 0
            maximum = str(Mac(first + 2))
            step.do(f"regedit: MaximumMacAddress becomes {maximum}; the server is restarted, to be sure.")
            self.first.edit_registry(maximum=maximum)
            self.first.restart()
            self._run_again()
            count = len(self.first.range) if self.first.range else 0
            step.note(f"{count} addresses are left to issue from, and Blank holds one of them.")
        return step

    def _two_more(self) -> Telling:
        with self.teller.step("Two more machines are started", "H10") as step:
            self.more = []
            for name in ("6A-01", "6A-02"):
                step.do(f"New Virtual Machine: {name}; start it.")
                machine = self.first.create_vm(name)
                machine.start()
                self.more.append(machine)
                step.note(f"{name} is issued {machine.adapter.address}; {self._cursor()}.")
        return step

    def _quiz_one(self) -> Telling:
        with self.teller.step("Quiz, question 1: a fourth machine", "H11") as step:
            step.do(f'New Virtual Machine: "{FULL}"; start it.')
            self.fourth = self.first.create_vm(FULL)
            refusal = step.attempt(self.first, self.fourth.start)
            step.answer(
                "All three addresses are held by running machines. Can a fourth machine start?",
                _answer(self.fourth, refusal),
            )
        return step

    def _issued_again(self) -> Telling:
        with self.teller.step("Blank is turned off, and the fourth machine is started", "H12") as step:
            step.do("Turn off Blank.")
            self.blank.turn_off()
            step.do(f'Start "{FULL}".')
            refusal = step.attempt(self.first, self.fourth.start)
            if refusal is None and self.fourth.adapter.mac == self.blank.adapter.mac:
                step.note(
                    f"It is issued {self.fourth.adapter.address}: the address that Blank, which is off, still has. In "
                    "use means held by a running machine, no more."
                )
        return step

    def _quiz_two(self) -> Telling:
        with self.teller.step("Quiz, question 2: Blank is started again", "H13", "H14") as step:
            step.do("Start Blank.")
            before = self.blank.adapter.address
            refusal = step.attempt(self.first, self.blank.start)
            step.answer(
                f"Blank and the fourth machine both have {before}. Can Blank start while the other one runs?",
                _answer(self.blank, refusal, before),
            )
            if refusal is not None or self.blank.adapter.mac != self.fourth.adapter.mac:
                step.note("So one host keeps its own running machines apart. It asks no other host.")
        return step

    # Two hosts ---------------------------------------------------------------------------------------------------

    def _second_server(self) -> Telling:
        with self.teller.step("A second server, on the same wire", "H6", "H14") as step:
            step.do(
                f"HV01: MaximumMacAddress becomes {show(self.full)} again, and an external network LAN is made. The "
                f"fourth machine is connected to it, with the IP address {WEB_IP}; the three others are deleted."
            )
            logged = len(self.first.events)
            self.first.edit_registry(maximum=show(self.full))
            self.first.restart()
            for machine in list(self.first.machines):
                if machine.state != "Off":
                    machine.turn_off()
                if machine is not self.fourth:
                    machine.delete()
            self._connect(self.fourth, WEB_IP)
            step.do(f"HV02 is installed, with the IP address {SECOND_IP}; role, network LAN, and a machine MAIL.")
            self.second = self.world.host("HV02", self.profile)
            self.second.add_nic(ip=SECOND_IP)
            self.second.enable_role()
            self.mail = self.second.create_vm("MAIL")
            self._connect(self.mail, MAIL_IP)
            same = self.first.range == self.second.range
            step.note(
                f"Their ranges are {'equal' if same else 'different'}: {self.first.range} on HV01, {self.second.range} "
                f"on HV02. 192.168.200.106 and {SECOND_IP} end alike, and no more of them is looked at."
            )
            alike = self.fourth.adapter.mac == self.mail.adapter.mac
            quiet = logged == len(self.first.events) and not len(self.second.events)
            step.note(
                f"Each host began with the first address it found free: the fourth machine has "
                f"{self.fourth.adapter.address}, MAIL has {self.mail.adapter.address}."
                + (" Nothing refused either start, and no event was logged." if alike and quiet else "")
            )
        return step

    def _ping(self) -> Telling:
        with self.teller.step("A ping that sometimes works", "H1") as step:
            net = L2(self.seed)
            self.wires = Wires(net, net.switch("core"))
            self.wires.plug_in(self.first, self.second)
            self.desk = self.wires.new_station("DESK", "00-13-20-F5-F8-80", "192.168.200.50")
            for machine in (self.fourth, self.mail):
                net.traffic(self.wires.station(machine.name), per_second=1.5)
            net.run(seconds=10)
            step.do(f"DESK, on the same switch, pings {WEB_IP}. Both machines have work to do, so both talk.")
            self._watch(step, "Both machines run")
        return step

    def _cure(self) -> Telling:
        with self.teller.step("The cure: each host a range of its own", "H6") as step:
            spare = 0x00155DC86B00
            step.do(
                f"HV02 gets the range {show(spare)} to {show(spare + 255)}, in the registry, and is restarted; MAIL is "
                "turned off, its adapter is removed and added again, and it is started."
            )
            self.mail.turn_off()
            self.second.edit_registry(minimum=show(spare), maximum=show(spare + 255))
            self.second.restart()
            self.mail.remove_adapter(self.mail.adapter)
            self.mail.add_adapter()
            self._connect(self.mail, MAIL_IP)
            self.wires.update()
            self.wires.net.traffic(self.wires.station("MAIL"), per_second=1.5)
            self.wires.net.run(seconds=10)
            step.note(f"MAIL has {self.mail.adapter.address} now. It announces itself, and the switch learns it.")
            self._watch(step, "After the cure")
        return step

    # Within ------------------------------------------------------------------------------------------------------

    def _connect(self, machine: Machine, ip: str) -> None:
        host = machine.host
        switch = next((one for one in host.switches if one.name == "LAN"), None)
        switch = switch or host.external_switch("LAN", host.nics[0], allow_management=False)
        machine.adapter.connect(switch)
        machine.adapter.guest_ips.append(ip)
        machine.start()

    def _watch(self, step: Telling, title: str) -> None:
        seen = watch(self.wires, self.desk, WEB_IP, self.fourth.adapter.mac, title=title, count=PINGS)
        step.watched.append(seen)
        step.note(seen.summary + (" It believes whoever spoke last." if seen.moves else ""))

    def _cursor(self) -> str:
        current = self.first.key.current
        return "CurrentMacAddress is empty" if current is None else f"CurrentMacAddress names {show(current)}"

    def _run_again(self) -> None:
        """Start again what ran before a restart and was not started by itself."""
        if self.blank.state != "Running":
            self.blank.start()


def _answer(machine: Machine, refusal: Refused | None, before: str = "") -> str:
    """Put what came out into a sentence."""
    if refusal is None:
        changed = before and machine.adapter.address != before
        return f"Yes, {'with a new address: ' if changed else 'with '}{machine.adapter.address}."
    why = "no address of the range is free" if isinstance(refusal, NoAddressAvailable) else refusal.why
    return f"No. {why[:1].upper()}{why[1:]}."
