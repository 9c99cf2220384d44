"""Reads inventories of vSphere as CSV: the columns of RVTools' sheets vNetwork and vPort.

A row of vNetwork is one adapter, of vPort one port group of a host, with its VLAN and whether forged transmits pass.
Columns are found by their names, in any order and letter case; commas, semicolons or tabs stand between them. The
column Host names the host; without it, it is the folder. Distributed port groups are on another sheet, which names no
host: their VLANs are not read.

Source: RVTools' documentation, "vNetwork" and "vPort"; the vSphere properties behind them.
"""

import csv
import io
from collections.abc import Iterator

from maccord.collect import spelled
from maccord.collect.document import NEWLINE, Document
from maccord.collect.parsed import Parsed
from maccord.collect.vmware_kinds import issued_by_host, runs
from maccord.collect.vmware_vmx import NAME as VMWARE
from maccord.fleet import vlan
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, PortGroupSeen, Seen
from maccord.fleet.problem import Problem

NAME = "vmware-sheet"
_NETWORK = {"vm", "mac address"}
_PORT = {"port group", "vlan", "host"}
_HEADER_MAX = 16 * 1024
_COLUMNS_MAX = 500
_EVERY_VLAN = "4095"
"""What vSphere writes for a port group that lets tagged frames of all VLANs through to the guest."""

_Row = dict[str, str]


def claims(document: Document) -> bool:
    """Tell whether the first line that is not empty names the columns of one of the two sheets."""
    if document.opening in ("", "{", "[", "<"):
        return False
    columns = set(_header(document.text)[0])
    return columns >= _NETWORK or columns >= _PORT


def parse(document: Document) -> Parsed:
    """Read every row; a row that is no CSV ends the reading, with a problem."""
    columns, separator, skipped = _header(document.text)
    parsed = Parsed()
    lines = io.StringIO(NEWLINE.join(document.text.split(NEWLINE)[skipped:]), newline="")
    reader = csv.reader(lines, delimiter=separator)
    read = _adapter if set(columns) >= _NETWORK else _port_group
    hosts: set[str] = set()
    number = 1
    try:
        for cells in reader:
            place = Place(document.file, f"line {skipped + number}")
            number = reader.line_num + 1
            row = dict(zip(columns, (cell.strip() for cell in cells), strict=False))
            host = row.get("host") or document.folder
            if not any(row.values()):
                continue
            if host not in hosts:
                hosts.add(host)
                parsed.seen.append(HostSeen(host, place, VMWARE))
            parsed.seen += read(row, host, place, parsed.problems)
    except csv.Error as error:
        parsed.problems.append(Problem(document.file, f"line {skipped + number}", f"not readable as CSV: {error}"))
    return parsed


def _header(text: str) -> tuple[list[str], str, int]:
    """Return the columns in lower case, what separates them, and how many lines the header takes."""
    begin = text.find(text.lstrip()[:1])
    skipped = text.count(NEWLINE, 0, begin)
    line = text[begin : begin + _HEADER_MAX].split(NEWLINE, 1)[0]
    if line.startswith("sep="):  # what Excel is told
        begin += len(line) + 1
        skipped += 1
        line = text[begin : begin + _HEADER_MAX].split(NEWLINE, 1)[0]
    separator = max(";,\t", key=line.count)
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        cells = []
    return [cell.strip().casefold() for cell in cells[:_COLUMNS_MAX]], separator, skipped + 1


def _adapter(row: _Row, host: str, place: Place, problems: list[Problem]) -> Iterator[Seen]:
    """Read a row of vNetwork; Connected tells of a running machine, Starts Connected of one that is off."""
    template = _flag(row, "template") is True
    running = False if template else runs(row.get("powerstate", ""))
    machine_id, name = spelled.uuid(row.get("vm uuid", "")), row.get("vm", "")
    state = "template" if template else row.get("powerstate", "")
    vcenter, number = row.get("vi sdk uuid") or row.get("vi sdk server", ""), row.get("vm id", "")
    home = f"{vcenter}/{number}" if vcenter and number else ""  # one entry of a vCenter, in whichever export of it
    yield MachineSeen(host, place, machine_id, name, running, state, home=home)
    if not row.get("mac address"):
        return
    mac = spelled.address(row["mac address"], place, problems)
    plugged = _flag(row, "connected") if running else _flag(row, "starts connected")
    dynamic = issued_by_host(row.get("type", ""), mac)
    ips = row.get("ipv4 address", "").replace(";", ",").split(",")
    yield AdapterSeen(
        host=host,
        place=place,
        kind="vm",
        name=row.get("nic label") or row.get("adapter", ""),
        mac=mac or None,
        zeros=mac == 0,
        at_mac=place.at,
        dynamic=dynamic,
        manager=vcenter,
        machine_id=machine_id,
        machine=name,
        switch=row.get("switch") or row.get("network", ""),
        group=row.get("network", ""),
        ips=tuple(filter(None, (ip.strip() for ip in ips))),
        linked=plugged is not False,
    )


def _port_group(row: _Row, host: str, place: Place, problems: list[Problem]) -> Iterator[Seen]:
    """Read a row of vPort."""
    group, told = row.get("port group", ""), row.get("vlan", "")
    vlans = vlan.ANY if told == _EVERY_VLAN else spelled.vlans(told, place, problems) if told else None
    yield PortGroupSeen(
        host=host,
        place=place,
        switch=row.get("switch") or group,
        group=group,
        vlans=vlans,
        spoofing=_flag(row, "forged transmits"),
    )


def _flag(row: _Row, key: str) -> bool | None:
    return {"true": True, "false": False}.get(row.get(key, "").casefold())
