"""Leases of hosts' ranges as signed documents, and the keys that sign them."""

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import click

from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.output import CannotWrite, write_text
from maccord.cli.secret import NoSecret
from maccord.cli.shown import facts, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import Envelope, RangeLease, SigningKey
    from maccord.alloc.signing import Signer

_KEY_MAX = 16_384
_FILE = click.Path(exists=True, dir_okay=False)

signing_option = click.option(
    "--signing-key", metavar="FILE", envvar="MACCORD_SIGNING_KEY",
    help="Sign leases of ranges with this private key (maccord block key create).",
)  # fmt: skip
trusted_option = click.option(
    "--key", "keys", multiple=True, required=True, type=_FILE, metavar="PUBLIC.pem",
    help="A public key that is trusted to sign it. May be repeated.",
)  # fmt: skip


def signer_of(file: str | None) -> "Signer | None":
    """Return the private key of a file that nobody else may read; None without a file. Raises NoSecret, BadKey."""
    if not file:
        return None
    from maccord.alloc.signing import Signer

    path = Path(file)
    try:
        mode = path.stat().st_mode
        if os.name == "posix" and stat.S_ISREG(mode) and mode & 0o077:
            raise NoSecret(f"--signing-key {path}: others may read or write it; chmod 600 {path}")
        with path.open("rb") as stream:
            raw = stream.read(_KEY_MAX + 1)
    except OSError as error:
        raise NoSecret(f"--signing-key {path}: {error.strerror or error}") from error
    return Signer(raw)


