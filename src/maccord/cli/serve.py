"""`maccord serve`: the REST service."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maccord.cli.book import StoreCommand, which_store
from maccord.cli.leased import signer_of, signing_option
from maccord.cli.main import OK
from maccord.cli.options import Option, as_one

if TYPE_CHECKING:
    from maccord.serve.settings import Settings


class Listen(click.ParamType[tuple[str, int]]):
    """HOST:PORT; port 0 is any that is free."""

    name = "address"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, int]:
        """Return the host and the port that an argument spells."""
        if isinstance(value, tuple):
            return value
        host, _, port = str(value).rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65535:
            self.fail(f"{value!r} is no address such as 127.0.0.1:8047 or [::1]:8047", param, ctx)
        return host.removeprefix("[").removesuffix("]"), int(port)


_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


def _number(name: str, metavar: str | None, least: int, most: int, usual: int, *, text: str) -> Option:
    return click.option(
        name, type=click.IntRange(least, most), default=usual, show_default=True, metavar=metavar, help=text
    )


def _settings(
    *,
    listen: tuple[str, int],
    tls_certificate: Path | None,
    tls_key: Path | None,
    tls_client_ca: Path | None,
    max_body: int,
    max_bulk: int,
    max_requests: int,
    grace: int,
    webhooks: tuple[str, ...],
    webhook_secret_file: str | None,
    filling_days: int,
) -> "Settings":
    """Return the settings of the service, if it is installed; asks for the webhooks' secret where there are any."""
    from maccord.cli.secret import secret
    from maccord.reach.library import library

    library("uvicorn", "server")
    from maccord.serve.settings import MB, Settings

    signing = None
    if webhooks:
        signing = secret("secret of webhooks", "MACCORD_WEBHOOK_SECRET", webhook_secret_file, "--webhook-secret-file")
    return Settings(
        host=listen[0], port=listen[1], certificate=tls_certificate, key=tls_key, client_ca=tls_client_ca,
        body_bytes_max=max_body * MB, bulk_bytes_max=max(max_bulk, max_body) * MB, requests_max=max_requests,
        grace_s=grace, webhooks=webhooks, webhook_secret=signing,
        filling_days=filling_days,
    ).checked()  # fmt: skip


_settings_options = as_one(
    "settings",
    _settings,
    click.option("--listen", type=Listen(), default="127.0.0.1:8047", show_default=True, metavar="HOST:PORT"),
    click.option(
        "--tls-certificate", type=_FILE, metavar="FILE", help="The certificate with its chain (PEM): speak TLS."
    ),
    click.option("--tls-key", type=_FILE, metavar="FILE", help="Its key (PEM)."),
    click.option("--tls-client-ca", type=_FILE, metavar="FILE", help="Let in only who has a certificate of these."),
    _number("--max-body", "MB", 1, 1024, 1, text="The largest body of a request."),
    _number("--max-bulk", "MB", 1, 4096, 64, text="The same for adoptions, preflights and imports."),
    _number("--max-requests", None, 1, 65536, 1024, text="How many connections and requests at a time."),
    _number("--grace", "SECONDS", 0, 3600, 30, text="How long requests may take to finish when it is told to stop."),
    click.option(
        "--webhook", "webhooks", multiple=True, metavar="URL",
        help="Tell this URL when a pool is low, exhausted, or soon full. May be repeated.",
    ),
    click.option(
        "--webhook-secret-file", metavar="FILE",
        help="What webhooks are signed with; else MACCORD_WEBHOOK_SECRET has it.",
    ),
    _number("--filling-days", "DAYS", 0, 3650, 30, text="Warn of a pool that will be full in fewer days; 0: never."),
)  # fmt: skip


@click.command("serve", cls=StoreCommand)
@_settings_options
@signing_option
@click.option("--quiet", is_flag=True, help="Write no log.")
def command(*, settings: "Settings", signing_key: str | None, quiet: bool) -> int:
    """Serve REST v1 over a store, until SIGTERM or Ctrl-C: then requests that were begun are finished.

    Every request needs a token (maccord token create), except /healthz and /readyz; /openapi.json describes
    all of them. The log goes to standard error, one JSON object a line. On SQLite run one process; on PostgreSQL any
    number, on any number of machines.

    \b
    Needs   pip install 'maccord[server]'

    \b
    Examples:
      maccord serve
      maccord serve --store postgresql://maccord@db/maccord --listen 0.0.0.0:8047 \\
                    --tls-certificate server.pem --tls-key server.key
    """
    from maccord import wiring
    from maccord.serve.logs import Log, standard_error
    from maccord.serve.run import serve
    from maccord.serve.service import service_on

    log = Log(None if quiet else standard_error(), wiring.clock)
    if settings.certificate is None and settings.host not in ("127.0.0.1", "::1", "localhost"):
        log.tell("no-tls", level="warning", said="tokens go over the network in the clear, unless a proxy speaks TLS")
    store = which_store()
    os.umask(0o077)  # nobody else reads what a new store holds
    authority = wiring.authority(store, background=True, signer=signer_of(signing_key))
    try:
        serve(service_on(authority, settings, log=log, clock=wiring.clock))
    finally:
        authority.close()  # closed already, unless it could not listen
    return OK
