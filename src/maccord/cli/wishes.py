"""What a call wishes of a plan: where new addresses come from, and what may happen to machines and hosts."""

from typing import TYPE_CHECKING

import click

from maccord.cli.options import as_one

if TYPE_CHECKING:
    from maccord.app.wishes import Wishes

_SPAN = "FIRST..LAST"


def _wishes(
    *,
    ranges: tuple[str, ...],
    statics: tuple[str, ...],
    avoid: tuple[str, ...],
    growth: int | None,
    running: str | None,
    joins: tuple[str, ...],
    force: bool,
) -> "Wishes":
    from maccord.app.wishes import Wishes
    from maccord.plan.plan import Join

    return Wishes(
        ranges=_spans(ranges, "--ranges"),
        statics=_spans(statics, "--statics"),
        avoid=_spans(avoid, "--avoid"),
        growth=growth,
        running="leave" if running == "leave" else "schedule" if running else None,
        forced=force,
        joins=tuple(Join(**dict(zip(("host", "nic", "team", "vnic"), _parts(one), strict=False))) for one in joins),
    )


def _parts(text: str) -> list[str]:
    """Return HOST, NIC, and perhaps TEAM and VNIC; no connection of Windows has a colon in its name."""
    parts = text.split(":")
    if not 2 <= len(parts) <= 4 or not all(parts):
        raise click.BadParameter(f"{text!r} is not HOST:NIC, HOST:NIC:TEAM or HOST:NIC:TEAM:VNIC", param_hint="--join")
    return parts


def _spans(texts: tuple[str, ...], option: str) -> tuple[tuple[int, int], ...]:
    from maccord.app.wishes import parse_span
    from maccord.mac import BadAddress

    try:
        return tuple(parse_span(one) for one in texts)
    except BadAddress as error:
        raise click.BadParameter(f"{error}; a range is spelled FIRST..LAST", param_hint=option) from error


wishes_options = as_one(
    "wishes",
    _wishes,
    click.option("--ranges", multiple=True, metavar=_SPAN, help="Take new ranges of hosts from here. Repeatable."),
    click.option("--statics", multiple=True, metavar=_SPAN, help="Take static addresses from here. Repeatable."),
    click.option("--avoid", multiple=True, metavar=_SPAN, help="Never give these out. Repeatable."),
    click.option(
        "--growth", type=click.IntRange(1, 1 << 24), metavar="N",
        help="Make every new range N addresses long or longer. Default: 256.",
    ),
    click.option(
        "--running", type=click.Choice(["schedule", "leave"]),
        help="Machines that run and need another address: restart them by a step (the default), or leave them.",
    ),
    click.option(
        "--join", "joins", multiple=True, metavar="HOST:NIC[:TEAM[:VNIC]]",
        help="A host that is being built: NIC, which has the management address, joins TEAM, on which a switch stands, "
        "and a new VNIC (MGMT) takes its IP settings over. Repeatable.",
    ),
    click.option("--force", is_flag=True, help="Make the plan even if it changes more than a third of the fleet."),
)  # fmt: skip
