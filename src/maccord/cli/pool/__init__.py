"""`maccord pool`: pools of addresses, and everything out of and into a store."""

import click

from maccord.cli.accepted import accept, report
from maccord.cli.book import BookGroup
from maccord.cli.pool import asking, changing, store


@click.group("pool", cls=BookGroup)
def command() -> None:
    """Make and change pools of addresses; export and import a whole store.

    \b
    Examples:
      maccord pool create web --range 02-4D-43-00-00-00..02-4D-43-00-FF-FF
      maccord pool list
      maccord pool show web --format json
      maccord pool verify
      maccord pool export > authority.jsonl
      maccord pool accept site-b.lease.json --key centre.pem
    """


for _part in (
    changing.create,
    asking.list_,
    asking.show_,
    changing.change,
    changing.delete,
    changing.exclude,
    changing.include,
    asking.forecast,
    store.verify,
    store.export,
    store.import_,
    store.backup,
    accept,
    report,
):
    command.add_command(_part)
