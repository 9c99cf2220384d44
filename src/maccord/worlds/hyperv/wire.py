"""Who would answer to an address on the wire now: what a person finds who goes from host to host."""

from collections.abc import Iterator

from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.switch import Switch

Speaker = tuple[str, str, str]
"""A host's name, `machine`, `vnic`, `team` or `nic`, and the name of the machine or interface."""


def speakers(host: Host, mac: int) -> Iterator[Speaker]:
    """Yield what sends from an address into the network outside: a NIC or team below a switch or team does not."""
    if not host.up:
        return
    outward = {switch.id for switch in host.switches if leads_out(host, switch)}
    for machine in host.machines:
        for adapter in machine.adapters if machine.has_power else ():
            if adapter.switch_id in outward and adapter.source == mac:
                yield host.name, "machine", machine.name
    for vnic in host.vnics:
        if vnic.switch.id in outward and vnic.mac == mac:
            yield host.name, "vnic", vnic.alias
    for one in (*host.teams, *host.nics):
        if one.used_by is None and one.mac == mac:
            yield host.name, "nic" if isinstance(one, Nic) else "team", one.name


def leads_out(host: Host, switch: Switch) -> bool:
    """Tell whether a switch has a NIC below it that is in the host."""
    return any(one.host is host and (isinstance(one, Nic) or bool(one.present())) for one in switch.uplinks)
