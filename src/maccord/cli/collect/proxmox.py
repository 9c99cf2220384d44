"""`maccord collect proxmox`: a cluster of Proxmox VE."""

from typing import TYPE_CHECKING

import click

from maccord.cli.collect.harvest import Tell
from maccord.cli.collect.options import Harvest, Line, harvest_options, line_options, server_option
from maccord.cli.options import secret_option

if TYPE_CHECKING:
    from maccord.reach import Collected


@click.command("proxmox", short_help="Proxmox VE: the configuration of machines and containers.")
@server_option
@click.option("--user", required=True, metavar="USER@REALM[!TOKEN]", help="A user, or an API token by its full name.")
@secret_option("secret")
@line_options
@harvest_options(1800)
def proxmox(
    *,
    server: str,
    user: str,
    secret_file: str | None,
    line: Line,
    gathering: Harvest,
) -> int:
    """Ask a Proxmox VE cluster for its machines and containers: DIR/NODE/qemu-server/100.conf and so on.

    Any node answers for the whole cluster. The files are as the nodes keep them, with pending changes and snapshots,
    but without notes, keys and passwords of cloud-init. The role PVEAuditor on / is enough; a token with separated
    privileges needs it itself.

    \b
    Needs     pip install 'maccord[proxmox]'
    Secret    of the token, or the user's password: MACCORD_COLLECT_PROXMOX_SECRET, --secret-file, or typed

    \b
    Examples:
      maccord collect proxmox --server pve01.example.org --user audit@pve!maccord --output evidence
      maccord collect proxmox --server 10.0.0.5:8006 --ca pve-root-ca.pem --user audit@pve!maccord \\
                              --secret-file secret --output evidence
    """
    from maccord.cli.secret import secret
    from maccord.reach.proxmox import PORT, collect

    at, trust = line.to(server, port=PORT), line.trust
    password = secret(f"secret of {user}", "MACCORD_COLLECT_PROXMOX_SECRET", secret_file, "--secret-file")

    def ask(tell: Tell) -> "Collected":
        return collect(at, user, password, trust, timeout_s=line.timeout, tell=tell)

    return gathering.run({server: ask}, (password,))
