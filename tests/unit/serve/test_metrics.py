"""Metrics of pools, ranges and scopes: what they say, how many there can be, and how often the store is asked."""

import pytest
from prometheus_client.parser import text_string_to_metric_families

from maccord.alloc.authority import Counters
from maccord.alloc.records import Forecast, RangeFill
from maccord.serve import metrics as module
from maccord.serve.metrics import Fill, Metrics
from maccord.serve.seldom import Seldom

NONE = Counters(requests=0, commits=0, replays=0, conflicts=0, queue=0, allocated=0, released=0, commit_s=())


def read(text, name):
    """Return the samples of a metric: the values of labels, in the order of the labels' names, to the value."""
    found = {one.name: one for one in text_string_to_metric_families(text.decode())}
    return {tuple(value for _, value in sorted(one.labels.items())): one.value for one in found[name].samples}


def fill(name, scope="global", free=3, held=1, kind="mac"):
    return Fill(name, scope, kind, free + held, {"free": free, "held": held})


def fill_of(pool, first, taken=1):
    return RangeFill(
        pool=pool, scope="global", first=first, last=first, size=9, available=5, drained=1, excluded=2, taken=taken
    )


def foretold(pool, days):
    outlook = "unknown" if days is None else "filling"
    return Forecast(pool=pool, outlook=outlook, why="", size=4, taken=1, available=3, days=days)  # type: ignore[arg-type]


def test_scopes_are_the_sums_of_their_pools_by_kind():
    pools = (fill("a"), fill("b", free=10), fill("c", "dmz"), fill("d", kind="wwn"))
    text = Metrics(lambda: pools, lambda: NONE).text()
    assert read(text, "maccord_scope_addresses_max") == {
        ("mac", "dmz"): 4,
        ("mac", "global"): 15,
        ("wwn", "global"): 4,
    }
    assert read(text, "maccord_scope_addresses")["mac", "global", "free"] == 13
    assert read(text, "maccord_pool_addresses")["b", "global", "free"] == 10


def test_ranges_are_told_by_their_first_address_and_only_pools_that_fill_have_days():
    ranges = (fill_of("a", "02-00-00-00-00-00"), fill_of("a", "02-00-00-00-10-00", taken=7))
    days = (foretold("a", 12.5), foretold("b", None))
    text = Metrics(lambda: (fill("a"), fill("b")), lambda: NONE, lambda: ranges, lambda: days).text()
    told = read(text, "maccord_range_addresses")
    assert told["a", "02-00-00-00-10-00", "taken"] == 7
    assert {state for *_, state in told} == {"free", "drained", "excluded", "taken"}
    assert read(text, "maccord_pool_days_to_full") == {("a", "global"): 12.5}
    assert read(text, "maccord_left_out") == {("pools",): 0, ("ranges",): 0}


def test_there_are_never_more_series_than_the_bounds_and_what_is_left_out_is_counted(monkeypatch):
    monkeypatch.setattr(module, "POOLS_MAX", 3)
    monkeypatch.setattr(module, "RANGES_MAX", 2)
    pools = tuple(fill(f"p{number}", f"s{number}") for number in range(7))
    ranges = tuple(fill_of("p0", f"02-00-00-00-00-0{number}") for number in range(5))
    text = Metrics(
        lambda: pools, lambda: NONE, lambda: ranges, lambda: tuple(foretold(p.pool, 1.0) for p in pools)
    ).text()
    assert len(read(text, "maccord_pool_addresses_max")) == 3
    assert len(read(text, "maccord_scope_addresses_max")) == 3
    assert len(read(text, "maccord_scope_addresses")) == 6
    assert len(read(text, "maccord_range_addresses")) == 8
    assert len(read(text, "maccord_pool_days_to_full")) == 3
    assert read(text, "maccord_left_out") == {("pools",): 4, ("ranges",): 3}


class Asked:
    """A question that takes so long, on a clock of its own, and counts how often it was asked."""

    def __init__(self, took_s):
        self.took_s, self.now, self.times = took_s, 100.0, 0

    def clock(self):
        return self.now

    def __call__(self):
        self.now += self.took_s
        self.times += 1
        return self.times


def test_what_takes_long_is_asked_a_twentieth_of_the_time():
    ask = Asked(0.5)
    seldom = Seldom(ask, clock=ask.clock)
    end = ask.now + 1000
    while ask.now < end:
        seldom()
        ask.now += 0.1
    assert ask.times * 0.5 <= 1000 / 20 + 1
    assert ask.times > 80


def test_what_is_quick_is_asked_again_and_what_need_not_be_is_not():
    quick, slow = Asked(0.0), Asked(0.0)
    often, seldom = Seldom(quick, clock=quick.clock), Seldom(slow, least_s=60, clock=slow.clock)
    assert [often() for _ in range(3)] == [1, 2, 3]
    assert [seldom() for _ in range(3)] == [1, 1, 1]
    slow.now += 60
    assert seldom() == 2


def test_what_went_wrong_is_not_kept():
    ask = Asked(1.0)

    def fail():
        if not ask():
            raise AssertionError
        if ask.times == 1:
            raise OSError("gone")
        return ask.times

    seldom = Seldom(fail, clock=ask.clock)
    with pytest.raises(OSError, match="gone"):
        seldom()
    assert seldom() == 2
