"""Small fleets that are lived, told as exports, and repaired by plans made by hand."""

from collections.abc import Mapping
from typing import Any

from maccord.plan.plan import Measure, Outcome, Plan, Settings, digest_of
from maccord.plan.steps import (
    AnyStep,
    ColdStart,
    IpSetting,
    IpSettings,
    ReplaceVnic,
    Route,
    SetMachineAddress,
    SetRange,
)
from maccord.rehearse.rehearsal import Incident
from maccord.rehearse.site import Site
from maccord.worlds.hyperv import Host, Machine, World
from maccord.worlds.hyperv.export import as_json

F0 = 0x00155DF00000


def plan_of(*steps: AnyStep, outcomes: tuple[Outcome, ...] = ()) -> Plan:
    """Return a plan of these steps, with its digest."""
    plan = Plan(
        maccord="0",
        settings=Settings(),
        measure=Measure(machines=0, hosts_ranged=0, addresses=0, hosts=0, restarts=0),
        outcomes=outcomes,
        steps=steps,
    )
    return Plan(**{**{name: getattr(plan, name) for name in plan.__struct_fields__}, "digest": digest_of(plan)})


def twins(profile: str = "2022") -> World:
    """Two hosts in different networks whose addresses end alike: one range, one machine running on each."""
    world = World(4)
    for name, ip in (("HV01", "10.1.5.20"), ("HV02", "10.2.5.20")):
        host = world.host(name, profile)
        nic = host.add_nic()
        nic.set_ip(ip, gateway=ip.rpartition(".")[0] + ".1")
        host.add_nic()
        host.enable_role()
        switch = host.external_switch("LAN", host.nics[1], allow_management=False)
        host.create_vm(f"web on {name}", switch).start()
    return world


def converged() -> World:
    """A host whose management vNIC has its team's address, with a machine beside it."""
    world = World(6)
    host = world.host("HV05", "2012 R2")
    nics = [host.add_nic(), host.add_nic()]
    nics[0].set_ip("192.168.1.21", gateway="192.168.1.1", dns=("192.168.1.10",))
    host.enable_role()
    configured = nics[0].ipv4
    team = host.team("infra", nics)
    switch = host.external_switch("infra", team)
    host.vnics[0].ipv4 = configured
    host.create_vm("web", switch).start()
    return world


def exports(world: World) -> dict[str, dict[str, Any]]:
    """Return what all hosts tell, by name."""
    return {host.name: as_json(host) for host in world.hosts}


def site(world: World) -> Site:
    """Return the hosts made anew from what they tell."""
    return Site(exports(world))


def set_range(host: Host, first: int = F0, *, number: int = 1, declares: tuple[str, ...] = ()) -> SetRange:
    assert host.range is not None
    return SetRange(
        id=f"{host.name}/{number}",
        host=host.name,
        first=first,
        last=first + 0xFF,
        was_first=host.range.first,
        was_last=host.range.last,
        declares=declares,
    )


def cold_start(machine: Machine, first: int = F0, *, number: int = 2) -> ColdStart:
    return ColdStart(
        id=f"{machine.host.name}/{number}",
        host=machine.host.name,
        machine=machine.name,
        machine_id=machine.id,
        first=first,
        last=first + 0xFF,
        addresses=tuple(one.mac for one in machine.adapters),
    )


def set_address(machine: Machine, mac: int | None, *, number: int = 3) -> SetMachineAddress:
    adapter = machine.adapter
    return SetMachineAddress(
        id=f"{machine.host.name}/{number}",
        host=machine.host.name,
        machine=machine.name,
        machine_id=machine.id,
        adapter=adapter.name,
        adapter_id=adapter.full_id,
        mac=mac,
        was_mac=adapter.mac,
        was_dynamic=adapter.dynamic,
        was_running=machine.state == "Running",
    )


def replace_vnic(host: Host, *, number: int = 1, mac: int | None = None) -> ReplaceVnic:
    vnic = host.vnics[0]
    return ReplaceVnic(
        id=f"{host.name}/{number}",
        host=host.name,
        vnic=vnic.name,
        switch=vnic.switch.name,
        mac=mac,
        was_mac=vnic.mac,
        settings=IpSettings(
            addresses=(IpSetting(address="192.168.1.21", prefix_length=24),),
            routes=(Route(prefix="0.0.0.0/0", next_hop="192.168.1.1"),),
            dns_servers=("192.168.1.10",),
        ),
        probes=("192.168.1.1",),
    )


def nothing_found(changed: Mapping[str, Mapping[str, Any]]) -> tuple[Incident, ...]:
    """A check that never finds anything."""
    del changed
    return ()


def overlaps(told: Mapping[str, Mapping[str, Any]]) -> "Judge":
    """A check of these exports that finds ranges which two hosts share."""
    return Judge(told)


class Judge:
    """Finds shared ranges, and machines outside their host's range, as a check does."""

    def __init__(self, told: Mapping[str, Mapping[str, Any]]) -> None:
        self.told = dict(told)
        self.asked = 0

    def __call__(self, changed: Mapping[str, Mapping[str, Any]]) -> tuple[Incident, ...]:
        self.asked += 1
        now = {**self.told, **changed}
        ranges: dict[str, list[str]] = {}
        for name, export in now.items():
            ranges.setdefault(str(export["VMHost"]["MacAddressMinimum"]), []).append(name)
        return tuple(
            Incident(id=f"same {first}", cause="same-low-octets", severity="error", hosts=tuple(sorted(names)))
            for first, names in sorted(ranges.items())
            if len(names) > 1
        )
