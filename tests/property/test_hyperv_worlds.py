"""Random histories of emulated hosts: what no history breaks, and what every export tells of it.

A history is a list of calls, drawn from a seed: it can be lived twice.
"""

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from maccord.worlds.hyperv import PROFILES, Host, Machine, Refused, World
from maccord.worlds.hyperv.switch import Kind
from tests.kit.fleets import diagnosed

ADDRESSES = ("10.1.5.20", "10.2.5.20", "10.1.5.21")
RANGES = (("00-15-5D-05-14-00", "00-15-5D-05-14-03"), ("00-15-5D-F0-00-00", "00-15-5D-F0-01-FF"))
STATICS = ("02-00-00-00-00-01", "02-00-00-00-00-02", "00-15-5D-05-14-01", "03-00-00-00-00-01")
WWN = 0xC003FF0000010000


class History:
    """A world of two hosts or three, and one random operation after the other. What Windows refuses is passed over."""

    def __init__(self, seed: int, profile: str) -> None:
        self.world = World(seed)
        self.random = Random(seed)
        self.profile = profile
        self.lan = self.world.dhcp("lan", "10.1.5.20", "10.1.5.60", gateway="10.1.5.1")
        for name, ip in (("HV01", None), ("HV02", ADDRESSES[1])):
            host = self.world.host(name, profile)
            host.add_nic(ip=ip, dhcp=None if ip else self.lan)
            host.add_nic()
            host.add_nic()
            host.enable_role()

    @property
    def machines(self) -> list[Machine]:
        return [machine for host in self.world.hosts for machine in host.machines]

    def live(self, steps: int) -> "History":
        for _ in range(steps):
            self.step(self.random.choice(OPERATIONS))
        return self

    def step(self, operation: Callable[["History"], None]) -> None:
        with suppress(Refused):
            operation(self)

    def a_host(self) -> Host:
        return self.random.choice(self.world.hosts)

    def a_machine(self) -> Machine:
        return self.random.choice(self.machines) if self.machines else self.a_host().create_vm("first")


def create(one: History) -> None:
    host = one.a_host()
    switch = one.random.choice([None, *host.switches])
    host.create_vm(f"vm{len(one.world.journal)}", switch, adapters=one.random.choice((1, 1, 2)))


def static(one: History) -> None:
    machine = one.a_machine()
    if machine.adapters:
        machine.adapter.set_static(one.random.choice((None, *STATICS)))


def dynamic(one: History) -> None:
    machine = one.a_machine()
    if machine.adapters:
        machine.adapter.set_dynamic()


def connect(one: History) -> None:
    machine = one.a_machine()
    if machine.adapters and machine.host.switches:
        machine.adapter.connect(one.random.choice(machine.host.switches))


def spoof(one: History) -> None:
    machine = one.a_machine()
    if machine.adapters:
        machine.adapter.allow_spoofing(on=one.random.random() < 0.5)


def nlb(one: History) -> None:
    machine = one.a_machine()
    if machine.adapters:
        machine.adapter.join_nlb("10.1.5.200")


def switch(one: History) -> None:
    host = one.a_host()
    free = [nic for nic in host.nics if not nic.used_by]
    name = f"switch{len(one.world.journal)}"
    kind = one.random.choice(("private", "internal", "external", "team", "embedded"))
    if kind in ("private", "internal"):
        (host.private_switch if kind == "private" else host.internal_switch)(name)
    elif kind == "external":
        host.external_switch(name, one.random.choice(free)) if free else host.add_nic(dhcp=one.lan)
    elif kind == "team":
        host.external_switch(name, host.team(f"team{name}", free), allow_lbfo_teams=one.random.random() < 0.7)
    else:
        host.external_switch(name, free)


def convert(one: History) -> None:
    host = one.a_host()
    if host.switches:
        free = [nic for nic in host.nics if not nic.used_by]
        chosen = one.random.choice(host.switches)
        kinds: tuple[Kind, ...] = ("private", "internal", "external")
        kind = one.random.choice(kinds)
        host.convert_switch(chosen, kind, free[0] if free and kind == "external" else None)


def change_switch(one: History) -> None:
    host = one.a_host()
    if host.switches:
        chosen = one.random.choice(host.switches)
        what = one.random.choice(("delete", "allow", "forbid", "vnic", "vnic"))
        if what == "delete":
            host.delete_switch(chosen)
        elif what == "vnic":
            host.add_management_vnic(f"vnic{len(one.world.journal)}", chosen)
        else:
            host.allow_management(chosen, on=what == "allow")


