"""What the commands that tell a story have in common."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from maccord.worlds.stories import Story

Command = TypeVar("Command", bound=Callable[..., Any])
FORMATS = ("text", "json", "html")


def profiles() -> list[str]:
    """Return the versions of Windows Server there are, without importing a world."""
    return ["2008", "2008 R2", "2012", "2012 R2", "2016", "2019", "2022", "2025"]


def with_seed(command: Command) -> Command:
    """Add the seed."""
    return click.option(
        "--seed", type=click.IntRange(0, 2**63 - 1), default=1, show_default=True, metavar="N",
        help="What chance begins with: the same seed gives the same bytes.",
    )(command)  # fmt: skip


def with_form(command: Command) -> Command:
    """Add the form and the place of the result."""
    for option in (
        click.option("--output", metavar="FILE", help="Write it to FILE instead of standard output."),
        click.option("--json", "format", flag_value="json", help="The same as --format json."),
        click.option(
            "--format", "format", type=click.Choice(FORMATS), default="text", show_default=True,
            help="text to read, json (maccord.twin/1) for programs, html as one page with drawings.",
        ),
    ):  # fmt: skip
        command = option(command)
    return command


def with_options(command: Command) -> Command:
    """Add what every story has."""
    until = click.option("--until", type=click.IntRange(min=1), metavar="N", help="Stop after step N.")
    return until(with_seed(with_form(command)))


def tell(name: str, *, until: int | None, seed: int, form: str, output: str | None, profile: str | None = None) -> None:
    """Live a story, and write it."""
    from maccord.worlds.stories import STORIES

    write(STORIES[name](seed, profile).told(until), form, output)


def write(story: "Story", form: str, output: str | None) -> None:
    """Write a story in one of its forms."""
    from maccord.cli.output import write_table, write_text

    if form == "json":
        from maccord.worlds.stories.plain_form import as_json

        write_text(as_json(story), output)
    elif form == "html":
        from maccord.cli.twin_page import as_html

        write_text(as_html(story), output)
    else:
        from maccord.cli.twin_text import render

        write_table(lambda console: render(story, console), output)
