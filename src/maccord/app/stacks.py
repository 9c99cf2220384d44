"""Turns the rows of one host into the boxes of a drawing: NICs, teams, switches, and the ports on them."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from msgspec.structs import replace

from maccord.fleet.records import Adapter, Switch
from maccord.mac import parse_value
from maccord.report.illustration import Box, Column, Link, Stack
from maccord.report.model import IncidentItem

PORTS_MAX, NICS_MAX = 8, 8
"""How many boxes a column has; what the incident is about comes first."""
_ORDER: dict[Column, int] = {"nic": 0, "team": 1, "switch": 2, "port": 3}
_COLUMNS: dict[str, Column] = {"physical": "nic", "team": "team"}
_WORDS = {"physical": "NIC", "team": "team", "management": "management vNIC", "vm": "machine", "virtual": "virtual NIC"}


@dataclass
class HostRows:
    """What stands on one host: rows by id, pairs of adapter and switch, pairs of member and team."""

    adapters: dict[int, Adapter] = field(default_factory=dict)
    switches: dict[int, Switch] = field(default_factory=dict)
    uplinks: list[tuple[int, int]] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)
    ips: list[str] = field(default_factory=list)
    vlans: dict[int, str] = field(default_factory=dict)


def stack_of(host: str, rows: HostRows, incident: IncidentItem, places: set[tuple[str, str]]) -> Stack:
    """Return the drawing of a host for one incident; `places` are the file and place of what it stands on."""
    wanted = {parse_value(address) for address in incident.addresses}
    spans = [(parse_value(first), parse_value(last)) for first, last in incident.ranges]

    def rank(row: Adapter) -> tuple[object, ...]:
        concerned = (row.file, row.place) in places or row.mac in wanted
        inside = row.mac is not None and any(first <= row.mac <= last for first, last in spans)
        return (
            not concerned,
            not inside,
            bool(row.snapshot),
            row.kind != "management",
            row.machine,
            row.name,
            row.file,
            row.place,
        )

    ordered = sorted(rows.adapters.values(), key=rank)
    lower = [row for row in ordered if row.kind in _COLUMNS]
    ports = [row for row in ordered if row.kind not in _COLUMNS and (not row.snapshot or not rank(row)[0])]
    kept = {row.id: row for row in [*_firsts(lower, NICS_MAX), *ports[:PORTS_MAX]]}
    switches = _switches(rows, kept)
    places_of = {f"a{row.id}": (row.file, row.place) for row in kept.values()}
    places_of |= {f"s{row.id}": (row.file, row.place) for row in switches}
    boxes = [_adapter_box(row, rows, concerned=not rank(row)[0]) for row in kept.values()]
    boxes += [_switch_box(row) for row in switches]
    boxes.sort(key=lambda box: (_ORDER[box.column], box.title, box.state, box.address or 0, places_of[box.key]))
    links = [Link(f"a{member}", f"a{team}") for member, team in rows.members]
    links += [Link(f"a{adapter}", f"s{switch}") for adapter, switch in rows.uplinks]
    links += [Link(f"s{row.switch_id}", f"a{row.id}") for row in kept.values() if row.switch_id is not None]
    keys = {box.key: f"{at}" for at, box in enumerate(boxes)}
    joined = {Link(keys[one.lower], keys[one.upper]) for one in links if one.lower in keys and one.upper in keys}
    drawn = [replace(box, key=keys[box.key]) for box in boxes]
    return Stack(host, sorted(set(rows.ips)), drawn, sorted(joined), len(lower) + len(ports) - len(kept))


def _firsts(rows: Iterable[Adapter], count: int) -> list[Adapter]:
    """Return the first `count` NICs and the first `count` teams."""
    listed = list(rows)
    return [row for kind in ("physical", "team") for row in [one for one in listed if one.kind == kind][:count]]


def _switches(rows: HostRows, kept: dict[int, Adapter]) -> list[Switch]:
    """Return the switches that a kept port is on, or, without ports, those on a kept NIC or team."""
    used = {row.switch_id for row in kept.values()} | {switch for adapter, switch in rows.uplinks if adapter in kept}
    return [row for number, row in sorted(rows.switches.items()) if number in used][:NICS_MAX]


def _switch_box(row: Switch) -> Box:
    kind = f"{row.kind}, teams its NICs" if row.embedded_team else f"{row.kind} switch"
    return Box(f"s{row.id}", "switch", row.name, None, None, "", kind, concerned=False)


def _adapter_box(row: Adapter, rows: HostRows, *, concerned: bool) -> Box:
    column = _COLUMNS.get(row.kind, "port")
    return Box(
        key=f"a{row.id}",
        column=column,
        title=(row.machine or row.name) if row.kind == "vm" else row.name,
        address=row.mac,
        permanent=row.permanent,
        origin=_origin(row, rows),
        state=_state(row, rows),
        concerned=concerned,
    )


def _state(row: Adapter, rows: HostRows) -> str:
    """Return what an adapter is, in few words: the part that tells it from its neighbours first."""
    words = [_WORDS.get(row.kind, row.kind)]
    if row.kind == "vm" and row.running is not None:
        words.append("running" if row.running else "off")
    if row.snapshot:
        words.append("in a checkpoint")
    vlans = rows.vlans.get(row.vlans, "0")
    if vlans != "0" and row.kind in ("vm", "management"):
        words.append(f"VLAN {vlans}")
    if row.vmq and row.kind == "management":
        words.append("VMQ on")
    return ", ".join(words)


def _origin(row: Adapter, rows: HostRows) -> str:
    """Tell where an adapter has its address from, so far as the rows of its host show it."""
    if row.mac is None:
        return "no address yet"
    if row.kind == "team":
        members = [rows.adapters[one] for one, team in rows.members if team == row.id and one in rows.adapters]
        of_member = _giver(row, members, "from member {}")
        return of_member or _giver(row, _nics(rows), "from {}, not a member") or "of its own"
    if row.kind == "management":
        uplinks = [one for one, switch in rows.uplinks if switch == row.switch_id]
        below = [rows.adapters[one] for one in uplinks if one in rows.adapters]
        return _giver(row, below, "inherited from {}") or "of its own"
    if row.kind == "vm":
        return {True: "issued by its host", False: "set by hand", None: ""}[row.dynamic]
    if row.permanent is not None and row.permanent != row.mac:
        others = [one for one in _nics(rows) if one.id != row.id]
        return _giver(row, others, "address of {}") or "not the one burned in"
    return "burned in" if row.permanent is not None else ""


def _nics(rows: HostRows) -> list[Adapter]:
    return [one for one in rows.adapters.values() if one.kind == "physical"]


def _giver(row: Adapter, others: Iterable[Adapter], words: str) -> str:
    """Return who has the same address: as the one burned in before all others, or as the one it wears."""
    alike = [one for one in others if row.mac in (one.permanent, one.mac)]
    named = min(((one.permanent != row.mac, one.name) for one in alike), default=None)
    return words.format(named[1]) if named else ""
