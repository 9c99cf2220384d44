"""What a script tells of each step that it came to: one line of JSON."""

from collections.abc import Iterable
from typing import Literal

import msgspec
from msgspec import Struct

_LINE_MAX = 1 << 20
"""A line is a few hundred characters; what a host sends beyond that is none of ours."""

Happened = Literal["done", "already", "refused", "failed", "rolled-back", "whatif", "skipped", "running"]


class Result(Struct, frozen=True, kw_only=True, tag_field="schema", tag="maccord.result/1"):
    """What became of a step. `seen` says in words what the script saw on the host.

    done: it was carried out, and its end was checked. already: what it leaves was there; nothing was done.
    refused: the host shows something else than was planned for; nothing was done. failed: it was begun, and its
    end is not there. rolled-back: it was begun, the host was not reachable, and everything was put back. whatif:
    it could be done, and was not, because of -WhatIf. skipped: whoever was asked said no. running: a task on the
    host is still at it; the same script, run again, waits for it and tells how it ended. After anything but done,
    already and whatif no further step is begun.
    """

    step: str
    kind: str
    outcome: Happened
    seen: str = ""

    @property
    def stops(self) -> bool:
        """Whether the script goes no further after it."""
        return self.outcome not in ("done", "already", "whatif")


def read_results(lines: Iterable[str]) -> list[Result]:
    """Return the results among the lines that a script wrote; other lines (a warning, a transcript's) are left out."""
    found = []
    for line in lines:
        if len(line) <= _LINE_MAX and line.lstrip().startswith("{"):
            try:
                found.append(msgspec.json.decode(line, type=Result))
            except msgspec.MsgspecError:
                continue
    return found
