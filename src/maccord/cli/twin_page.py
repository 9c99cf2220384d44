"""Stories of emulated worlds as one page: HTML that asks the network for nothing, with drawings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from maccord import __version__
from maccord.mac import parse_value
from maccord.report.html_shell import rendered
from maccord.report.illustration import Box, Link
from maccord.report.illustration import Stack as Drawn
from maccord.report.plain import plain
from maccord.report.stack_drawing import Drawing, drawings
from maccord.worlds.stories import Owner, Stack, Step, Story, Watched

_LEFT, _WIDTH, _LANE, _TOP = 230, 960, 25, 42
"""Sizes of a timeline in CSS pixels: where time begins, how wide it is, one lane, where lanes begin."""
_FINE = 0.5
"""Gaps and bars of fewer pixels are not drawn as such."""
DRAWN_S_MAX, TICKS = 120, 10
"""So many seconds of a ping are drawn; the transcript holds all."""
TEXT_MAX = 40_000
"""Characters of one transcript or table that a page holds."""


@dataclass(frozen=True, slots=True)
class Row:
    """A registry value, before and after a step."""

    host: str
    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Where the switch had the address at one port: bars of (x, width)."""

    y: int
    label: str
    bars: list[tuple[float, float]]
    other: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """A ping above the switch's table, over time."""

    title: str
    told: str
    width: int
    height: int
    ticks: list[tuple[float, str]]
    echoes: list[tuple[float, bool]]
    lanes: list[Lane]
    transcript: Markup
    table: Markup
    syslog: Markup


@dataclass(frozen=True, slots=True)
class StepView:
    """A step, and what of it is laid out for the page."""

    step: Step
    registry: list[Row]
    owners: Sequence[Owner]
    drawings: list[Drawing]
    timelines: list[Timeline]


def as_html(story: Story) -> str:
    """Return the page of a story."""
    about = f"Windows Server {story.profile}, emulated; seed {story.seed}." if story.profile else f"Seed {story.seed}."
    return rendered(
        "story.html",
        styles=["style", "story-style"],
        scripts=["script/1-data.js", "script/2-page.js"],
        story=story,
        steps=list(_steps(story)),
        about=about,
        about_run=f"seed {story.seed}",
        version=__version__,
    )


def _steps(story: Story) -> Iterator[StepView]:
    shown: Sequence[Owner] = ()
    for step in story.steps:
        stacks = [_drawing(stack) for stack in step.stacks]
        owners = () if stacks or step.owners == shown else step.owners
        shown = step.owners
        yield StepView(step, list(_registry(step)), owners, stacks, [_timeline(one) for one in step.watched])


def _registry(step: Step) -> Iterator[Row]:
    known = {key.host: key for key in step.before}
    for key in step.after:
        old = known.get(key.host)
        yield Row(key.host, "MinimumMacAddress", _value(old and old.minimum), _value(key.minimum))
        yield Row(key.host, "MaximumMacAddress", _value(old and old.maximum), _value(key.maximum))
        yield Row(key.host, r"Worker\CurrentMacAddress", _value(old and old.current), _value(key.current))
        if key.unused is not None:
            yield Row(key.host, "CurrentMacAddress, never used", _value(old and old.unused), _value(key.unused))


def _value(text: object) -> str:
    return "no such value" if text is None else str(text) or "(empty)"


def _drawing(stack: Stack) -> Drawing:
    """Lay a host's stack out with the drawing of the report."""
    boxes = [
        Box(
            key=piece.key,
            column=piece.column,
            title=piece.title,
            address=parse_value(piece.address) if piece.address else None,
            permanent=parse_value(piece.permanent) if piece.permanent else None,
            origin=piece.origin,
            state=piece.state,
            concerned=piece.address in stack.shared,
        )
        for piece in stack.pieces
    ]
    keys = {box.key for box in boxes}
    links = [Link(lower, piece.key) for piece in stack.pieces for lower in piece.below if lower in keys]
    return drawings([Drawn(stack.host, list(stack.ips), boxes, links, 0)], stack.shared, {})[0]


def _timeline(seen: Watched) -> Timeline:
    shown_us = max(1, min(seen.took_us, DRAWN_S_MAX * 1_000_000))
    cut = f" The first {DRAWN_S_MAX} s are drawn." if seen.took_us > shown_us else ""
    if seen.forgotten:
        cut += f" The table's oldest {seen.forgotten:,} changes are no longer known."

    def at(us: int) -> float:
        return round(_LEFT + min(us, shown_us) / shown_us * (_WIDTH - _LEFT - 24), 1)

    ports = sorted({(spell.port, spell.place) for spell in seen.spells})
    lanes = []
    for number, (port, place) in enumerate(ports):
        spans = [(at(one.from_us), at(one.to_us)) for one in seen.spells if one.port == port and one.from_us < shown_us]
        lanes.append(Lane(_TOP + number * _LANE, f"{port}, {place}", _bars(spans), number > 0))
    pace = max(1, -(-shown_us // 1_000_000 // TICKS))
    return Timeline(
        title=seen.title,
        told=f"{seen.asker} pings {seen.target}.{cut}",
        width=_WIDTH,
        height=_TOP + len(lanes) * _LANE + 24,
        ticks=[(at(second * 1_000_000), f"{second} s") for second in range(0, shown_us // 1_000_000 + 1, pace)],
        echoes=[(at(us), outcome == "reply") for us, outcome, _ in seen.echoes if us <= shown_us],
        lanes=lanes,
        transcript=_lines(seen.transcript),
        table=_lines(seen.table),
        syslog=_lines("\n".join(_log(seen))),
    )


def _bars(spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """Return bars of (x, width); what is closer than an eye can tell apart becomes one, so that there are few."""
    joined: list[tuple[float, float]] = []
    for first, last in spans:
        if joined and first - joined[-1][1] < _FINE:
            joined[-1] = joined[-1][0], last
        else:
            joined.append((first, max(last, first + _FINE)))
    return [(first, round(last - first, 1)) for first, last in joined]


def _log(seen: Watched) -> list[str]:
    more = seen.lines_all - len(seen.syslog)
    return [*seen.syslog, f"and {more} more"] if more else list(seen.syslog)


def _lines(text: str) -> Markup:
    """Return lines as HTML: harmless, escaped, of bearable length, with their breaks."""
    kept = text.strip("\n")[:TEXT_MAX]
    return Markup("\n").join(escape(plain(line)) for line in kept.split("\n"))
