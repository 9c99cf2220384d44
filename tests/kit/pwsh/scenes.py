"""Hosts in the states that steps are for, and the steps."""

from dataclasses import dataclass, field
from typing import Any

from maccord.mac.address import Mac
from maccord.plan.steps import (
    IpSetting,
    IpSettings,
    JoinTeam,
    RemakeSwitch,
    ReplaceVnic,
    Route,
    Vlan,
)
from maccord.powershell import Result, read_results, step_script
from maccord.worlds.hyperv import Host, Team, Vnic, World
from maccord.worlds.hyperv.interface import Further, MoreIp, StaticRoute
from tests.kit.pwsh.windows import Extra, Windows

ADDRESSES = (
    IpSetting(address="192.168.1.21", prefix_length=26),
    IpSetting(address="192.168.1.22", prefix_length=26, skip_as_source=True),
    IpSetting(address="fd00:1::21", prefix_length=64),
)
ROUTES = (
    Route(prefix="0.0.0.0/0", next_hop="192.168.1.1", metric=256),
    Route(prefix="10.9.0.0/16", next_hop="192.168.1.5", metric=7),
    Route(prefix="::/0", next_hop="fd00:1::1", metric=256),
)
SETTINGS = IpSettings(
    addresses=ADDRESSES,
    routes=ROUTES,
    dns_servers=("192.168.1.10", "192.168.1.11", "fd00:1::10"),
    dns_suffix="example.com",
    registers=False,
    metric=33,
    mtu=1400,
)
PROBES = ("192.168.1.1", "192.168.1.10")


def configure(windows: Windows, interface: Any) -> None:
    """Give an interface all kinds of settings."""
    interface.set_ip(
        "192.168.1.21", prefix=26, gateway="192.168.1.1", dns=("192.168.1.10", "192.168.1.11"), suffix="example.com"
    )
    interface.further = Further(
        addresses=(
            MoreIp(address="192.168.1.22", prefix=26, skip_as_source=True),
            MoreIp(address="fd00:1::21", prefix=64),
        ),
        routes=(
            StaticRoute(prefix="10.9.0.0/16", next_hop="192.168.1.5", metric=7),
            StaticRoute(prefix="::/0", next_hop="fd00:1::1"),
        ),
        dns=("fd00:1::10",),
    )
    windows.extras[interface.guid.upper()] = Extra(registers=False, metric={"IPv4": 33}, mtu={"IPv4": 1400})


@dataclass
class Scene:
    """A host, what its cmdlets see, and a step for it."""

    windows: Windows
    step: Any
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def host(self) -> Host:
        return self.windows.host

    def run(self, **parameters: Any) -> Result:
        """Run the step's script and return what it told."""
        return run(self.windows, self.step, **parameters)


def run(windows: Windows, step: Any, **parameters: Any) -> Result:
    out, _ = windows.run(step_script(step), **parameters)
    (told,) = read_results(out)
    return told


def converged(*, vmq: bool = False) -> Scene:
    """A host whose management vNIC has inherited its team's address."""
    world = World(7)
    host = world.host("HV05", "2012 R2")
    one, two = host.add_nic("00-1B-21-AA-00-01"), host.add_nic("00-1B-21-AA-00-02")
    third = host.add_nic("00-1B-21-AA-00-03", ip="10.0.0.5")
    host.enable_role()
    team: Team = host.team("infra", [one, two])
    switch = host.external_switch("infra", team, allow_management=True)
    vnic: Vnic = host.vnics[0]
    vnic.set_vlan(10)
    windows = Windows(host)
    configure(windows, vnic)
    vnic.set_vmq(on=not vmq)
    step = ReplaceVnic(
        id="r1",
        host="HV05",
        vnic=vnic.name,
        switch=switch.name,
        mac=None,
        was_mac=vnic.mac,
        vlan=Vlan(mode="Access", access=10),
        settings=SETTINGS,
        probes=PROBES,
        patience_s=30,
        vmq=vmq,
    )
    assert vnic.mac == team.mac
    assert third.ip == "10.0.0.5"
    return Scene(windows, step, {"team": team})


def being_built() -> Scene:
    """Report G: the switch stands on the second NIC's team, and the first NIC has the management address."""
    world = World(8)
    host = world.host("HV06", "2012 R2")
    first, second = host.add_nic("00-1B-21-AA-00-11"), host.add_nic("00-1B-21-AA-00-12")
    host.enable_role()
    team = host.team("infra", [second])
    host.external_switch("infra", team, allow_management=False)
    windows = Windows(host)
    configure(windows, first)
    step = JoinTeam(
        id="j1",
        host="HV06",
        nic=first.name,
        nic_permanent=first.permanent,
        team="infra",
        switch="infra",
        vnic="MGMT",
        vlan=Vlan(mode="Access", access=20),
        settings=SETTINGS,
        probes=PROBES,
        patience_s=30,
    )
    return Scene(windows, step, {"team": team, "nic": first})


def internal_turned_external() -> Scene:
    """A switch whose vNIC kept a pool address from the time when it was internal, with a machine on it."""
    world = World(9)
    host = world.host("HV07", "2016")
    nic = host.add_nic("00-1B-21-AA-00-21", ip="192.168.1.21")
    host.enable_role()
    switch = host.internal_switch("LAN")
    vnic = host.vnics[0]
    host.convert_switch(switch, "external", nic)
    machine = host.create_vm("web", switch)
    machine.adapter.set_vlan(5)
    machine.start()
    windows = Windows(host)
    configure(windows, vnic)
    assert vnic.mac != nic.mac
    step = RemakeSwitch(
        id="m1",
        host="HV07",
        switch="LAN",
        nic=nic.name,
        nic_permanent=nic.permanent,
        was_mac=vnic.mac,
        adapters=(machine.adapter.full_id,),
        settings=SETTINGS,
        probes=PROBES,
        patience_s=30,
    )
    return Scene(windows, step, {"nic": nic, "machine": machine})


def mac(text: str) -> int:
    return Mac.parse(text).value
