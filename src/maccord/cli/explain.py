"""`maccord explain`: the pages of causes, rules and expected twins, in the terminal."""

import click

from maccord.mac.errors import MaccordError


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
        for kind in dict.fromkeys(page.kind for page in known.values()):
            click.secho(f"{kind}s", bold=True)
            for one in known.values():
                if one.kind == kind:
                    click.echo(f"  {one.name:32}{one.title}")
        return 0
    page = known.get(name.strip().lower())
    if page is None:
        import difflib

        raise NoSuchPage(name, difflib.get_close_matches(name, known, n=2))
    click.secho(page.name, bold=True, nl=False)
    click.echo(f"  ({page.kind}{', ' + page.severity if page.severity else ''})\n")
    click.echo(page.text)
    return 0
