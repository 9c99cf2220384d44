"""`maccord explain`: the pages of causes, rules and expected twins, in the terminal."""

from typing import TYPE_CHECKING

import click

from maccord.mac.errors import MaccordError

if TYPE_CHECKING:
    from maccord.app.pages import Page


class NoSuchPage(MaccordError):
    """Nothing is called so."""

    def __init__(self, name: str, near: list[str]) -> None:
        super().__init__(name, near)
        self.name, self.near = name, near

    def __str__(self) -> str:
        meant = f"; did you mean {' or '.join(self.near)}?" if self.near else "; maccord explain lists all names"
        return f"no cause, rule or twin is called {self.name!r}{meant}"


@click.command("explain")
@click.argument("name", required=False)
def command(name: str | None) -> int:
    """Show the page of a cause, a rule or an expected twin: what it is, how to confirm it, how to fix it.

    Without NAME, list all there are.

    \b
    Examples:
      maccord explain cloned-host-image
      maccord explain overlapping-pools
    """
    from maccord.app.pages import pages

    known = pages()
    if name is None:
        _list(known)
        return 0
    wanted = [page for page in known if page.name == name.strip().lower()]
    if not wanted:
        import difflib

        raise NoSuchPage(name, difflib.get_close_matches(name, [page.name for page in known], n=2))
    click.echo("\n\n".join(_shown(page) for page in wanted))
    return 0


def _list(known: "list[Page]") -> None:
    for kind in dict.fromkeys(page.kind for page in known):
        click.secho(f"{kind}s", bold=True)
        for page in known:
            if page.kind == kind:
                click.echo(f"  {page.name:32}{page.title}")


def _shown(page: "Page") -> str:
    severity = f", {page.severity}" if page.severity else ""
    return f"{click.style(page.name, bold=True)}  ({page.kind}{severity})\n\n{page.text}"
