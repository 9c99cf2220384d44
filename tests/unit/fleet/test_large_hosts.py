"""A host with thousands of adapters is joined in time that grows with their number, not with its square."""

import time

import pytest

from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen, HostSeen, PeerSeen, Place, QueueSeen, SwitchSeen, TeamSeen
from maccord.fleet.records import Adapter

COUNT = 8_000
ENOUGH_S = 5
"""Generous: it takes a fraction of a second; the square of COUNT took from 8 to 200."""


def adapter(number, kind, name, mac=None, **told):
    place = Place("HV01.json", f"/{kind}/{number}")
    return AdapterSeen(host="HV01", place=place, kind=kind, name=name, mac=mac or number + 256, **told)


def vnics_on_one_switch():
    yield SwitchSeen(host="HV01", place=Place("HV01.json", "/s"), id="", name="s", kind="external", uplinks=("u",))
    yield from (adapter(at, "management", f"n{at}", id=f"i{at}", switch="s") for at in range(COUNT))


def vnics_told_twice():
    yield from (adapter(at, "management", f"n{at}", id=f"i{at}") for at in range(COUNT))
    yield from (adapter(at, "management-nic", f"vEthernet (n{at})", id=f"j{at}") for at in range(COUNT))


def queues_of_nics():
    yield from (adapter(at, "physical", f"n{at}", id=f"i{at}") for at in range(COUNT))
    for at in range(COUNT):
        place = Place("HV01.json", f"/q/{at}")
        yield QueueSeen(host="HV01", place=place, name=f"n{at}", description=f"d{at}", enabled=True)


def one_team_of_all_nics():
    yield from (adapter(at, "physical", f"n{at}", id=f"i{at}") for at in range(COUNT))
    for role in ("member", "nic"):
        yield from (TeamSeen("HV01", Place("T.json", f"/{role}/{at}"), role, "T", f"n{at}", "") for at in range(COUNT))


def halves_of_one_address():
    for at in range(COUNT):
        place = Place(f"leaf{at}.json", "")
        yield HostSeen(f"leaf{at}", place, "switch")
        yield PeerSeen(host=f"leaf{at}", place=place, system=5, peer_mac=77, peer_link="peer")


@pytest.mark.parametrize(
    "records", [vnics_on_one_switch, vnics_told_twice, queues_of_nics, one_team_of_all_nics, halves_of_one_address]
)
def test_many_records_of_one_kind_are_joined_quickly(records):
    seen = [HostSeen("HV01", Place("HV01.json", ""), "hyperv"), *records()]
    begun = time.process_time()
    snapshot = assemble(seen)
    assert time.process_time() - begun < ENOUGH_S
    assert snapshot.tables["host"]


def test_management_vnic_that_a_nic_was_listed_for_is_one_adapter():
    seen = [
        adapter(0, "management", "MGMT", 0x00155D010203, id="a"),
        adapter(1, "management-nic", "vEthernet (MGMT)", 0x00155D010203, id="b", description="Virtual #2"),
        adapter(2, "management-nic", "vEthernet (Other)", 0x00155D010204, id="c"),
    ]
    rows = [row for row in assemble(seen).tables["adapter"] if isinstance(row, Adapter)]
    told = [(row.name, row.kind, row.description) for row in rows]
    assert told == [("MGMT", "management", "Virtual #2"), ("Other", "management", "")]
