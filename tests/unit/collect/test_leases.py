"""What is read of DHCP servers' leases and reservations, and what is made of journals and of broken files."""

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.collect import Document, read
from maccord.collect.document import Unreadable
from maccord.collect.kinds import COLLECTORS
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import HostSeen
from maccord.fleet.records import Host, Sighting
from maccord.mac import show
from tests.kit.recorded import RECORDED, needs_recorded

HEAD = (
    "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,state,user_context,pool_id\n"
)
HEAD6 = (
    "address,duid,valid_lifetime,expire,subnet_id,pref_lifetime,lease_type,iaid,prefix_len,fqdn_fwd,fqdn_rev,hostname,"
    "hwaddr,state,user_context,hwtype,hwaddr_source,pool_id\n"
)


def document(text, name="leases", folder="dhcp01"):
    return Document(name, folder, text if isinstance(text, bytes) else text.encode())


def parsed(text, collector, **more):
    """Return what the collector that claims a text makes of it; that must be the one."""
    given = document(text, **more)
    claiming = next((name for name, one in COLLECTORS.items() if one.claims(given)), None)
    assert claiming == collector
    return read(given)


def leases(*texts, collector):
    """Return sightings as (server, address, IP, name, moment), of files without problems."""
    seen = []
    for number, text in enumerate(texts):
        result = parsed(text, collector, name=f"{number}.leases")
        assert result.problems == []
        seen += result.seen
    snapshot = assemble(seen)
    hosts = [one for one in snapshot.tables["host"] if isinstance(one, Host)]
    assert {one.platform for one in hosts} == {"dhcp"}
    return [
        (hosts[one.host_id].name, show(one.mac), one.ip, one.name, one.seen_at)
        for one in snapshot.tables["sighting"]
        if isinstance(one, Sighting) and one.kind == "lease" and one.edge is None and one.spot is None
    ]


# Kea -----------------------------------------------------------------------------------------------------------


def kea(*rows, head=HEAD):
    return head + "".join(f"{row}\n" for row in rows)


def test_a_lease_of_kea_is_a_sighting_of_its_hardware_address():
    row = "10.0.0.5,00:15:5d:00:00:05,01:00:15:5d:00:00:05,3600,1800003600,1,0,0,web&#x2cold.example.,0,,0"
    assert leases(kea(row), collector="kea") == [
        ("dhcp01", "00-15-5D-00-00-05", "10.0.0.5", "web,old.example", "2027-01-15T08:00:00Z")
    ]


def test_of_several_rows_of_one_ip_address_the_last_is_the_lease():
    rows = [
        "10.0.0.5,00:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0",
        "10.0.0.6,00:15:5d:00:00:06,,3600,1800003600,1,0,0,sql,0,,0",
        "10.0.0.5,00:15:5d:00:00:05,,3600,1800007200,1,0,0,web,0,,0",
        "10.0.0.5,00:15:5d:00:00:07,,3600,1800010800,1,0,0,new,0,,0",
    ]
    assert sorted((ip, mac, name) for _, mac, ip, name, _ in leases(kea(*rows), collector="kea")) == [
        ("10.0.0.5", "00-15-5D-00-00-07", "new"),
        ("10.0.0.6", "00-15-5D-00-00-06", "sql"),
    ]


def test_of_several_files_of_one_server_the_newer_lease_counts_whatever_their_names():
    new = kea("10.0.0.5,00:15:5d:00:00:07,,3600,1800010800,1,0,0,new,0,,0")
    old = kea("10.0.0.5,00:15:5d:00:00:05,,3600,1800003600,1,0,0,old,0,,0")
    for files in ((new, old), (old, new)):
        assert [name for *_, name, _ in leases(*files, collector="kea")] == ["new"]


def test_a_lifetime_of_0_takes_the_lease_away():
    row = "10.0.0.5,00:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0"
    assert leases(kea(row, "10.0.0.5,00:15:5d:00:00:05,,0,1800000000,1,0,0,web,0,,0"), collector="kea") == []


