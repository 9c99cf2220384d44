"""What was lived in a world, operation by operation: the ground from which a truth of causes is derived later.

An entry says what was done and what followed. It names no cause, and no rule was asked.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from maccord.mac.address import show


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing that happened.

    at_us: the world's time in microseconds. operation: in a few words, always the same for the same thing. host: where.
    objects: names and ids by role (`machine`, `machine_id`, `from`, `to`, ...). addresses: those concerned, in order.
    """

    at_us: int
    operation: str
    host: str
    objects: Mapping[str, str] = field(default_factory=dict)
    addresses: tuple[int, ...] = ()


@dataclass(slots=True)
class Journal:
    """The entries of a world, in the order in which they were lived."""

    entries: list[Entry] = field(default_factory=list)

    def of(self, operation: str, host: str | None = None) -> list[Entry]:
        """Return the entries of one operation, on one host or on all."""
        return [one for one in self if one.operation == operation and host in (None, one.host)]

    def lines(self) -> bytes:
        """Return the journal as JSON Lines: same history, same bytes."""
        rows = (
            {"at_us": one.at_us, "operation": one.operation, "host": one.host}
            | {"objects": dict(sorted(one.objects.items())), "addresses": [show(mac) for mac in one.addresses]}
            for one in self
        )
        return "".join(json.dumps(row, ensure_ascii=True, separators=(",", ":")) + "\n" for row in rows).encode()

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)
