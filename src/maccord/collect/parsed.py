"""What a collector returns: the records it read, the problems it met, and what `fleet.toml` said."""

from dataclasses import dataclass, field

from maccord.collect.columns import Columns
from maccord.fleet.config import Allowance, Fabric
from maccord.fleet.evidence import Seen
from maccord.fleet.problem import Problem

_PROBLEMS_MAX = 100


@dataclass(slots=True)
class Parsed:
    """Records and problems of one document; two of the lists are filled by `fleet.toml` alone.

    `packed` holds records some of which are still side by side; `unpack` makes them records like those in `seen`.
    `used` counts the documents that gave something, where several were read together.
    """

    seen: list[Seen] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fabrics: list[Fabric] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)
    packed: list[Seen | Columns] = field(default_factory=list)
    used: int = 0

    def unpack(self) -> "Parsed":
        """Turn what is packed into records, and return itself."""
        for one in self.packed:
            if isinstance(one, Columns):
                self.seen += one.records()
            else:
                self.seen.append(one)
        self.packed = []
        return self

    def add(self, other: "Parsed") -> None:
        """Put what another document says to this, as it is packed."""
        self.seen += other.seen
        self.problems += other.problems
        self.fabrics += other.fabrics
        self.allowances += other.allowances
        self.packed += other.packed
        self.used += other.used or bool(other.seen or other.fabrics or other.allowances)

    def shorten(self, file: str) -> "Parsed":
        """Keep the first of very many problems, since a column of something else says so a million times."""
        left = len(self.problems) - _PROBLEMS_MAX
        if left > 0:
            self.problems[_PROBLEMS_MAX:] = [Problem(file, "", f"{left} more values of this file cannot be used")]
        return self
