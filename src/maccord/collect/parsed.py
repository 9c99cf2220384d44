"""What a collector returns: the records it read, the problems it met, and what `fleet.toml` said."""

from dataclasses import dataclass, field

from maccord.fleet.config import Allowance, Fabric
from maccord.fleet.evidence import Seen
from maccord.fleet.problem import Problem

_PROBLEMS_MAX = 100


@dataclass(slots=True)
class Parsed:
    """Records and problems of one document; the last two lists are filled by `fleet.toml` alone."""

    seen: list[Seen] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    fabrics: list[Fabric] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)

    def shorten(self, file: str) -> "Parsed":
        """Keep the first of very many problems, since a column of something else says so a million times."""
        left = len(self.problems) - _PROBLEMS_MAX
        if left > 0:
            self.problems[_PROBLEMS_MAX:] = [Problem(file, "", f"{left} more values of this file cannot be used")]
        return self
