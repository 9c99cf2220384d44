"""The table of an address's life."""

import pytest

from maccord.alloc.errors import WrongState
from maccord.alloc.life import OWNED, TRANSITIONS, Event, State, step


def test_nothing_leaves_its_holders_but_to_rest():
    for (state, event), after in TRANSITIONS.items():
        if state in OWNED and after not in OWNED:
            assert after is State.RESTING, (state, event)


def test_only_what_rested_or_was_never_given_is_free():
    ways = {state for (state, _), after in TRANSITIONS.items() if after is State.FREE}
    assert ways == {State.RESTING, State.PROBATION, State.EXCLUDED}


def test_only_a_free_address_is_allocated():
    assert [state for state, event in TRANSITIONS if event is Event.ALLOCATE] == [State.FREE]


def test_every_state_can_be_reached_and_left():
    assert set(TRANSITIONS.values()) == set(State) == {state for state, _ in TRANSITIONS}


def test_a_step_that_is_not_in_the_table_is_refused_with_address_state_and_event():
    with pytest.raises(WrongState, match="02-00-00-00-00-01 is resting: it cannot be allocated"):
        step("02-00-00-00-00-01", State.RESTING, Event.ALLOCATE)