def change_team(one: History) -> None:
    host = one.a_host()
    for team in host.teams[:1]:
        what = one.random.choice(("restart", "remove", "add", "set"))
        if what == "restart":
            team.restart()
        elif what == "set":
            team.set_address("02-00-00-00-0A-01")
        elif what == "remove":
            team.remove(team.members[0])
        else:
            team.add(next((nic for nic in host.nics if not nic.used_by), host.nics[0]))


def cards(one: History) -> None:
    host, other = one.a_host(), one.a_host()
    if len(host.nics) > 1:
        other.insert(host.nics[-1].pull())
    else:
        host.add_nic(dhcp=one.lan)


def move(one: History) -> None:
    machine = one.a_machine()
    getattr(machine, one.random.choice(("live_migrate", "quick_migrate", "move")))(one.a_host())


def roam(one: History) -> None:
    machine = one.a_machine()
    for adapter in machine.adapters:
        adapter.disconnect()
    if machine.state in ("Off", "Saved"):
        machine.start()
    machine.live_migrate(one.random.choice([host for host in one.world.hosts if host is not machine.host]))


def transfer(one: History) -> None:
    exported = one.a_machine().export()
    one.a_host().import_vm(exported, one.random.choice(("copy", "register", "restore")))


def checkpoint(one: History) -> None:
    machine = one.a_machine()
    if machine.checkpoints and one.random.random() < 0.5:
        machine.apply(one.random.choice(machine.checkpoints))
    else:
        machine.take_checkpoint()


def replica(one: History) -> None:
    machine, host = one.a_machine(), one.a_host()
    if machine.replication == "Replica":
        machine.host.test_failover(machine)
    else:
        host.replicate(machine, host)


def ranges(one: History) -> None:
    host, (first, last) = one.a_host(), one.random.choice(RANGES)
    what = one.random.choice(("registry", "ui", "cmdlet"))
    if what == "registry":
        host.edit_registry(minimum=first, maximum=last, current=first)
        host.restart()
    elif what == "ui":
        host.set_range_in_ui(first, last)
    else:
        host.set_vmhost(first, last)


def addresses(one: History) -> None:
    host = one.a_host()
    interface = one.random.choice(host.interfaces())
    if one.random.random() < 0.5:
        interface.set_ip(one.random.choice(ADDRESSES))
    else:
        interface.use_dhcp(one.lan)


def fibre(one: History) -> None:
    host = one.a_host()
    if one.random.random() < 0.2:
        host.set_port_names(WWN, WWN + 2)
    one.a_machine().add_fibre_channel("SAN")


def contain(one: History) -> None:
    host = one.a_host()
    network = host.container_network(f"net{len(one.world.journal)}", one.random.choice(("nat", "transparent")))
    host.start_container(network, "c1")


def restart(one: History) -> None:
    one.a_host().restart()


def lose(one: History) -> None:
    host = one.a_host()
    if host.up:
        cluster = one.world.cluster("CL", one.world.hosts)
        for machine in host.machines:
            cluster.add(machine)
        cluster.fail(host)
        host.start_up()


def clone(one: History) -> None:
    if len(one.world.hosts) < 4:
        host = one.a_host()
        host.shut_down()
        image = one.world.image(host)
        host.start_up()
        sysprep = one.random.random() < 0.5
        one.world.deploy(image, f"HV{len(one.world.hosts) + 1:02}", nics=2, sysprep=sysprep, dhcp=one.lan)


def put_disk_elsewhere(one: History) -> None:
    one.world.move_disk(one.a_host(), nics=2)


def wait(one: History) -> None:
    one.world.wait(one.random.choice((1, 30, 86_400 * 9)))


OPERATIONS = (
    *(create, static, dynamic, connect, spoof, nlb, switch, convert, change_switch, change_team, cards, move, move),
    *(transfer, checkpoint, replica, ranges, addresses, fibre, contain, restart, lose, clone, put_disk_elsewhere, wait),
    *(create, create, switch, connect, roam, roam, roam),
    *(lambda one: one.a_machine().start() for _ in range(12)),
    *(lambda one: one.a_machine().turn_off() for _ in range(4)),
    *(lambda one: one.a_machine().save() for _ in range(2)),
    *(lambda one: one.a_machine().pause() for _ in range(1)),
    *(lambda one: one.a_machine().resume() for _ in range(1)),
    *(lambda one: one.a_machine().delete() for _ in range(1)),
    *(lambda one: one.a_machine().add_adapter() for _ in range(2)),
)


