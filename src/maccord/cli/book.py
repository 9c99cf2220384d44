"""What all commands of the allocator share: which authority they ask, and who they are to it."""

import getpass
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import click
from click.core import ParameterSource

if TYPE_CHECKING:
    from maccord.alloc.records import Actor
    from maccord.alloc.signing import Signer
    from maccord.app.book import Book

_KEY = "maccord.which"


@dataclass(frozen=True, slots=True)
class Which:
    """Which authority is asked: a store, or a service."""

    store: str | None
    server: str | None
    token_file: str | None
    ca: str | None
    insecure: bool


def _store_option() -> click.Parameter:
    where = "sqlite:///FILE or postgresql://USER@HOST/NAME; by default a file in your own folder."
    return click.Option(["--store"], metavar="URL", envvar="MACCORD_STORE", help=f"The store: {where}")


def _options() -> list[click.Parameter]:
    """Return new options that name an authority; each stands before or behind a command's name."""
    return [
        _store_option(),
        click.Option(["--server"], metavar="URL", envvar="MACCORD_SERVER", help="Ask a service instead of a store."),
        click.Option(
            ["--token-file"], metavar="FILE", envvar="MACCORD_TOKEN_FILE",
            help="The token for --server: the first line of FILE. Else MACCORD_TOKEN has it.",
        ),
        click.Option(
            ["--ca"], metavar="FILE", envvar="MACCORD_CA", type=click.Path(exists=True, dir_okay=False),
            help="Trust the certificates of FILE (PEM) instead of the system's.",
        ),
        click.Option(["--insecure"], is_flag=True, help="Do not check who answers at --server."),
    ]  # fmt: skip


class BookCommand(click.Command):
    """A command on an authority. What names the authority is taken out of its parameters; `opened` has it."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as click makes it
        super().__init__(*args, **named)
        self.params += _options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Settle which authority is meant, and run."""
        ctx.meta[_KEY] = _settled(ctx)
        return super().invoke(ctx)


class StoreCommand(click.Command):
    """A command on a store, never on a service; `which_store` has it."""

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as click makes it
        super().__init__(*args, **named)
        self.params.append(_store_option())

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Settle which store is meant, and run."""
        ctx.meta[_KEY] = Which(ctx.params.pop("store"), None, None, None, insecure=False)
        return super().invoke(ctx)


class BookGroup(click.Group):
    """A group of such commands; the options may stand before a command's name, too."""

    command_class = BookCommand

    def __init__(self, *args: Any, **named: Any) -> None:  # noqa: ANN401 - as click makes it
        super().__init__(*args, **named)
        self.params += _options()

    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - whatever the command returns
        """Keep the options for the command."""
        ctx.meta[_KEY] = {name: (ctx.params.pop(name), _typed(ctx, name)) for name in Which.__slots__}
        return super().invoke(ctx)


def _typed(ctx: click.Context, name: str) -> bool:
    return ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE


def _settled(ctx: click.Context) -> Which:
    above = ctx.meta.get(_KEY, {})
    above = above if isinstance(above, dict) else {}
    found: dict[str, Any] = {}
    typed: set[str] = set()
    for name in Which.__slots__:
        own, is_typed = ctx.params.pop(name), _typed(ctx, name)
        outer, outer_typed = above.get(name, (None, False))
        found[name] = own if is_typed or (own and not outer_typed) else outer or own
        if is_typed or outer_typed:
            typed.add(name)
    if {"store", "server"} <= typed:
        raise click.UsageError("--store or --server, not both: which authority is meant?")
    if "store" in typed:
        found["server"] = None
    return Which(**found)


@contextmanager
def opened(*, background: bool = False, signer: "Signer | None" = None) -> Iterator[tuple["Book", "Actor"]]:
    """Yield the authority that the options name, and who asks it. `signer` is for a store; a service has its own."""
    from maccord import wiring
    from maccord.alloc.records import Actor

    which: Which = click.get_current_context().meta[_KEY]
    url = None if which.server else store_of(which.store)
    book: Book = _service(which) if url is None else wiring.authority(url, background=background, signer=signer)
    try:
        yield book, Actor(f"cli:{_user()}", socket.gethostname())
    finally:
        book.close()


def which_store() -> str:
    """Return the store that the options of a StoreCommand name."""
    which: Which = click.get_current_context().meta[_KEY]
    return store_of(which.store)


def store_alone(what: str) -> str:
    """Return the store that a command works on, which is not for a service; `what` names what it makes."""
    which: Which = click.get_current_context().meta[_KEY]
    if which.server:
        raise click.UsageError(f"{what} is made of a store, on its own machine: name it with --store")
    return store_of(which.store)


def store_of(url: str | None) -> str:
    """Return the URL of a store; without one that of a file in the user's own folder, which is made."""
    if url:
        return url
    folder = Path(click.get_app_dir("maccord"))
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise click.UsageError(f"{folder}: {error.strerror or error}; name a store: --store") from error
    return f"sqlite:///{folder / 'maccord.db'}"


def _service(which: Which) -> "Book":
    from maccord import wiring
    from maccord.cli.secret import secret
    from maccord.reach.answer import Trust
    from maccord.reach.server import server_of

    assert which.server is not None
    is_here = _is_loopback(which.server)  # nobody stands in between
    at = server_of(which.server, insecure=which.insecure or is_here)
    token = secret(f"token for {at.name}", "MACCORD_TOKEN", which.token_file, "--token-file")
    return wiring.client(at.url, token, Trust(which.ca, which.insecure))


def _is_loopback(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # no name for the user's number
        return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def format_option() -> Callable[..., Any]:
    """Return the option that says for whom an answer is: a person or a program."""
    return click.option(
        "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True,
        help="table for people, json as the REST service gives it.",
    )  # fmt: skip
