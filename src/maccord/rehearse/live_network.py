"""Steps on a host's own network, lived as the task on the host does them: it verifies, or puts everything back.

Source of the sequence: B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking SOLVED!"
(2014).
"""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network

from maccord.mac.address import show
from maccord.plan.steps import IpSettings, JoinTeam, RemakeSwitch, ReplaceVnic, ResetNic, RestartTeam, Vlan
from maccord.rehearse.scene import Already, Declined, Scene, failed, refuse
from maccord.worlds.hyperv import Host, Lease, Nic, Refused, Switch, Team, Vnic
from maccord.worlds.hyperv.interface import Further, Interface, Ipv4, MoreIp, StaticRoute

_TRIED = 1 << 16


def replace_vnic(scene: Scene, host: Host, step: ReplaceVnic) -> str:
    """Make a management vNIC anew, move its settings, ask the probes, or put the old one back."""
    vnic = next((one for one in host.vnics if one.name == step.vnic), None)
    if vnic is None:
        raise refuse(f"{host.name} has no management vNIC {step.vnic}")
    if vnic.switch.name != step.switch:
        raise refuse(f"{step.vnic} is on {vnic.switch.name}, and was on {step.switch} when it was planned")
    if vnic.mac == step.mac or (step.mac is None and vnic.mac != step.was_mac):
        raise Already(f"{step.vnic} has {show(vnic.mac)}")
    if vnic.mac != step.was_mac:
        raise refuse(f"{step.vnic} has {show(vnic.mac)}, and had {show(step.was_mac)} when it was planned")
    _has_settings(vnic, step.settings)
    kept, switch, old_vmq, old_trunk, old_vlan = _settings(vnic), vnic.switch, vnic.vmq, vnic.trunk, vnic.vlan
    host.remove_management_vnic(vnic)
    scene.watch(host, scene.pace.vnic_is_remade, f"{step.vnic} is removed and made anew")
    try:
        made = host.add_management_vnic(step.vnic, switch, static=None if step.mac is None else show(step.mac))
    except Refused as refusal:
        _put_back(scene, host, step.vnic, switch, step.was_mac, kept, (old_vmq, old_trunk, old_vlan))
        raise Declined("rolled-back", f"{refusal}; {step.vnic} has {show(step.was_mac)} again") from refusal
    _tag(made, step.vlan)
    made.set_vmq(on=True)
    _configure(made, step.settings, kept[0])
    scene.watch(host, scene.pace.address_is_tried, "its IP settings are set")
    if step.probes and not scene.answers(host, step.probes):
        scene.watch(host, step.patience_s, f"nobody answers for {step.patience_s} s")
        host.remove_management_vnic(made)
        _put_back(scene, host, step.vnic, switch, step.was_mac, kept, (old_vmq, old_trunk, old_vlan))
        raise Declined("rolled-back", f"none of {', '.join(step.probes)} answered; everything was put back")
    scene.watch(host, 1, "it answers")
    return f"{step.vnic} has {show(made.mac)}"


def _put_back(  # noqa: PLR0917 - what a vNIC consists of
    scene: Scene,
    host: Host,
    name: str,
    switch: Switch,
    mac: int,
    kept: tuple[Ipv4 | None, Further],
    was: tuple[bool, tuple[int, str] | None, int],
) -> None:
    made = host.add_management_vnic(name, switch, static=show(mac))
    made.vmq, made.trunk, made.vlan = was
    _restore(made, kept)
    scene.watch(host, scene.pace.vnic_is_remade, "everything is put back")
    scene.watch(host, 1, "as before")


def join_team(scene: Scene, host: Host, step: JoinTeam) -> str:
    """Add a NIC to a team, and move its IP settings to a new vNIC."""
    nic, team, switch = _nic(host, step.nic, step.nic_permanent), _team(host, step.team), _switch(host, step.switch)
    made = next((one for one in host.vnics if one.name == step.vnic), None)
    if nic in team.members and made is not None:
        raise Already(f"{step.vnic} has {show(made.mac)}")
    if made is not None or nic.used_by:
        what = f"a vNIC {step.vnic}" if made else f"{nic.name} bound to {nic.used_by}"
        raise refuse(f"{host.name} has {what} already")
    _has_settings(nic, step.settings)
    kept = _settings(nic)
    team.add(nic)
    scene.watch(host, scene.pace.team_settles, f"{nic.name} joins {team.name}: its IP settings are gone")
    try:
        made = host.add_management_vnic(step.vnic, switch, static=None if step.mac is None else show(step.mac))
        _tag(made, step.vlan)
        _configure(made, step.settings, kept[0])
        scene.watch(host, scene.pace.vnic_is_remade + scene.pace.address_is_tried, f"{step.vnic} is made")
        _must_answer(scene, host, step)
    except (Refused, Declined) as refusal:
        if made is not None:
            host.remove_management_vnic(made)
        team.remove(nic)
        _restore(nic, kept)
        scene.watch(host, scene.pace.team_settles, "everything is put back")
        scene.watch(host, 1, "as before")
        raise Declined("rolled-back", str(getattr(refusal, "seen", refusal))) from refusal
    scene.watch(host, 1, "it answers")
    return f"{step.vnic} has {show(made.mac)}"


