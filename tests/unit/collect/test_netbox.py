"""What is read of NetBox's lists of interfaces, and what is made of broken and hostile ones."""

import json
from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from maccord.collect import netbox
from maccord.collect.document import Document, Unreadable
from maccord.fleet.evidence import DeclaredSeen, HostSeen

DEVICES, MACHINES = "https://netbox/api/dcim/interfaces/", "https://netbox/api/virtualization/interfaces/"
MAC = "00:1B:21:5A:00:10"


def document(value, folder="netbox"):
    return Document("interfaces.json", folder, json.dumps(value).encode())


def listed(*rows):
    return {"count": len(rows), "next": None, "previous": None, "results": list(rows)}


def card(number=1, device=None, **more):
    owner = device or {"id": 5, "name": "HV01"}
    return {"id": number, "url": f"{DEVICES}{number}/", "device": owner, "name": f"p{number}", **more}


def parsed(value):
    assert netbox.claims(document(value))
    return netbox.parse(document(value))


def declared(value):
    found = parsed(value)
    assert found.problems == []
    return [one for one in found.seen if isinstance(one, DeclaredSeen)]


def test_an_interface_tells_owner_name_and_address():
    (one,) = declared(listed(card(mac_address=MAC)))
    assert (one.host, one.owner, one.name, one.mac) == ("HV01", "HV01", "p1", 0x001B215A0010)
    assert (one.source, one.owner_id) == ("netbox/device", "5")
    assert one.at_mac == "/results/0/mac_address"


def test_a_list_may_come_without_its_envelope():
    (one,) = declared([card(mac_address=MAC)])
    assert one.at_mac == "/0/mac_address"


def test_all_addresses_of_an_interface_count_once_each():
    several = [{"mac_address": MAC}, {"mac_address": "00:1B:21:5A:00:11"}]
    found = declared(listed(card(mac_address=MAC, mac_addresses=several, primary_mac_address={"mac_address": MAC})))
    assert [(one.mac & 0xFF, one.at_mac) for one in found] == [
        (0x10, "/results/0/mac_address"),
        (0x11, "/results/0/mac_addresses/1/mac_address"),
    ]


def test_a_machine_is_where_its_host_is_else_its_cluster_else_its_site_else_the_folder():
    around = {"device": {"name": "HV01"}, "cluster": {"name": "CL01"}, "site": {"name": "HQ"}}
    hosts = []
    for dropped in ((), ("device",), ("device", "cluster"), ("device", "cluster", "site")):
        machine = {"id": 1, "name": "web01", **{key: told for key, told in around.items() if key not in dropped}}
        row = {"id": 1, "url": f"{MACHINES}1/", "name": "eth0", "virtual_machine": machine, "mac_address": MAC}
        hosts += [one.host for one in declared(listed(row))]
    assert hosts == ["HV01", "CL01", "HQ", "netbox"]


def test_a_device_without_a_name_goes_by_what_netbox_shows_for_it():
    (one,) = declared(listed(card(device={"id": 9, "name": None, "display": "PDU (9)"}, mac_address=MAC)))
    assert (one.owner, one.host) == ("PDU (9)", "PDU (9)")


def test_what_has_no_address_or_all_zeros_declares_none():
    rows = [card(1), card(2, mac_address=None), card(3, mac_address=""), card(4, mac_address="00:00:00:00:00:00")]
    assert declared(listed(*rows)) == []


def test_an_empty_list_is_no_problem():
    assert parsed(listed()).problems == []


def test_a_host_is_named_once_by_file():
    rows = [card(number, mac_address=f"00:1B:21:5A:00:{number:02X}") for number in range(1, 9)]
    assert sum(isinstance(one, HostSeen) for one in parsed(listed(*rows)).seen) == 1


def test_a_broken_address_is_a_problem_at_its_place_and_the_others_count():
    found = parsed(listed(card(1, mac_address="nonsense"), card(2, mac_address=MAC)))
    assert [(one.file, one.at) for one in found.problems] == [("interfaces.json", "/results/0/mac_address")]
    assert sum(isinstance(one, DeclaredSeen) for one in found.seen) == 1


def test_a_row_of_another_list_is_a_problem():
    found = parsed(listed(card(mac_address=MAC), {"id": 3, "url": "https://netbox/api/dcim/devices/3/"}))
    assert [one.at for one in found.problems] == ["/results/1/url"]


def test_other_json_is_not_claimed():
    others: list[object] = [
        {},
        [],
        {"results": []},
        listed({"url": "https://netbox/api/dcim/devices/1/"}),
        [1],
        {"results": 7},
    ]
    for value in others:
        assert not netbox.claims(document(value)), value


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("url", "id", "name", "device", "virtual_machine", "mac_address", "mac_addresses", "primary_mac_address")
ROW = st.fixed_dictionaries({}, optional=dict.fromkeys(KEYS, JSON)) | JSON


@given(st.lists(ROW, max_size=3), st.booleans())
def test_any_rows_are_read_or_refused_and_never_raise(rows, bare):
    value = [card(), *rows]
    with suppress(Unreadable):
        netbox.parse(document(value if bare else listed(*value)))
        netbox.claims(document(rows))
