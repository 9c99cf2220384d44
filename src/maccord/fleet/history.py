"""Of tables that keep history: the newest row of each thing, over all files."""

import re
from collections.abc import Iterable, Iterator

from maccord.fleet.evidence import Seen, StateSeen

_NUMBER = re.compile("[0-9]{1,18}")


def newest(seen: Iterable[Seen]) -> Iterator[Seen]:
    """Yield records, and of each thing that has a history what its newest row says; the order of `seen` is no matter.

    Of two rows of one time the one further down counts, and of two files the one with the later name.
    """
    states: dict[tuple[str, str, str], StateSeen] = {}
    for record in seen:
        if not isinstance(record, StateSeen):
            yield record
            continue
        key = (record.host.casefold(), record.table, record.key)
        known = states.get(key)
        if known is None or _age(known) < _age(record):
            states[key] = record
    for state in states.values():
        yield from state.says


def _age(state: StateSeen) -> tuple[int, str, int, str]:
    row = _NUMBER.search(state.place.at)
    return state.time, state.place.file, int(row[0]) if row else 0, state.place.at
