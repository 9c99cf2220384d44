"""What an adapter's port is set to: by the adapter itself, by a table of ports, or by its port group or switch."""

from collections import defaultdict

from maccord.fleet import vlan
from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, PortGroupSeen, SwitchSeen, VlanSeen


class Ports:
    """The settings of one host's ports; an adapter's own word counts before those of tables and port groups."""

    def __init__(self, host: HostRecords) -> None:
        seen = host.of(VlanSeen)
        self._by_id = {one.adapter_id: one.vlans for one in seen if one.adapter_id}
        names: dict[str, set[str]] = {}
        for one in seen:
            if one.machine:
                names.setdefault(one.machine.casefold(), set()).add(one.vlans)
        self._by_machine = {name: sets.pop() for name, sets in names.items() if len(sets) == 1}
        self._groups: dict[str, dict[str, PortGroupSeen]] = defaultdict(dict)
        self._default: dict[str, str] = {}
        for group in host.of(PortGroupSeen):
            switch = group.switch.casefold()
            self._groups[switch].setdefault(group.group, group)
            if group.default:
                self._default.setdefault(switch, group.group)

    def vlans_of(self, nic: AdapterSeen, switch: SwitchSeen | None) -> str:
        """Return the set of VLANs that an adapter hears: its switch has the last word."""
        if nic.vlans is not None:
            return nic.vlans
        told = self._by_id.get(nic.id) if nic.id else None
        told = told or (self._by_machine.get(nic.machine.casefold()) if nic.machine else None)
        told = told or next((one.vlans for one in self._around(nic) if one.vlans is not None), None)
        return told or (switch.vlans if switch is not None else None) or vlan.UNTAGGED

    def spoofing_of(self, nic: AdapterSeen) -> bool | None:
        """Tell whether an adapter may send from other addresses than its own; None when nobody says."""
        if nic.spoofing is not None:
            return nic.spoofing
        return next((one.spoofing for one in self._around(nic) if one.spoofing is not None), None)

    def _around(self, nic: AdapterSeen) -> list[PortGroupSeen]:
        """Return the port group of an adapter and its switch as a whole, as far as they are told of."""
        if not self._groups:
            return []
        for switch in (nic.switch_id.casefold(), nic.switch.casefold()):
            groups = self._groups.get(switch) if switch else None
            if groups:
                names = (nic.group or self._default.get(switch, ""), "")
                return [groups[name] for name in dict.fromkeys(names) if name in groups]
        return []
