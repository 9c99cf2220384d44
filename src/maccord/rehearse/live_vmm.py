"""Steps on VMM servers, lived."""

from maccord.mac.address import show
from maccord.plan.steps import GrantAddress, MakeVmmPool, RefreshVmm, RemoveVmmPool
from maccord.rehearse.live_machines import start, stop
from maccord.rehearse.scene import Already, Scene, failed, refuse
from maccord.worlds.hyperv import Adapter, Refused
from maccord.worlds.scvmm import ALL_HOSTS, BadPool, NotManaged, Pool, Server


def refresh(scene: Scene, server: Server, step: RefreshVmm) -> str:
    """Have the server read a host anew."""
    host = scene.site.managed(server, step.refreshed)
    if host is None:
        raise refuse(f"{server.name} manages no host {step.refreshed}")
    told = server.refresh(host)
    return "; ".join(told) or "nothing was new to it"


def make_pool(scene: Scene, server: Server, step: MakeVmmPool) -> str:
    """Make a pool, for the host groups of the one that it stands in for."""
    found = _pool(server, step.name)
    if found is not None:
        if (found.first, found.last) == (step.first, step.last):
            raise Already
        raise refuse(f"{server.name} has a pool {step.name} of {show(found.first)} to {show(found.last)}")
    old = _pool(server, step.instead_of)
    groups = step.groups or (old.groups if old else (ALL_HOSTS,))
    try:
        for group in groups:
            server.groups.setdefault(group, ALL_HOSTS)
        server.add_pool(step.name, show(step.first), show(step.last), groups)
    except BadPool as bad:
        raise refuse(str(bad)) from bad
    del scene
    return f"{show(step.first)} to {show(step.last)}"


def remove_pool(scene: Scene, server: Server, step: RemoveVmmPool) -> str:
    """Remove a pool; what was granted from it stays with the machines."""
    found = _pool(server, step.name)
    if found is None:
        raise Already
    if (found.first, found.last) != (step.first, step.last):
        raise refuse(f"the pool {step.name} is {show(found.first)} to {show(found.last)}")
    granted = len(found.grants) + sum(mac in found for mac in server.taken)
    server.delete_pool(step.name)
    del scene
    return f"{step.name} is gone" + (f"; {granted} machines keep the addresses granted from it" if granted else "")


def grant(scene: Scene, server: Server, step: GrantAddress) -> str:
    """Grant a machine's adapter an address of a pool; the one that it had goes back to the server."""
    host = scene.site.managed(server, step.on)
    if host is None:
        raise refuse(f"{server.name} manages no host {step.on}")
    machine = scene.machine(host, step.machine_id, step.machine)
    adapter = scene.adapter(machine, step.adapter_id, "", step.was_mac)
    pool = _pool(server, step.pool)
    if pool is None:
        raise refuse(f"{server.name} has no pool {step.pool}")
    if not adapter.dynamic and adapter.mac in pool.grants:
        raise Already(f"it has {show(adapter.mac)}")
    runs = machine.state == "Running"
    if adapter.mac != step.was_mac or runs != step.was_running or machine.state in ("Saved", "Paused"):
        raise refuse(f"{machine.name} is {machine.state} and has {show(adapter.mac)}")
    mac = _granted(scene, server, adapter, pool)
    for other in server.pools:
        if other is not pool and step.was_mac in other.grants and other.grants[step.was_mac].adapter is adapter:
            del other.grants[step.was_mac]
    if runs:
        start(scene, machine)
    return f"it has {show(mac)}"


def _granted(scene: Scene, server: Server, adapter: Adapter, pool: Pool) -> int:
    """Shut the machine down where it runs, and grant; where that is refused the machine is started again."""
    machine, runs = adapter.machine, adapter.machine.state == "Running"
    if runs:
        stop(scene, machine)
    try:
        return server.grant(adapter, pool)
    except (Refused, BadPool, NotManaged) as refusal:
        if runs:
            start(scene, machine)
        raise failed(str(refusal)) from refusal


def _pool(server: Server, name: str) -> Pool | None:
    return next((pool for pool in server.pools if pool.name == name), None)
