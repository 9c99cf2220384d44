"""What commands on addresses share: their options, and how a lease is shown."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from maccord.cli.options import End
from maccord.cli.shown import document, facts, holder_since, show

if TYPE_CHECKING:
    from maccord.alloc.records import Holder, Lease


class HolderType(click.ParamType["Holder"]):
    """A holder KIND:ID, such as vm-adapter:vm17/nic0."""

    name = "holder"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "Holder":
        """Return the holder that an argument spells."""
        from maccord.alloc.records import Holder

        if isinstance(value, Holder):
            return value
        kind, colon, name = str(value).partition(":")
        if not (kind and colon and name):
            self.fail(f"{value!r} is no holder such as vm-adapter:vm17/nic0", param, ctx)
        return Holder(kind, name)


HOLDER = click.option("--holder", type=HolderType(), required=True, metavar="KIND:ID", help="Who is to hold it.")
HOST = click.option("--host", default="", help="Where the holder is.")
NOTE = click.option("--note", default="", help="For people.")
OWNER = click.option("--owner", default="", help="Who answers for it: a person or a team.")
UNTIL = click.option(
    "--until", type=End(), metavar="MOMENT|TIME", help="When it lets go by itself: 2027-01-31, or from now: 12h, 7d."
)
SCOPE = click.option("--scope", help="Where it is meant, when several scopes know the address.")
WHICH = click.option("--holder", metavar="[KIND:]ID", help="Which holder, when there are several.")
EXPECT = click.option("--expect", type=int, metavar="VERSION", help="Only if it still has this version.")
KEY = click.option("--key", help="An idempotency key: the same call made again gets the same answer.")


def whole(holder: "Holder", host: str, note: str, owner: str, until: datetime | None) -> "Holder":
    """Return a holder with what other options say of it."""
    from maccord.alloc.records import Holder

    return Holder(holder.kind, holder.id, host, note, owner, until)


def show_lease(form: str, lease: "Lease") -> None:
    """Show all that is known of one address."""
    from maccord.rest import LeaseDoc

    show(form, document(lease, LeaseDoc), facts([
        ("address", lease.address),
        ("state", str(lease.state)),
        ("pool", lease.pool),
        ("range", lease.range),
        ("identity", lease.identity),
        ("scope", lease.scope),
        ("holders", "\n".join(map(holder_since, lease.holders))),
        ("since", lease.since),
        ("confirmed", lease.confirmed_at),
        ("until", lease.until),
        ("block", lease.block),
        ("note", lease.note),
        ("version", str(lease.version)),
    ]))  # fmt: skip
