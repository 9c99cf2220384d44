"""What a cause is: a name, its page, and a function that turns findings into incidents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from maccord.causes.case import Case
from maccord.fleet.diagnosis import Incident


@dataclass(frozen=True, slots=True)
class Cause:
    """A reason why addresses collide; `severity` is what it starts from, `page` what `maccord explain` shows."""

    id: str
    severity: str
    page: str


class Explains(Protocol):
    """A module of this room: its cause, and how it explains findings."""

    CAUSE: Cause

    def explain(self, case: Case) -> Iterable[Incident]:
        """Take the findings this cause accounts for out of the case and return their incidents."""