def trusted(files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the public keys of files, as PEM."""
    return tuple(_read(one, _KEY_MAX).decode("utf-8", "replace") for one in files)


def envelope_of(file: str) -> "Envelope":
    """Return the envelope that a file holds; raises BadLease."""
    from maccord.alloc.signing import BYTES_MAX, read_envelope

    return read_envelope(_read(file, BYTES_MAX))


def _read(file: str, most: int) -> bytes:
    try:
        with Path(file).open("rb") as stream:
            return stream.read(most + 1)
    except OSError as error:
        raise NoSecret(f"{file}: {error.strerror or error}") from error


def _output(document: object, output: str | None) -> None:
    import msgspec

    write_text(msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n", output)


@click.command("lease", cls=BookCommand)
@click.argument("block", type=int)
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
@signing_option
def lease(*, block: int, output: str | None, signing_key: str | None) -> int:
    """Write the signed lease of a block: with it, its host issues while this authority is away.

    Whoever has the file can use it, so give it to the host alone. There, maccord pool accept makes a pool of it.
    """
    with opened(signer=signer_of(signing_key)) as (book, _):
        _output(book.block_lease(block), output)
    return OK


@click.command("revocations", cls=BookCommand)
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
@signing_option
def revocations(*, output: str | None, signing_key: str | None) -> int:
    """Write the signed list of leases that ended before their time and are not over yet.

    Bring it to whoever holds one of them, over whichever way: maccord pool accept ends the pool there.
    """
    with opened(signer=signer_of(signing_key)) as (book, _):
        _output(book.revocations(), output)
    return OK


@click.command("verify")
@click.argument("file", type=_FILE)
@trusted_option
@format_option()
def verify(*, file: str, keys: tuple[str, ...], form: str) -> int:
    """Check a signed lease, or a list of revocations, without asking anybody.

    \b
    Leaves with 0  one of the keys has signed it, and a lease is not over
               1  it cannot be trusted, or it is over
               2  the call is wrong
    """
    from maccord import wiring
    from maccord.alloc.errors import BadLease
    from maccord.alloc.records import RangeLease, Revocations
    from maccord.alloc.signing import REVOCATIONS_TYPE, opened, read_public

    public = trusted(keys)
    for one in public:
        read_public(one)
    try:
        envelope = envelope_of(file)
        if envelope.payload_type == REVOCATIONS_TYPE:
            listed = opened(envelope, Revocations, public)
            rows = ((one.block, one.serial, one.revoked_at, one.not_after) for one in listed.leases)
            columns = (">block", ">lease", "taken back", "would have ended")
            show(form, listed, table(columns, rows, empty="No lease is taken back."))
            return OK
        found = opened(envelope, RangeLease, public)
    except BadLease as refused:
        click.echo(f"maccord: {file}: {refused}", err=True)
        return INCIDENTS
    _show_lease(form, found)
    if found.not_after <= wiring.clock():
        click.echo(f"maccord: {file}: it is over since {said(found.not_after)}", err=True)
        return INCIDENTS
    return OK


def _show_lease(form: str, found: "RangeLease") -> None:
    show(form, found, facts([
        ("lease", f"{found.serial} of block {found.block}"),
        ("store", found.store),
        ("pool", found.pool),
        ("scope", found.scope),
        ("delegate", found.delegate),
        ("range", f"{found.first} to {found.last}"),
        ("issued", found.issued),
        ("not after", found.not_after),
    ]))  # fmt: skip


@click.command("report", cls=BookCommand)
@click.argument("file", type=_FILE)
@format_option()
def report(*, file: str, form: str) -> int:
    """Take over what the host of a leased block has given: FILE is what maccord pool report wrote there.

    All of it or nothing. Holders that an earlier report of the block brought, and this one does not name, have let go.
    """
    import msgspec

    from maccord.alloc.records import RangeReport

    try:
        told = msgspec.json.decode(_read(file, 1 << 30), type=RangeReport)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise click.UsageError(f"{file}: no report of a range: {error}") from error
    with opened() as (book, actor):
        done = book.report_block(told, actor=actor)
    show(form, done, facts([
        ("block", done.block),
        ("reported", f"{said(done.rows)} holders"),
        ("new", f"{said(done.added)} addresses"),
        ("joined", f"{said(done.joined)} holders of known addresses" if done.joined else ""),
        ("known", f"{said(done.known)} as they were" if done.known else ""),
        ("let go", f"{said(done.gone)} holders" if done.gone else ""),
    ]))  # fmt: skip
    return OK


class _KeyGroup(click.Group):
    """What names the authority stands before `key`, or behind the command."""

    command_class = BookCommand


@click.group("key", cls=_KeyGroup)
def key() -> None:
    """Make, list and retire the keys that sign leases of ranges.

    The private key is a file of yours, and in no database; delegates need the public part, which key show prints.
    To change keys: make a new one, bring its public part to all delegates, sign with it from then on (--signing-key),
    and retire the old one. What the old one has signed stays good until it is over.
    """


@key.command("create")
@click.argument("file", type=click.Path(dir_okay=False))
@format_option()
def create(*, file: str, form: str) -> int:
    """Make a private key in FILE, which must not be there yet, and register its public part."""
    from maccord.alloc.signing import Signer, new_private_pem

    pem = new_private_pem()
    signer = Signer(pem)
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(pem)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        raise CannotWrite(file, error.strerror or str(error)) from error
    try:
        with opened() as (book, actor):
            made = book.add_signing_key(signer.public, actor=actor)
    except Exception:
        click.echo(f"maccord: {file} is made and not registered: maccord block key register {file}", err=True)
        raise
    _show_key(form, made)
    return OK


@key.command("register")
@click.argument("file", type=_FILE)
@format_option()
def register(*, file: str, form: str) -> int:
    """Register a key that is there: FILE holds its public part, or is the private key, which stays where it is."""
    from maccord.alloc.signing import Signer

    raw = _read(file, _KEY_MAX)
    public = Signer(raw).public if b"PRIVATE KEY" in raw else raw.decode("utf-8", "replace")
    with opened() as (book, actor):
        _show_key(form, book.add_signing_key(public, actor=actor))
    return OK


@key.command("list")
@format_option()
def list_(*, form: str) -> int:
    """List all keys, retired ones too."""
    with opened() as (book, _):
        found = book.signing_keys()
    rows = ((one.id, one.since, one.until) for one in found)
    show(form, {"items": found}, table(("key", "since", "retired"), rows, empty="There are no keys."))
    return OK


@key.command("show")
@click.argument("name", metavar="KEY")
@click.option("--output", metavar="FILE", help="Write to FILE instead of standard output.")
def show_(*, name: str, output: str | None) -> int:
    """Print the public part of KEY (PEM): what delegates need. The first digits of its id are enough."""
    with opened() as (book, _):
        found = [one for one in book.signing_keys() if one.id.startswith(name.lower())]
    if len(found) != 1 or not name:
        raise click.UsageError(f"{len(found)} keys begin with {name!r}")
    write_text(found[0].public, output)
    return OK


@key.command("retire")
@click.argument("name", metavar="KEY")
@format_option()
def retire(*, name: str, form: str) -> int:
    """Let KEY sign nothing any more; what it has signed stays good until it is over."""
    with opened() as (book, actor):
        _show_key(form, book.retire_signing_key(name, actor=actor))
    return OK


def _show_key(form: str, made: "SigningKey") -> None:
    show(form, made, facts([
        ("key", made.id),
        ("since", made.since),
        ("retired", made.until),
        ("public", made.public.strip()),
    ]))  # fmt: skip
