"""One host's machines, as its adapters name them."""

from msgspec.structs import replace

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, MachineSeen


class HostMachines:
    """A host's machines, found by id or by a name that only one of them has."""

    def __init__(self, host: HostRecords) -> None:
        seen = host.of(MachineSeen)
        self._by_id: dict[str, MachineSeen] = {}
        for one in seen:
            known = self._by_id.get(one.id)
            if one.id and (known is None or not _tells_more(known, one)):
                self._by_id[one.id] = one
        names: dict[str, list[MachineSeen]] = {}
        for one in seen:
            names.setdefault(one.name.casefold(), []).append(one)
        self._by_name = {name: ones[0] for name, ones in names.items() if len({one.id for one in ones}) == 1}
        self._states = {one.number: one for one in seen if one.number and one.running is not None}

    def find(self, nic: AdapterSeen) -> MachineSeen | None:
        """Return the machine of a VM's adapter, with the state that another of its records tells."""
        if nic.kind != "vm":
            return None
        found = self._by_id.get(nic.machine_id) or self._by_name.get(nic.machine.casefold())
        if found is not None and found.running is None and found.number in self._states:
            told = self._states[found.number]
            return replace(found, running=told.running, state=told.state)
        return found

    def name_of(self, machine_id: str) -> str:
        """Return the name of a machine, or nothing."""
        return self._by_id[machine_id].name if machine_id in self._by_id else ""


def _tells_more(one: MachineSeen, other: MachineSeen) -> bool:
    """Tell whether a record says more of the machine's state: a stored definition does not turn it off."""
    return bool(one.running) or (one.running is False and other.running is None)


def runs(nic: AdapterSeen, machine: MachineSeen | None) -> bool | None:
    """Tell whether the adapter has power: its machine is on, or the host has it up. None: nobody says."""
    if nic.kind != "vm":
        return nic.up is not False
    if machine is not None and machine.running is not None:
        return machine.running
    return nic.up
