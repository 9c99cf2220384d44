"""The life of an address, as a table: what is not in it cannot happen.

An address without a row is free. Whoever holds it is counted by holders; the last one to let go sends it to rest, and
only what has rested becomes free.
"""

from enum import StrEnum

from maccord.alloc.errors import WrongState


class State(StrEnum):
    """Where in its life an address is; the values are spelled in answers and in the store."""

    FREE = "free"
    HELD = "held"
    IN_USE = "in-use"
    RESTING = "resting"
    PROBATION = "probation"
    EXCLUDED = "excluded"
    BLOCK = "block"


class Event(StrEnum):
    """What happens to an address; the values read well after "cannot be"."""

    ALLOCATE = "allocated"
    ADOPT = "adopted"
    SHARE = "shared"
    CONFIRM = "confirmed"
    LEAVE = "left by one of its holders"
    RELEASE = "released"
    EXPIRE = "expired"
    SUSPECT = "put on probation"
    RESTED = "freed"
    EXCLUDE = "excluded"
    INCLUDE = "included again"
    CARVE = "carved into a block"
    RETURN = "returned with its block"


TRANSITIONS: dict[tuple[State, Event], State] = {
    (State.FREE, Event.ALLOCATE): State.HELD,  # promised, not yet seen at work
    (State.FREE, Event.ADOPT): State.IN_USE,  # evidence showed it at work
    (State.HELD, Event.CONFIRM): State.IN_USE,
    (State.HELD, Event.ADOPT): State.IN_USE,
    (State.IN_USE, Event.CONFIRM): State.IN_USE,
    (State.IN_USE, Event.ADOPT): State.IN_USE,
    (State.HELD, Event.SHARE): State.HELD,
    (State.IN_USE, Event.SHARE): State.IN_USE,
    (State.HELD, Event.LEAVE): State.HELD,  # another holder remains
    (State.IN_USE, Event.LEAVE): State.IN_USE,
    (State.HELD, Event.RELEASE): State.RESTING,  # the last holder let go
    (State.IN_USE, Event.RELEASE): State.RESTING,  # not issued again until caches have forgotten it
    (State.HELD, Event.EXPIRE): State.RESTING,  # in a pool that says so: never confirmed
    (State.FREE, Event.SUSPECT): State.PROBATION,  # seen in a conflict
    (State.RESTING, Event.SUSPECT): State.PROBATION,
    (State.PROBATION, Event.SUSPECT): State.PROBATION,
    (State.RESTING, Event.RESTED): State.FREE,
    (State.PROBATION, Event.RESTED): State.FREE,
    (State.FREE, Event.EXCLUDE): State.EXCLUDED,
    (State.EXCLUDED, Event.INCLUDE): State.FREE,
    (State.FREE, Event.CARVE): State.BLOCK,
    (State.BLOCK, Event.RETURN): State.RESTING,
    (State.BLOCK, Event.ADOPT): State.IN_USE,  # by the block's host; the block's again after a rest
}
"""From a state, by an event, to a state. Docs, store and the stateful test read this one table."""

OWNED = frozenset({State.HELD, State.IN_USE})
"""States in which an address has holders."""


def step(address: str, state: State, event: Event) -> State:
    """Return the state after `event`; raises WrongState where the table has none."""
    after = TRANSITIONS.get((state, event))
    if after is None:
        raise WrongState(address, state, event)
    return after
