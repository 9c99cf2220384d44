"""Whatever happens to emulated hosts, the wire stays in step with them, and every frame is accounted for."""

from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.worlds.hyperv import Refused, World, WrongState
from maccord.worlds.l2 import L2
from maccord.worlds.wired import Wires, plan_of


def pick(listed, at):
    """Return one of a list; where there is none, nothing can be done."""
    if not listed:
        raise WrongState("nobody", "there is none")
    return listed[at % len(listed)]


class Hand:
    """A host, another one, and two numbers that choose."""

    def __init__(self, world, one, two):
        self.host, self.other = world.hosts[one % 2], world.hosts[(one + 1) % 2]
        self.world, self.one, self.two = world, one, two
        self.new = f"new{len(world.journal)}"

    def of(self, listed):
        return pick(listed, self.two)

    @property
    def machine(self):
        return self.of(self.host.machines)


OPERATIONS = {
    "create": lambda h: h.host.create_vm(h.new, h.of(h.host.switches)),
    "start": lambda h: h.machine.start(),
    "turn off": lambda h: h.machine.turn_off(),
    "save": lambda h: h.machine.save(),
    "delete": lambda h: h.machine.delete(),
    "migrate": lambda h: h.machine.live_migrate(h.other),
    "vlan": lambda h: h.machine.adapter.set_vlan(h.two * 10),
    "spoof": lambda h: h.machine.adapter.send_from("02-BF-00-00-00-01"),
    "switch": lambda h: h.host.external_switch(h.new, h.of([*h.host.teams, *h.host.nics]), allow_lbfo_teams=True),
    "bare switch": lambda h: h.host.external_switch(h.new, h.of(h.host.nics), allow_management=False),
    "embedded": lambda h: h.host.external_switch(h.new, h.host.nics[: 1 + h.one % 3]),
    "inside": lambda h: h.host.internal_switch(h.new),
    "convert": lambda h: h.host.convert_switch(
        h.of(h.host.switches), pick(["private", "internal", "external"], h.one), pick(h.host.nics, h.one)
    ),
    "drop switch": lambda h: h.host.delete_switch(h.of(h.host.switches)),
    "team": lambda h: h.host.team(
        h.new, h.host.nics[: 1 + h.two % 3], mode=pick(["switch independent", "lacp"], h.one)
    ),
    "add member": lambda h: pick(h.host.teams, h.one).add(h.of(h.host.nics)),
    "remove member": lambda h: pick(h.host.teams, h.one).remove(h.of(h.host.nics)),
    "restart team": lambda h: h.of(h.host.teams).restart(),
    "drop team": lambda h: h.of(h.host.teams).remove_team(),
    "vnic": lambda h: h.host.add_management_vnic(h.new, h.of(h.host.switches)),
    "drop vnic": lambda h: h.host.remove_management_vnic(h.of(h.host.vnics)),
    "address": lambda h: h.of(h.host.interfaces()).set_ip(f"10.0.0.{1 + h.one * 8 + h.two}"),
    "override": lambda h: h.of(h.host.nics).override(None if h.one > 5 else f"02-00-00-00-00-0{h.one}"),
    "pull": lambda h: h.other.insert(h.of(h.host.nics).pull()),
    "restart": lambda h: h.host.restart(),
    "down": lambda h: h.host.shut_down(),
    "up": lambda h: h.host.start_up(),
}
"""What can happen to a host. What Windows refuses, or what is not there, does not happen."""
STEPS = st.lists(st.tuples(st.sampled_from(sorted(OPERATIONS)), st.integers(0, 7), st.integers(0, 7)), max_size=40)


def two_hosts(profile):
    world = World(seed=1)
    for at in (1, 2):
        host = world.host(f"HV0{at}", profile)
        for _ in range(3):
            host.add_nic()
        host.nics[0].set_ip(f"10.0.{at}.20")
        host.enable_role()
    return world


def live(profile, steps):
    """Live a history on a wire that is brought in step after each operation; return the run."""
    world = two_hosts(profile)
    net = L2(seed=1)
    wires = Wires(net, net.switch("core"))
    wires.plug_in(*world.hosts)
    desk = wires.new_station("desk", "02-00-00-00-00-99", "10.0.0.99")
    for operation, one, two in steps:
        try:
            OPERATIONS[operation](Hand(world, one, two))
        except Refused:
            continue
        wires.update()
        net.run(seconds=0.01)
    net.ping(desk, "10.0.0.5", count=2)
    return world, net, wires


@settings(deadline=None, max_examples=150)
@given(profile=st.sampled_from(["2008", "2008 R2", "2012 R2", "2022"]), steps=STEPS)
def test_the_wire_is_in_step_with_the_hosts_after_any_history(profile, steps):
    world, net, wires = live(profile, steps)
    assert net.account().balanced
    for host in world.hosts:
        plan = plan_of(host)
        for outlet in plan.outlets:
            nic = wires.nic(outlet.key)
            assert nic.far is not None
            assert nic.mac == outlet.mac
            assert len(nic.ips) == len(outlet.ips)
    told = [outlet.key for host in world.hosts for outlet in plan_of(host).outlets]
    plugged = [nic for station in net.stations.values() for nic in station.nics if station.name != "desk"]
    assert len(plugged) == len(told)


@settings(deadline=None, max_examples=20)
@given(steps=STEPS)
def test_one_history_gives_one_run(steps):
    runs = [live("2022", steps)[1] for _ in range(2)]
    first, second = ([net.account().text(), net.address_table(net.switches["core"])] for net in runs)
    assert first == second
