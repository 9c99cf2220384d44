"""Making and changing virtual switches, and where the host's vNICs on them have their addresses from.

Source: J. Howard (2008) and his replies (the parent vNIC inherits the NIC's address; internal networks draw from the
pool; one that is turned external keeps its pool address); B. Gelens (2014: a vNIC on a team inherits the
Multiplexor's); the references of New-VMSwitch and Add-VMNetworkAdapter.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from maccord.mac.address import Mac
from maccord.worlds.hyperv import messages, pool
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.refusals import InvalidStaticAddress, NotSupported, WrongState
from maccord.worlds.hyperv.switch import Kind, Source, Switch, Vnic
from maccord.worlds.hyperv.team import Team

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host

Uplink = Nic | Team | Sequence[Nic]


def create(
    host: "Host", name: str, kind: Kind, on: Uplink | None, *, allow_management: bool, allow_lbfo: bool
) -> Switch:
    """Make a switch; nothing is left of it if it is refused."""
    host.must_be_up()
    host.must_have_role()
    if any(one.name == name for one in host.switches):
        raise WrongState(name, f"{host.name} has a switch of this name already")
    below = _below(host, on, kind, allow_lbfo=allow_lbfo)
    wanted = kind == "internal" or (kind == "external" and allow_management)
    given = _address(host, name, below) if wanted else None
    ids = host.world.ids
    switch = Switch(id=ids.guid(), port=ids.guid(), name=name, kind=kind)
    _bind(switch, below)
    host.switches.append(switch)
    if given is not None:
        _add_parent(host, switch, given)
    _told(host, "create switch", switch)
    host.team_twins({switch.id})
    host.pinned_ports()
    return switch


def convert(host: "Host", switch: Switch, kind: Kind, on: Uplink | None, *, allow_lbfo: bool) -> None:
    """Turn a switch into one of another kind. Its vNIC stays, and keeps the address it has."""
    _own(host, switch)
    below = _below(host, on, kind, allow_lbfo=allow_lbfo, user=switch.name)
    vnics = [vnic for vnic in host.vnics if vnic.switch is switch]
    anew = kind != "private" and not (vnics and host.contested.conversion_keeps_address)
    given = _address(host, switch.name, below, besides=vnics) if anew else None
    old, freed = switch.kind, list(switch.uplinks)
    _unbind(switch)
    switch.kind = kind
    _bind(switch, below)
    if kind == "private":
        for vnic in vnics:
            _drop(host, vnic)
    elif not vnics and given is not None:
        _add_parent(host, switch, given)
    else:
        if given is not None:
            vnics[0].mac, vnics[0].source = given
        if below.uplinks:
            below.uplinks[0].hand_ip_to(vnics[0])
        elif freed:
            vnics[0].hand_ip_to(freed[0])
    _told(host, "convert switch", switch, old=old)
    host.team_twins({switch.id})
    host.pinned_ports()


def delete(host: "Host", switch: Switch) -> None:
    """Remove a switch. Adapters of machines are disconnected; the parent's IPv4 configuration goes back to the NIC."""
    _own(host, switch)
    for vnic in [vnic for vnic in host.vnics if vnic.switch is switch]:
        if vnic.came_with_switch and switch.uplinks:
            vnic.hand_ip_to(switch.uplinks[0])
        _drop(host, vnic)
    for machine in host.machines:
        for adapter in machine.adapters:
            if adapter.switch_id == switch.id:
                adapter.switch_name = adapter.switch_id = None
    _unbind(switch)
    host.switches.remove(switch)
    _told(host, "delete switch", switch)


def allow_management(host: "Host", switch: Switch, *, on: bool) -> None:
    """Let the host share an external switch's uplink, through a vNIC, or no longer."""
    _own(host, switch)
    vnics = [vnic for vnic in host.vnics if vnic.switch is switch]
    if switch.kind != "external":
        raise WrongState(switch.name, "only an external switch shares its uplink")
    if on and not vnics:
        below = _Below(switch.uplinks, embedded=switch.embedded_team, wired=True)
        _add_parent(host, switch, _address(host, switch.name, below))
    elif not on:
        for vnic in vnics:
            if vnic.came_with_switch and switch.uplinks:
                vnic.hand_ip_to(switch.uplinks[0])
            _drop(host, vnic)
    _told(host, "allow management" if on else "forbid management", switch)
    host.team_twins({switch.id})
    host.pinned_ports()


def add_vnic(host: "Host", name: str, switch: Switch, static: str | None) -> Vnic:
    """Add-VMNetworkAdapter -ManagementOS: a vNIC with an address of its own, from the pool or a static one."""
    host.need("cmdlets", "adding host vNICs")
    _own(host, switch)
    if switch.kind == "private":
        raise WrongState(switch.name, "the host has no part in a private switch")
    if any(vnic.name == name for vnic in host.vnics):
        raise WrongState(name, f"{host.name} has a vNIC of this name already")
    if static is None:
        mac, source = pool.issue_for_vnic(host, name), "pool"
    else:
        mac, source = Mac.parse(static).value, "static"
        if not pool.valid_static(mac):
            raise InvalidStaticAddress(name, f"{Mac(mac)} can be no adapter's address", messages.failed_to_modify())
    vnic = Vnic(host, name, switch, mac, "pool" if source == "pool" else "static")
    host.vnics.append(vnic)
    _note_vnic(host, vnic)
    host.team_twins({switch.id})
    host.pinned_ports()
    return vnic