def _must_answer(scene: Scene, host: Host, step: JoinTeam) -> None:
    """Ask the probes, and give up when the patience is over."""
    if step.probes and not scene.answers(host, step.probes):
        scene.watch(host, step.patience_s, f"nobody answers for {step.patience_s} s")
        raise Declined("rolled-back", f"none of {', '.join(step.probes)} answered; everything was put back")


def restart_team(scene: Scene, host: Host, step: RestartTeam) -> str:
    """Disable and enable a team's adapter."""
    team = _team(host, step.team)
    if team.mac in step.members:
        raise Already(f"{team.name} has {show(team.mac)}")
    if team.mac != step.was_mac:
        raise refuse(f"{team.name} has {show(team.mac)}, and had {show(step.was_mac)} when it was planned")
    present = team.present()
    links = [nic.linked for nic in present]
    for nic in present:
        nic.linked = False
    scene.watch(host, scene.pace.team_restarts, f"{team.name} is off")
    for nic, linked in zip(present, links, strict=True):
        nic.linked = linked
    team.restart()
    scene.watch(host, 1, f"{team.name} is on")
    if team.mac not in step.members:
        raise failed(f"{team.name} was restarted, and has {show(team.mac)}")
    return f"{team.name} has {show(team.mac)}"


def remake_switch(scene: Scene, host: Host, step: RemakeSwitch) -> str:
    """Remove an external switch and make it anew, with the machines on it connected again."""
    switch = _switch(host, step.switch)
    nic = _nic(host, step.nic, step.nic_permanent)
    vnics = [one for one in host.vnics if one.switch is switch]
    parent = next((one for one in vnics if one.mac == step.was_mac), None)
    if parent is None and any(one.mac == nic.mac for one in vnics):
        raise Already(f"the parent vNIC has {show(nic.mac)}")
    if parent is None or switch.uplinks != [nic]:
        raise refuse(f"{step.switch} has no vNIC with {show(step.was_mac)}, or does not stand on {step.nic} alone")
    if len(vnics) > 1:
        raise refuse(f"{step.switch} has {len(vnics)} vNICs of the host, and would lose them")
    _has_settings(parent, step.settings)
    kept = _settings(parent)
    connected = [one for m in host.machines for one in m.adapters if one.switch_id == switch.id]
    unplanned = {one.full_id.casefold() for one in connected} - {one.casefold() for one in step.adapters}
    if unplanned:
        raise refuse(f"{len(unplanned)} adapters are connected to {step.switch} that were not when it was planned")
    host.delete_switch(switch)
    scene.watch(host, scene.pace.switch_is_remade, f"{step.switch} is removed and made anew")
    anew = host.external_switch(step.switch, nic)
    vnic = next(one for one in host.vnics if one.switch is anew)
    _tag(vnic, step.vlan)
    _configure(vnic, step.settings, kept[0])
    scene.watch(host, scene.pace.address_is_tried, "its IP settings are set")
    for one in connected:
        one.connect(anew)
    scene.watch(host, scene.pace.adapter_reconnects, f"{len(connected)} adapters are connected again")
    if step.probes and not scene.answers(host, step.probes):
        _restore(vnic, kept)
        raise failed(f"none of {', '.join(step.probes)} answered; {step.switch} is there with the settings that it had")
    scene.watch(host, 1, "it answers")
    return f"the parent vNIC has {show(vnic.mac)}"


