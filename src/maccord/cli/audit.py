"""`maccord audit`: who changed what, and whether the record of it is whole."""

from typing import TYPE_CHECKING

import click
import msgspec

from maccord.cli.book import BookGroup, format_option, opened
from maccord.cli.main import INCIDENTS, OK
from maccord.cli.shown import facts, said, show, table

if TYPE_CHECKING:
    from maccord.alloc.records import AuditRecord


@click.group("audit", cls=BookGroup)
def command() -> None:
    """Read the record of all changes, and check that nobody changed it.

    \b
    Examples:
      maccord audit list --limit 20
      maccord audit list --subject 02-4D-43-00-00-00 --format json
      maccord audit verify --head HASH
    """


@command.command("list")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="How many, the newest.")
@click.option("--action", help="Records of this action.")
@click.option("--subject", help="Records about this pool, address or token; of an address, those that gave it as well.")
@click.option("--actor", help="Records of what this one did, such as token:ops.")
@format_option()
def list_(*, limit: int, action: str | None, subject: str | None, actor: str | None, form: str) -> int:
    """List changes: who, from where, when, what, before and after. The newest stand last."""
    with opened() as (book, _):
        found: list[AuditRecord] = []
        after = None
        while len(found) < limit:
            page = book.audit(
                after=after, limit=min(limit - len(found), 1000), newest_first=True, action=action, subject=subject,
                actor=actor,
            )  # fmt: skip
            found += page.items
            after = page.next
            if after is None:
                break
    found.reverse()
    rows = ((one.number, one.at, one.actor, one.action, one.subject, _told(one)) for one in found)
    columns = (">no", "at", "who", "what", "of", "details")
    show(form, {"items": found}, table(columns, rows, empty="Nothing was changed."))
    return OK


def _told(record: "AuditRecord") -> str:
    """Return the details of a record for a person: addresses as such, and not what only retries need."""
    from maccord.alloc.clock import moment
    from maccord.alloc.kinds import spell

    details = {name: value for name, value in record.details.items() if name != "request" and value not in (None, "")}
    for name in ("until", "expires"):
        if isinstance(details.get(name), int):
            details[name] = said(moment(int(str(details[name]))))
    runs, kind = details.get("runs"), details.pop("kind", "mac")
    if isinstance(runs, list) and kind in ("mac", "wwn"):
        ends = [[spell(end, kind) for end in run] for run in runs]
        details["runs"] = [first if first == last else f"{first}..{last}" for first, last in ends]
    return "\n".join(f"{name}: {_said(value)}" for name, value in details.items())


def _said(value: object) -> str:
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ", ".join(one for one in value if one)
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@command.command("verify")
@click.option("--head", metavar="HASH", help="The hash of an anchor that was kept elsewhere: it must be there.")
@format_option()
def verify(*, head: str | None, form: str) -> int:
    """Check every hash chain of the record, and every anchor. Leaves with 1 when it does not hold.

    Keep the head that it prints somewhere else, and give it the next time: then nobody can cut off the end.
    """
    with opened() as (book, _):
        verdict = book.verify_audit(head=head)
    faults = "\n".join(f"chain {one.chain}, record {one.seq}: {one.reason}" for one in verdict.faults)
    show(form, {"ok": verdict.ok, **msgspec.structs.asdict(verdict)}, facts([
        ("audit", "whole" if verdict.ok else "NOT whole"),
        ("records", verdict.records),
        ("chains", verdict.chains),
        ("anchors", verdict.anchors),
        ("head", verdict.head),
        ("faults", faults),
    ]))  # fmt: skip
    return OK if verdict.ok else INCIDENTS