def test_a_lease_of_kea_for_ipv6_counts_with_a_hardware_address_and_not_with_a_duid():
    with_mac = "2001:db8::5,00:01:00:01:1,3600,1800003600,1,1800,0,7,128,0,0,web,00:15:5d:00:00:05,0,,1,2,0"
    with_duid = "2001:db8::6,00:03:00:01:00:15:5d:00:00:06,3600,1800003600,1,1800,0,7,128,0,0,sql,,0,,,,0"
    prefix = "2001:db8:1::,00:01,3600,1800003600,1,1800,2,8,56,0,0,,00:15:5d:00:00:08,0,,1,2,0"
    found = leases(kea(with_mac, with_duid, prefix, head=HEAD6), collector="kea")
    assert sorted((mac, ip) for _, mac, ip, *_ in found) == [
        ("00-15-5D-00-00-05", "2001:db8::5"),
        ("00-15-5D-00-00-08", ""),
    ]


def test_broken_rows_of_kea_are_problems_with_their_lines_and_the_others_count():
    result = parsed(
        kea(
            "10.0.0.5,00:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0",
            "nonsense,00:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0",
            "10.0.0.7,gg:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0",
            "10.0.0.8,00:15:",
        ),
        "kea",
    )
    assert [one.at for one in result.problems] == ["line 3", "line 4", "line 5"]
    assert len(assemble(result.seen).tables["sighting"]) == 1


@needs_recorded
def test_recorded_rows_of_kea_without_an_ethernet_address_give_nothing_and_are_no_problems():
    path = RECORDED / "dhcp" / "kea" / "lease4_dump_test.reference.csv"
    result = parsed(path.read_bytes(), "kea", folder="kea")
    assert result.problems == []
    assert next(one for one in result.seen if isinstance(one, HostSeen)).host == "kea"
    assert assemble(result.seen).tables["sighting"] == ()


# ISC dhcpd -----------------------------------------------------------------------------------------------------

DHCPD = """# The format of this file is documented in the dhcpd.leases(5) manual page.
authoring-byte-order little-endian;
server-duid "\\000\\001{;}";

lease 10.0.0.5 {
  starts 5 2027/01/15 08:00:00;
  ends 5 2027/01/15 09:00:00;
  binding state active;
  next binding state free;
  hardware ethernet 00:15:5d:00:00:05;
  uid "\\001\\000\\025]\\000\\000\\005";
  client-hostname "we\\"b";
  on expiry { set x = "}"; }
}
lease 10.0.0.6 {
  starts epoch 1800000000; # Fri Jan 15 08:00:00 2027
  cltt epoch 1800000060;
  ends never;
  hardware ethernet 0:15:5d:0:0:6;
}
lease 10.0.0.5 {
  starts 5 2027/01/15 10:00:00;
  hardware ethernet 00:15:5d:00:00:05;
  client-hostname "web";
}
lease 10.0.0.7 { starts 5 2027/01/15 10:00:00; hardware infiniband 00:15:5d:00:00:07; }
lease 10.0.0.8 { binding state free; }
"""

DHCPD_CONF = """option domain-name "example.org"; # a host { hardware ethernet 00:00:00:00:00:01; } in words
shared-network lan {
  subnet 10.0.0.0 netmask 255.255.255.0 {
    range 10.0.0.100 10.0.0.200;
    group {
      host printer { hardware ethernet 00:15:5d:00:00:20; fixed-address 10.0.0.20, 10.0.1.20; }
      host named {
        # by name
        hardware ethernet 00:15:5d:00:00:21;
        fixed-address named.example.org;
      }
      host gone { dynamic; deleted; hardware ethernet 00:15:5d:00:00:22; }
    }
  }
}
"""


