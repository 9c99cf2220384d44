"""Time that does not leap."""

from datetime import UTC, datetime, timedelta

from maccord.alloc.clock import SteadyClock, micros, moment
from tests.kit.stores import START, Time


def test_micros_and_moments_are_each_others_reverse():
    for at in (START, datetime(1970, 1, 1, tzinfo=UTC), datetime(2100, 2, 3, 4, 5, 6, 7, tzinfo=UTC)):
        assert moment(micros(at)) == at


def test_a_clock_that_is_set_moves_nothing_and_the_counter_does():
    time = Time()
    steady = SteadyClock(time.clock, time.monotonic)
    assert moment(steady()) == START
    for leap in (-86_400, 3 * 86_400):
        time.set_s(leap)
        assert moment(steady()) == START
    time.pass_s(5)
    assert moment(steady()) == START + timedelta(seconds=5)


def test_it_leans_towards_the_clock_by_half_a_thousandth_of_the_time():
    time = Time()
    steady = SteadyClock(time.clock, time.monotonic)
    time.set_s(3600)
    time.pass_s(1000)
    steady.lean()
    assert moment(steady()) == START + timedelta(seconds=1000.5)
    time.set_s(-7200)
    time.pass_s(1000)
    steady.lean()
    assert moment(steady()) == START + timedelta(seconds=2000)


def test_it_begins_no_earlier_than_what_was_seen_and_no_later_than_others_have_it():
    time, now = Time(), micros(START)
    assert SteadyClock(time.clock, time.monotonic, floor=now + 9)() == now + 9
    assert SteadyClock(time.clock, time.monotonic, floor=now - 50, ceiling=now - 9)() == now - 9


def test_it_goes_on_from_who_is_ahead_and_never_back():
    time, now = Time(), micros(START)
    steady = SteadyClock(time.clock, time.monotonic)
    steady.at_least(now + 100)
    steady.at_least(now - 100)
    assert steady() == now + 100
