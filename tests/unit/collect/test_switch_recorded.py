"""Recorded output of switches and routers: what is read of it against counts that were made without our reader.

The `.yml` beside a file of ntc-templates is what its template gives, checked by the people who wrote it. Files of
genieparser have no such thing that could be read; there, lines are counted that hold a word spelled as an address.
"""

import re
from collections import Counter

import pytest
import yaml

from maccord.collect import read, switch_tables, switch_templates
from maccord.collect.document import Document
from maccord.fleet.evidence import SightingSeen
from maccord.mac import BadAddress, parse_value
from tests.kit.recorded import RECORDED, needs_recorded

TABLES = RECORDED / "switch-tables"
LAB = RECORDED / "lab"

NTC = {
    "show_mac_address-table", "show_mac-address-table", "show_mac-address", "show_ethernet-switching_table",
    "show_arp", "show_ip_arp", "show_ip_arp_detail", "show_ip_arp_detail_vrf_all", "show_arp_no-resolve", "arp_-a",
}  # fmt: skip
ARP = {"show_arp", "show_ip_arp", "show_ip_arp_detail", "show_ip_arp_detail_vrf_all", "show_arp_no-resolve", "arp_-a"}
"""Tables in which zeros stand for an address that is not known."""

GENIE = {
    "ShowMacAddressTable", "ShowMacAddressTableDynamic", "ShowMacAddressTableDynamicAll",
    "ShowMacAddressTableDynamicVlan", "ShowArp", "ShowIpArp", "ShowL2vpnEvpnMac", "ShowL2vpnEvpnMacIp",
    "ShowL2routeEvpnMac", "ShowL2routeEvpnMacIp",
}  # fmt: skip
"""Commands that print address or ARP tables. All others must be left unclaimed: counts, summaries, ageing times, logs,
redundancy protocols (`show standby`, `show vrrp`), inspection, and EVPN's pages of details, one address a page."""

MULTICAST_LEFT_OUT = {"cisco_ios_show_mac-address-table7", "cisco_ios_show_mac-address-table12"}
"""Tables whose second part, of groups, the template drops; it is read, and not compared."""

NO_ADDRESS = {"arista_eos_show_mac_address-table": ["line 34"]}
"""A line that its author made up, with `jenn.3057.8423` for an address: a problem that is not ours."""

RAW = sorted(TABLES.glob("ntc-templates/*/*/*.raw"))
TEXT = sorted(TABLES.glob("genieparser/*/*/*.txt"))
MAC_COLUMNS = ("mac_address", "destination_address", "hardware_address", "mac")
PORT_COLUMNS = ("destination_port", "port", "ports", "physical_interface", "logical_interface", "interface")
DOTTED = re.compile(r"(?<!\S)[0-9a-f]{4}\.[0-9a-f]{4}\.[0-9a-f]{4}(?!\S)", re.IGNORECASE)


def name(path):
    return path.relative_to(TABLES).as_posix()


def document(path):
    return Document(path.name, path.parent.name, path.read_bytes())


def sightings(parsed):
    return [one for one in parsed.seen if isinstance(one, SightingSeen)]


def expected_rows(path):
    """Return address, port and VLAN of each entry of a `.yml` that carries an address."""
    rows = []
    for entry in yaml.safe_load(path.with_suffix(".yml").read_text())["parsed_sample"]:
        spelled = next((entry[column] for column in MAC_COLUMNS if entry.get(column)), "")
        try:
            mac = parse_value(spelled)
        except BadAddress:
            continue
        if mac or path.parent.name not in ARP:
            rows.append((mac, port_of(entry), entry.get("vlan_id", "")))
    return rows


def port_of(entry):
    """Return the port as the report has it: several with commas, the physical one before a VLAN's interface."""
    told = next((entry[column] for column in PORT_COLUMNS if entry.get(column, "-") != "-"), "")
    ports = told if isinstance(told, list) else re.split(r",\s*", told)
    if len(ports) == 2 and "vlan" in ports[0].lower():
        ports = ports[:1] if ports[1] == "not learned" else ports[1:]
    return ",".join(re.sub(r"\(R\)$", "", port) for port in ports if port != "-")


