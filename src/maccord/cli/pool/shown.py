"""How pools are written on a command line, and shown."""

from typing import TYPE_CHECKING

import click

from maccord.cli.options import Span
from maccord.cli.shown import facts, said, seconds, show

if TYPE_CHECKING:
    from maccord.alloc.records import Forecast, Pool, PoolRange, RangeSpec, Usage


class RangeSpan(Span):
    """A range of a pool, FIRST..LAST, and behind it ,place=N and ,weight=N."""

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> "RangeSpec":
        """Return the range that an argument spells."""
        from msgspec.structs import replace

        text, *settings = str(value).split(",")
        found = super().convert(value if not settings else text, param, ctx)
        for setting in settings:
            name, _, number = setting.strip().partition("=")
            if name not in ("place", "weight") or not number.isascii() or not number.isdecimal() or len(number) > 9:
                self.fail(f"{setting!r} is neither place=N nor weight=N", param, ctx)
            found = replace(found, **{name: int(number)})
        return found


def pool_with_usage(pool: "Pool", usage: "Usage") -> object:
    """Return a pool and its counters as the service gives them."""
    from maccord.rest import pool_document

    return pool_document(pool, usage)


def _order(one: "PoolRange") -> str:
    """Return what sets a range apart from others: nothing for most."""
    place = f", place {one.place}" if one.place else ""
    return f"{place}, weight {one.weight}" if one.weight != 1 else place


def in_days(one: "Forecast") -> str:
    """Return in how many days a pool will be full, with the band; nothing where it cannot be told."""
    if one.days is None:
        return ""
    if one.latest is None:
        return f"{one.days:,.0f} d ({one.earliest or 0:,.0f}+)"
    return f"{one.days:,.0f} d ({one.earliest or 0:,.0f}-{one.latest:,.0f})" if one.days else "now"


def curve(one: "Forecast") -> str:
    """Return how full a pool was day by day, each as a bar of eighths."""
    bars = " ▁▂▃▄▅▆▇█"
    return "".join(bars[min(8, -(-8 * point.taken // point.size) if point.size else 0)] for point in one.history)


def show_one(form: str, pool: "Pool", usage: "Usage", foreseen: "Forecast | None" = None) -> None:
    """Show all that is known of a pool."""
    ranges = "\n".join(
        f"{one.first} to {one.last} ({said(one.size)}{_order(one)}{', draining' if one.draining else ''})"
        for one in pool.ranges
    )
    excluded = "\n".join(f"{one.first} to {one.last} ({one.reason})" for one in pool.excluded)
    counters = (
        f"{said(usage.allocated)} allocated ({said(usage.held)} held, {said(usage.in_use)} in use), "
        f"{said(usage.resting)} resting, {said(usage.probation)} on probation, {said(usage.excluded)} excluded, "
        f"{said(usage.blocks)} in blocks, {said(usage.available)} free"
    )
    show(form, pool_with_usage(pool, usage), facts([
        ("pool", pool.name),
        ("kind", pool.kind),
        ("scope", pool.scope),
        ("policy", pool.policy),
        ("ranges", ranges),
        ("excluded", excluded),
        ("size", pool.size),
        ("addresses", counters),
        ("forecast", foreseen.why if foreseen else ""),
        ("history", curve(foreseen) if foreseen and len(foreseen.history) > 1 else ""),
        ("rests", seconds(pool.rest_s)),
        ("expires", f"{seconds(pool.confirm_s)} if unconfirmed" if pool.confirm_s else "never"),
        ("groups", "\n".join(pool.groups)),
        ("issues until", pool.valid_until),
        ("note", pool.note),
        ("seed", pool.seed),
        ("version", pool.version),
    ]))  # fmt: skip
