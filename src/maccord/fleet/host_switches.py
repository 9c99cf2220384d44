"""One host's switches, as its adapters name them."""

from msgspec.structs import replace

from maccord.fleet.adapter_rows import AdapterRows
from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, SwitchSeen
from maccord.fleet.records import Switch


class HostSwitches:
    """A host's switches, found by id or by name; what several cmdlets tell of one is put together."""

    def __init__(self, host: HostRecords, number: int, rows: AdapterRows) -> None:
        merged: dict[str, SwitchSeen] = {}
        for one in host.of(SwitchSeen):
            merged[one.name.casefold()] = _merged(merged.get(one.name.casefold()), one)
        self._by_key = {**merged, **{one.id: one for one in merged.values() if one.id}}
        self._rows: dict[str, int] = {}
        self.seen: list[tuple[SwitchSeen, Switch]] = []
        for key, one in merged.items():
            at = rows.next_id("switch")
            row = Switch(at, number, one.name, one.kind, one.embedded_team, one.place.file, one.place.at)
            rows.switch.append(row)
            self.seen.append((one, row))
            self._rows[key] = at

    def find(self, nic: AdapterSeen) -> SwitchSeen | None:
        """Return the switch that an adapter is plugged into."""
        found = self._by_key.get(nic.switch_id) if nic.switch_id else None
        return found or (self._by_key.get(nic.switch.casefold()) if nic.switch else None)

    def number_of(self, switch: SwitchSeen | None) -> int | None:
        """Return the number of a switch's row."""
        return None if switch is None else self._rows[switch.name.casefold()]


def _merged(first: SwitchSeen | None, other: SwitchSeen) -> SwitchSeen:
    if first is None or (first.assumed and not other.assumed):
        return other
    if other.assumed:
        return first
    return replace(
        first,
        id=first.id or other.id,
        embedded_team=first.embedded_team or other.embedded_team,
        vlans=first.vlans or other.vlans,
        uplinks=tuple(dict.fromkeys(first.uplinks + other.uplinks)),
        uplink_ids=tuple(dict.fromkeys(first.uplink_ids + other.uplink_ids)),
    )
