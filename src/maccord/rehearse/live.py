"""One typed step, lived on the emulated host or VMM server that it names: checked first, done once, checked after.

What happens is what the step's PowerShell does: it is refused where the host shows something else than was planned
for, nothing is done where what it leaves is there already, and what was begun is put back where the step says so.
"""

from collections.abc import Callable
from typing import Any, Literal

from msgspec import Struct

from maccord.mac.address import show
from maccord.plan.steps import (
    AnyStep,
    ColdStart,
    GenerateNames,
    GrantAddress,
    JoinTeam,
    MakeVmmPool,
    RefreshVmm,
    RemakeSwitch,
    RemoveVmmPool,
    ReplaceVnic,
    ResetNic,
    RestartTeam,
    SetConnection,
    SetCursor,
    SetMachineAddress,
    SetPortNames,
    SetRange,
    SetSpoofing,
)
from maccord.rehearse import live_machines, live_network, live_vmm
from maccord.rehearse.scene import Already, Declined, Scene, failed, refuse
from maccord.worlds.hyperv import Host, Refused

Happened = Literal["done", "already", "refused", "failed", "rolled-back", "skipped"]


class Lived(Struct, frozen=True, kw_only=True):
    """What became of a step: `outcome` as the scripts tell it, and in words what was seen."""

    step: str
    kind: str
    outcome: Happened
    seen: str = ""

    @property
    def stops(self) -> bool:
        """Whether no further step is to be begun after it."""
        return self.outcome in ("refused", "failed", "rolled-back")


def live(scene: Scene, step: AnyStep) -> Lived:
    """Live a step. Steps that no emulated host or server has a part in are skipped."""
    kind = str(step.__struct_config__.tag)
    try:
        seen = _live(scene, step)
    except Already as there:
        return Lived(step=step.id, kind=kind, outcome="already", seen=there.seen)
    except Declined as declined:
        return Lived(step=step.id, kind=kind, outcome=_outcome(declined), seen=declined.seen)
    except Refused as refusal:
        return Lived(step=step.id, kind=kind, outcome="failed", seen=str(refusal))
    if seen is None:
        return Lived(step=step.id, kind=kind, outcome="skipped", seen="no emulated host has a part in it")
    return Lived(step=step.id, kind=kind, outcome="done", seen=seen)


def _outcome(declined: Declined) -> Happened:
    return "refused" if declined.outcome == "refused" else "failed" if declined.outcome == "failed" else "rolled-back"


def _live(scene: Scene, step: AnyStep) -> str | None:
    on_host, on_server = _ON_HOSTS.get(type(step)), _ON_SERVERS.get(type(step))
    if on_host is not None:
        host = scene.site.host(step.host)
        if host is None:
            return None
        if not host.up:
            raise refuse(f"{host.name} is down")
        if not host.profile.cmdlets:
            raise refuse(f"Windows Server {host.profile.name} has no cmdlets of Hyper-V, such as Set-VMHost")
        return str(on_host(scene, host, step))
    if on_server is not None:
        server = scene.site.server(step.host)
        return None if server is None else str(on_server(scene, server, step))
    return None


def _set_range(scene: Scene, host: Host, step: SetRange) -> str:
    """Set-VMHost. The cursor is the host's own affair."""
    now = (host.range.first, host.range.last) if host.range else None
    if now == (step.first, step.last):
        raise Already
    if now != (step.was_first, step.was_last):
        raise refuse(f"the range is {host.range}, and was {show(step.was_first)} to {show(step.was_last)}")
    host.set_vmhost(show(step.first), show(step.last))
    scene.watch(host, scene.pace.setting_is_made, "the range is set")
    return f"the range is {host.range}"


def _set_cursor(scene: Scene, host: Host, step: SetCursor) -> str:
    """Stop the management service, write the value, start the service: it reads the registry then."""
    key = host.key
    if key.current == step.cursor:
        raise Already
    if step.was_cursor is not None and key.current != step.was_cursor:
        raise refuse(f"the cursor is {show(key.current) if key.current is not None else 'empty'}")
    host.edit_registry(current=show(step.cursor))
    scene.watch(host, scene.pace.service_restarts, "the management service restarts")
    host.range = key.range
    return f"the cursor is {show(step.cursor)}"


def _set_port_names(scene: Scene, host: Host, step: SetPortNames) -> str:
    names = host.names
    if names is None:
        raise refuse(f"{host.name} has no World Wide Names")
    if (names.first, names.last) == (step.first, step.last):
        raise Already
    if (names.first, names.last) != (step.was_first, step.was_last):
        raise refuse(f"the range of World Wide Port Names is {names.first:016X} to {names.last:016X}")
    host.set_port_names(step.first, step.last)
    scene.watch(host, scene.pace.setting_is_made, "the range of names is set")
    if host.names is None or host.names.first != step.first:
        raise failed("the range of names did not change")
    return f"the range is {step.first:016X} to {step.last:016X}"


_ON_HOSTS: dict[type, Callable[[Scene, Host, Any], str]] = {
    SetRange: _set_range,
    SetCursor: _set_cursor,
    SetPortNames: _set_port_names,
    ColdStart: live_machines.cold_start,
    SetMachineAddress: live_machines.set_address,
    SetSpoofing: live_machines.set_spoofing,
    SetConnection: live_machines.set_connection,
    GenerateNames: live_machines.generate_names,
    ReplaceVnic: live_network.replace_vnic,
    JoinTeam: live_network.join_team,
    RestartTeam: live_network.restart_team,
    RemakeSwitch: live_network.remake_switch,
    ResetNic: live_network.reset_nic,
}
_ON_SERVERS: dict[type, Callable[[Scene, Any, Any], str]] = {
    RefreshVmm: live_vmm.refresh,
    MakeVmmPool: live_vmm.make_pool,
    RemoveVmmPool: live_vmm.remove_pool,
    GrantAddress: live_vmm.grant,
}

QUIET = (SetRange, SetCursor, SetPortNames, SetSpoofing, RefreshVmm, MakeVmmPool, RemoveVmmPool)
"""Steps during which nothing is cut off: nobody watches the wire meanwhile."""
