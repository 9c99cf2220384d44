"""Forecasts of invented histories: what grows is foreseen, what does not is not, and what cannot be told is said so."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.alloc.forecast import Now, forecast, slopes
from maccord.alloc.records import FillPoint

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
SIZE = 10_000


def foreseen(values, size=SIZE, available=None):
    """Return the forecast of a history with one value a day, the last of them now."""
    past = [
        FillPoint(at=AT - timedelta(days=len(values) - 1 - day), size=size, taken=taken)
        for day, taken in enumerate(values)
    ]
    free = size - values[-1] if available is None else available
    return forecast(Now(pool="web", at=AT, size=size, taken=values[-1], available=free), past)


def test_a_steady_growth_is_foreseen_to_the_day():
    told = foreseen([1000 + 100 * day for day in range(29)])
    assert (told.outlook, told.per_day, told.days) == ("filling", 100.0, 62.0)
    assert told.earliest == told.latest == 62.0
    assert told.full_at == AT + timedelta(days=62)
    assert told.jumps == ()
    assert "full in about 62 days (62 to 62), at 100.00 a day over 28 days" in told.why


def test_noise_widens_the_band_and_leaves_the_truth_in_it():
    chance = random.Random(5)
    told = foreseen([round(2000 + 50 * day + chance.gauss(0, 120)) for day in range(40)])
    assert told.outlook == "filling"
    assert told.per_day == pytest.approx(50, rel=0.15)
    truth = told.available / 50
    assert told.earliest < truth < told.latest
    assert told.latest - told.earliest > 2


def test_a_step_is_told_and_is_no_trend():
    told = foreseen([2000] * 14 + [5000] * 15)
    assert told.outlook == "not-filling"
    assert [(jump.by, jump.at.date()) for jump in told.jumps] == [(3000, (AT - timedelta(days=14)).date())]
    assert "use jumped by +3,000 on 2026-11-08, which is left out" in told.why


def test_growth_beside_a_step_is_foreseen_without_it():
    told = foreseen([1000 + 20 * day + (3000 if day > 20 else 0) for day in range(40)])
    assert told.outlook == "filling"
    assert told.per_day == pytest.approx(20, abs=1)
    assert [jump.by for jump in told.jumps] == [3020]


def test_what_shrinks_is_not_filling():
    told = foreseen([5000 - 40 * day for day in range(30)])
    assert (told.outlook, told.days) == ("not-filling", None)
    assert "-40.00 a day" in told.why


def test_a_weekly_wave_is_no_trend_and_hides_none():
    wave = (0, 150, 200, 220, 210, 60, 0)
    flat = foreseen([3000 + wave[day % 7] for day in range(42)])
    assert flat.outlook in ("not-filling", "unclear")
    assert flat.days is None
    assert flat.jumps == ()
    grows = foreseen([3000 + 30 * day + wave[day % 7] for day in range(42)])
    assert grows.outlook == "filling"
    assert grows.per_day == pytest.approx(30, rel=0.1)


def test_what_never_changes_is_not_filling():
    told = foreseen([700] * 20)
    assert (told.outlook, told.per_day) == ("not-filling", 0.0)
    assert "none over 19 days" in told.why


@pytest.mark.parametrize("days", [1, 2, 6])
def test_less_than_a_week_is_not_enough(days):
    told = foreseen([100 * day for day in range(days)])
    assert (told.outlook, told.days, told.samples) == ("unknown", None, days)
    assert f"not enough history yet: {days} sample" in told.why


def test_without_any_history_nothing_is_foreseen():
    told = forecast(Now(pool="web", at=AT, size=SIZE, taken=5, available=SIZE - 5), [])
    assert (told.outlook, told.samples, told.over_days) == ("unknown", 0, 0.0)
    assert [point.taken for point in told.history] == [5]


def test_a_pool_without_a_free_address_is_full_whatever_its_past():
    told = foreseen([5, 5, 5], available=0)
    assert (told.outlook, told.days, told.full_at) == ("full", 0.0, AT)


def test_hundreds_of_samples_a_day_are_one_and_old_ones_are_not_looked_at():
    past = [
        FillPoint(at=AT - timedelta(hours=hours), size=SIZE, taken=1000 + 10 * (90 - hours // 24))
        for hours in range(24 * 90, -1, -1)
    ]
    told = forecast(Now(pool="web", at=AT, size=SIZE, taken=1900, available=8100), past)
    assert len(told.history) == 57
    assert told.per_day == pytest.approx(10, abs=0.2)


def test_growth_over_ten_years_is_none():
    assert foreseen([day // 10 for day in range(40)], size=1 << 40).outlook == "not-filling"


def test_what_is_excluded_is_not_counted_on():
    told = foreseen([1000 + 100 * day for day in range(29)], available=620)
    assert told.days == 6.2


@given(st.lists(st.integers(0, SIZE), min_size=1, max_size=70), st.integers(0, SIZE))
def test_any_history_has_a_forecast_that_agrees_with_itself(values, available):
    told = foreseen(values, available=available)
    assert told.why
    if told.outlook == "filling":
        assert told.days is not None
        assert told.earliest is not None
        assert 0 < told.earliest <= told.days + 0.1
        assert told.latest is None or told.days <= told.latest + 0.1
        assert told.full_at is not None
        assert told.full_at > AT
    if told.outlook in ("unknown", "not-filling", "unclear"):
        assert told.days is None


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=40), st.integers(-50, 50))
def test_slopes_move_with_what_is_added_to_each_day(values, more):
    plain = slopes([(float(day), float(value)) for day, value in enumerate(values)])
    tilted = slopes([(float(day), float(value + more * day)) for day, value in enumerate(values)])
    assert tilted == pytest.approx(tuple(each + more for each in plain), abs=1e-6)
    assert plain[1] <= plain[0] <= plain[2]