@needs_recorded
def test_there_are_recorded_files():
    assert len(RAW) == 50
    assert len(TEXT) == 210


@needs_recorded
@pytest.mark.parametrize("path", [path for path in RAW if path.parent.name in NTC], ids=name)
def test_recorded_table_gives_the_rows_that_its_template_gives(path):
    result = switch_tables.parse(document(path)) if switch_tables.claims(document(path)) else None
    assert result is not None
    assert [one.at for one in result.problems] == NO_ADDRESS.get(path.stem, [])
    found, expected = sightings(result), expected_rows(path)
    if path.stem in MULTICAST_LEFT_OUT:
        groups = path.read_text()[path.read_text().index("Multicast Entries") :]
        assert len(found) == len(expected) + len(DOTTED.findall(groups))
        found = found[: len(expected)]
    assert Counter(one.mac for one in found) == Counter(mac for mac, *_ in expected)
    assert Counter((one.mac, one.port) for one in found) == Counter((mac, port) for mac, port, _ in expected)
    if "mac" in path.parent.name:
        vlans = Counter((one.mac, one.vlan) for one in found)
        assert vlans == Counter((mac, int(vlan) if vlan.isdigit() else 0) for mac, _, vlan in expected)


@needs_recorded
@pytest.mark.parametrize("path", [path for path in TEXT if path.parent.name in GENIE], ids=name)
def test_recorded_table_gives_a_row_for_each_line_with_an_address(path):
    result = read(document(path))
    assert result is not None
    assert result.problems == []
    expected = [
        (parse_value(match[0]), f"line {number}")
        for number, line in enumerate(path.read_text().splitlines(), 1)
        for match in DOTTED.finditer(line)
        if parse_value(match[0]) or path.parent.name == "ShowMacAddressTable"
    ]
    assert expected
    assert [(one.mac, one.place.at) for one in sightings(result)] == expected


@needs_recorded
@pytest.mark.parametrize(
    "path",
    [path for path in RAW if path.parent.name not in NTC] + [path for path in TEXT if path.parent.name not in GENIE],
    ids=name,
)
def test_output_of_other_commands_is_left_unclaimed(path):
    assert not switch_tables.claims(document(path))
    assert not switch_templates.claims(document(path))


@needs_recorded
@pytest.mark.parametrize("path", sorted(LAB.glob("*/fdb-end.txt")), ids=lambda path: path.parent.name)
def test_table_of_a_lab_bridge_gives_a_row_a_line(path):
    result = read(document(path))
    assert result is not None
    assert result.problems == []
    expected = [line.split() for line in path.read_text().splitlines()]
    assert [(one.mac, one.port) for one in sightings(result)] == [(parse_value(one[0]), one[2]) for one in expected]


@needs_recorded
@pytest.mark.parametrize("path", sorted(LAB.glob("*/fdb-monitor.txt")), ids=lambda path: path.parent.name)
def test_monitor_log_of_a_lab_bridge_is_no_table(path):
    assert not switch_tables.claims(document(path))
    assert not switch_templates.claims(document(path))


# -- both ways of reading, on one text


def template_of(path):
    return f"{path.parents[1].name}_{path.parent.name}.textfsm"


@needs_recorded
@pytest.mark.parametrize(
    "path", [path for path in RAW if path.parent.name in NTC and path.stem not in MULTICAST_LEFT_OUT], ids=name
)
def test_own_reader_and_template_read_the_same_rows(path):
    templates = {template_of(path), f"{path.parents[1].name}_show_ip_arp.textfsm"} & set(switch_templates._templates())
    if template_of(path) not in templates:
        pytest.skip("ntc-templates has dropped this template")
    lines = list(switch_templates._lines(document(path)))
    rows = switch_templates._read(template_of(path), lines, [])
    own = [one for one in sightings(switch_tables.parse(document(path))) if one.port or one.ip]
    theirs = [switch_templates._sighting(row, document(path)) for row in rows if row.mac or path.parent.name not in ARP]
    assert [one.mac for one in own] == [one.mac for one in theirs]
    assert [one.place.at for one in own] == [one.place.at for one in theirs]
    assert [one.ip for one in own] == [one.ip for one in theirs]
