"""Runs a live collection: asks, keeps what comes, says what failed, and leaves with the right code."""

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import click

from maccord.cli.main import INTERRUPTED, OK, WRONG_CALL

if TYPE_CHECKING:
    from maccord.reach import Collected, Secret

Tell = Callable[[int, int], None]
"""Tells how many of how many are done."""

Ask = Callable[[Tell], "Collected"]
"""Asks one source, and tells how far it has come."""


def harvest(
    asks: Mapping[str, Ask],
    output: str,
    *,
    at_once: int,
    limit_s: float,
    secrets: Sequence["Secret"] = (),
    strict: bool,
    quiet: bool,
) -> int:
    """Ask all sources, keep each answer as it comes, and return the exit code.

    It is 0 when something was collected (with `strict`: of every source), and 2 otherwise. After an interruption what
    was kept so far stays, and is whole.
    """
    from maccord.app.keep import Keeper
    from maccord.cli.progress import counting
    from maccord.reach import Failed, ask_all

    keeper = Keeper(output)
    keeper.prepare()
    files = done = failed = 0
    try:
        with counting("collecting", shown=not quiet) as tell:
            alone = tell if len(asks) == 1 else _say_nothing
            bound = {source: _bound(ask, alone) for source, ask in asks.items()}
            for answer in ask_all(bound, at_once=at_once, limit_s=limit_s, secrets=secrets):
                if isinstance(answer, Failed):
                    failed += 1
                    _say(f"{answer.source}: {answer.reason}")
                else:
                    files += keeper.keep(answer)
                    done += 1
                    for remark in () if quiet else answer.remarks:
                        _say(f"{answer.source}: {remark}")
                if len(asks) > 1:
                    tell(done + failed, len(asks))
    except KeyboardInterrupt:
        _say(f"interrupted: what {done} of {len(asks)} sources told is in {output}, and is whole")
        return INTERRUPTED
    if not quiet and files:
        lost = f", {failed} failed" if failed else ""
        _say(f"{_count(files, 'file')} of {_count(done, 'source')} in {output}{lost}; next: maccord check {output}")
    if not files:
        _say("nothing was collected")
    return WRONG_CALL if not files or (strict and failed) else OK


def _bound(ask: Ask, tell: Tell) -> Callable[[], "Collected"]:
    return lambda: ask(tell)


def _say_nothing(done: int, of: int) -> None:
    del done, of


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _say(text: str) -> None:
    from maccord.report.plain import plain

    click.echo(f"maccord: {plain(text)}", err=True)
