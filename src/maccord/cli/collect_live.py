"""`maccord collect PLATFORM`: evidence of platforms that can be asked over the network."""

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from maccord.cli.harvest import harvest

if TYPE_CHECKING:
    from maccord.reach import Collected

Tell = Callable[[int, int], None]
F = TypeVar("F", bound=Callable[..., Any])
_NAMED_URI = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)", re.DOTALL)

output_option = click.option(
    "--output", metavar="DIR", required=True, help="Write evidence into folder DIR, which may exist."
)
strict_option = click.option("--strict", is_flag=True, help="Leave with 2 when any host or server failed.")
quiet_option = click.option("--quiet", is_flag=True, help="Print nothing but failures: no progress, no remarks.")
server_option = click.option("--server", metavar="HOST[:PORT]", required=True, help="The server, or its https URL.")
ca_option = click.option(
    "--ca", metavar="FILE", type=click.Path(exists=True, dir_okay=False),
    help="Trust the certificates of FILE (PEM) instead of the system's.",
)  # fmt: skip
insecure_option = click.option(
    "--insecure", is_flag=True,
    help="Do not check who answers: whoever stands in between reads the password and may forge the answer.",
)  # fmt: skip
timeout_option = click.option(
    "--timeout", metavar="SECONDS", type=click.FloatRange(min=1), default=30, show_default=True,
    help="Wait so long for a connection, or for the next bytes.",
)  # fmt: skip


def limit_option(seconds: int) -> Callable[[F], F]:
    """Return the option that bounds the time one host or server may take."""
    return click.option(
        "--limit", metavar="SECONDS", type=click.FloatRange(min=1), default=seconds, show_default=True,
        help="Give up on a host or server after so long.",
    )  # fmt: skip


def parallel_option(count: int) -> Callable[[F], F]:
    """Return the option that bounds how many are asked at a time."""
    return click.option(
        "--parallel", type=click.IntRange(1, 256), default=count, show_default=True, help="Ask so many at a time."
    )


def secret_option(what: str) -> Callable[[F], F]:
    """Return the option that names the file with a password or token."""
    return click.option(
        f"--{what}-file", metavar="FILE",
        help=f"Read the {what} from the first line of FILE, which nobody else may read.",
    )  # fmt: skip


@click.command("libvirt", short_help="libvirt hosts: the XML of all machines and networks.")
@click.option(
    "--connect", metavar="[NAME=]URI", multiple=True, default=("qemu:///system",), show_default=True,
    help="A libvirt connection; once per host. NAME is the host's where it does not know its own.",
)  # fmt: skip
@click.option("--user", help="The name to sign in with, where libvirt asks for one.")
@secret_option("password")
@parallel_option(8)
@limit_option(120)
@output_option
@strict_option
@quiet_option
def libvirt(
    *,
    connect: tuple[str, ...],
    user: str | None,
    password_file: str | None,
    parallel: int,
    limit: float,
    output: str,
    strict: bool,
    quiet: bool,
) -> int:
    """Ask libvirt hosts for the XML of all machines and networks: DIR/HOST/NAME.xml.

    The connection is read-only. Of a running machine whose stored definition differs both are kept, since the address
    in the stored one counts from the next start. Over qemu+ssh sign in with a key; libvirt checks the certificates of
    qemu+tls itself, and asks for a password only where its authentication wants one.

    \b
    Needs     pip install 'maccord[libvirt]', and the headers of libvirt to build it (libvirt-dev, pkg-config, gcc)
    Password  MACCORD_COLLECT_LIBVIRT_PASSWORD, --password-file, or typed

    \b
    Examples:
      maccord collect libvirt --output evidence
      maccord collect libvirt --connect qemu+ssh://root@kvm01/system \\
                              --connect kvm02=qemu+tls://10.0.0.12/system --output evidence
    """
    from maccord.cli.secret import secret
    from maccord.reach.libvirt import collect

    variable = "MACCORD_COLLECT_LIBVIRT_PASSWORD"
    wanted = user or password_file or os.environ.get(variable)
    password = secret("password for libvirt", variable, password_file, "--password-file") if wanted else None

    def asking(text: str) -> Callable[..., "Collected"]:
        named = _NAMED_URI.fullmatch(text)
        name, uri = named.groups() if named else (None, text)
        return lambda _tell: collect(uri, name=name, user=user, password=password)

    asks = {text: asking(text) for text in connect}
    secrets = (password,) if password else ()
    return harvest(asks, output, at_once=parallel, limit_s=limit, secrets=secrets, strict=strict, quiet=quiet)


