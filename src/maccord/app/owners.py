"""Who owns which address, as evidence shows it: what an authority can adopt, and be compared with."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from maccord.alloc.records import GLOBAL, Adoption, ForeignRange, Holder
from maccord.app.check import diagnose
from maccord.app.inventory import Inventory
from maccord.engine import Engine
from maccord.fleet.records import Adapter, Host, Pool, Row, Sighting
from maccord.fleet.snapshot import Snapshot
from maccord.mac import Mac, block_of, show

R = TypeVar("R", bound=Row)
_KINDS = {"team": "team", "interface": "gateway"}
_TEXT = 255


@dataclass(frozen=True, slots=True)
class Owners:
    """What the evidence shows: owners to adopt, those that no lease can hold, and ranges that hosts issue from."""

    rows: tuple[Adoption, ...]
    skipped: tuple[Adoption, ...]
    """Addresses of protocols and groups, which several machines wear by design."""
    ranges: tuple[ForeignRange, ...]
    """What hosts, VMM servers and container networks issue from."""
    inventory: Inventory
    """Of which hosts the evidence has an inventory, so that what it does not show there is missed."""


def owners(
    snapshot: Snapshot, engine: Engine, *, scope: str = GLOBAL, tell: Callable[[str], None] = lambda _: None
) -> Owners:
    """Return who owns what. Adapters that are one thing by design (a team and its member) are one owner.

    An address that was only seen on the wire has an owner of its own, so that nothing is allocated over it.
    """
    engine.load(snapshot)
    twins = diagnose(engine, tell=tell).twins
    one_thing = {(twin.address, adapter): min(twin.adapters) for twin in twins for adapter in twin.adapters}
    hosts = {host.id: host.name for host in _rows(snapshot, "host", Host)}
    found: dict[tuple[int, Holder], Adoption] = {}
    by_id = {one.id: one for one in _rows(snapshot, "adapter", Adapter)}
    known: set[int] = set()
    for adapter in by_id.values():
        if adapter.mac is None or adapter.zeros:
            continue
        known.add(adapter.mac)
        leader = by_id[one_thing.get((adapter.mac, adapter.id), adapter.id)]
        holder = _holder(leader, hosts[leader.host_id])
        place = f"{adapter.file} {adapter.place}"[:255]
        found.setdefault((adapter.mac, holder), Adoption(
            address=show(adapter.mac), holder=holder, place=_plain(place), scope=scope,
        ))  # fmt: skip
    for mac, row in _seen(snapshot, hosts, known, scope):
        found.setdefault((mac, row.holder), row)
    rows: list[Adoption] = []
    skipped: list[Adoption] = []
    for mac, holder in sorted(found, key=lambda key: (key[0], str(key[1]))):
        plain = not Mac(mac).is_group and block_of(mac) is None
        (rows if plain else skipped).append(found[mac, holder])
    return Owners(tuple(rows), tuple(skipped), tuple(_ranges(snapshot, hosts, scope)), Inventory.of(snapshot))


def _rows(snapshot: Snapshot, table: str, kind: type[R]) -> Iterator[R]:
    return (row for row in snapshot.tables[table] if isinstance(row, kind))


def _holder(adapter: Adapter, host: str) -> Holder:
    machine = adapter.machine_id or f"{host}/{adapter.machine}"
    part = adapter.device or adapter.name
    if adapter.kind == "vm":
        kind = "snapshot" if adapter.snapshot else "vm-adapter"
        return Holder(kind, _plain(f"{machine}/{part}"), _plain(host), _plain(f"{adapter.machine} {adapter.name}"))
    return Holder(
        _KINDS.get(adapter.kind, "host-adapter"), _plain(f"{host}/{part}"), _plain(host), _plain(adapter.name)
    )


def _seen(snapshot: Snapshot, hosts: dict[int, str], known: set[int], scope: str) -> Iterator[tuple[int, Adoption]]:
    """Return addresses that devices saw and no inventory has: one owner each, wherever it was seen."""
    for one in sorted(_rows(snapshot, "sighting", Sighting), key=lambda row: (row.mac, row.id)):
        if one.mac and one.mac not in known and one.kind != "own":
            known.add(one.mac)
            where = _plain(f"{hosts[one.host_id]} {one.port}".strip())
            holder = Holder("sighting", show(one.mac), where, _plain(f"{one.name} {one.ip}".strip()))
            place = _plain(f"{one.file} {one.place}")
            yield one.mac, Adoption(address=show(one.mac), holder=holder, place=place, scope=scope)


def _ranges(snapshot: Snapshot, hosts: dict[int, str], scope: str) -> Iterable[ForeignRange]:
    by_range: dict[tuple[int, int], set[str]] = defaultdict(set)
    for pool in _rows(snapshot, "pool", Pool):
        by_range[pool.first, pool.last].add(f"{hosts[pool.host_id]} ({pool.kind})")
    for (first, last), whose in sorted(by_range.items()):
        owner = _plain(", ".join(sorted(whose)))
        yield ForeignRange(first=show(first), last=show(last), owner=owner, scope=scope)


def _plain(text: str) -> str:
    """Return a text of the evidence as a store and a terminal may have it: printable, and of bounded length."""
    shown = "".join(letter if letter.isprintable() else "?" for letter in text)
    return shown if len(shown) <= _TEXT else shown[: _TEXT - 3] + "..."
