"""What one lease says of itself."""

from functools import lru_cache

from msgspec import DecodeError, json

from maccord.alloc.life import OWNED, State

_HOLDERS = json.Decoder(list[tuple[str, str, str, str, int]])
_STATES = frozenset({State.HELD, State.IN_USE, State.RESTING, State.PROBATION})


@lru_cache(4096)
def _names(holders: object) -> tuple[tuple[str, str], ...] | None:
    """Return kind and id of each holder, or None for what is no list of holders."""
    if not isinstance(holders, str):
        return None
    try:
        return tuple((kind, name) for kind, name, *_ in _HOLDERS.decode(holders))
    except (DecodeError, UnicodeEncodeError, RecursionError):
        return None


def lease_faults(state: str, due: int | None, holders: str) -> tuple[str, ...]:
    """Return what does not fit: states, holders, and the moment at which something ends."""
    names = _names(holders)
    if names is not None and due is None and len(names) == 1 and state in ("held", "in-use"):
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
    if state == State.RESTING and due is None:
        found.append("never ends its rest")
    if state == State.IN_USE and due is not None:
        found.append("has an end, and what is in use never expires")
    return tuple(found)
