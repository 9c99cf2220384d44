"""Steps on machines, lived: shut down, changed, started, and looked at again."""

from maccord.mac.address import show
from maccord.plan.steps import ColdStart, GenerateNames, SetConnection, SetMachineAddress, SetSpoofing
from maccord.rehearse.scene import Already, Scene, failed, refuse
from maccord.worlds.hyperv import Adapter, Host, Machine, Refused


def cold_start(scene: Scene, host: Host, step: ColdStart) -> str:
    """Shut a machine down and start it, so that the host issues its dynamic addresses anew."""
    machine = scene.machine(host, step.machine_id, step.machine)
    if not _replaced(machine, step):
        raise Already(f"its addresses are {_addresses(machine)}")
    if machine.state != "Running":
        raise refuse(f"{machine.name} is {machine.state}, and was to be running")
    stop(scene, machine)
    start(scene, machine)
    if _replaced(machine, step):
        raise failed(f"{machine.name} was started, and has {_addresses(machine)}")
    return f"it has {_addresses(machine)}"


def _replaced(machine: Machine, step: ColdStart) -> list[int]:
    """Return what a machine still has and should not."""
    dynamic = [one.mac for one in machine.adapters if one.dynamic]
    return [mac for mac in dynamic if mac in step.addresses or (mac and not step.first <= mac <= step.last)]


def set_address(scene: Scene, host: Host, step: SetMachineAddress) -> str:
    """Give an adapter a static address, or make it dynamic."""
    machine = scene.machine(host, step.machine_id, step.machine)
    adapter = scene.adapter(machine, step.adapter_id, step.adapter, step.was_mac)
    _check_address(adapter, step)
    runs = machine.state == "Running"
    if runs != step.was_running or machine.state in ("Saved", "Paused"):
        was = "running" if step.was_running else "off"
        raise refuse(f"{machine.name} is {machine.state}, and was {was} when it was planned")
    if runs:
        stop(scene, machine)
    try:
        if step.mac is None:
            adapter.set_dynamic()
        else:
            adapter.set_static(show(step.mac))
    except Refused as refusal:
        if runs:
            start(scene, machine)
        raise failed(str(refusal)) from refusal
    scene.watch(host, scene.pace.setting_is_made, "its address is set")
    if runs:
        start(scene, machine)
    return f"it has {_addresses(machine)}"


def _check_address(adapter: Adapter, step: SetMachineAddress) -> None:
    now = f"{show(adapter.mac)}, {'dynamic' if adapter.dynamic else 'static'}"
    anything = step.was_dynamic and not step.was_mac
    if step.mac is None:
        if adapter.dynamic and not (step.was_dynamic and adapter.mac == step.was_mac):
            raise Already(f"it is {now}")
    elif not adapter.dynamic and adapter.mac == step.mac:
        raise Already(f"it is {now}")
    if adapter.dynamic != step.was_dynamic or (adapter.mac != step.was_mac and not anything):
        raise refuse(f"its address is {now}, and was {show(step.was_mac)} when it was planned")


def set_spoofing(scene: Scene, host: Host, step: SetSpoofing) -> str:
    """Permit or forbid that a guest sends from other addresses."""
    machine = scene.machine(host, step.machine_id, step.machine)
    adapter = scene.adapter(machine, step.adapter_id, step.adapter, 0)
    if adapter.spoofing == step.on:
        raise Already
    adapter.allow_spoofing(on=step.on)
    scene.watch(host, scene.pace.setting_is_made, "spoofing is set")
    return "spoofing is " + ("permitted" if step.on else "forbidden")


def set_connection(scene: Scene, host: Host, step: SetConnection) -> str:
    """Take an adapter off its switch, or connect it."""
    machine = scene.machine(host, step.machine_id, step.machine)
    adapter = scene.adapter(machine, step.adapter_id, step.adapter, 0)
    if (adapter.switch_id is not None) == step.connected:
        raise Already
    if step.connected:
        if not any(switch.name == step.switch for switch in host.switches):
            raise refuse(f"{host.name} has no switch {step.switch}")
        adapter.connect(host.switch(step.switch))
    else:
        if adapter.switch_name != step.switch:
            raise refuse(f"it is connected to {adapter.switch_name}, and was to {step.switch} when it was planned")
        adapter.disconnect()
    scene.watch(host, scene.pace.adapter_reconnects, "it is " + ("connected" if step.connected else "disconnected"))
    return f"it is connected to {step.switch}" if step.connected else "it is connected to nothing"


def generate_names(scene: Scene, host: Host, step: GenerateNames) -> str:
    """Have a machine's Fibre Channel adapters named anew; it is off afterwards."""
    machine = scene.machine(host, step.machine_id, step.machine)
    had = {port for hba in machine.hbas for port in (hba.port_a, hba.port_b)}
    wanted = {int(name.replace(":", ""), 16) for name in step.names}
    if not had & wanted:
        raise Already
    if host.names is None:
        raise refuse(f"{host.name} has no range of World Wide Names")
    if machine.state not in ("Running", "Off"):
        raise refuse(f"{machine.name} is {machine.state}, and has to be off")
    if machine.state == "Running":
        stop(scene, machine)
    names = host.names
    for hba in machine.hbas:
        if {hba.port_a, hba.port_b} & wanted:
            hba.port_a, hba.port_b = names.generate(), names.generate()
            if not (hba.port_a and hba.port_b):
                raise failed(f"{host.name} has no World Wide Name left")
            hba.node = hba.node or names.node
    scene.watch(host, scene.pace.setting_is_made, "its World Wide Names are generated")
    shown = ", ".join(f"{port:016X}" for hba in machine.hbas for port in (hba.port_a, hba.port_b))
    return f"it is off, and has {shown}"


def stop(scene: Scene, machine: Machine) -> None:
    """Shut a running machine down."""
    machine.shut_down()
    scene.watch(machine.host, scene.pace.guest_stops, f"{machine.name} shuts down")


def start(scene: Scene, machine: Machine) -> None:
    """Start a machine; fails where the host refuses to."""
    scene.watch(machine.host, scene.pace.guest_starts, f"{machine.name} starts")
    try:
        machine.start()
    except Refused as refusal:
        raise failed(f"{machine.name} is off, and does not start: {refusal}") from refusal
    scene.watch(machine.host, 1, f"{machine.name} runs")


def _addresses(machine: Machine) -> str:
    return ", ".join(show(one.mac) if one.mac else "no address yet" for one in machine.adapters) or "no adapter"
