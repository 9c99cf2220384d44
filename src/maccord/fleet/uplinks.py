"""Which adapters a switch stands on, and which a team is made of."""

from collections.abc import Callable

from maccord.fleet.adapter_rows import AdapterRows
from maccord.fleet.evidence import SwitchSeen, TeamSeen
from maccord.fleet.records import Adapter, Member, Switch, Uplink

_SHOWN_MAX = 128
"""No team shows more adapters to its host (Windows: 32, one per VLAN); of more, the rest are no adapters of it."""


def add_uplinks(rows: AdapterRows, switches: list[tuple[SwitchSeen, Switch]]) -> None:
    """Add the adapters that switches stand on, by id or by description."""
    wired = [row for row in rows.adapter if row.kind in ("physical", "team")]
    by_id, by_description = _grouped(wired, lambda row: row.device), _grouped(wired, lambda row: row.description)
    for seen, switch in switches:
        found = [row.id for key in set(seen.uplink_ids) - {""} for row in by_id.get(key, ())]
        found += [row.id for key in set(seen.uplinks) for row in by_description.get(key, ())]
        for number in sorted(set(found)):
            rows.uplink.append(Uplink(rows.next_id("uplink"), switch.id, number))


def add_members(rows: AdapterRows, teams: list[TeamSeen]) -> None:
    """Add the members of each adapter that a team shows to its host."""
    wired = [row for row in rows.adapter if row.kind in ("physical", "team")]
    by_name = _grouped(wired, lambda row: row.name.casefold())
    by_description = _grouped(wired, lambda row: row.description)

    def rows_of(one: TeamSeen) -> list[Adapter]:
        named = by_name.get(one.name.casefold(), []) if one.name else []
        return named or (by_description.get(one.description, []) if one.description else [])

    shown: dict[str, list[Adapter]] = {}
    for one in teams:
        if one.role == "nic":
            shown.setdefault(one.team, []).extend(rows_of(one))
    for one in teams:
        for member in rows_of(one) if one.role == "member" else ():
            for nic in shown.get(one.team, ())[:_SHOWN_MAX]:
                if nic.id != member.id:
                    rows.member.append(Member(rows.next_id("member"), nic.id, member.id))


def _grouped(rows: list[Adapter], key: Callable[[Adapter], str]) -> dict[str, list[Adapter]]:
    found: dict[str, list[Adapter]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return found
