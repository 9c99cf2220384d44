"""Many addresses that move to and fro between the same two ports at once: frames that circle.

In a loop a switch hears one frame at two ports, so whoever sends seems to sit at both. A port that fails over takes all
its addresses along once; in a loop they come back within moments.

Source: IEEE 802.1Q, annex on bridge loops; Cisco, "Troubleshoot MAC Address Flap Notification Error".
"""

from collections import OrderedDict

from msgspec import Struct

from maccord.wire.records import At, Domain
from maccord.wire.track.settings import SECOND_NS, Settings
from maccord.wire.track.verdict import Post, Verdict

_PAIRS_MAX = 4096
_ADDRESSES_MAX = 1024
_SHOWN = 256


class PairKey(Struct, frozen=True, gc=False):
    """Two ports in one domain."""

    fabric: int
    domain: Domain
    one: At
    other: At


class Pair(Struct):
    """Addresses that came back over a pair of ports: when each did last, and how often."""

    back: dict[int, tuple[int, int]]
    looping: dict[int, int]
    """Addresses that were part of the loop, with how often they came back."""
    first_ns: int = 0
    last_ns: int = 0


class Loops:
    """Pairs of ports between which addresses come and go."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.pairs: OrderedDict[PairKey, Pair] = OrderedDict()

    def returned(self, key: PairKey, mac: int, time_ns: int) -> set[int]:
        """Note that an address came back; return the addresses that circle, where this makes it a loop."""
        pair = self.pairs.get(key)
        if pair is None:
            pair = self.pairs[key] = Pair({}, {})
            while len(self.pairs) > _PAIRS_MAX:
                self.pairs.popitem(last=False)
        self.pairs.move_to_end(key)
        count = pair.back.pop(mac, (0, 0))[1] + 1
        pair.back[mac] = (time_ns, count)
        since = time_ns - self._settings.loop_s * SECOND_NS
        while len(pair.back) > _ADDRESSES_MAX or next(iter(pair.back.values()))[0] < since:
            pair.back.pop(next(iter(pair.back)))
        if len(pair.back) < self._settings.loop_addresses:
            return set()
        pair.first_ns = pair.first_ns or min(time for time, _ in pair.back.values())
        pair.last_ns = time_ns
        fresh = set(pair.back) - pair.looping.keys()
        for one in pair.back:
            if one in pair.looping or len(pair.looping) < _ADDRESSES_MAX:
                pair.looping[one] = pair.looping.get(one, 0) + 1
        return fresh

    def verdict(self, key: PairKey, pair: Pair, macs: list[int]) -> Verdict:
        """Return the verdict on a pair of ports over which some addresses circle."""
        posts = tuple(Post(at, pair.first_ns, pair.last_ns, 0, 0) for at in (key.one, key.other))
        return Verdict(
            kind="loop",
            fabric=key.fabric,
            domain=key.domain,
            macs=tuple(sorted(macs)[:_SHOWN]),
            posts=posts,
            first_ns=pair.first_ns,
            last_ns=pair.last_ns,
            moves=sum(pair.looping.get(mac, 0) for mac in macs),
            reasons=(f"{len(macs)} addresses come and go between the same two ports within {self._settings.loop_s} s",),
            undecided=(
                "Two hosts with cloned machines, or one with many machines on a team, look alike: exports would tell.",
            ),
            seen_by=(
                "spanning tree (IEEE 802.1D, 802.1Q): it would have blocked one of the ports, if it ran on both",
                "Cisco IOS MACFLAP_NOTIF, Junos global-mac-move (50 in 1 s): yes, if frames circle fast enough",
            ),
            certainty=0.85,
        )
