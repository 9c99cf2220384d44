"""`maccord twin export`: an emulated fleet as evidence, at any step of a story."""

from pathlib import Path

import click

from maccord.cli.output import CannotWrite
from maccord.cli.twin_story import profiles, with_seed


@click.command("export", short_help="Evidence of a story at one of its steps, for maccord check to read.")
@click.argument("story", type=click.Choice(["walkthrough", "converged"]))
@with_seed
@click.option("--until", type=click.IntRange(min=1), metavar="N", help="The state after step N; else after the last.")
@click.option("--output", required=True, metavar="FOLDER", help="Write the files into FOLDER, a new or empty one.")
@click.option("--profile", type=click.Choice(profiles()), help="The version of Windows Server; else the report's.")
def export(story: str, seed: int, until: int | None, output: str, profile: str | None) -> None:
    """Write what collectors would have found at a step of a story: an export of each host, and of its manager.

    The files are those that maccord check reads from real hosts, so a story can be judged, and a check be learnt.

    \b
    Examples:
      maccord twin export walkthrough --until 8 --output evidence && maccord check evidence
      maccord twin export walkthrough --until 11 --output evidence
      maccord twin export converged --until 3 --output evidence
    """
    from maccord.worlds.stories import STORIES

    tale = STORIES[story](seed, profile)
    last = tale.told(until).steps[-1]
    files = tale.evidence()
    keep(files, output)
    noun = "file" if len(files) == 1 else "files"
    click.echo(f"{len(files)} {noun} in {output}, as after step {last.number}: {last.title}", err=True)


def keep(files: dict[str, bytes], folder: str) -> None:
    """Write files into a folder that is new, empty, or holds no others than these."""
    root = Path(folder)
    try:
        root.mkdir(parents=True, exist_ok=True)
        others = sorted(one.name for one in root.iterdir() if one.name not in files)
        if others:
            raise CannotWrite(folder, f"it holds {others[0]!r}, and would be one evidence with it; name a new folder")
        for one in root.iterdir():
            one.unlink()
        for name, content in sorted(files.items()):
            (root / name).write_bytes(content)
    except OSError as error:
        raise CannotWrite(folder, error.strerror or str(error)) from error
