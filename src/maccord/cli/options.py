"""Options that several commands have, and options that together say one thing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from inspect import signature
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from maccord.alloc.records import RangeSpec

Command = Callable[..., int]
Option = Callable[[Command], Command]

_MB = 2**20
_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400}


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without a zone it is UTC."""

    name = "moment"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that an argument spells."""
        if isinstance(value, datetime):
            return value
        try:
            moment = datetime.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is no moment such as 2027-01-31 or 2027-01-31T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Duration(click.ParamType[int]):
    """A number of seconds: 90, 90s, 15m, 12h, 7d."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the seconds that an argument spells."""
        if isinstance(value, int):
            return value
        text = str(value).strip().lower()
        digits = text.rstrip("abcdefghijklmnopqrstuvwxyz")
        unit = text[len(digits) :] or "s"
        if not digits.isdecimal() or len(digits) > 9 or unit not in _UNITS:
            self.fail(f"{value!r} is no time such as 90, 15m, 12h or 7d", param, ctx)
        return int(digits) * _UNITS[unit]


class Span(click.ParamType["RangeSpec"]):
    """A range FIRST..LAST, both inside; FIRST alone is one address."""

    name = "range"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "RangeSpec":
        """Return the range that an argument spells."""
        from maccord.alloc.records import RangeSpec

        if isinstance(value, RangeSpec):
            return value
        first, dots, last = str(value).partition("..")
        if not first.strip() or (dots and not last.strip()):
            self.fail(f"{value!r} is no range such as 02-00-00-00-00-00..02-00-00-00-FF-FF", param, ctx)
        return RangeSpec(first.strip(), last.strip() if dots else first.strip())


class End(click.ParamType[datetime]):
    """A moment, or how long from now: 2027-01-31, 2027-01-31T12:00Z, 12h, 7d."""

    name = "end"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that an argument spells."""
        from maccord import wiring

        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        if text[:4].isdecimal() and text[4:5] == "-":
            return Moment().convert(text, param, ctx)
        try:
            return wiring.clock() + timedelta(seconds=Duration().convert(text, param, ctx))
        except (click.BadParameter, OverflowError):
            self.fail(f"{text!r} is no moment such as 2027-01-31T12:00Z, and no time such as 12h or 7d", param, ctx)


NEVER = "never"


class EndOrNever(click.ParamType[datetime | str]):
    """An end, or the word never, which takes one off."""

    name = "end"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime | str:
        """Return the moment that an argument spells, or never."""
        return NEVER if str(value).strip().lower() == NEVER else End().convert(value, param, ctx)


def _bytes(ctx: click.Context, param: click.Parameter, value: int) -> int:
    del ctx, param
    return value * _MB


now_option: Option = click.option(
    "--now", type=Moment(), metavar="MOMENT", help="Judge accepted faults as of MOMENT (UTC)."
)
size_option: Option = click.option(
    "--max-file-size", type=click.IntRange(1, 4096), default=64, show_default=True, metavar="MB", callback=_bytes,
    help="Do not read files larger than this.",
)  # fmt: skip
"""Told in megabytes; the command gets bytes."""

ca_option: Option = click.option(
    "--ca", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
    help="Trust the certificates of FILE (PEM) instead of the system's.",
)  # fmt: skip
insecure_option: Option = click.option(
    "--insecure", is_flag=True,
    help="Do not check who answers: whoever stands in between reads the password and may forge the answer.",
)  # fmt: skip
timeout_option: Option = click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=1), default=30, show_default=True,
    help="Wait so long for a connection, or for the next bytes.",
)  # fmt: skip


def secret_option(what: str) -> Option:
    """Return the option that names the file with a password or token."""
    return click.option(
        f"--{what}-file", metavar="FILE",
        help=f"Read the {what} from the first line of FILE, which nobody else may read.",
    )  # fmt: skip


def as_one(name: str, make: Callable[..., object], *options: Option) -> Option:
    """Return what adds options to a command, and hands them to it as `name`: what `make` makes of their values.

    The parameters of `make` are named as the options' are. A UsageError that it raises is the call's.
    """
    names = tuple(signature(make).parameters)

    def decorate(command: Command) -> Command:
        @wraps(command)
        def run(**given: Any) -> int:  # noqa: ANN401 - as click gives it
            mine = {each: given.pop(each) for each in names}
            return command(**given, **{name: make(**mine)})

        added: Command = run
        for option in reversed(options):
            added = option(added)
        return added

    return decorate
