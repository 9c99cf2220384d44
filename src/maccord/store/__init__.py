"""Where the authority keeps what it gave: SQLite or PostgreSQL, behind one contract. The way in is `open_authority`."""

from collections.abc import Callable
from datetime import datetime

from maccord.alloc.authority import Authority

SCHEMES = ("sqlite:///", "postgresql://", "postgres://")


def open_authority(
    url: str,
    *,
    clock: Callable[[], datetime],
    monotonic: Callable[[], float] | None = None,
    background: bool = True,
) -> Authority:
    """Open a store, making or migrating it where needed, and return the authority on it.

    Args:    url: `sqlite:///relative.db`, `sqlite:////absolute.db` or `postgresql://user@host/database`. A relative
             path is one of the working directory. `clock` gives the time in UTC; `monotonic` counts seconds.
             `background`: start the thread that calls `tick`; commands that end at once pass False.
    Raises:  BadStore; StoreUnavailable when it is there and does not answer.
    """
    from maccord.store.opening import opened  # noqa: PLC0415 - a driver is imported for the store that is used

    return opened(url, clock=clock, monotonic=monotonic, background=background)
