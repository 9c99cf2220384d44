"""Lays out a host's stack: boxes in columns from the wire to the machines, and the lines between them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from unicodedata import combining, east_asian_width

from maccord.mac import show
from maccord.report.illustration import Box, Column, Stack, Strip
from maccord.report.plain import plain

WIDTH, HEIGHT, ACROSS, DOWN, MARGIN, HEAD = 204, 66, 44, 14, 8, 26
"""Sizes in CSS pixels: of a box, of the gaps between boxes, of the border, of the line of headings."""
_HEADINGS: dict[Column, str] = {"nic": "NICs", "team": "Teams", "switch": "Switches", "port": "vNICs and machines"}
_LETTERS = 26


@dataclass(frozen=True, slots=True)
class Placed:
    """A box where it is drawn. `twice` says that another box of the incident wears the same address."""

    box: Box
    x: int
    y: int
    title: str
    address: str
    permanent: str
    note: str
    twice: bool

    @property
    def mark(self) -> str:
        """The style of the box; it is spelled out in words beside it, too."""
        return "twice" if self.twice else "concerned" if self.box.concerned else "plain"


@dataclass(frozen=True, slots=True)
class Line:
    """A line between two boxes; along one that carries, the upper box wears the lower one's address."""

    path: str
    carries: bool
    marked: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A stack ready to be drawn, and told in words for those who do not see it."""

    stack: Stack
    width: int
    height: int
    headings: list[tuple[int, str]]
    placed: list[Placed]
    lines: list[Line]
    issues: list[tuple[str, str]]
    told: str


def drawings(stacks: Iterable[Stack], addresses: Iterable[str], issuing: Mapping[str, Strip]) -> list[Drawing]:
    """Return the drawings of one incident; `addresses` are those it is about, `issuing` the range of each host."""
    listed = list(stacks)
    wearers = Counter(box.address for stack in listed for box in stack.boxes if box.address is not None)
    wanted = set(addresses)
    twice = {one for one, count in wearers.items() if count > 1 and show(one) in wanted}
    return [_drawing(stack, twice, issuing.get(stack.host)) for stack in listed]


def _drawing(stack: Stack, twice: set[int], strip: Strip | None) -> Drawing:
    columns: dict[Column, list[Box]] = defaultdict(list)
    for box in stack.boxes:
        columns[box.column].append(box)
    kinds = [kind for kind in _HEADINGS if columns[kind]]
    tallest = max(len(columns[kind]) for kind in kinds)
    body = tallest * HEIGHT + (tallest - 1) * DOWN
    placed: dict[str, Placed] = {}
    for at, kind in enumerate(kinds):
        boxes = columns[kind]
        top = HEAD + MARGIN + (body - len(boxes) * HEIGHT - (len(boxes) - 1) * DOWN) // 2
        for row, box in enumerate(boxes):
            x, y = MARGIN + at * (WIDTH + ACROSS), top + row * (HEIGHT + DOWN)
            placed[box.key] = _placed(box, x, y, twice=box.address in twice)
    return Drawing(
        stack=stack,
        width=2 * MARGIN + len(kinds) * WIDTH + (len(kinds) - 1) * ACROSS,
        height=HEAD + 2 * MARGIN + body,
        headings=[(MARGIN + at * (WIDTH + ACROSS), _HEADINGS[kind]) for at, kind in enumerate(kinds)],
        placed=list(placed.values()),
        lines=_lines(stack, placed),
        issues=[(show(strip.first), show(strip.last))] if strip else [],
        told=_told(stack, twice),
    )


def _placed(box: Box, x: int, y: int, *, twice: bool) -> Placed:
    note = box.origin or ("" if box.address is not None else box.state)
    return Placed(
        box=box,
        x=x,
        y=y,
        title=clipped(box.title or "(no name)", _LETTERS),
        address=show(box.address) if box.address is not None else "",
        permanent=show(box.permanent) if box.permanent is not None else "",
        note=clipped(note, _LETTERS + 8),
        twice=twice,
    )


def _lines(stack: Stack, placed: dict[str, Placed]) -> list[Line]:
    """Return the lines; a switch hands on what it gets, so that one address is followed through it."""
    through = _through(stack)
    lines = []
    for link in stack.links:
        lower, upper = placed[link.lower], placed[link.upper]
        shared = through[link.lower] & through[link.upper]
        marked = any(one.twice for one in placed.values() if one.box.address in shared)
        lines.append(Line(_curve(lower, upper), carries=bool(shared), marked=marked))
    return sorted(lines, key=lambda line: (line.carries, line.marked))


def _through(stack: Stack) -> dict[str, set[int]]:
    """Return, by box, the addresses that pass it: its own, and through a switch those of both sides."""
    own = {box.key: {box.address} if box.address is not None else set[int]() for box in stack.boxes}
    switches = {box.key for box in stack.boxes if box.column == "switch"}
    below: dict[str, set[int]] = defaultdict(set)
    above: dict[str, set[int]] = defaultdict(set)
    for link in stack.links:
        if link.upper in switches:
            below[link.upper] |= own[link.lower]
        if link.lower in switches:
            above[link.lower] |= own[link.upper]
    return {key: below[key] & above[key] if key in switches else held for key, held in own.items()}


def _curve(lower: Placed, upper: Placed) -> str:
    x1, y1 = lower.x + WIDTH, lower.y + HEIGHT // 2
    x2, y2 = upper.x, upper.y + HEIGHT // 2
    bend = (x2 - x1) // 2
    return f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"


def _told(stack: Stack, twice: set[int]) -> str:
    """Say what the drawing shows, in a sentence or two."""
    counts = Counter(box.column for box in stack.boxes)
    parts = [f"{_HEADINGS[kind].lower() if kind != 'nic' else 'NICs'}: {counts[kind]}" for kind in _HEADINGS]
    worn = defaultdict(list)
    for box in stack.boxes:
        if box.address in twice:
            worn[box.address].append(box.title)
    shared = [f"{show(address)} is worn by {', '.join(names)}" for address, names in sorted(worn.items()) if address]
    return ". ".join(["; ".join(parts), *shared]) + "."


def clipped(text: str, cells: int) -> str:
    """Return text made harmless and cut to a width of `cells` Latin letters; what was cut shows as an ellipsis."""
    shown = plain(text[: cells * 4])
    kept: list[str] = []
    for char in shown:
        cells -= 0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1
        if cells < 0:
            return "".join(kept[:-1]) + "…"
        kept.append(char)
    return "".join(kept) + ("…" if len(text) > len(shown) else "")