class Lived(RuleBasedStateMachine):
    """Hypothesis picks the operations, and shrinks a history that breaks a law."""

    @initialize(seed=st.integers(0, 1 << 32), profile=st.sampled_from(sorted(PROFILES)))
    def begin(self, seed: int, profile: str) -> None:
        self.history = History(seed, profile)
        self.own_ranges: dict[str, bool] = {}

    @precondition(lambda self: hasattr(self, "history"))
    @rule(number=st.integers(0, len(OPERATIONS) - 1))
    def do(self, number: int) -> None:
        self.history.step(OPERATIONS[number])

    @invariant()
    def no_address_is_held_twice_by_running_machines_of_one_host(self) -> None:
        for host in self.history.world.hosts if hasattr(self, "history") else ():
            held = [one.mac for machine in host.machines if machine.has_power for one in machine.adapters if one.mac]
            assert len(held) == len(set(held)), host.name

    @invariant()
    def the_cursor_never_leaves_the_range_by_itself(self) -> None:
        for host in self.history.world.hosts if hasattr(self, "history") else ():
            key = host.registry.virtualization
            if key is not None and key.current is not None:
                assert key.range is not None
                assert key.current in key.range, host.name

    @invariant()
    def issued_addresses_are_of_the_range_and_running_dynamic_machines_have_one(self) -> None:
        for host in self.history.world.hosts if hasattr(self, "history") else ():
            for machine in host.machines:
                for adapter in machine.adapters if machine.has_power else ():
                    assert adapter.mac or not adapter.dynamic

    @invariant()
    def ids_are_unique_on_a_host(self) -> None:
        for host in self.history.world.hosts if hasattr(self, "history") else ():
            ids = [
                *(one.guid for one in host.interfaces()),
                *(one.id for one in host.switches),
                *(one.id for one in host.machines),
                *(adapter.full_id for one in host.machines for adapter in one.adapters),
            ]
            assert len(ids) == len(set(ids)), host.name
            for known in ([one.index for one in host.interfaces()], [one.description for one in host.interfaces()]):
                assert len(known) == len(set(known)), host.name
            names = [getattr(one, "alias", one.name) for one in host.interfaces()]
            assert len(names) == len(set(names)), host.name


TestLived = Lived.TestCase
TestLived.settings = settings(max_examples=200, stateful_step_count=40)

histories = st.builds(
    lambda seed, profile, steps: (seed, profile, steps),
    st.integers(0, 1 << 32),
    st.sampled_from(sorted(PROFILES)),
    st.integers(0, 120),
)


@settings(max_examples=60)
@given(histories)
def test_a_seed_lived_twice_gives_the_same_bytes(told):
    seed, profile, steps = told
    one, other = (History(seed, profile).live(steps).world for _ in range(2))
    assert one.exports() == other.exports()
    assert one.journal.lines() == other.journal.lines()


@settings(max_examples=60)
@given(histories)
def test_exporting_changes_nothing(told):
    seed, profile, steps = told
    world = History(seed, profile).live(steps).world
    before = world.now_us, len(world.journal)
    assert world.exports() == world.exports()
    assert (world.now_us, len(world.journal)) == before


@settings(max_examples=60)
@given(histories)
def test_what_a_reader_sees_in_an_export_is_the_hosts_state(told):
    seed, profile, steps = told
    world = History(seed, profile).live(steps).world
    for host in world.hosts:
        if host.up:
            assert seen(json.loads(world.export(host))) == lived(host)


