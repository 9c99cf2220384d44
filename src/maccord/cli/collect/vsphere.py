"""`maccord collect vsphere`: vCenter Server, or one ESXi host."""

from typing import TYPE_CHECKING

import click

from maccord.cli.collect.harvest import Tell
from maccord.cli.collect.options import Harvest, Line, harvest_options, line_options, server_option
from maccord.cli.options import secret_option

if TYPE_CHECKING:
    from maccord.reach import Collected


@click.command("vsphere", short_help="vCenter Server or ESXi: the adapters of all machines.")
@server_option
@click.option("--user", required=True, help="A user with the role Read-only, such as audit@vsphere.local.")
@secret_option("password")
@line_options
@harvest_options(1800)
def vsphere(
    *,
    server: str,
    user: str,
    password_file: str | None,
    line: Line,
    gathering: Harvest,
) -> int:
    """Ask a vCenter Server, or one ESXi host, for the adapters of all machines: DIR/HOST/vNetwork.csv.

    The sheet has the columns of RVTools' vNetwork, as far as they tell of addresses. The inventory is read in pages, so
    that ten thousand machines take a minute and not a call each. The role Read-only on the root folder is enough.

    \b
    Needs     pip install 'maccord[vsphere]'
    Password  MACCORD_COLLECT_VSPHERE_PASSWORD, --password-file, or typed

    \b
    Examples:
      maccord collect vsphere --server vc01.example.org --user audit@vsphere.local --output evidence
      maccord collect vsphere --server esx07.example.org --user root --ca esx-ca.pem --output evidence
    """
    from maccord.cli.secret import secret
    from maccord.reach.vsphere import collect

    at, trust = line.to(server), line.trust
    password = secret(f"password of {user}", "MACCORD_COLLECT_VSPHERE_PASSWORD", password_file, "--password-file")

    def ask(_tell: Tell) -> "Collected":
        return collect(at, user, password, trust, timeout_s=line.timeout)

    return gathering.run({server: ask}, (password,))
