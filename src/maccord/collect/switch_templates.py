"""Reads address tables of less common platforms with the TextFSM templates of ntc-templates.

What `switch_tables.py` does not know may still be a table that somebody wrote a template for: Alcatel, Allied Telesis,
Avaya, Broadcom ICOS, Check Point, D-Link, Ericsson, Extreme, Fortinet, MikroTik, Palo Alto, Ruckus, ZTE
and others. Nothing in such text says which template is meant. So each is tried on the first lines, and the one that
explains most of the lines that hold an address is taken, if it explains nearly all. A template must tell a port or an
IP address with each address, so that none claims text in which addresses merely occur.

Bounds: templates are other people's regular expressions and may be slow on text that was made to make them so. Only
short lines are shown to them, few while trying, and no more than `BYTES_MAX` characters in all; those that take seconds
for one short line are left out (`switch_tables.py` reads what they are for).

Source: ntc-templates, `templates/PLATFORM_COMMAND.textfsm`; its column names differ from platform to platform.
"""

import re
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from ipaddress import ip_address
from itertools import islice
from typing import Any

from maccord.collect.document import Document, Unreadable
from maccord.collect.parsed import Parsed
from maccord.collect.switch_lines import lines_of, prompt_of, without_pager
from maccord.collect.switch_shape import ADDRESS
from maccord.collect.switch_told import of_neighbour, of_table, vlan_number, vrf_of
from maccord.fleet.evidence import HostSeen, Place, SightingSeen
from maccord.fleet.problem import Problem
from maccord.mac import parse_value

NAME = "switch-templates"
PLATFORM = "switch"
BYTES_MAX = 2 * 1024 * 1024
LINE_MAX = 160
SAMPLE_LINES = 150
NEARLY_ALL = 0.9
PROBLEMS_MAX = 20

_COMMANDS = re.compile(r"_(?:mac[-_]?addr|mac_all|arp|iparp|fdb|ethernet-switching|ipv6_neighbor|l2vpn_mac)")
_LEFT_OUT = frozenset(
    {
        "aruba_os_show_arp.textfsm",
        "cisco_xr_show_ipv6_neighbors.textfsm",
        "cisco_xr_show_l2vpn_mac-learning_mac_all_location.textfsm",
        "hp_comware_display_arp.textfsm",
        "huawei_vrp_display_arp_brief.textfsm",
        "ubiquiti_edgerouter_show_ipv6_neighbors.textfsm",
    }
)
_MAC = re.compile(rf"(?<![\w.:-]){ADDRESS}")
_MAC_COLUMN = re.compile(r"MAC(?:_ADDRESS)?|DESTINATION_ADDRESS|HARDWARE_ADDRESS")
_IP_COLUMN = re.compile(r"IP_ADDRESS|IPV6_ADDRESS|ADDRESS|DESTINATION|HOST")
_TABLE_COMMAND = re.compile(r"mac|arp|neigh|fdb|forwarding|l2vpn", re.IGNORECASE)
_VLAN_COLUMNS = ("VLAN_ID", "VID", "VLAN", "EXTERNAL_VLAN")
_PORT_COLUMNS = (
    *("PHYSICAL_PORT", "DESTINATION_PORT", "PORT", "PORTS", "PORT_ID", "LOGICAL_INTERFACE", "INTERFACE", "FSP"),
    *("NEXT_HOP", "CIRCUIT", "SUB_INTERFACE"),
)
_KIND_COLUMNS = ("TYPE", "MAC_TYPE", "STATUS", "STATE", "FWD")
_VRF_COLUMNS = ("VRF", "VPN_INSTANCE", "VPN_NAME", "VR", "CONTEXT")


_Line = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Row:
    """A row that a template read: the address, the other cells by column, and the number of its line."""

    mac: int
    cells: Mapping[str, str]
    line: int


def claims(document: Document) -> bool:
    """Tell whether some template reads the text as a table."""
    return document.opening not in ("{", "[", "<") and _template_for(document) is not None


def parse(document: Document) -> Parsed:
    """Read the table with the template that suits it best."""
    template = _template_for(document)
    if template is None:
        raise Unreadable("", "no template reads it as an address table")
    refused: list[_Line] = []
    rows = _read(template, _lines(document), refused)
    broken_off = [number for number, line in refused if _MAC.search(line)]
    parsed = Parsed([HostSeen(document.folder, Place(document.file, ""), PLATFORM)])
    parsed.seen += [_sighting(row, document) for row in rows if row.mac or not _ip(row.cells)]
    parsed.problems += [
        Problem(document.file, f"line {number}", f"not understood by {template}, which reads the lines around it")
        for number in broken_off[:PROBLEMS_MAX]
    ]
    if len(broken_off) > PROBLEMS_MAX:
        reason = f"{len(broken_off) - PROBLEMS_MAX} more lines like these are not understood"
        parsed.problems.append(Problem(document.file, "", reason))
    return parsed


