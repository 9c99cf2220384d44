"""`maccord collect netbox`: what NetBox documents."""

from typing import TYPE_CHECKING

import click

from maccord.cli.collect.harvest import Tell
from maccord.cli.collect.options import Harvest, Line, harvest_options, line_options, server_option
from maccord.cli.options import secret_option

if TYPE_CHECKING:
    from maccord.reach import Collected


@click.command("netbox", short_help="NetBox: the addresses that it documents.")
@server_option
@secret_option("token")
@line_options
@harvest_options(1800)
def netbox(
    *,
    server: str,
    token_file: str | None,
    line: Line,
    gathering: Harvest,
) -> int:
    """Ask NetBox which addresses it documents: DIR/HOST/interfaces.json and vm-interfaces.json.

    They are compared with each other: an address that NetBox gives to two devices or machines is reported. They never
    count as owners beside what hypervisors tell, since a machine and its documentation are one. Any NetBox from 3.3 on
    will do. The token needs no more than the right to view interfaces, devices and virtual machines.

    \b
    Needs     pip install 'maccord[netbox]'
    Token     MACCORD_COLLECT_NETBOX_TOKEN, --token-file, or typed

    \b
    Examples:
      maccord collect netbox --server netbox.example.org --output evidence
      maccord collect netbox --server https://tools.example.org/netbox --token-file token --output evidence
    """
    from maccord.cli.secret import secret
    from maccord.reach.netbox import collect

    at, trust = line.to(server), line.trust
    token = secret(f"token for {at.name}", "MACCORD_COLLECT_NETBOX_TOKEN", token_file, "--token-file")

    def ask(tell: Tell) -> "Collected":
        return collect(at, token, trust, timeout_s=line.timeout, tell=tell)

    return gathering.run({server: ask}, (token,))
