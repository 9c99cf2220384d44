"""`maccord serve`: the REST service."""

import os
from pathlib import Path

import click

from maccord.cli.book import StoreCommand, which_store
from maccord.cli.main import OK


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


@click.command("serve", cls=StoreCommand)
@click.option("--listen", type=Listen(), default="127.0.0.1:8047", show_default=True, metavar="HOST:PORT")
@click.option("--tls-certificate", type=_FILE, metavar="FILE", help="The certificate with its chain (PEM): speak TLS.")
@click.option("--tls-key", type=_FILE, metavar="FILE", help="Its key (PEM).")
@click.option("--tls-client-ca", type=_FILE, metavar="FILE", help="Let in only who has a certificate of these.")
@click.option(
    "--max-body",
    type=click.IntRange(1, 1024),
    default=1,
    show_default=True,
    metavar="MB",
    help="The largest body of a request.",
)
@click.option(
    "--max-bulk",
    type=click.IntRange(1, 4096),
    default=64,
    show_default=True,
    metavar="MB",
    help="The same for adoptions, preflights and imports.",
)
@click.option(
    "--max-requests",
    type=click.IntRange(1, 65536),
    default=1024,
    show_default=True,
    help="How many connections and requests at a time.",
)
@click.option(
    "--grace",
    type=click.IntRange(0, 3600),
    default=30,
    show_default=True,
    metavar="SECONDS",
    help="How long requests may take to finish when it is told to stop.",
)
@click.option(
    "--webhook",
    "webhooks",
    multiple=True,
    metavar="URL",
    help="Tell this URL when a pool is low or exhausted. May be repeated.",
)
@click.option(
    "--webhook-secret-file", metavar="FILE", help="What webhooks are signed with; else MACCORD_WEBHOOK_SECRET has it."
)
@click.option("--quiet", is_flag=True, help="Write no log.")
def command(
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
    quiet: bool,
) -> int:
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
    from maccord.cli.secret import secret
    from maccord.reach.answer import Secret
    from maccord.reach.library import library

    library("uvicorn", "server")
    from maccord.serve.logs import Log, standard_error
    from maccord.serve.run import serve
    from maccord.serve.service import service_on
    from maccord.serve.settings import MB, Settings

    signing: Secret | None = None
    if webhooks:
        signing = secret("secret of webhooks", "MACCORD_WEBHOOK_SECRET", webhook_secret_file, "--webhook-secret-file")
    settings = Settings(
        host=listen[0], port=listen[1], certificate=tls_certificate, key=tls_key, client_ca=tls_client_ca,
        body_bytes_max=max_body * MB, bulk_bytes_max=max(max_bulk, max_body) * MB, requests_max=max_requests,
        grace_s=grace, webhooks=webhooks, webhook_secret=signing,
    ).checked()  # fmt: skip
    log = Log(None if quiet else standard_error(), wiring.clock)
    if settings.certificate is None and settings.host not in ("127.0.0.1", "::1", "localhost"):
        log.tell("no-tls", level="warning", said="tokens go over the network in the clear, unless a proxy speaks TLS")
    store = which_store()
    os.umask(0o077)  # nobody else reads what a new store holds
    authority = wiring.authority(store, background=True)
    try:
        serve(service_on(authority, settings, log=log, clock=wiring.clock))
    finally:
        authority.close()  # closed already, unless it could not listen
    return OK
