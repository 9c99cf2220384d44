"""`maccord collect libvirt`: hosts that libvirt manages."""

import os
import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from maccord.cli.collect.options import Harvest, harvest_options
from maccord.cli.options import secret_option

if TYPE_CHECKING:
    from maccord.reach import Collected

_NAMED_URI = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)=(.+)", re.DOTALL)


@click.command("libvirt", short_help="libvirt hosts: the XML of all machines and networks.")
@click.option(
    "--connect", metavar="[NAME=]URI", multiple=True, default=("qemu:///system",), show_default=True,
    help="A libvirt connection; once per host. NAME is the host's where it does not know its own.",
)  # fmt: skip
@click.option("--user", help="The name to sign in with, where libvirt asks for one.")
@secret_option("password")
@harvest_options(120, at_once=8)
def libvirt(
    *,
    connect: tuple[str, ...],
    user: str | None,
    password_file: str | None,
    gathering: Harvest,
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
    return gathering.run(asks, secrets)
