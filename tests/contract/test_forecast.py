"""How full pools were is kept, thinned and looked ahead from, on every store."""

from datetime import timedelta

import pytest

from maccord.alloc.clock import micros
from maccord.alloc.errors import NoSuchPool
from maccord.alloc.records import Note, PoolChange, RangeSpec
from maccord.store import sampling
from tests.kit.stores import ACTOR, START, spec, vm

DAY_S = 86_400


def samples(authority):
    return [row for row in authority.export() if row.get("table") == "fill"]


def give(authority, count, name="a", pool="web"):
    return authority.allocate(pool, vm(name), actor=ACTOR, count=count)


def lived(stores, days, count, *, authority=None):
    """Let days go by, `count` addresses given on each of them, and the keeper look once a day."""
    authority = authority or stores.open()
    for day in range(days):
        give(authority, count, f"vm{day}")
        authority.tick()
        stores.time.pass_s(DAY_S)
    return authority


def test_each_hour_has_one_sample_whoever_takes_it(stores):
    one, two = stores.open(), stores.open()
    one.create_pool(spec(), actor=ACTOR)
    give(one, 7)
    for _ in range(5):
        one.tick()
        two.tick()
        stores.time.pass_s(900)  # five times a quarter of an hour: from 8:00 to 9:00
    assert [(row["taken"], row["size"]) for row in samples(one)] == [(7, 256)] * 2
    assert [row["at"] for row in samples(one)] == [micros(START), micros(START) + sampling.HOUR_US]


def test_a_command_takes_the_sample_of_an_hour_when_it_ends(stores):
    command = stores.open(background=False)
    command.create_pool(spec(), actor=ACTOR)
    give(command, 3)
    command.close()
    other = stores.open(background=False)
    assert [row["taken"] for row in samples(other)] == [3]
    give(other, 1)
    other.close()
    assert [row["taken"] for row in samples(stores.open(background=False))] == [3]


def test_taken_is_what_is_neither_free_nor_excluded_nor_in_hand(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    first = give(authority, 1).addresses[0]
    give(authority, 4, "b")
    authority.release(first, actor=ACTOR)
    authority.carve_block("web", "HV01", actor=ACTOR, size=16)
    authority.exclude("web", RangeSpec("02-00-00-00-10-F0", "02-00-00-00-10-FF"), reason="printers", actor=ACTOR)
    (used,) = authority.usage("web")
    (told,) = authority.forecast("web")
    assert told.taken == 21 == used.allocated + used.resting + used.probation + used.blocks
    assert (told.available, told.size) == (used.available, 256)


def test_a_pool_that_fills_steadily_is_foreseen(stores):
    stores.open().create_pool(spec(), actor=ACTOR)
    authority = lived(stores, 10, 3)
    (told,) = authority.forecast("web")
    assert (told.outlook, told.per_day) == ("filling", 3.0)
    assert told.days == round((256 - 30) / 3, 1)
    assert [point.taken for point in told.history][:3] == [3, 6, 9]
    assert authority.forecast() == (told,)


def test_without_history_it_is_said_how_much_there_is(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    assert authority.forecast("web")[0].outlook == "unknown"
    lived(stores, 3, 1, authority=authority)
    assert "not enough history yet: 3 samples over 3.0 days" in authority.forecast("web")[0].why
    with pytest.raises(NoSuchPool):
        authority.forecast("db")


def test_old_samples_become_one_a_day_and_very_old_ones_none(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    for _ in range(24 * 12):
        authority.tick()
        stores.time.pass_s(3600)
    kept = [row["at"] for row in samples(authority)]
    old = [at for at in kept if at < micros(stores.time.wall) - sampling.HOURLY_US - sampling.DAY_US]
    assert len(old) == len({at // sampling.DAY_US for at in old}) == 4, "22nd to 24th, and the morning of the 25th"
    assert 24 * 8 <= len(kept) - len(old) <= 24 * 9
    for _ in range(3):
        stores.time.pass_s(200 * DAY_S)
        authority.tick()
    kept = [row["at"] for row in samples(authority)]
    assert min(kept) >= micros(stores.time.wall) - sampling.DAILY_US
    assert len(kept) == 3


def test_who_listens_is_told_once_that_a_pool_will_be_full_and_again_after_it_recovered(stores):
    told: list[Note] = []
    authority = stores.open()
    authority.subscribe(told.append)
    authority.warn_of_filling(30)
    authority.create_pool(spec(last="02-00-00-00-10-63", low_percent=0), actor=ACTOR)  # 100 addresses

    def filling():
        return [note.facts["days"] for note in told if note.name == "pool-filling" and note.facts]

    lived(stores, 16, 3, authority=authority)
    assert len(filling()) == 1, "once, though it was below for days"
    assert filling()[0] < 30
    more = (RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-63"), RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-FF"))
    authority.change_pool("web", PoolChange(ranges=more), actor=ACTOR)
    lived(stores, 3, 3, authority=authority)
    assert len(filling()) == 1
    authority.change_pool("web", PoolChange(ranges=more[:1]), actor=ACTOR)
    lived(stores, 3, 3, authority=authority)
    assert len(filling()) == 2


def test_nobody_is_told_who_does_not_want_to_be(stores):
    told: list[Note] = []
    authority = stores.open()
    authority.subscribe(told.append)
    authority.create_pool(spec(last="02-00-00-00-10-63"), actor=ACTOR)
    lived(stores, 16, 3, authority=authority)
    assert "pool-filling" not in {note.name for note in told}


def test_samples_are_exported_come_in_again_and_go_with_their_pool(stores):
    stores.open().create_pool(spec(), actor=ACTOR)
    authority = lived(stores, 9, 2)
    rows = list(authority.export())
    other = stores.open(stores.new_url())
    other.load(iter(rows), actor=ACTOR)
    assert samples(other) == samples(authority)
    assert other.forecast("web")[0].per_day == authority.forecast("web")[0].per_day == 2.0
    other.create_pool(spec("db", "02-00-00-00-20-00", "02-00-00-00-20-0F"), actor=ACTOR)
    other.tick()
    stores.time.pass_s(timedelta(hours=1).total_seconds())
    other.tick()
    other.delete_pool("db", actor=ACTOR)
    assert {row["pool"] for row in samples(other)} == {1}
