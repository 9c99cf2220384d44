"""When a pool will be full, as far as its past tells."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

Outlook = Literal["filling", "not-filling", "unclear", "full", "unknown"]
"""`unclear`: use goes up and down more than it grows. `unknown`: there is not enough history yet."""


class FillPoint(Struct, frozen=True, kw_only=True):
    """How full a pool was: `taken` is what was held, in use, resting, on probation or in a host's own range."""

    at: datetime
    size: int
    taken: int


class Jump(Struct, frozen=True, kw_only=True):
    """A day whose change stands out from all others: by so many addresses, up or down."""

    at: datetime
    by: int


class Forecast(Struct, frozen=True, kw_only=True):
    """When a pool will be full if use goes on as it did.

    `days` until then, by the median of all slopes; `earliest` and `latest` by the band in which the true slope lies
    nine times out of ten if days are independent; None, no end is in sight. `per_day` is the slope in addresses.
    `history` has a point for each day that is looked at.
    """

    pool: str
    outlook: Outlook
    why: str
    size: int
    taken: int
    available: int
    days: float | None = None
    earliest: float | None = None
    latest: float | None = None
    full_at: datetime | None = None
    per_day: float | None = None
    samples: int = 0
    over_days: float = 0.0
    jumps: tuple[Jump, ...] = ()
    history: tuple[FillPoint, ...] = ()
