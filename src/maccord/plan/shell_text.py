"""Repairs on platforms that have shells: text for an administrator to read and run.

Each builder quotes what comes from evidence with `shlex.quote`, and refuses names with control characters, which no
such platform has. Sources: qm(1) and pct(1) of Proxmox VE; virt-xml(1); xe's command reference; incus documentation,
"incus config device"; netplan's reference.
"""

from collections.abc import Callable
from shlex import quote

from msgspec.structs import replace

from maccord.fleet.records import Adapter


def _colons(mac: int) -> str:
    return ":".join(f"{mac >> shift & 0xFF:02x}" for shift in range(40, -8, -8))


def _proxmox(row: Adapter, mac: int | None) -> str:
    tool = "pct" if row.device.startswith("lxc") else "qm"
    number, old = quote(row.machine_id or row.machine), _colons(row.mac or 0)
    new = _colons(mac) if mac is not None else "$(printf '02:%02x:%02x:%02x:%02x:%02x' $(od -An -N5 -tu1 /dev/urandom))"
    shut = f"{tool} shutdown {number} && " if row.running else ""
    start = f" && {tool} start {number}" if row.running else ""
    value = f'"$({tool} config {number} | grep -F {quote(row.name + ": ")} | cut -d" " -f2- | sed "s/{old}/{new}/I")"'
    return f"{shut}{tool} set {number} {quote('--' + row.name)} {value}{start}"


def _libvirt(row: Adapter, mac: int | None) -> str:
    name = quote(row.machine)
    new = "mac.address=" if mac is None else f"mac.address={_colons(mac)}"
    edit = f"virt-xml {name} --edit mac={_colons(row.mac or 0)} --network {new}"
    return f"virsh shutdown {name}\n{edit}\nvirsh start {name}" if row.running else edit


def _incus(row: Adapter, mac: int | None) -> str:
    name, device = quote(row.machine), quote(row.name)
    change = (
        f"incus config unset {name} volatile.{device}.hwaddr"
        if mac is None
        else f"incus config device override {name} {device} hwaddr={_colons(mac)}"
    )
    return f"incus stop {name}\n{change}\nincus start {name}" if row.running else change


def _xcp(row: Adapter, mac: int | None) -> str:
    new = "random" if mac is None else _colons(mac)
    vif = f"$(xe vif-list MAC={_colons(row.mac or 0)} vm-uuid={quote(row.machine_id)} --minimal)"
    make = (
        f'vif="{vif}"\nnetwork="$(xe vif-param-get uuid="$vif" param-name=network-uuid)"\n'
        'device="$(xe vif-param-get uuid="$vif" param-name=device)"\nxe vif-destroy uuid="$vif"\n'
        f'xe vif-create vm-uuid={quote(row.machine_id)} network-uuid="$network" device="$device" mac={new}'
    )
    uuid = quote(row.machine_id)
    return f"xe vm-shutdown uuid={uuid}\n{make}\nxe vm-start uuid={uuid}" if row.running else make


_BUILDERS: dict[str, Callable[[Adapter, int | None], str]] = {
    "incus": _incus,
    "libvirt": _libvirt,
    "proxmox": _proxmox,
    "xcp": _xcp,
}


def new_address(platform: str, row: Adapter, mac: int | None) -> str | None:
    """Return commands that give a machine's adapter the address `mac`, or one that the platform makes up (None).

    None where the platform has no such commands, or a name holds what no shell should see or would take for an option.
    """
    build = _BUILDERS.get(platform)
    names = (row.machine, row.machine_id, row.name)
    if build is None or any(not text.isprintable() or text.startswith("-") for text in names):
        return None
    return build(row, mac)


def old_address(platform: str, row: Adapter, mac: int | None) -> str:
    """Return commands that take `new_address` back; nothing where the platform made the new address up."""
    if mac is None or row.mac is None:
        return ""
    return new_address(platform, _with(row, mac), row.mac) or ""


def _with(row: Adapter, mac: int) -> Adapter:
    return replace(row, mac=mac)
