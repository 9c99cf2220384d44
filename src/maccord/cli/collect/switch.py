"""`maccord collect switch`: switches, by SNMP."""

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from maccord.cli.collect.options import Harvest, harvest_options
from maccord.cli.options import secret_option, timeout_option

if TYPE_CHECKING:
    from maccord.reach import Collected


@click.command("switch", short_help="Switches by SNMP: address tables, neighbours, ARP.")
@click.argument("hosts", nargs=-1, required=True, metavar="HOST[:PORT]...")
@click.option("--user", help="Ask by SNMP version 3 as this user; without it by version 2c.")
@secret_option("community")
@secret_option("authentication")
@secret_option("privacy")
@click.option("--context", default="", help="The SNMP context to ask in, such as vlan-10.")
@timeout_option
@harvest_options(600, at_once=8)
def switch(
    *,
    hosts: tuple[str, ...],
    user: str | None,
    community_file: str | None,
    authentication_file: str | None,
    privacy_file: str | None,
    context: str,
    timeout: float,
    gathering: Harvest,
) -> int:
    """Ask switches for their address tables, neighbours and ARP tables: DIR/SWITCH/snmp-MOMENT.json.

    Each call keeps one more moment beside the earlier ones: an address that was learned at another port in between has
    moved. Read are BRIDGE-MIB, Q-BRIDGE-MIB (with VLANs), IF-MIB, IP-MIB and LLDP-MIB; nothing is set. Version 3 signs
    with SHA-256 and encrypts with AES-128; version 2c sends its community for everybody to read.

    \b
    Needs     pip install 'maccord[snmp]'
    Secrets   MACCORD_COLLECT_SWITCH_COMMUNITY (by default public), MACCORD_COLLECT_SWITCH_AUTHENTICATION and
              MACCORD_COLLECT_SWITCH_PRIVACY, or the options with files

    \b
    Examples:
      maccord collect switch sw01 sw02 --output evidence
      maccord collect switch sw01.example.org --user audit --authentication-file auth \\
                             --privacy-file priv --output evidence
    """
    from maccord.cli.secret import secret
    from maccord.reach import Secret
    from maccord.reach.snmp import PORT, Access, collect
    from maccord.wiring import clock

    def told(what: str, file: str | None) -> Secret | None:
        variable = f"MACCORD_COLLECT_SWITCH_{what.upper()}"
        wanted = file or os.environ.get(variable)
        return secret(f"{what} for {hosts[0]}", variable, file, f"--{what}-file") if wanted else None

    community = None if user else told("community", community_file) or Secret("public")
    access = Access(
        community, user or "", told("authentication", authentication_file), told("privacy", privacy_file), context
    )
    now = clock()

    def asking(text: str) -> Callable[..., "Collected"]:
        name, port = _host_and_port(text, PORT)
        return lambda _tell: collect(name, port, access, now=now, timeout_s=min(timeout, gathering.limit) / 3)

    asks = {text: asking(text) for text in hosts}
    known = tuple(one for one in (community, access.authentication, access.privacy) if one is not None)
    return gathering.run(asks, known)


def _host_and_port(text: str, usual: int) -> tuple[str, int]:
    """Split HOST, HOST:PORT, [IPV6] and [IPV6]:PORT."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:\[\]]+))(?::(\d{1,5}))?", text)
    if found is None or not 0 < int(found[3] or usual) < 1 << 16:
        raise click.UsageError(f"{text!r}: expected HOST or HOST:PORT, an IPv6 address in brackets")
    return found[1] or found[2], int(found[3] or usual)
