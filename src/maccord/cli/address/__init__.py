"""`maccord address`: addresses allocated, looked up, shared, released; and the estate that was there before."""

import click

from maccord.cli.address import deriving, evidence, giving, handing, holding, leaking
from maccord.cli.book import BookGroup


@click.group("address", cls=BookGroup)
def command() -> None:
    """Allocate, look up, share and release addresses; adopt what is in use already.

    \b
    Examples:
      maccord address allocate web --holder vm-adapter:vm17/nic0 --host HV01
      maccord address show 02-4D-43-00-00-00
      maccord address release 02-4D-43-00-00-00
      maccord address adopt exports/ --preview
    """


for _part in (
    giving.allocate,
    deriving.derive,
    giving.show_,
    giving.list_,
    giving.history,
    holding.release,
    holding.confirm,
    holding.share,
    holding.amend,
    handing.hand_over,
    holding.probation,
    holding.free,
    evidence.adopt,
    evidence.reconcile,
    leaking.leaks,
    leaking.reclaim,
):
    command.add_command(_part)
