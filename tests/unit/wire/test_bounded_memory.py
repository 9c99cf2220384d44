"""Whatever an attacker invents, memory stays bounded and what was known stays known."""

import random

from maccord.wire.track import Settings
from maccord.wire.track.bounded import Bounded
from tests.kit.heard import MAC, Ear

SMALL = Settings(addresses_max=500, ips_max=500)


def test_a_flood_of_invented_addresses_drives_no_owner_out():
    ear = Ear(SMALL)
    source = random.Random(7)
    for step in range(20_000):
        ear.frame("evil", step / 1000, f"{source.getrandbits(46) << 2 & ~(1 << 40):012X}")
        if step < 1000 and step % 100 == 0:
            ear.frame("1", step / 1000)
        if step % 4000 == 3999:
            ear.frame("2" if step % 8000 == 3999 else "1", step / 1000)
    assert len(ear.tracker.addresses) <= 500
    assert ear.tracker.addresses.dropped > 15_000
    assert ear.faults == ["duplicate"]


def test_invented_ips_ports_and_names_are_bounded():
    ear = Ear(SMALL)
    for step in range(3000):
        ear.arp(f"port{step}", step / 10, f"10.{step >> 8 & 255}.{step & 255}.1")
        ear.trait(f"port{step}", step / 10, f"10.{step >> 8 & 255}.{step & 255}.1", hops=step % 256, ident=step)
        ear.dhcp("1", step / 10, f"{step:04x}", f"name{step}")
    state = ear.tracker.addresses.get((0, ear.domain, 0x00155DC86A00))
    assert state is not None
    assert len(state.residence.places) <= 16
    assert len(state.residence.stays) <= 32
    assert all(len(track.moves) <= 256 for track in state.residence.tracks)
    (minds,) = state.minds.values()
    assert len(minds.ips) <= 8
    assert len(minds.names) <= 8
    assert len(ear.tracker.ips) <= 500


def test_one_ip_that_everybody_claims_keeps_few_owners():
    ear = Ear(SMALL)
    for step in range(2000):
        ear.arp("1", step / 100, "10.0.0.1", f"{0x001320000000 + step:012X}", kind="reply", to=step)
    contest = ear.tracker.ips.get((0, ear.domain, "10.0.0.1"))
    assert contest is not None
    owners = contest.whole
    assert len(owners.claims) <= 8
    assert len(owners.turns) <= 64
    assert ear.faults


def test_what_was_asked_for_once_makes_way_first():
    bounded: Bounded[object, list[str]] = Bounded(8, list, worth=bool)
    for key in "abcd":
        bounded.ask(key).append(key)
    for number in range(100):
        bounded.ask(number)
    assert [bounded.get(key) for key in "abcd"] == [["a"], ["b"], ["c"], ["d"]]
    assert len(bounded) <= 8


def test_a_place_known_to_a_watcher_for_a_month_is_still_judged_by_its_last_hour():
    ear = Ear()
    for day in range(30):
        ear.frame("1" if day % 2 else "2", day * 86_400)
    assert ear.faults == []
    assert ear.tracker.addresses.get((0, ear.domain, int(MAC.replace("-", ""), 16))) is not None
