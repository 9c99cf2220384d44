"""Asks the engine for what a page draws: all ranges, and the adapters of hosts that incidents concern."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import TypeVar

from maccord.app.pages import pages
from maccord.app.stacks import HostRows, stack_of
from maccord.engine import Engine
from maccord.fleet.records import Adapter, IpAddress, Member, Pool, Row, Switch, Uplink, VlanSet
from maccord.report import Report
from maccord.report.illustration import CausePage, Illustration, Stack, Strip
from maccord.report.model import FindingItem, IncidentItem

STRIPS_MAX = 120_000
"""Ranges that a map holds; those of hosts that incidents concern come first."""
DRAWN_MAX, HOSTS_EACH, STACKS_MAX = 100, 4, 160
"""Incidents with drawings, hosts drawn in each, and drawings in all."""
_FIRSTS = f"""
SELECT p.first, p.last, h.name AS host, p.kind, p.name FROM pool p JOIN host h ON h.id = p.host_id
ORDER BY p.first, p.last, h.name, p.kind, p.name LIMIT {STRIPS_MAX}
"""  # noqa: S608 - our own number

T = TypeVar("T", bound=Row)


def illustrate(report: Report, engine: Engine) -> Illustration:
    """Return what a page draws of `report`; the engine still holds the tables that it was made from."""
    listed, causes = pages(), {one.cause for one in report.incidents}
    count = _number(engine.query("SELECT COUNT(*) FROM pool")[1][0][0])
    strips = _strips(report, engine, count)
    return Illustration(
        strips=strips,
        strips_left_out=count - len(strips),
        stacks=_stacks(report, engine),
        pages={
            one.name: CausePage(one.title, one.parts) for one in listed if one.kind == "cause" and one.name in causes
        },
        rules={one.name: one.title for one in listed if one.kind == "rule"},
        twins={one.name: one.title for one in listed if one.kind == "expected twin"},
    )


def _strips(report: Report, engine: Engine, count: int) -> list[Strip]:
    firsts = [
        Strip(_number(first), _number(last), str(host), str(kind), str(name))
        for first, last, host, kind, name in engine.query(_FIRSTS)[1]
    ]
    if count <= STRIPS_MAX:
        return firsts
    numbers = _host_numbers(engine)
    concerned = {number: host for one in report.incidents for host in one.hosts for number in numbers[host]}
    rows = _fetched(engine, Pool, "pool", "host_id", concerned)
    kept = sorted(Strip(row.first, row.last, concerned[row.host_id], row.kind, row.name) for row in rows)[:STRIPS_MAX]
    hosts = set(concerned.values())
    others = (one for one in firsts if one.host not in hosts)
    return sorted([*kept, *islice(others, STRIPS_MAX - len(kept))])


def _host_numbers(engine: Engine) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for number, name in engine.query("SELECT id, name FROM host ORDER BY id")[1]:
        found[str(name)].append(_number(number))
    return found


def _stacks(report: Report, engine: Engine) -> dict[str, list[Stack]]:
    """Return the drawings of the first incidents, worst first."""
    chosen: list[tuple[IncidentItem, str]] = []
    for incident in report.incidents[:DRAWN_MAX]:
        chosen += [(incident, host) for host in incident.hosts[:HOSTS_EACH]]
    chosen = chosen[:STACKS_MAX]
    numbers = _host_numbers(engine) if chosen else {}
    rows = _rows_of(engine, {number for _, host in chosen for number in numbers[host]})
    findings = {one.id: one for one in report.findings}
    drawn: dict[str, list[Stack]] = defaultdict(list)
    for incident, host in chosen:
        for number in numbers[host]:
            told = [findings[one] for one in incident.findings]
            stack = stack_of(host, rows[number], incident, _places(incident, told))
            if stack.boxes:
                drawn[incident.id].append(stack)
    return dict(drawn)


def _places(incident: IncidentItem, findings: Iterable[FindingItem]) -> set[tuple[str, str]]:
    """Return the file and place of every value that an incident stands on."""
    cited = [*incident.evidence, *(item for one in findings for item in one.evidence)]
    return {(item.file, item.at) for item in cited}


def _rows_of(engine: Engine, hosts: set[int]) -> dict[int, HostRows]:
    """Fetch everything on some hosts that a drawing may show."""
    of: dict[int, HostRows] = defaultdict(HostRows)
    adapters = {row.id: row for row in _fetched(engine, Adapter, "adapter", "host_id", hosts)}
    switches = {row.id: row for row in _fetched(engine, Switch, "switch", "host_id", hosts)}
    teams = [row.id for row in adapters.values() if row.kind == "team"]
    for adapter in adapters.values():
        of[adapter.host_id].adapters[adapter.id] = adapter
    for switch in switches.values():
        of[switch.host_id].switches[switch.id] = switch
    for address in _fetched(engine, IpAddress, "ip_address", "host_id", hosts):
        of[address.host_id].ips.append(address.address)
    for uplink in _fetched(engine, Uplink, "uplink", "switch_id", switches):
        of[switches[uplink.switch_id].host_id].uplinks.append((uplink.adapter_id, uplink.switch_id))
    for member in _fetched(engine, Member, "member", "team_id", teams):
        of[adapters[member.team_id].host_id].members.append((member.adapter_id, member.team_id))
    sets = {row.vlans for row in adapters.values()}
    vlans = {row.id: row.vlans for row in _fetched(engine, VlanSet, "vlan_set", "id", sets)}
    for rows in of.values():
        rows.vlans = vlans
    return of


def _fetched(engine: Engine, record: type[T], table: str, column: str, ids: Iterable[int]) -> list[T]:
    return [row for row in engine.fetch(table, column, ids) if isinstance(row, record)]


def _number(cell: object) -> int:
    assert isinstance(cell, int)
    return cell
