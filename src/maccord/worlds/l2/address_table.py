"""A switch's address table as its command line prints it.

Sources: the command references of each vendor ("show mac address-table" of Cisco IOS XE, Cisco NX-OS and Arista EOS,
"show ethernet-switching table" of Junos, "display mac-address" of H3C Comware).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from maccord.worlds.l2.syslog import colons, dotted, hyphens


@dataclass(frozen=True, slots=True)
class Row:
    """An address in the table: where, not heard of for `age_us`, how often it moved, and when it did last."""

    vlan: int
    mac: int
    port: str
    static: bool
    age_us: int
    moves: int
    moved_us_ago: int


Print = Callable[[list[Row]], str]


def cisco_ios(rows: list[Row]) -> str:
    """`show mac address-table` of Cisco IOS and IOS XE."""
    lines = [
        "          Mac Address Table",
        "-" * 43,
        "",
        "Vlan    Mac Address       Type        Ports",
        "----    -----------       --------    -----",
    ]
    lines += [f"{row.vlan:>4}    {dotted(row.mac)}    {_upper(row):<8}    {row.port}" for row in rows]
    return _text([*lines, f"Total Mac Addresses for this criterion: {len(rows)}"])


def cisco_nxos(rows: list[Row]) -> str:
    """`show mac address-table` of Cisco NX-OS."""
    lines = [
        "Legend: ",
        "        * - primary entry, G - Gateway MAC, (R) - Routed MAC, O - Overlay MAC",
        "        age - seconds since last seen,+ - primary entry using vPC Peer-Link,",
        "        (T) - True, (F) - False, C - ControlPlane MAC, ~ - vsan",
        "   VLAN     MAC Address      Type      age     Secure NTFY Ports",
        "---------+-----------------+--------+---------+------+----+------------------",
    ]
    for row in rows:
        age = "-" if row.static else str(row.age_us // 1_000_000)
        lines.append(f"* {row.vlan:>4}     {dotted(row.mac)}   {_lower(row):<8} {age:<9}  F      F    {row.port}")
    return _text(lines)


def arista_eos(rows: list[Row]) -> str:
    """`show mac address-table` of Arista EOS, which counts moves."""
    lines = [
        "          Mac Address Table",
        "-" * 66,
        "",
        "Vlan    Mac Address       Type        Ports      Moves   Last Move",
        "----    -----------       ----        -----      -----   ---------",
    ]
    for row in rows:
        line = f"{row.vlan:>4}    {dotted(row.mac)}    {_upper(row):<10}  {row.port}"
        lines.append(line if row.static else f"{line:<48} {row.moves + 1:<7} {_ago(row.moved_us_ago)}")
    return _text([*lines, f"Total Mac Addresses for this criterion: {len(rows)}"])


def juniper_junos(rows: list[Row]) -> str:
    """`show ethernet-switching table` of Junos with the enhanced layer-2 software."""
    learnt = sum(not row.static for row in rows)
    lines = [
        "",
        "MAC flags (S - static MAC, D - dynamic MAC, L - locally learned, P - Persistent static",
        "           SE - statistics enabled, NM - non configured MAC, R - remote PE MAC, O - ovsdb MAC)",
        "",
        "",
        f"Ethernet switching table : {len(rows)} entries, {learnt} learned",
        "Routing instance : default-switch",
        "    Vlan                MAC                 MAC         Age    Logical",
        "    name                address             flags              interface",
    ]
    for row in rows:
        flag = "S" if row.static else "D"
        lines.append(f"    {f'vlan{row.vlan}':<20}{colons(row.mac):<20}{flag:<12}  -   {row.port}")
    return _text(lines)


def h3c_comware(rows: list[Row]) -> str:
    """`display mac-address` of H3C Comware."""
    lines = ["MAC Address      VLAN ID    State            Port/Nickname            Aging"]
    for row in rows:
        state, aging = ("Static", "N") if row.static else ("Learned", "Y")
        lines.append(f"{hyphens(row.mac):<17}{row.vlan:<11}{state:<17}{row.port:<25}{aging}")
    return _text(lines)


PRINTS: Mapping[str, Print] = {
    "cisco-ios": cisco_ios,
    "cisco-nxos": cisco_nxos,
    "arista-eos": arista_eos,
    "juniper-junos": juniper_junos,
    "h3c-comware": h3c_comware,
}


def _text(lines: list[str]) -> str:
    return "\n".join(lines) + "\n"


def _upper(row: Row) -> str:
    return "STATIC" if row.static else "DYNAMIC"


def _lower(row: Row) -> str:
    return _upper(row).lower()


def _ago(us: int) -> str:
    """A duration as EOS has it: `0:08:16 ago`, `9 days, 15:57:28 ago`."""
    seconds = us // 1_000_000
    days, rest = divmod(seconds, 86_400)
    clock = f"{rest // 3600}:{rest // 60 % 60:02}:{rest % 60:02} ago"
    return f"{days} day{'s' * (days > 1)}, {clock}" if days else clock
