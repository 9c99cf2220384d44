"""What the evidence of a fleet says of addresses that show on the wire: who owns them, and what is wrong with them."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from maccord.fleet.records import OBSERVERS, Adapter, GuestIp, Host
from maccord.fleet.snapshot import Snapshot
from maccord.mac import parse_value, show
from maccord.report import Report

_OWNERS_MAX = 6


@dataclass(slots=True)
class Inventory:
    """Owners by address, adapters by the IP address that a guest reports, and incidents by address."""

    owners: dict[int, list[str]] = field(default_factory=dict)
    by_ip: dict[tuple[int, str], str] = field(default_factory=dict)
    incidents: dict[int, tuple[str, str]] = field(default_factory=dict)
    ranges: list[tuple[int, int, str, str]] = field(default_factory=list)

    def owners_of(self, macs: Sequence[int]) -> list[str]:
        """Return who has some addresses."""
        found = [name for mac in macs for name in self.owners.get(mac, ())]
        return list(dict.fromkeys(found))[:_OWNERS_MAX]

    def incident_of(self, macs: Sequence[int]) -> tuple[str, str]:
        """Return cause and id of the incident that accounts for all of some addresses; empty where none does."""
        found = {self._incident_at(mac) for mac in macs}
        return found.pop() if len(found) == 1 else ("", "")

    def _incident_at(self, mac: int) -> tuple[str, str]:
        if mac in self.incidents:
            return self.incidents[mac]
        at = bisect_right(self.ranges, (mac, 1 << 48)) - 1
        if at >= 0 and self.ranges[at][0] <= mac <= self.ranges[at][1]:
            return self.ranges[at][2], self.ranges[at][3]
        return "", ""


def inventory_of(snapshot: Snapshot, report: Report) -> Inventory:
    """Return what a checked estate says of addresses."""
    hosts = {row.id: row for row in snapshot.tables.get("host", ()) if isinstance(row, Host)}
    owners: dict[int, list[str]] = defaultdict(list)
    named: dict[int, tuple[int, str]] = {}
    for row in snapshot.tables.get("adapter", ()):
        if not isinstance(row, Adapter) or row.mac is None or hosts[row.host_id].platform in OBSERVERS:
            continue
        host = hosts[row.host_id].name
        name = f"VM {row.machine or row.name} on {host}" if row.kind == "vm" else f"{row.name} on {host}"
        owners[row.mac].append(name)
        named[row.id] = (row.mac, name)
    found = Inventory(dict(owners))
    for row in snapshot.tables.get("guest_ip", ()):
        if isinstance(row, GuestIp) and row.adapter_id in named:
            mac, name = named[row.adapter_id]
            found.by_ip[mac, _ipv4(row.address)] = name
    for incident in reversed(report.incidents):
        if incident.state is None:
            continue
        for address in incident.addresses:
            found.incidents[parse_value(address)] = (incident.cause, incident.id)
        for first, last in incident.ranges:
            found.ranges.append((parse_value(first), parse_value(last), incident.cause, incident.id))
    found.ranges.sort()
    return found


def _ipv4(number: int) -> str:
    return ".".join(str(number >> shift & 0xFF) for shift in (24, 16, 8, 0))


def spelled(macs: Sequence[int]) -> list[str]:
    """Return addresses as they are printed."""
    return [show(mac) for mac in macs]