def test_the_last_entry_of_an_ip_address_is_the_lease_of_dhcpd():
    assert sorted(leases(DHCPD, collector="dhcpd")) == [
        ("dhcp01", "00-15-5D-00-00-05", "10.0.0.5", "web", "2027-01-15T10:00:00Z"),
        ("dhcp01", "00-15-5D-00-00-06", "10.0.0.6", "", "2027-01-15T08:01:00Z"),
    ]


def test_a_reservation_counts_in_whatever_group_it_stands():
    assert sorted(leases(DHCPD_CONF, collector="dhcpd")) == [
        ("dhcp01", "00-15-5D-00-00-20", "10.0.0.20", "printer", ""),
        ("dhcp01", "00-15-5D-00-00-20", "10.0.1.20", "printer", ""),
        ("dhcp01", "00-15-5D-00-00-21", "", "named", ""),
    ]


def test_leases_of_the_ipv6_server_tell_of_no_hardware_address():
    text = 'ia-na "\\001\\000" {\n  cltt 4 2027/01/14 12:00:00;\n  iaaddr 2001:db8::5 { binding state active; }\n}\n'
    assert leases(text, collector="dhcpd") == []


@pytest.mark.parametrize(
    ("text", "at", "reason"),
    [
        ("lease 10.0.0.5 {\n  hardware ethernet 00:15:5d:00:00:05;\n}\nlease 10.0.0.6 {\n  hard", "line 5", "cut off"),
        ('lease 10.0.0.5 {\n  hardware ethernet 00:15:5d:00:00:05;\n}\nhost a {\n option x "', "line 5", "string"),
        ("lease 10.0.0.5 {\n  hardware ethernet 00:15:5d:00:00:05;\n}\n}\n", "line 4", "did not begin"),
        ("lease 10.0.0.5 {\n hardware ethernet 00:15:5d:00:00:05;\n}\n" + "a {" * 99, "line 4", "deep"),
    ],
)
def test_a_broken_file_of_dhcpd_is_a_problem_and_what_was_complete_counts(text, at, reason):
    result = parsed(text, "dhcpd")
    assert [(one.at, reason in one.reason) for one in result.problems] == [(at, True)]
    assert len(assemble(result.seen).tables["sighting"]) == 1


def test_an_address_that_is_none_is_a_problem_at_the_lease():
    result = parsed("lease 10.0.0.5 {\n}\nlease 10.0.0.6 {\n  hardware ethernet xx;\n}\n", "dhcpd")
    assert [(one.at, one.reason) for one in result.problems] == [("line 3", "'xx' is no hardware address")]


# dnsmasq -------------------------------------------------------------------------------------------------------

DNSMASQ = """1800003600 00:15:5d:00:00:05 10.0.0.5 web 01:00:15:5d:00:00:05
0 06-00:15:5d:00:00:06 10.0.0.6 * *
1800003600 20-00:15:5d:00:00:07 10.0.0.7 ib *
1800003600 00:15 10.0.0.8 short *
duid 00:01:00:01:2a:2b:2c:2d:00:15:5d:00:00:01
1800003600 7 2001:db8::5 web 00:01:00:01:2a:2b
1800003600 T8 2001:db8::6 * *
"""


def test_leases_of_dnsmasq_with_ethernet_addresses_count():
    assert leases(DNSMASQ, collector="dnsmasq") == [
        ("dhcp01", "00-15-5D-00-00-05", "10.0.0.5", "web", ""),
        ("dhcp01", "00-15-5D-00-00-06", "10.0.0.6", "", ""),
    ]


def test_a_file_of_dnsmasq_that_begins_with_ipv6_is_known():
    assert leases("duid 00:01:02\n1800003600 7 2001:db8::5 web 00:01\n", collector="dnsmasq") == []


def test_a_line_that_is_no_lease_of_dnsmasq_is_a_problem():
    result = parsed(DNSMASQ + "and so on\n", "dnsmasq")
    assert [one.at for one in result.problems] == ["line 8"]


# Windows -------------------------------------------------------------------------------------------------------

