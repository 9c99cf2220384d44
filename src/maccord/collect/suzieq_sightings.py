"""SuzieQ's tables `macs` and `arpnd`: which addresses a device has learned, and which IP addresses stand behind them.

Source: SuzieQ's documentation, "macs" and "arpnd" tables; Linux, bridge(8) on `permanent`, `static` and `extern_learn`
entries; Cisco NX-OS, "show mac address-table" on the flags of routed and vPC peer-link entries.
"""

from collections.abc import Iterator

from maccord.collect.suzieq_row import Row
from maccord.fleet.evidence import Seen, SightingSeen

MAC_COLUMNS = {
    "macaddr": "text",
    "oif": "text",
    "vlan": "number",
    "flags": "text",
    "remoteVtepIp": "text",
    "mackey": "text",
}
NEIGHBOUR_COLUMNS = {"macaddr": "text", "oif": "text", "ipAddress": "text", "state": "text"}
_GROUP = 1 << 40


def learned(row: Row) -> Iterator[Seen]:
    """Yield a row of a device's address table; the address all zeros is a flood list and no address."""
    mac = row.mac("macaddr")
    if mac is None:
        return
    flags, port = row.text("flags").casefold(), row.text("oif")
    remote = "remote" in flags or bool(row.text("remoteVtepIp"))
    yield SightingSeen(
        host=row.host,
        place=row.place,
        mac=mac,
        kind=_kind(mac, flags, port),
        port=port,
        vlan=row.vlan(),
        edge=False if remote else None,
    )


def _kind(mac: int, flags: str, port: str) -> str:
    if mac & _GROUP:
        return "static"
    if "permanent" in flags:
        return "own"
    if "router" in flags:
        return "static" if "peer-link" in port.casefold() else "own"  # the other half of a vPC is a gateway as well
    return "static" if "static" in flags else "dynamic"


def neighbour(row: Row) -> Iterator[Seen]:
    """Yield a row of a device's ARP or neighbour table; an entry without an address failed to resolve."""
    mac = row.mac("macaddr")
    if mac is not None:
        yield SightingSeen(
            host=row.host, place=row.place, mac=mac, kind="neighbour", port=row.text("oif"), ip=row.text("ipAddress")
        )