def reset_nic(scene: Scene, host: Host, step: ResetNic) -> str:
    """Take a NIC's overriding address away."""
    nic = _nic(host, step.nic, step.nic_permanent)
    if nic.mac == nic.permanent:
        raise Already(f"{nic.name} has {show(nic.mac)}")
    if nic.mac != step.was_mac:
        raise refuse(f"{nic.name} has {show(nic.mac)}, and had {show(step.was_mac)} when it was planned")
    linked, nic.linked = nic.linked, False
    scene.watch(host, scene.pace.nic_restarts, f"{nic.name} restarts")
    nic.linked = linked
    nic.override(None)
    scene.watch(host, 1, f"{nic.name} is up")
    return f"{nic.name} has {show(nic.mac)}"


# What they stand on ---------------------------------------------------------------------------------------------------


def _nic(host: Host, name: str, permanent: int) -> Nic:
    for nic in host.nics:
        if nic.permanent == permanent:
            return nic
    raise refuse(f"{host.name} has no NIC with the permanent address {show(permanent)} (it was {name})")


def _team(host: Host, name: str) -> Team:
    for team in host.teams:
        if team.name == name:
            return team
    raise refuse(f"{host.name} has no team {name}")


def _switch(host: Host, name: str) -> Switch:
    for switch in host.switches:
        if switch.name == name:
            return switch
    raise refuse(f"{host.name} has no switch {name}")


def _has_settings(one: Interface, settings: IpSettings) -> None:
    """Refuse where an interface has not the addresses that were planned with: they would be lost, or taken twice."""
    if settings.dhcp:
        return
    has = {more.address for more in one.further.addresses} | ({one.ip} if one.ip else set())
    missing = [setting.address for setting in settings.addresses if setting.address not in has]
    if missing:
        raise refuse(f"{one.name} has no longer {', '.join(missing)}")


def _settings(one: Interface) -> tuple[Ipv4 | None, Further]:
    return one.ipv4, one.further


def _restore(one: Interface, kept: tuple[Ipv4 | None, Further]) -> None:
    one.ipv4, one.further = kept


def _tag(vnic: Vnic, vlan: Vlan) -> None:
    if vlan.mode == "Trunk":
        vnic.set_trunk(vlan.native, vlan.allowed)
    else:
        vnic.set_vlan(vlan.access if vlan.mode == "Access" else 0)


def _configure(one: Interface, settings: IpSettings, was: Ipv4 | None) -> None:
    """Give an interface the settings of a step. What came by DHCP (`was`) is asked for again, as another client."""
    v4 = [row for row in settings.addresses if ":" not in row.address]
    first = None
    if settings.dhcp and was is not None and was.server is not None:
        one.ipv4 = _leased(one, was)
    elif v4:
        first = v4[0]
        gateway = next((row.next_hop for row in settings.routes if row.prefix == "0.0.0.0/0"), "")
        dns = tuple(row for row in settings.dns_servers if ":" not in row)
        one.set_ip(first.address, prefix=first.prefix_length, gateway=gateway, dns=dns, suffix=settings.dns_suffix)
    gateway = one.ipv4.gateway if one.ipv4 else ""
    one.further = Further(
        addresses=tuple(
            MoreIp(address=row.address, prefix=row.prefix_length, skip_as_source=row.skip_as_source)
            for row in settings.addresses
            if row is not first and not (settings.dhcp and row in v4)
        ),
        routes=tuple(
            StaticRoute(prefix=row.prefix, next_hop=row.next_hop, metric=row.metric or 256)
            for row in settings.routes
            if not (row.prefix == "0.0.0.0/0" and row.next_hop == gateway)
        ),
        dns=tuple(row for row in settings.dns_servers if ":" in row),
    )


def _leased(one: Interface, was: Ipv4) -> Ipv4:
    """Return what a DHCP server gives to a client with another address than before: the next free one of the network.

    A reservation for the old address does not hold for the new one, and where a server goes on is its own affair.
    """
    server, world = was.server, one.on.world
    assert server is not None
    known = server.leases.get(one.mac)
    taken = {lease.ipv4 for lease in server.leases.values()}
    taken |= {at.ipv4.address for host in world.hosts for at in host.interfaces() if at.ipv4 is not None}
    network = IPv4Network((was.address, was.prefix), strict=False)
    after = (IPv4Address(int(was.address) + step) for step in range(1, min(network.num_addresses, _TRIED)))
    free = (ip for ip in after if ip in network and ip != network.broadcast_address and ip not in taken)
    address = known.ipv4 if known else next(free, was.address)
    server.leases[one.mac] = Lease(address, world.now_us + server.lease_us)
    return replace(was, address=address)
