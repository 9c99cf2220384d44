"""Incidents open, change and close, once each, whatever time does."""

from itertools import pairwise

import msgspec
import pytest

from maccord.app.watch.inventory import Inventory
from maccord.app.watch.model import WatchItem
from maccord.app.watch.state import BadState, load, save
from maccord.app.watch.watcher import HOLD_NS, Watcher
from maccord.wire.track import Settings, Tracker
from tests.kit.heard import MAC, OTHER, SECOND, Ear, ns

NUMBER = 0x00155DC86A00


class Watched(Ear):
    """An ear with a watcher on top."""

    def __init__(self, settings=None, inventory=None):
        super().__init__(settings)
        self.watcher = Watcher(self.tracker, inventory)
        self.items = []

    def step(self, seconds):
        found = self.watcher.step(ns(seconds))
        self.items += found
        return [(one.event, one.cause) for one in found]


def flap(ear, moves, *, start=0, every_s=1, ports=("1", "2"), mac=MAC):
    for step in range(moves + 1):
        ear.frame(ports[step % 2], start + step * every_s, mac)


def test_an_incident_opens_once_and_closes_when_it_is_quiet():
    ear = Watched(Settings(quiet_s=60))
    flap(ear, 6)
    assert ear.step(6) == []
    assert ear.step(6 + HOLD_NS / SECOND) == [("opened", "duplicate-on-the-wire")]
    assert ear.step(20) == []
    assert ear.step(65) == []
    assert ear.step(66) == [("closed", "duplicate-on-the-wire")]
    assert ear.step(1000) == []
    assert len({one.id for one in ear.items}) == 1


def test_it_changes_when_its_places_do_and_when_its_moves_have_doubled_and_not_with_every_move():
    ear = Watched()
    flap(ear, 6)
    ear.step(6)
    ear.step(10)
    events = []
    for second in range(10, 110):
        ear.frame(str(1 + second % 2), second)
        events += ear.step(second)
    assert 2 <= len(events) <= 5
    assert set(events) == {("changed", "duplicate-on-the-wire")}
    moves = [one.moves for one in ear.items]
    assert all(later >= 2 * earlier for earlier, later in pairwise(moves))
    ear.frame("3", 111)
    ear.step(111)
    assert ear.step(115) == [("changed", "duplicate-on-the-wire")]


def test_a_closed_incident_opens_anew_only_for_new_reasons():
    ear = Watched(Settings(quiet_s=60))
    flap(ear, 20)
    ear.step(20)
    ear.step(25)
    ear.step(100)
    ear.frame("2", 200)
    ear.step(201)
    assert ear.step(210) == []
    flap(ear, 6, start=300)
    ear.step(306)
    assert ear.step(310) == [("opened", "duplicate-on-the-wire")]
    assert ear.items[0].id != ear.items[-1].id


def test_a_loop_is_told_as_one_and_not_as_many_duplicates():
    ear = Watched()
    for step in range(8):
        for number in range(20):
            ear.frame(str(1 + step % 2), step / 10 + number / 1000, f"00-13-20-00-00-{number:02X}")
        ear.step(step / 10)
    assert ear.step(5) == [("opened", "layer2-loop")]
    assert len(ear.items[-1].addresses) == 20


def test_an_inventory_names_the_owners_and_the_cause_behind():
    inventory = Inventory(
        owners={NUMBER: ["VM web on HV01", "VM sql on HV02"]},
        by_ip={(NUMBER, "10.0.0.1"): "VM web on HV01"},
        ranges=[(NUMBER, NUMBER + 255, "cloned-host-image", "0123456789ab")],
    )
    ear = Watched(inventory=inventory)
    for step in range(8):
        ear.arp(str(1 + step % 2), step, f"10.0.0.{1 + step % 2}")
    ear.step(8)
    assert ear.step(12) == [("opened", "cloned-host-image")]
    (item,) = ear.items
    assert item.owners == ["VM web on HV01", "VM sql on HV02"]
    assert item.inventory_incident == "0123456789ab"
    assert {place.port: place.owner for place in item.places} == {"1": "VM web on HV01", "2": ""}
    assert "VM web on HV01" in item.explanation


def test_an_item_can_be_written_and_read_as_json():
    ear = Watched()
    flap(ear, 6)
    ear.step(6)
    ear.step(10)
    written = msgspec.json.encode(ear.items[0])
    assert msgspec.json.decode(written, type=WatchItem) == ear.items[0]
    assert b'"schema":"maccord.watch/1"' in written


def test_open_incidents_are_bounded_and_what_finds_no_room_is_counted(monkeypatch):
    monkeypatch.setattr("maccord.app.watch.watcher.OPEN_MAX", 5)
    ear = Watched()
    for number in range(9):
        flap(ear, 6, ports=(f"{number}a", f"{number}b"), mac=f"00-13-20-00-01-{number:02X}")
    ear.step(8)
    ear.step(12)
    assert (len(ear.watcher.open), ear.watcher.suppressed) == (5, 4)


def test_a_restart_neither_forgets_nor_repeats(tmp_path):
    file = str(tmp_path / "state")
    ear = Watched()
    flap(ear, 6)
    flap(ear, 2, mac=OTHER)
    ear.step(6)
    ear.step(10)
    save(file, ear.watcher, {}, ear.items)

    again = Watched()
    left = load(file, again.watcher)
    assert left.waiting == ear.items
    assert again.step(20) == []
    flap(again, 2, start=20)
    again.step(23)
    assert again.step(30) == []
    again.frame("1", 31, OTHER)
    again.frame("2", 32, OTHER)
    again.step(33)
    assert again.step(40) == [("opened", "duplicate-on-the-wire")]
    assert again.items[0].addresses == [OTHER]


def test_a_state_that_is_none_is_put_aside_and_watching_starts_anew(tmp_path):
    file = tmp_path / "state"
    file.write_bytes(b"\xc1 no state")
    left = load(str(file), Watcher(Tracker()))
    assert "put aside" in left.remark
    assert (tmp_path / "state.unreadable").read_bytes() == b"\xc1 no state"


def test_a_state_that_cannot_be_written_is_a_refusal(tmp_path):
    with pytest.raises(BadState):
        save(str(tmp_path / "nowhere" / "state"), Watcher(Tracker()), {}, [])
