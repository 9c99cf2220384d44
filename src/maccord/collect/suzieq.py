"""Reads SuzieQ's Parquet snapshots: what a whole network said of its addresses, neighbours and interfaces.

A table is known by its columns. Namespace and host come from columns of these names, else from the folders that the
file lies in (`namespace=dc1/hostname=leaf01`). SuzieQ writes a row when something changes, so that a table holds
history: of several rows of one thing the newest counts, in whatever files they are, and a row that is not `active`
says that the thing is gone.

A namespace of SuzieQ is a network of its own, in which names and addresses mean something; two namespaces are two
layer-2 networks (fleet/fabrics.py).

Source: SuzieQ's documentation, "Analyzer: tables and their schemas", "Namespaces", "Database"; Apache Hive's partition
folders.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from maccord.collect import parquet, suzieq_interfaces, suzieq_links, suzieq_sightings
from maccord.collect.document import Document, Unreadable
from maccord.collect.parsed import Parsed
from maccord.collect.suzieq_row import Row
from maccord.fleet.evidence import HostSeen, Place, Seen, StateSeen
from maccord.fleet.fabrics import qualified

NAME = "suzieq"
_ALL = {"namespace": "text", "hostname": "text", "timestamp": "number", "active": "flag"}


class _Kind(NamedTuple):
    """A table: the columns that it is known by, those that are read, its key, and how a row becomes records."""

    name: str
    signs: frozenset[str]
    columns: dict[str, str]
    key: tuple[str, ...]
    says: Callable[[Row], Iterator[Seen]]


_KINDS = (
    _Kind(
        "interfaces",
        frozenset({"ifname", "macaddr", "type", "adminState"}),
        suzieq_interfaces.COLUMNS,
        ("ifname",),
        suzieq_interfaces.says,
    ),
    _Kind(
        "arpnd",
        frozenset({"ipAddress", "macaddr", "oif"}),
        suzieq_sightings.NEIGHBOUR_COLUMNS,
        ("ipAddress", "oif"),
        suzieq_sightings.neighbour,
    ),
    _Kind(
        "macs",
        frozenset({"macaddr", "oif", "vlan", "flags"}),
        suzieq_sightings.MAC_COLUMNS,
        ("mackey", "macaddr", "vlan"),
        suzieq_sightings.learned,
    ),
    _Kind(
        "lldp",
        frozenset({"ifname", "peerHostname", "peerIfname"}),
        suzieq_links.LLDP_COLUMNS,
        ("ifname", "peerHostname", "peerIfname"),
        suzieq_links.neighbour,
    ),
    _Kind(
        "mlag",
        frozenset({"systemId", "peerLink", "mlagDualPortsList"}),
        suzieq_links.MLAG_COLUMNS,
        ("domainId",),
        suzieq_links.peer,
    ),
    _Kind(
        "evpnVni",
        frozenset({"vni", "type", "routerMac"}),
        suzieq_links.VNI_COLUMNS,
        ("vni", "ifname"),
        suzieq_links.network,
    ),
    _Kind("vlan", frozenset({"vlan", "vlanName", "interfaces"}), {"vlan": "number"}, ("vlan",), suzieq_links.nothing),
    _Kind(
        "device",
        frozenset({"os", "vendor", "model", "bootupTimestamp"}),
        suzieq_interfaces.DEVICE_COLUMNS,
        (),
        suzieq_interfaces.device,
    ),
)


def claims(document: Document) -> bool:
    """Tell whether the content begins as Parquet does."""
    return document.raw.startswith(parquet.MAGIC)


def parse(document: Document) -> Parsed:
    """Read one table; raise Unreadable when it is damaged, or none of SuzieQ's that has to do with addresses."""
    parsed = Parsed()
    with parquet.opened(document.raw) as table:
        kind = next((kind for kind in _KINDS if kind.signs <= table.columns.keys()), None)
        if kind is None:
            raise Unreadable("", "Parquet, but no table of SuzieQ that is read")
        for row in _rows(table, {**_ALL, **kind.columns}, document, parsed):
            key = "\n".join(str(row.values[column]) for column in kind.key)
            says = tuple(kind.says(row)) if row.values["active"] is not False else ()
            time = row.number("timestamp")
            parsed.seen.append(
                StateSeen(host=row.host, place=row.place, table=kind.name, key=key, time=time, says=says)
            )
    return parsed.shorten(document.file)


def _rows(table: parquet.Table, wanted: dict[str, str], document: Document, parsed: Parsed) -> Iterator[Row]:
    """Yield the rows of a table with the host that each is about, and add a record of each host."""
    around = (*reversed(document.above), document.folder)
    folders = dict(part.split("=", 1) for part in around if "=" in part)
    hosts: set[str] = set()
    for number, *cells in table.rows(wanted):
        values = dict(zip(wanted, cells, strict=True))
        fabric = str(values["namespace"] or folders.get("namespace", ""))
        name = str(values["hostname"] or folders.get("hostname", "") or document.folder)
        host = qualified(fabric, name)
        if host not in hosts:
            hosts.add(host)
            parsed.seen.append(HostSeen(host, Place(document.file, ""), "switch", fabric=fabric))
        yield Row(values, host, fabric, Place(document.file, f"/{number}"), parsed.problems)