WINDOWS_XML = """<?xml version="1.0" encoding="utf-8"?>
<DHCPServer xmlns="http://schemas.microsoft.com/windows/DHCPServer">
  <MajorVersion>10</MajorVersion>
  <IPv4><Scopes><Scope><ScopeId>10.0.0.0</ScopeId><Name>LAN</Name>
    <Reservations><Reservation>
      <Name>printer</Name><IPAddress>10.0.0.20</IPAddress><ClientId>00-15-5d-00-00-20</ClientId><Type>Both</Type>
    </Reservation></Reservations>
    <Leases>
      <Lease><IPAddress>10.0.0.5</IPAddress><ScopeId>10.0.0.0</ScopeId><ClientId>00-15-5d-00-00-05</ClientId>
        <HostName>web.example.org.</HostName><AddressState>Active</AddressState></Lease>
      <Lease><IPAddress>10.0.0.6</IPAddress><ScopeId>10.0.0.0</ScopeId><ClientId>06-00-00-0a</ClientId>
        <HostName>BAD_ADDRESS</HostName><AddressState>Declined</AddressState></Lease>
      <Lease><IPAddress>10.0.0.7</IPAddress><ClientId>52-41-53-20-10-00-00-00-00-00-00-00-00-00-00-00</ClientId></Lease>
    </Leases></Scope></Scopes></IPv4>
</DHCPServer>
"""

WINDOWS_CSV = (
    "#TYPE Microsoft.Management.Infrastructure.CimInstance#root/Microsoft/Windows/DHCP/DhcpServerv4Lease\r\n"
    '"IPAddress","ScopeId","AddressState","ClientId","HostName","LeaseExpiryTime","ServerIP","PSComputerName"\r\n'
    '"10.0.0.5","10.0.0.0","Active","00-15-5d-00-00-05","web, old","1/15/2027 9:00:00 AM","10.0.0.2","DC01"\r\n'
    '"10.0.0.6","10.0.0.0","Active","01-00-15-5d-00-00-06","sql","","10.0.0.2",""\r\n'
)


def test_an_export_of_a_windows_server_has_leases_and_reservations():
    assert sorted(leases(WINDOWS_XML, collector="windows-dhcp")) == [
        ("dhcp01", "00-15-5D-00-00-05", "10.0.0.5", "web.example.org", ""),
        ("dhcp01", "00-15-5D-00-00-20", "10.0.0.20", "printer", ""),
    ]


@pytest.mark.parametrize("separator", [",", ";"])
def test_leases_of_windows_as_csv_tell_their_server(separator):
    text = WINDOWS_CSV if separator == "," else WINDOWS_CSV.replace('","', '";"')
    assert sorted(leases(text, collector="windows-dhcp")) == [
        ("10.0.0.2", "00-15-5D-00-00-06", "10.0.0.6", "sql", ""),
        ("DC01", "00-15-5D-00-00-05", "10.0.0.5", "web, old", ""),
    ]


def test_csv_of_windows_is_read_in_utf_16_too():
    assert len(leases(WINDOWS_CSV.encode("utf-16"), collector="windows-dhcp")) == 2


@pytest.mark.parametrize("address", ["10.0.0.5", {"Address": 83886090, "IPAddressToString": "10.0.0.5"}])
@pytest.mark.parametrize("many", [True, False])
def test_leases_of_windows_as_json_are_read_as_powershell_prints_them(address, many):
    row = {"IPAddress": address, "ScopeId": address, "ClientId": "00-15-5d-00-00-05", "HostName": None, "Name": "web"}
    text = json.dumps([row] if many else row)
    assert leases(text, collector="windows-dhcp") == [("dhcp01", "00-15-5D-00-00-05", "10.0.0.5", "web", "")]


def test_leases_of_windows_for_ipv6_name_clients_by_duid_and_give_nothing():
    row = {"IPAddress": "2001:db8::5", "ClientDuid": "00-01-00-01-2a-2b", "Iaid": 7}
    assert leases(json.dumps([row]), collector="windows-dhcp") == []