def seen(export):
    """What a reader of the export makes of it: his own reading, by the names and integers of the contract."""
    states = {2: "Running", 3: "Off", 6: "Saved", 9: "Paused"}
    kinds = {0: "private", 1: "internal", 2: "external"}
    switches = {row["Id"]: row for row in export["VMSwitch"]}
    nics = {row["InterfaceGuid"].strip("{}").lower(): row["Name"] for row in export["NetAdapter"]}
    return {
        "range": number(export["Virtualization"]["MinimumMacAddress"], export["Virtualization"]["MaximumMacAddress"]),
        "cursor": number(export["Virtualization"]["CurrentMacAddress"]),
        "in force": number(export["VMHost"]["MacAddressMinimum"], export["VMHost"]["MacAddressMaximum"]),
        "guid": export["MachineGuid"],
        "machines": [(row["Id"], row["Name"], states[row["State"]]) for row in export["VM"]],
        "adapters": [
            (
                row["VMId"],
                row["Id"].rpartition("\\")[2].lower(),
                int(row["MacAddress"], 16),
                row["DynamicMacAddressEnabled"],
                row["MacAddressSpoofing"] == 0,
                row["SwitchId"],
            )
            for row in export["VMNetworkAdapter"]
        ],
        "vnics": [
            (row["Name"], int(row["MacAddress"], 16), switches[row["SwitchId"]]["Name"])
            for row in export["ManagementVMNetworkAdapter"]
        ],
        "switches": [
            (row["Name"], kinds[row["SwitchType"]], sorted(nics.get(one, "") for one in row["NetAdapterInterfaceGuid"]))
            for row in export["VMSwitch"]
        ],
        "interfaces": [
            (row["Name"], int(row["MacAddress"], 16), int(row["PermanentAddress"], 16)) for row in export["NetAdapter"]
        ],
        "addresses": [(row["InterfaceIndex"], row["IPAddress"]) for row in export["NetIPAddress"]][:-1],
        "teams": [(row["Team"], row["Name"]) for row in export["NetLbfoTeamMember"]],
        "names": [
            (row["VMId"], int(row["WorldWidePortNameSetA"], 16), int(row["WorldWidePortNameSetB"], 16))
            for row in export["VMFibreChannelHba"]
        ],
        "pools": [number(*row["MacPools"][0].values()) for row in export["HnsNetwork"]],
        "events": [row["Id"] for row in export["Event"]],
    }


def number(*texts):
    return tuple(None if text is None else int(text, 16) for text in texts)


def lived(host):
    """The same of the host itself."""
    key = host.key
    return {
        "range": (key.minimum, key.maximum),
        "cursor": (key.current,),
        "in force": (host.range.first, host.range.last) if host.range else (None, None),
        "guid": host.registry.machine_guid,
        "machines": [(one.id, one.name, one.state) for one in host.machines],
        "adapters": [
            (one.id, adapter.id, adapter.mac, adapter.dynamic, adapter.spoofing, adapter.switch_id)
            for one in host.machines
            for adapter in one.adapters
        ],
        "vnics": [(one.name, one.mac, one.switch.name) for one in host.vnics],
        "switches": [
            (one.name, one.kind, sorted(nic.name if nic.host is host else "" for nic in one.uplinks))
            for one in host.switches
        ],
        "interfaces": [
            (getattr(one, "alias", one.name), one.mac, one.permanent) for one in (*host.nics, *host.teams, *host.vnics)
        ],
        "addresses": [(one.index, one.ip) for one in (*host.nics, *host.teams, *host.vnics) if one.ip],
        "teams": [(team.name, nic.name) for team in host.teams if team.in_box for nic in team.members],
        "names": [(one.id, hba.port_a, hba.port_b) for one in host.machines for hba in one.hbas],
        "pools": [(one.pool.first, one.pool.last) for one in host.container_networks],
        "events": [event.id for event in host.events],
    }


WHOLE = (static, dynamic, connect, spoof, convert, change_switch, change_team, fibre, transfer, *OPERATIONS[-21:])
"""Operations that are one call, or one that matters."""


@settings(max_examples=60)
@given(histories)
def test_a_refused_operation_has_changed_nothing_but_logs_and_a_range_that_was_empty(told):
    seed, profile, steps = told
    history = History(seed, profile).live(steps)
    refused = 0
    for operation in history.random.choices(WHOLE, k=40):
        history.a_machine()
        before = [whole(host) for host in history.world.hosts]
        try:
            operation(history)
        except Refused:
            refused += 1
            assert [whole(host) for host in history.world.hosts] == before, operation
    assert refused or not history.machines


def whole(host):
    """A host's state without its events, and without its range, which the first need populates."""
    state = lived(host)
    del state["events"], state["range"], state["in force"]
    return state


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_check_reads_the_exports_of_random_histories_without_a_problem(profile):
    for seed in range(6):
        world = History(seed, profile).live(150).world
        with tempfile.TemporaryDirectory() as folder:
            for name, raw in world.exports().items():
                (Path(folder) / name).write_bytes(raw)
            report = diagnosed(folder)
        assert report.problems == []
        assert report.evidence.hosts == sum(host.up for host in world.hosts)