def remove_vnic(host: "Host", vnic: Vnic) -> None:
    """Remove-VMNetworkAdapter -ManagementOS."""
    _drop(host, vnic)


def set_team(host: "Host", switch: Switch, nics: Sequence[Nic]) -> None:
    """Replace the NICs of an embedded team. vNICs keep their addresses."""
    _own(host, switch)
    if not switch.embedded_team:
        raise WrongState(switch.name, "it has no embedded team")
    _check_uplinks(host, nics, switch.name)
    for one in switch.uplinks:
        one.used_by = None
    for nic in nics:
        nic.release()
    _bind(switch, _Below(list(nics), embedded=True, wired=True))
    _told(host, "set switch team", switch)
    host.pinned_ports()


def _add_parent(host: "Host", switch: Switch, given: tuple[int, Source]) -> None:
    vnic = Vnic(host, switch.name, switch, *given)
    vnic.came_with_switch = switch.kind == "external"
    host.vnics.append(vnic)
    if switch.uplinks:
        switch.uplinks[0].hand_ip_to(vnic)
    _note_vnic(host, vnic)


def _address(host: "Host", name: str, below: "_Below", *, besides: Sequence[Vnic] = ()) -> tuple[int, Source]:
    """Return the address of the vNIC that comes with a switch: the NIC's or team's below, or one of the pool."""
    if any(vnic.name == name and vnic not in besides for vnic in host.vnics):
        raise WrongState(name, f"{host.name} has a vNIC of this name already")
    from_pool = below.embedded and host.contested.embedded_team_vnic == "pool"
    if below.wired and not from_pool and below.uplinks:
        return below.uplinks[0].mac, "inherited"
    return pool.issue_for_vnic(host, name), "pool"


def _drop(host: "Host", vnic: Vnic) -> None:
    vnic.release()
    host.vnics.remove(vnic)
    host.note("remove vNIC", {"vnic": vnic.name, "switch": vnic.switch.name}, vnic.mac)


@dataclass(frozen=True, slots=True)
class _Below:
    """What a switch stands on. embedded: as a team of its own; wired: whether the switch is an external one."""

    uplinks: Sequence[Nic | Team]
    embedded: bool
    wired: bool


def _below(host: "Host", on: Uplink | None, kind: Kind, *, allow_lbfo: bool, user: str = "") -> _Below:
    if kind != "external":
        return _Below([], embedded=False, wired=False)
    if on is None:
        raise WrongState(host.name, "an external switch needs a NIC, a team or several NICs")
    if isinstance(on, Sequence):
        host.need("embedded_teaming", "Switch Embedded Teaming")
        _check_uplinks(host, on, user)
        return _Below(list(on), embedded=True, wired=True)
    _check_uplinks(host, [on], user)
    if isinstance(on, Team) and host.profile.refuses_switch_on_team and not allow_lbfo:
        raise NotSupported(on.name, "a switch on an LBFO team needs -AllowNetLbfoTeams; use an embedded team")
    return _Below([on], embedded=False, wired=True)


def _check_uplinks(host: "Host", uplinks: Sequence[Nic | Team], user: str = "") -> None:
    if not 1 <= len(uplinks) <= 8 or len(set(uplinks)) < len(uplinks):
        raise WrongState(host.name, "an embedded team has one to eight NICs, each once")
    for one in uplinks:
        if one.host is not host:
            raise WrongState(one.name, f"it is not in {host.name}")
        if one.used_by and one.used_by != user:
            raise WrongState(one.name, f"{one.used_by} is bound to it")


def _bind(switch: Switch, below: _Below) -> None:
    switch.uplinks, switch.embedded_team = list(below.uplinks), below.embedded
    for one in below.uplinks:
        one.used_by = switch.name


def _unbind(switch: Switch) -> None:
    for one in switch.uplinks:
        one.used_by = None
    switch.uplinks, switch.embedded_team = [], False


def _own(host: "Host", switch: Switch) -> None:
    host.must_be_up()
    if switch not in host.switches:
        raise WrongState(switch.name, f"it is not on {host.name}")


def _note_vnic(host: "Host", vnic: Vnic) -> None:
    told = {"vnic": vnic.name, "switch": vnic.switch.name, "source": vnic.source}
    host.note("create vNIC", told, vnic.mac)


def _told(host: "Host", operation: str, switch: Switch, **more: str) -> None:
    told = {"switch": switch.name, "kind": switch.kind, "uplinks": ", ".join(one.name for one in switch.uplinks)}
    host.note(operation, told | more)
