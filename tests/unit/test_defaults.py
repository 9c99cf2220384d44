"""What is said of managers that issue from one default block: how likely a clash is, and when nothing is said."""

import random
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from maccord.app.check import check
from maccord.engine.duck import DuckEngine
from maccord.fleet.assemble import assemble
from maccord.fleet.config import FleetConfig
from maccord.fleet.evidence import AdapterSeen, HostSeen, MachineSeen, Place, SwitchSeen
from maccord.fleet.records import Issuer
from maccord.mac import SHARED, parse_value, shared_block, vcenter_id

NOW = datetime(2026, 7, 2, tzinfo=UTC)

VMWARE = 0x005056


def machine(manager, number, mac, **more):
    place = Place(f"{manager}.json", f"/{number}")
    name = f"{manager}-{number}"
    return [
        HostSeen(manager, Place(f"{manager}.json", ""), "vmware" if mac >> 24 == VMWARE else "openstack"),
        MachineSeen(manager, place, name, name, running=True, state="ACTIVE"),
        AdapterSeen(
            host=manager, place=place, kind="vm", name="nic", mac=mac, at_mac=place.at, dynamic=False,
            machine_id=name, machine=name, switch="lan", manager=manager, **more,
        ),
    ]  # fmt: skip


def drawn(manager, prefix, count, seed, bits=24):
    """Return machines whose addresses a manager drew at random, none of them twice."""
    values = random.Random(seed).sample(range(1 << bits), count)
    return [one for number, value in enumerate(values) for one in machine(manager, number, prefix << bits | value)]


def incidents(*managers):
    snapshot = assemble([record for records in managers for record in records])
    return check(snapshot, DuckEngine(), config=FleetConfig(), now=NOW).incidents


def issued(*managers):
    snapshot = assemble([record for records in managers for record in records])
    return [row for row in snapshot.tables["issuer"] if isinstance(row, Issuer)]


def apart(one, other, prefix, sizes, bits=24):
    """Return two managers' machines that have no address in common, though drawn from one block."""
    values = random.Random(7).sample(range(1 << bits), sum(sizes))
    return [
        [record for at, value in enumerate(part) for record in machine(name, at, prefix << bits | value)]
        for name, part in ((one, values[: sizes[0]]), (other, values[sizes[0] :]))
    ]


def test_random_draws_are_told_from_the_chance_of_one_in_a_hundred_on():
    (told,) = incidents(*apart("cloud1", "cloud2", 0xFA163E, (420, 410)))
    assert (told.cause, told.severity, told.state) == ("default-prefix-shared", "info", None)
    assert told.hosts == ["cloud1", "cloud2"]
    assert "420 by cloud1 and 410 by cloud2" in told.explanation
    assert "from 16,777,216 addresses" in told.explanation
    assert "a chance of 1 %" in told.explanation
    assert "adds up to 1 in 39,946" in told.explanation


def test_random_draws_below_one_in_a_hundred_are_not_told():
    assert incidents(*apart("cloud1", "cloud2", 0xFA163E, (400, 410))) == []


def test_two_listings_of_one_manager_are_one_manager():
    half = drawn("cloud1", 0xFA163E, 900, seed=3)
    assert incidents(half) == []


def test_the_chance_of_two_vcenter_servers_is_that_of_65536_addresses():
    (told,) = incidents(*apart("vc1", "vc2", 0x00505685, (300, 200), bits=16))
    assert (told.cause, told.severity, told.state) == ("vcenter-instance-id-shared", "warning", "latent")
    assert "the instance id 5" in told.explanation
    assert "from 65,536 addresses" in told.explanation
    assert "a chance of 60 %" in told.explanation  # 1 - C(65236, 200) / C(65536, 200) = 0.6011
    assert "adds up to 0.5 %" in told.explanation  # 300 / 65536 = 0.0046


def test_three_vcenter_servers_with_one_id_are_one_incident():
    one, two = apart("vc1", "vc2", 0x00505685, (30, 20), bits=16)
    three = machine("vc3", 0, parse_value("00-50-56-85-00-00")) + machine("vc3", 1, parse_value("00-50-56-85-FF-FF"))
    told = incidents(one, two, three)
    assert [one.cause for one in told if one.severity != "error"] == ["vcenter-instance-id-shared"]
    assert told[0].hosts == ["vc1", "vc2", "vc3"]


def test_what_a_switch_confines_is_no_issue_for_other_managers():
    hidden = [
        SwitchSeen(host=name, place=Place(f"{name}.json", "/s"), id="", name="lan", kind="private") for name in "ab"
    ]
    pools = [machine(name, at, 0x020000000000 + at) for name in "ab" for at in range(3)]
    assert issued(hidden, *pools) == []
    assert [row.manager for row in issued(*pools)] == ["a", "b"]


def test_a_manager_is_counted_once_per_address_and_by_block():
    twice = machine("vc", 1, 0x005056800001) + machine("vc", 2, 0x005056800001) + machine("vc", 3, 0x005056BF0001)
    assert [(row.first, row.issued, row.total, row.low) for row in issued(twice)] == [
        (0x005056800000, 1, 2, 0x005056800001),
        (0x005056BF0000, 1, 2, 0x005056BF0001),
    ]


@pytest.mark.parametrize(
    ("address", "product"),
    [
        ("00-50-56-7F-FF-FF", None),
        ("00-50-56-80-00-00", "vCenter Server"),
        ("00-50-56-BF-FF-FF", "vCenter Server"),
        ("00-50-56-C0-00-00", None),
        ("FA-16-3E-00-00-01", "OpenStack Neutron"),
        ("BC-24-11-12-34-56", "Proxmox VE"),
        ("10-66-6A-12-34-56", "Incus"),
        ("00-16-3E-12-34-56", "Xen or LXD"),
        ("02-00-00-00-00-00", "KubeMacPool"),
        ("52-54-00-12-34-56", None),
        ("00-15-5D-12-34-56", None),
    ],
)
def test_an_address_lies_in_the_default_block_of_its_product(address, product):
    found = shared_block(parse_value(address))
    assert (found.product if found else None) == product


def test_no_two_default_blocks_overlap():
    spans = sorted(
        (one.prefix << (48 - one.prefix_bits), ((one.prefix + 1) << (48 - one.prefix_bits)) - 1) for one in SHARED
    )
    assert all(one[1] < other[0] for one, other in pairwise(spans))


@pytest.mark.parametrize(("octet", "number"), [("80", 0), ("82", 2), ("BF", 63)])
def test_the_fourth_octet_is_128_and_the_instance_id(octet, number):
    assert vcenter_id(parse_value(f"00-50-56-{octet}-00-00")) == number
