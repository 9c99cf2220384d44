"""When a pool will be full: a robust line through how many addresses were taken day by day.

The slope is the median of the slopes between all pairs of days (Theil 1950, Sen 1968), which a few odd days do not
move, and its band is Sen's, from the variance of Kendall's tau. Days on which use jumped, a host adopted or a site
moved, are told and taken out: a step is no trend. With less than a week there is no forecast, since weekdays differ.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from math import sqrt
from statistics import fmean, median

from msgspec import Struct
from msgspec.structs import replace as _with

from maccord.alloc.records import FillPoint, Forecast, Jump

WINDOW_DAYS = 56
DAYS_MIN = 7
FAR_DAYS = 3650.0
_Z90 = 1.645
_JUMPS_MAX = 3
_JUMP_MIN = 8


class Now(Struct, frozen=True, kw_only=True):
    """A pool at this moment: `available` can be given at once."""

    pool: str
    at: datetime
    size: int
    taken: int
    available: int


def forecast(now: Now, past: Sequence[FillPoint]) -> Forecast:
    """Return when a pool will be full. `past` is sorted by time; what is older than eight weeks is not looked at."""
    recent = [point for point in past if now.at - timedelta(days=WINDOW_DAYS) <= point.at <= now.at]
    daily = _daily(recent, now)
    over = (now.at - recent[0].at) / timedelta(days=1) if recent else 0.0
    told = Forecast(
        pool=now.pool,
        outlook="unknown",
        why=f"not enough history yet: {_many(len(recent), 'sample')} over {over:.1f} days, of {DAYS_MIN} days needed",
        size=now.size,
        taken=now.taken,
        available=now.available,
        samples=len(recent),
        over_days=round(over, 2),
        history=tuple(daily),
    )
    if now.available == 0:
        return _with(
            told, outlook="full", why="nothing is free now", days=0.0, earliest=0.0, latest=0.0, full_at=now.at
        )
    if len(daily) < DAYS_MIN or over < DAYS_MIN - 1:
        return told
    values, jumps = _without_jumps(daily)
    slope, low, high = slopes(values)
    aside = "".join(f"; use jumped by {jump.by:+,} on {jump.at:%Y-%m-%d}, which is left out" for jump in jumps)
    told = _with(told, per_day=round(slope, 4), jumps=tuple(jumps))
    days = now.available / slope if slope > 0 else None
    if days is None or days > FAR_DAYS:
        trend = "none" if abs(slope) < 0.005 else f"{slope:+,.2f} a day"
        return _with(told, outlook="not-filling", why=f"not filling: {trend} over {over:.0f} days{aside}")
    earliest = now.available / high
    latest = now.available / low if low > 0 else None
    if latest is None:
        why = f"no clear trend: between {low:+,.2f} and {high:+,.2f} a day over {over:.0f} days{aside}"
        return _with(told, outlook="unclear", why=why, earliest=round(earliest, 1))
    latest = latest if latest <= FAR_DAYS else None
    span = f"{earliest:,.0f} to {latest:,.0f}" if latest is not None else f"{earliest:,.0f} or more"
    return _with(
        told,
        outlook="filling",
        why=f"full in about {days:,.0f} days ({span}), at {slope:,.2f} a day over {over:.0f} days{aside}",
        days=round(days, 1),
        earliest=round(earliest, 1),
        latest=None if latest is None else round(latest, 1),
        full_at=now.at + timedelta(days=days),
    )


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _daily(past: Sequence[FillPoint], now: Now) -> list[FillPoint]:
    """Return the last point of each day, and now as that of today."""
    days = {point.at.date(): point for point in past}
    days[now.at.date()] = FillPoint(at=now.at, size=now.size, taken=now.taken)
    return [days[day] for day in sorted(days)]


def _without_jumps(daily: Sequence[FillPoint]) -> tuple[list[tuple[float, float]], list[Jump]]:
    """Return (day, taken) with days that stand out taken as if nothing had changed on them, and those days."""
    start = daily[0].at
    days = [(point.at - start) / timedelta(days=1) for point in daily]
    steps = [after.taken - before.taken for before, after in pairwise(daily)]
    least = max(_JUMP_MIN, daily[-1].size // 100)
    out: list[int] = []
    while len(out) < _JUMPS_MAX:
        left = [place for place in range(len(steps)) if place not in out]
        if len(left) < DAYS_MIN - 2:
            break
        place = max(left, key=lambda one: (abs(steps[one]), one))
        others = fmean(abs(steps[one]) for one in left if one != place)
        if abs(steps[place]) < least or abs(steps[place]) < 10 * others:
            break
        out.append(place)
    usual = median(step for place, step in enumerate(steps) if place not in out)
    values, level = [(days[0], float(daily[0].taken))], float(daily[0].taken)
    for place, step in enumerate(steps):
        level += usual if place in out else step
        values.append((days[place + 1], level))
    return values, [Jump(at=daily[place + 1].at, by=steps[place]) for place in sorted(out)]


def slopes(values: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the median slope of (day, value) and the ends of its 90 % band; days differ."""
    found = sorted((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(values, 2) if x2 > x1)
    count = len(values)
    width = _Z90 * sqrt(count * (count - 1) * (2 * count + 5) / 18)
    low = max(0, round((len(found) - width) / 2) - 1)
    high = min(len(found) - 1, round((len(found) + width) / 2))
    return median(found), found[low], found[high]
