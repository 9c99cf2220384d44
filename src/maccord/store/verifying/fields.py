"""What one lease says of itself."""

from functools import lru_cache

from msgspec import DecodeError, Struct, json

from maccord.alloc.life import OWNED, State


class _Row(Struct, array_like=True, forbid_unknown_fields=True):
    """A holder, as its lease keeps it (store/held.py)."""

    kind: str
    id: str
    host: str
    note: str
    since: int
    owner: str = ""
    until: int | None = None
    replaces: str = ""


_HOLDERS = json.Decoder(list[_Row])
_STATES = frozenset({State.HELD, State.IN_USE, State.RESTING, State.PROBATION})


@lru_cache(4096)
def _read(holders: object) -> tuple[tuple[tuple[str, str], ...], int | None] | None:
    """Return kind and id of each holder, and when the first of them ends; None for what is no list of holders."""
    if not isinstance(holders, str):
        return None
    try:
        rows = _HOLDERS.decode(holders)
    except (DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return tuple((row.kind, row.id) for row in rows), min(
        (row.until for row in rows if row.until is not None), default=None
    )


def lease_faults(state: str, due: int | None, holders: str, ends: int | None) -> tuple[str, ...]:
    """Return what does not fit: states, holders, and the moments at which something ends."""
    read = _read(holders)
    names, first_end = read or (None, ends)
    if names is not None and due is None and ends == first_end and len(names) == 1 and state in ("held", "in-use"):
        return ()
    found = []
    if state not in _STATES:
        return ("is in no state that there is",)
    if names is None:
        found.append("has holders that cannot be read")
    elif state in OWNED and not names:
        found.append("has no holder, and can be released by nobody")
    elif state not in OWNED and names:
        found.append("has a holder, though whoever had it has let go")
    elif len(set(names)) < len(names):
        found.append("names a holder twice")
    if ends != first_end:
        found.append(
            "has a holder that ends, and is not looked at then" if first_end else "waits for an end of no holder"
        )
    if state == State.RESTING and due is None:
        found.append("never ends its rest")
    if state == State.IN_USE and due is not None:
        found.append("has an end, and what is in use never expires")
    return tuple(found)