def test_broken_rows_of_windows_are_problems_with_their_places():
    result = parsed(WINDOWS_CSV + '"10.0.0.7"\r\n' + '"1","2","3","??","5","6","7","8"\r\n', "windows-dhcp")
    assert [one.at for one in result.problems] == ["line 5", "line 6"]
    cut = parsed(WINDOWS_XML[: WINDOWS_XML.index("<ScopeId>10.0.0.0</ScopeId><ClientId>06")], "windows-dhcp")
    assert ["ends too early" in one.reason for one in cut.problems] == [True]
    assert len([one for one in cut.seen if not isinstance(one, HostSeen)]) == 2


# Hostile input -------------------------------------------------------------------------------------------------

SAMPLES = {
    "kea": kea("10.0.0.5,00:15:5d:00:00:05,,3600,1800003600,1,0,0,web,0,,0"),
    "dhcpd": DHCPD + DHCPD_CONF,
    "dnsmasq": DNSMASQ,
    "xml": WINDOWS_XML,
    "csv": WINDOWS_CSV,
}


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(sorted(SAMPLES)), st.data())
def test_no_bytes_of_a_lease_file_end_the_run(name, data):
    raw = bytearray(SAMPLES[name].encode())
    for _ in range(data.draw(st.integers(0, 12))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del raw[data.draw(st.integers(0, len(raw))) :]
    result = read(document(bytes(raw)))
    assert result is not None
    assemble(result.seen)


BOMBS = {
    "kea with a million columns": HEAD + "10.0.0.5" + "," * 1_000_000,
    "kea header with a million columns": "address,hwaddr,client_id," + "x," * 1_000_000 + "\n1,2,3\n",
    "kea numbers": HEAD + "10.0.0.5,00:15:5d:00:00:05,," + "9" * 200_000 + ",1,1,0,0,w,0,,0\n",
    "kea hardware address": HEAD + "10.0.0.5," + "00:" * 500_000 + ",,1,1,1,0,0,w,0,,0\n",
    "csv with a million columns": '"IPAddress","ScopeId","ClientId"\n' + '"x",' * 1_000_000,
    "csv field": '"IPAddress","ScopeId","ClientId"\n"' + "x" * 1_000_000,
    "csv header": ",".join(["IPAddress", "ScopeId", "ClientId"] * 300_000),
    "csv rows": '"IPAddress","ScopeId","ClientId"\n' + "x\n" * 300_000,
    "dhcpd braces": "lease 10.0.0.1 {" + "{" * 1_000_000,
    "dhcpd quotes": "lease 10.0.0.1 {}" + '"' * 1_000_001,
    "dhcpd open string": 'lease 10.0.0.1 {}\n"' + "\\x" * 500_000,
    "dhcpd words": "lease 10.0.0.1 { " + "x " * 500_000,
    "dhcpd hosts": "host a {\n" * 200_000,
    "dhcpd blanks": "lease" + " " * 500_000 + "\nhost" + " \n" * 200_000,
    "dnsmasq words": "1 00:15:5d:00:00:05 10.0.0.5 web *\n" + "0 " * 1_000_000,
    "dnsmasq lines": "1 00:15:5d:00:00:05 10.0.0.5 web *\n" + "0\n" * 300_000,
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_made_to_take_long_is_done_within_seconds(name):
    started = time.process_time()
    result = read(document(BOMBS[name]))
    assert time.process_time() - started < 5
    assert result is not None
    assert len(result.problems) <= 101


@pytest.mark.parametrize("name", ["kea", "dhcpd", "dnsmasq", "windows-dhcp"])
@pytest.mark.parametrize("text", ["", "x", "{", "[]", "<a/>", "address", "lease", "duid", "IPAddress,ScopeId"])
def test_what_is_no_lease_file_is_not_claimed(name, text):
    try:
        assert not COLLECTORS[name].claims(document(text))
    except Unreadable:
        assert text == "{"
