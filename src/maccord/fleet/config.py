"""What `fleet.toml` says that evidence cannot know: fabrics, and faults that somebody accepted."""

from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase

from maccord.fleet.evidence import Address


@dataclass(frozen=True, slots=True)
class Fabric:
    """A layer-2 fabric and the hosts on it, as globs over host names in any letter case; `file` told of it."""

    name: str
    hosts: tuple[str, ...]
    file: str = field(default="", compare=False)

    def holds(self, host: str) -> bool:
        """Tell whether the host's name matches one of the globs."""
        return matches(host, self.hosts)


@dataclass(frozen=True, slots=True)
class Allowance:
    """A fault somebody accepted, for the hosts that match, through the day `until` in UTC."""

    cause: str
    hosts: tuple[str, ...] = ("*",)
    addresses: tuple[Address, ...] = ()
    reason: str = ""
    until: date | None = None
    file: str = ""
    at: str = ""


@dataclass(frozen=True, slots=True)
class FleetConfig:
    """All that the `fleet.toml` files of one call say together."""

    fabrics: tuple[Fabric, ...] = ()
    allowances: tuple[Allowance, ...] = field(default=())

    def fabric_of(self, host: str) -> int:
        """Return the number of the first fabric whose globs match; 0 is the fabric of everything else."""
        return next((at for at, fabric in enumerate(self.fabrics, start=1) if fabric.holds(host)), 0)

    @property
    def fabric_names(self) -> tuple[str, ...]:
        """Names by number: the first, empty one is the fabric of hosts that no glob names."""
        return ("", *(fabric.name for fabric in self.fabrics))


def matches(name: str, globs: tuple[str, ...]) -> bool:
    """Tell whether `name` matches one of `globs`, whatever the letter case."""
    return any(fnmatchcase(name.casefold(), glob.casefold()) for glob in globs)