def _template_for(document: Document) -> str | None:
    """Return the name of the template that explains the first lines of a text.

    Of several that find as many addresses, the one that refuses the fewest lines knows the header too.
    """
    text = document.text
    if len(text) > BYTES_MAX or not _MAC.search(text):
        return None
    sample = list(islice(_lines(document), SAMPLE_LINES))
    wanted = sum(1 for _, line in sample if _MAC.search(line))
    if not wanted:
        return None
    best, most = None, (0, 0)
    for name in _templates():
        refused: list[_Line] = []
        found = len({row.line for row in _read(name, sample, refused)})
        if found >= NEARLY_ALL * wanted and (best is None or (found, -len(refused)) > most):
            best, most = name, (found, -len(refused))
    return best


def _lines(document: Document) -> Iterator[_Line]:
    """Yield the lines that are meant for a template: no prompts, and no other commands' output."""
    meant = True
    for number, told in lines_of(document.text):
        line = without_pager(told)
        if prompt := prompt_of(line):
            meant = not prompt.command or bool(_TABLE_COMMAND.search(prompt.command))
        elif meant:
            yield number, line


@cache
def _templates() -> tuple[str, ...]:
    """Return the names of the templates of address tables, in order."""
    names = (one.name for one in (files("ntc_templates") / "templates").iterdir())
    return tuple(sorted(name for name in names if _COMMANDS.search(name) and name not in _LEFT_OUT))


@cache
def _machine(name: str) -> Any:  # noqa: ANN401 - TextFSM has no types
    """Return the compiled template."""
    from textfsm import TextFSM  # noqa: PLC0415 - nobody waits for it who has no such table

    with (files("ntc_templates") / "templates" / name).open(encoding="utf-8") as template:
        return TextFSM(template)


def _read(name: str, lines: Iterable[_Line], refused: list[_Line]) -> list[_Row]:
    """Return the rows that a template finds; fill `refused` with lines that it has no rule for or that are too long."""
    from textfsm import TextFSMError  # noqa: PLC0415 - see _machine

    machine = _machine(name)
    machine.Reset()
    rows: list[_Row] = []
    lines_of_mac: dict[str, deque[int]] = {}
    done = 0
    for number, line in lines:
        if len(line) > LINE_MAX:
            refused.append((number, line))
            continue
        for found in _MAC.finditer(line):
            lines_of_mac.setdefault(found[0], deque()).append(number)
        try:
            results = machine.ParseText(line, eof=False)
        except TextFSMError:
            refused.append((number, line))
            continue
        rows += _rows(machine.header, results[done:], lines_of_mac)
        done = len(results)
    return rows + _rows(machine.header, machine.ParseText("")[done:], lines_of_mac)


def _rows(header: list[str], results: list[list[Any]], lines_of_mac: Mapping[str, deque[int]]) -> list[_Row]:
    rows = []
    for result in results:
        cells = {
            column: ",".join(map(str, cell)) if isinstance(cell, list) else str(cell)
            for column, cell in zip(header, result, strict=True)
        }
        spelled = next((cell for name, cell in cells.items() if _MAC_COLUMN.fullmatch(name)), "")
        told_ip = any(cell for name, cell in cells.items() if _IP_COLUMN.fullmatch(name))
        if _MAC.fullmatch(spelled) and (_ip(cells) if told_ip else _first(cells, _PORT_COLUMNS)):
            lines = lines_of_mac.get(spelled)
            rows.append(_Row(parse_value(spelled), cells, lines.popleft() if lines else 0))
    return rows


def _first(cells: Mapping[str, str], columns: Iterable[str]) -> str:
    return next((cells[column].strip() for column in columns if cells.get(column, "").strip()), "")


def _ip(cells: Mapping[str, str]) -> str:
    """Return the IP address of a row."""
    for name, cell in cells.items():
        if _IP_COLUMN.fullmatch(name):
            with suppress(ValueError):
                return str(ip_address(cell.partition("%")[0]))
    return ""


def _sighting(row: _Row, document: Document) -> SightingSeen:
    cells, ip = row.cells, _ip(row.cells)
    tell = of_neighbour if ip else of_table
    told = tell(None, None, _first(cells, _KIND_COLUMNS), _first(cells, _PORT_COLUMNS), None)
    return SightingSeen(
        host=document.folder,
        place=Place(document.file, f"line {row.line}"),
        mac=row.mac,
        kind=told.kind,
        port=told.port,
        vlan=vlan_number(_first(cells, _VLAN_COLUMNS).lstrip("0")) or told.vlan,
        ip=ip,
        vrf=vrf_of(_first(cells, _VRF_COLUMNS)),
        edge=told.edge,
    )
