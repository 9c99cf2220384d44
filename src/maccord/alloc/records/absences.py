"""Leases that evidence, which looked where they should be, did not show."""

from datetime import datetime

from msgspec import Struct

from maccord.alloc.records.leases import Lease

EXPECTED = frozenset({"vm-adapter", "host-adapter", "team"})
"""Kinds of holders that an inventory of hosts shows while they are there. All others may be invisible for years."""


class Missed(Struct, frozen=True, kw_only=True):
    """A lease, by the version that was compared, which evidence of the moment `at` should have shown and did not."""

    address: str
    version: int
    at: datetime


class Absences(Struct, frozen=True, kw_only=True):
    """What was noted: absences counted, and forgotten because the address was seen or its lease changed.

    `passed_over` are too near to the one before, older than it, or of a lease that changed meanwhile.
    """

    counted: int
    passed_over: int
    forgotten: int


class Leak(Struct, frozen=True, kw_only=True):
    """A lease that is probably held by nobody any more: how often it was missed, first and last."""

    lease: Lease
    times: int
    first_at: datetime
    last_at: datetime
