"""Addresses allocated, looked up and listed."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from maccord.cli.address.options import HOLDER, HOST, KEY, NOTE, OWNER, SCOPE, UNTIL, show_lease, whole
from maccord.cli.book import BookCommand, format_option, opened
from maccord.cli.main import OK
from maccord.cli.options import Duration, Moment
from maccord.cli.shown import document, holder, holders, show, table

if TYPE_CHECKING:
    from maccord.alloc.kinds import AddressKind
    from maccord.alloc.records import Holder, Lease
    from maccord.app.book import Book

_STATES = ("held", "in-use", "resting", "probation")


@click.command("allocate", cls=BookCommand)
@click.argument("pool", required=False)
@click.option("--group", metavar="PATH", help="Instead of POOL: the first pool with enough that this group asks.")
@click.option("--kind", type=click.Choice(["mac", "wwn"]), help="What is wanted of the group.  [default: mac]")
@HOLDER
@HOST
@NOTE
@OWNER
@UNTIL
@click.option("--count", type=click.IntRange(1, 1_000_000), default=1, show_default=True, help="How many; all or none.")
@click.option(
    "--at-least", type=click.IntRange(1, 1_000_000), metavar="COUNT", help="Or as many as there are, but so many."
)
@click.option("--address", metavar="MAC", help="Just this one.")
@click.option("--identity", metavar="NAME", help="The one that is derived from prod/web-01/nic0, say.")
@KEY
@click.option("--preview", is_flag=True, help="Give nothing: name addresses that are free now.")
@format_option()
def allocate(
    *,
    pool: str | None,
    group: str | None,
    kind: Any,  # noqa: ANN401 - click has checked the choice
    holder: "Holder",
    host: str,
    note: str,
    owner: str,
    until: datetime | None,
    count: int,
    address: str | None,
    at_least: int | None,
    identity: str | None,
    key: str | None,
    preview: bool,
    form: str,
) -> int:
    """Allocate addresses of POOL: one a line, when nobody asked for JSON.

    With --group, of the first pool that the group asks and that has enough; all of them are of one pool.
    """
    from maccord.rest import MacDoc, PreviewDoc, granted

    if (pool is None) == (group is None):
        raise click.UsageError("name a POOL, or a --group whose pools are asked")
    if group is not None and address is not None:
        raise click.UsageError("--address is of a POOL; a --group says which pool it may be")
    if group is not None and at_least is not None:
        raise click.UsageError("--at-least is of a POOL; a --group gives from the first pool that has all of them")
    if group is not None and identity is not None:
        raise click.UsageError("--identity is of a POOL; of a --group, which pool gives depends on what is free")
    if group is None and kind is not None:
        raise click.UsageError("--kind is for a --group; a POOL has one kind of addresses")
    with opened() as (book, actor):
        if preview:
            first = pool or _winner(book, str(group), kind or "mac", count)
            free = book.preview(first, count=min(count, 1000))
            answer: object = PreviewDoc(pool=first, addresses=tuple(map(MacDoc, free)))
            given = free
        else:
            asked = whole(holder, host, note, owner, until)
            if group is not None:
                found = book.allocate_for_group(group, asked, actor=actor, kind=kind or "mac", count=count, key=key)
            else:
                found = book.allocate(
                    str(pool), asked, actor=actor, count=count, address=address, at_least=at_least, identity=identity,
                    key=key,
                )  # fmt: skip
            answer, given = granted(found), found.addresses
    show(form, answer, lambda console: console.print("\n".join(given), soft_wrap=True))
    if at_least is not None and len(given) < count:
        click.echo(f"maccord: {len(given):,} of {count:,}: the pool has no more", err=True)
    return OK


def _winner(book: "Book", group: str, kind: "AddressKind", count: int) -> str:
    """Return the pool that a group would be given addresses from."""
    from maccord.alloc.errors import GroupExhausted, NoPoolForGroup

    told = book.explain_group(group, kind=kind, count=count)
    if told.pool is not None:
        return told.pool
    if not told.candidates:
        raise NoPoolForGroup(told.path, kind, told.ended_at)
    raise GroupExhausted(told.path, count, [(one.pool, one.why) for one in told.candidates])


@click.command("show", cls=BookCommand)
@click.argument("mac")
@SCOPE
@format_option()
def show_(*, mac: str, scope: str | None, form: str) -> int:
    """Show who holds an address, where, since when, and in which state it is."""
    with opened() as (book, _):
        show_lease(form, book.look_up(mac, scope=scope))
    return OK


@click.command("list", cls=BookCommand)
@click.option("--pool", help="Those of this pool.")
@click.option("--scope", help="Those of this scope.")
@click.option("--state", type=click.Choice(_STATES), help="Those in this state.")
@click.option("--holder", metavar="[KIND:]ID", help="Those of this holder.")
@click.option(
    "--expiring", type=Duration(), metavar="TIME", help="Those with a holder whose time is over within 7d, say."
)
@format_option()
def list_(
    *, pool: str | None, scope: str | None, state: str | None, holder: str | None, expiring: int | None, form: str
) -> int:
    """List addresses that are held, rest or are on probation.

    With --expiring, what lets go by itself soon, the next one first, with who answers for it.

    What is excluded stands at its pool (maccord pool show), hosts' ranges in maccord block list.
    """
    from maccord import wiring
    from maccord.alloc.life import State
    from maccord.app.listing import everything
    from maccord.rest import LeaseDoc

    wanted = State(state) if state else None
    now = wiring.clock()
    with opened() as (book, _):
        found = list(everything(book.leases, pool=pool, scope=scope, state=wanted, holder=holder, expiring_s=expiring))
    if expiring is not None:
        return _expiring(form, found, now + timedelta(seconds=expiring))
    rows = ((one.address, one.state, one.pool, holders(one.holders), one.since, one.until) for one in found)
    columns = ("address", "state", "pool", "holders", "since", "until")
    listed = {"items": [document(one, LeaseDoc) for one in found]} if form == "json" else None
    show(form, listed, table(columns, rows, empty="There are none."))
    return OK


def _expiring(form: str, found: "list[Lease]", by: datetime) -> int:
    """Show which holders let go by themselves by then, the next one first."""
    from maccord.rest import LeaseDoc

    soon = sorted(found, key=_first_end)
    ends = [
        (at, one, held.holder)
        for one in soon
        for held in one.holders
        if (at := held.holder.until) is not None and at <= max(by, _first_end(one))
    ]
    rows = ((at, one.address, one.pool, holder(who), who.owner, who.note) for at, one, who in ends)
    listed = {"items": [document(one, LeaseDoc) for one in soon]} if form == "json" else None
    columns = ("until", "address", "pool", "holder", "owner", "note")
    show(form, listed, table(columns, rows, empty="Nothing ends so soon."))
    return OK


def _first_end(lease: "Lease") -> datetime:
    """Return when the first holder of a lease lets go by itself."""
    return min(
        (one.holder.until for one in lease.holders if one.holder.until is not None),
        default=datetime.max.replace(tzinfo=UTC),
    )


@click.command("history", cls=BookCommand)
@click.argument("mac")
@SCOPE
@click.option("--at", type=Moment(), metavar="MOMENT", help="Only what held at that moment.")
@format_option()
def history(*, mac: str, scope: str | None, at: datetime | None, form: str) -> int:
    """Tell who had an address, and when."""
    from maccord.rest import HistoryDoc

    with opened() as (book, _):
        past = book.history(mac, scope=scope, at=at)
        spelled = past[0].address if past else book.look_up(mac, scope=scope).address
    rows = (
        (one.since, one.until or "now", one.state, holder(one.holder) if one.holder else "", one.pool, one.scope)
        for one in past
    )
    columns = ("since", "until", "state", "holder", "pool", "scope")
    told = document({"mac": spelled, "items": past}, HistoryDoc)
    show(form, told, table(columns, rows, empty=f"Nobody is known to have had {spelled}."))
    return OK