@click.command("vsphere", short_help="vCenter Server or ESXi: the adapters of all machines.")
@server_option
@click.option("--user", required=True, help="A user with the role Read-only, such as audit@vsphere.local.")
@secret_option("password")
@ca_option
@insecure_option
@timeout_option
@limit_option(1800)
@output_option
@strict_option
@quiet_option
def vsphere(
    *,
    server: str,
    user: str,
    password_file: str | None,
    ca: str | None,
    timeout: float,
    limit: float,
    output: str,
    insecure: bool,
    strict: bool,
    quiet: bool,
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
    from maccord.reach import Trust
    from maccord.reach.server import server_of
    from maccord.reach.vsphere import collect

    at, trust = server_of(server, insecure=insecure), Trust(ca, insecure)
    password = secret(f"password of {user}", "MACCORD_COLLECT_VSPHERE_PASSWORD", password_file, "--password-file")

    def ask(_tell: Tell) -> "Collected":
        return collect(at, user, password, trust, timeout_s=timeout)

    return harvest({server: ask}, output, at_once=1, limit_s=limit, secrets=(password,), strict=strict, quiet=quiet)


@click.command("proxmox", short_help="Proxmox VE: the configuration of machines and containers.")
@server_option
@click.option("--user", required=True, metavar="USER@REALM[!TOKEN]", help="A user, or an API token by its full name.")
@secret_option("secret")
@ca_option
@insecure_option
@timeout_option
@limit_option(1800)
@output_option
@strict_option
@quiet_option
def proxmox(
    *,
    server: str,
    user: str,
    secret_file: str | None,
    ca: str | None,
    timeout: float,
    limit: float,
    output: str,
    insecure: bool,
    strict: bool,
    quiet: bool,
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
    from maccord.reach import Trust
    from maccord.reach.proxmox import PORT, collect
    from maccord.reach.server import server_of

    at, trust = server_of(server, port=PORT, insecure=insecure), Trust(ca, insecure)
    password = secret(f"secret of {user}", "MACCORD_COLLECT_PROXMOX_SECRET", secret_file, "--secret-file")

    def ask(tell: Tell) -> "Collected":
        return collect(at, user, password, trust, timeout_s=timeout, tell=tell)

    return harvest({server: ask}, output, at_once=1, limit_s=limit, secrets=(password,), strict=strict, quiet=quiet)


@click.command("netbox", short_help="NetBox: the addresses that it documents.")
@server_option
@secret_option("token")
@ca_option
@insecure_option
@timeout_option
@limit_option(1800)
@output_option
@strict_option
@quiet_option
def netbox(
    *,
    server: str,
    token_file: str | None,
    ca: str | None,
    timeout: float,
    limit: float,
    output: str,
    insecure: bool,
    strict: bool,
    quiet: bool,
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
    from maccord.reach import Trust
    from maccord.reach.netbox import collect
    from maccord.reach.server import server_of

    at, trust = server_of(server, insecure=insecure), Trust(ca, insecure)
    token = secret(f"token for {at.name}", "MACCORD_COLLECT_NETBOX_TOKEN", token_file, "--token-file")

    def ask(tell: Tell) -> "Collected":
        return collect(at, token, trust, timeout_s=timeout, tell=tell)

    return harvest({server: ask}, output, at_once=1, limit_s=limit, secrets=(token,), strict=strict, quiet=quiet)


@click.command("switch", short_help="Switches by SNMP: address tables, neighbours, ARP.")
@click.argument("hosts", nargs=-1, required=True, metavar="HOST[:PORT]...")
@click.option("--user", help="Ask by SNMP version 3 as this user; without it by version 2c.")
@secret_option("community")
@secret_option("authentication")
@secret_option("privacy")
@click.option("--context", default="", help="The SNMP context to ask in, such as vlan-10.")
@timeout_option
@parallel_option(8)
@limit_option(600)
@output_option
@strict_option
@quiet_option
def switch(
    *,
    hosts: tuple[str, ...],
    user: str | None,
    community_file: str | None,
    authentication_file: str | None,
    privacy_file: str | None,
    context: str,
    timeout: float,
    parallel: int,
    limit: float,
    output: str,
    strict: bool,
    quiet: bool,
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
        return lambda _tell: collect(name, port, access, now=now, timeout_s=min(timeout, limit) / 3)

    asks = {text: asking(text) for text in hosts}
    known = tuple(one for one in (community, access.authentication, access.privacy) if one is not None)
    return harvest(asks, output, at_once=parallel, limit_s=limit, secrets=known, strict=strict, quiet=quiet)


def _host_and_port(text: str, usual: int) -> tuple[str, int]:
    """Split HOST, HOST:PORT, [IPV6] and [IPV6]:PORT."""
    found = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\s:\[\]]+))(?::(\d{1,5}))?", text)
    if found is None or not 0 < int(found[3] or usual) < 1 << 16:
        raise click.UsageError(f"{text!r}: expected HOST or HOST:PORT, an IPv6 address in brackets")
    return found[1] or found[2], int(found[3] or usual)
