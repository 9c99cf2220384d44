"""What every platform is told alike: which server, whom to trust, and how the harvest goes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from maccord.cli.collect.harvest import Ask, harvest
from maccord.cli.options import Option, as_one, ca_option, insecure_option, timeout_option

if TYPE_CHECKING:
    from maccord.reach import Secret, Trust
    from maccord.reach.server import Server

server_option: Option = click.option(
    "--server", metavar="HOST[:PORT]", required=True, help="The server, or its https URL."
)
output_option: Option = click.option(
    "--output", metavar="DIR", required=True, help="Write evidence into folder DIR, which may exist."
)
strict_option: Option = click.option("--strict", is_flag=True, help="Leave with 2 when any host or server failed.")
quiet_option: Option = click.option(
    "--quiet", is_flag=True, help="Print nothing but failures: no progress, no remarks."
)


def limit_option(seconds: int) -> Option:
    """Return the option that bounds the time one host or server may take."""
    return click.option(
        "--limit", metavar="SECONDS", type=click.FloatRange(min=1), default=seconds, show_default=True,
        help="Give up on a host or server after so long.",
    )  # fmt: skip


def parallel_option(count: int) -> Option:
    """Return the option that bounds how many are asked at a time."""
    return click.option(
        "--parallel", type=click.IntRange(1, 256), default=count, show_default=True, help="Ask so many at a time."
    )


@dataclass(frozen=True, slots=True)
class Line:
    """How a server is reached, beside its name."""

    ca: str | None
    insecure: bool
    timeout: float

    @property
    def trust(self) -> "Trust":
        """Whose certificates count."""
        from maccord.reach import Trust

        return Trust(self.ca, self.insecure)

    def to(self, server: str, *, port: int = 443) -> "Server":
        """Return the server that is meant; raises BadServer."""
        from maccord.reach.server import server_of

        return server_of(server, port=port, insecure=self.insecure)


line_options = as_one("line", Line, ca_option, insecure_option, timeout_option)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harvest:
    """How long and how many at a time sources are asked, and where what they tell goes."""

    parallel: int
    limit: float
    output: str
    strict: bool
    quiet: bool

    def run(self, asks: Mapping[str, Ask], secrets: Sequence["Secret"] = ()) -> int:
        """Ask all sources and return the exit code."""
        return harvest(
            asks,
            self.output,
            at_once=self.parallel,
            limit_s=self.limit,
            secrets=secrets,
            strict=self.strict,
            quiet=self.quiet,
        )


def _one_by_one(limit: float, output: str, strict: bool, quiet: bool) -> Harvest:
    return Harvest(parallel=1, limit=limit, output=output, strict=strict, quiet=quiet)


def harvest_options(seconds: int, *, at_once: int | None = None) -> Option:
    """Return the options of a harvest: `seconds` for each source by default, and `at_once`, if there may be several."""
    last = (limit_option(seconds), output_option, strict_option, quiet_option)
    if at_once is None:
        return as_one("gathering", _one_by_one, *last)
    return as_one("gathering", Harvest, parallel_option(at_once), *last)
