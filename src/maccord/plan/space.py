"""The address space as a fleet uses it, and where something new fits in.

Nothing is placed where a pool issues, an adapter has or had an address, a switch or a lease server saw one, a protocol
owns the block, the call or `fleet.toml` says to avoid it, or Hyper-V would derive a range from an address of a host.
"""

from collections.abc import Iterable

from maccord.mac import PROTOCOL_BLOCKS, parse_value
from maccord.plan.refusals import NoSpace
from maccord.plan.spans import Span, Spans

STEP = 256
"""Ranges begin at a multiple of it, so that people can tell them apart by the octets before the last one."""

RANGE_HOMES: tuple[Span, ...] = (
    (parse_value("00-15-5D-F0-00-00"), parse_value("00-15-5D-FF-FF-FF")),
    (parse_value("02-15-5D-00-00-00"), parse_value("02-15-5D-FF-FF-FF")),
)
"""Where hosts' ranges go unless `fleet.toml` has a site plan: first Hyper-V's own block, in the part where only
hosts at x.x.240.y and above derive theirs, then a locally administered block. Whether Set-VMHost takes ranges outside
00-15-5D is not documented; a plan that needs the second says so."""

STATIC_HOMES: tuple[Span, ...] = ((parse_value("02-A0-C8-00-00-00"), parse_value("02-A0-C8-FF-FF-FF")),)
"""Where static addresses are taken from unless `fleet.toml` says otherwise: a locally administered block, outside every
range that Hyper-V derives."""


class Space:
    """What is taken, and what is given out while one plan is made."""

    def __init__(
        self,
        ranges: Iterable[Span],
        addresses: Iterable[int],
        *,
        range_homes: tuple[Span, ...] = RANGE_HOMES,
        static_homes: tuple[Span, ...] = STATIC_HOMES,
    ) -> None:
        """Take what pools issue, avoided blocks and derived ranges (`ranges`), and single addresses."""
        self._range_homes, self._static_homes = range_homes or RANGE_HOMES, static_homes or STATIC_HOMES
        blocks = [(block.first, block.last) for block in PROTOCOL_BLOCKS]
        self._ranges = Spans([*ranges, *blocks])
        self._addresses = Spans((one, one) for one in set(addresses))
        self._from: dict[tuple[Span, int], int] = {}
        self._next: dict[Span, int] = {}

    def take(self, first: int, last: int) -> None:
        """Mark first..last as given out."""
        self._ranges.add(first, last)

    def new_range(self, size: int) -> Span:
        """Return the first free range of `size` addresses, a multiple of STEP, and take it. Raises NoSpace."""
        for home in self._range_homes:
            at = self._from.get((home, size), -(-home[0] // STEP) * STEP)
            while at + size - 1 <= home[1]:
                hit = self._ranges.touched(at, at + size - 1) or self._addresses.touched(at, at + size - 1)
                if hit is None:
                    self._from[home, size] = at + size
                    self.take(at, at + size - 1)
                    return at, at + size - 1
                at = (hit[1] // STEP + 1) * STEP
            self._from[home, size] = at
        raise NoSpace("a range", size, self._range_homes)

    def new_pool(self, size: int) -> Span:
        """Return a free range among the static addresses for a pool of a server, and take it. Raises NoSpace."""
        for home in self._static_homes:
            at = -(-home[0] // size) * size
            while at + size - 1 <= home[1]:
                hit = self._ranges.touched(at, at + size - 1) or self._addresses.touched(at, at + size - 1)
                if hit is None:
                    self.take(at, at + size - 1)
                    return at, at + size - 1
                at = (hit[1] // size + 1) * size
        raise NoSpace("a pool", size, self._static_homes)

    def new_static(self) -> int:
        """Return the first free address for a static adapter, and take it. Raises NoSpace."""
        for home in self._static_homes:
            at = self._next.get(home, home[0])
            while at <= home[1]:
                hit = self._ranges.touched(at, at) or self._addresses.touched(at, at)
                if hit is None:
                    self._next[home] = at + 1
                    self.take(at, at)
                    return at
                at = hit[1] + 1
            self._next[home] = at
        raise NoSpace("a static address", 1, self._static_homes)

    def enlarged(self, first: int, last: int, size: int) -> Span | None:
        """Return first..last made longer, to `size` addresses or more, by free ones beside it, and take them.

        It grows upwards first, in steps of STEP, then downwards; None where there is no room. No address inside leaves.
        """
        missing = -(-max(0, size - (last - first + 1)) // STEP) * STEP
        above = self._room_above(last, missing)
        below = self._room_below(first, missing - above)
        if above + below < missing or first - below < 0:
            return None
        if above:
            self.take(last + 1, last + above)
        if below:
            self.take(first - below, first - 1)
        return first - below, last + above

    def _room_above(self, last: int, wanted: int) -> int:
        top = (1 << 48) - 1
        ends = [end for spans in (self._ranges, self._addresses) if (end := spans.free_after(last)) is not None]
        same_block = last | 0xFFFFFF  # the vendor's octets stay as they are
        room = min([*ends, same_block, top]) - last
        return max(0, min(wanted, room // STEP * STEP))

    def _room_below(self, first: int, wanted: int) -> int:
        start = max(spans.free_before(first) for spans in (self._ranges, self._addresses))
        room = first - max(start, first & ~0xFFFFFF)
        return max(0, min(wanted, room // STEP * STEP))
