"""What is read of /etc/network/interfaces."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.collect import ifupdown
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import IpSeen, PortGroupSeen, SwitchSeen
from maccord.fleet.records import Adapter, VlanSet
from tests.kit.reading import read
from tests.kit.samples import SAMPLES

FILE = """auto lo
iface lo inet loopback

iface eno1 inet manual

auto vmbr0
iface vmbr0 inet static
\taddress 10.0.0.5/24
\tgateway 10.0.0.1
\tbridge-ports eno1
\tbridge-stp off
iface vmbr0 inet6 auto

auto vmbr1
iface vmbr1 inet manual
    bridge_ports none
# bridge-ports eno9

iface vmbr10
    bridge-ports bond0.10
source /etc/network/interfaces.d/*
"""


def document(text, folder="pve1", above=(), file="interfaces"):
    return Document(file, folder, text.encode(), above)


def seen(kind, text=FILE, **more):
    result = read(document(text, **more))
    assert result.problems == []
    return [one for one in result.seen if isinstance(one, kind)]


def test_a_bridge_without_ports_ends_in_the_host():
    assert [(one.name, one.kind, one.uplinks) for one in seen(SwitchSeen)] == [
        ("vmbr0", "external", ("eno1",)),
        ("vmbr1", "internal", ()),
        ("vmbr10", "external", ("bond0.10",)),
    ]
    assert [one.place.at for one in seen(SwitchSeen)] == ["line 10", "line 16", "line 20"]


def test_a_bridge_on_a_vlan_puts_its_machines_there():
    assert [(one.switch, one.vlans) for one in seen(PortGroupSeen)] == [("vmbr10", "10")]


def test_the_host_has_the_addresses_that_it_gives_itself():
    assert [(one.address, one.alias) for one in seen(IpSeen)] == [("10.0.0.5", "vmbr0")]


@pytest.mark.parametrize(
    ("folder", "above", "host"),
    [("pve1", (), "pve1"), ("network", ("etc", "pve1", "evidence"), "pve1"), ("network", ("etc", ""), "network")],
)
def test_the_host_is_the_folder_around_etc(folder, above, host):
    assert {one.host for one in seen(SwitchSeen, folder=folder, above=above)} == {host}


@pytest.mark.parametrize(
    ("bridge", "domain", "vlans"), [("vmbr0", 0, "0"), ("vmbr1", -1, "0"), ("vmbr10", 0, "10"), ("other", 0, "0")]
)
def test_guests_are_where_their_bridge_is(bridge, domain, vlans):
    guest = SAMPLES["proxmox"].partition("\n\n")[0].replace("vmbr0,tag=10,trunks=11;20-29", bridge)
    files = [document(FILE), document(guest, file="100.conf")]
    tables = assemble(record for one in files for record in read(one).seen).tables
    (row,) = (row for row in tables["adapter"] if isinstance(row, Adapter))
    sets = {one.id: one.vlans for one in tables["vlan_set"] if isinstance(one, VlanSet)}
    assert (min(row.domain, 0), sets[row.vlans]) == (domain, vlans)


@pytest.mark.parametrize("text", ["auto lo\n", "iface\n", "interface eth0\n", "iface a b c d e\n", "{}"])
def test_other_text_is_not_claimed(text):
    assert not ifupdown.claims(document(text))


@given(st.text(max_size=200), st.integers(0, len(FILE)))
def test_whatever_stands_in_it_nothing_is_raised(text, at):
    read(document(FILE[:at] + text + FILE[at:] + "\n\niface x inet manual\n"))
