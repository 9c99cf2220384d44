"""Where ports lead: which are one place, which lead to end stations, and which lead to one host.

Callers that know the network tell it by `Spot`; whatever devices say of themselves on the wire is added: a neighbour
that is a bridge makes its port transit (IEEE 802.1AB), and ports at which one chassis is heard, or one LACP system with
one key (IEEE 802.1AX), lead to one host.
"""

from collections.abc import Callable

from msgspec import Struct

from maccord.wire.records import At, BundleHeard, LinkHeard

_KNOWN_MAX = 65_536
_BRIDGES = {"bridge", "repeater", "wlan"}


class Spot(Struct, frozen=True, gc=False):
    """A place: `key` is equal for ports that are one, such as those of an aggregate or an MLAG pair.

    `edge` tells whether end stations are behind it (None: nobody says), `station` names the host at the other end,
    where it is known.
    """

    key: str
    edge: bool | None = None
    station: str = ""


def plain_spot(at: At) -> Spot:
    """Return the place of a port of which nothing is known."""
    return Spot(f"{at.observer}\x1f{at.port}")


class Ground:
    """What is known of ports; `where` is asked once for each port."""

    def __init__(self, where: Callable[[At], Spot] = plain_spot) -> None:
        self._where = where
        self._spots: dict[At, Spot] = {}
        self._stations: dict[At, str] = {}
        self._bundles: dict[At, str] = {}
        self._bridged: set[At] = set()

    def spot(self, at: At) -> Spot:
        """Return the place that a port is."""
        known = self._spots.get(at)
        if known is None:
            known = self._where(at)
            if len(self._spots) < _KNOWN_MAX:
                self._spots[at] = known
        if known.edge is None and at in self._bridged:
            return Spot(known.key, edge=False, station=known.station)
        return known

    def hear_link(self, heard: LinkHeard) -> None:
        """Note who says to be at the other end of a port's cable."""
        if len(self._stations) >= _KNOWN_MAX and heard.at not in self._stations:
            return
        self._stations[heard.at] = heard.system or heard.chassis
        if _BRIDGES & set(heard.capabilities):
            self._bridged.add(heard.at)

    def hear_bundle(self, heard: BundleHeard) -> None:
        """Note which link aggregate a port's other end belongs to."""
        if len(self._bundles) < _KNOWN_MAX or heard.at in self._bundles:
            self._bundles[heard.at] = f"{heard.system:012x}.{heard.key}"

    def one_host(self, one: At, other: At) -> str:
        """Return what shows that two ports lead to one end station, or nothing."""
        mine, theirs = self.spot(one), self.spot(other)
        if mine.edge is False or theirs.edge is False:
            return ""
        if mine.station and mine.station == theirs.station:
            return f"both ports lead to {mine.station}"
        bundle = self._bundles.get(one)
        if bundle and bundle == self._bundles.get(other):
            return "the host offers a link aggregate over both ports (LACP)"
        station = self._stations.get(one)
        if station and station == self._stations.get(other) and not {one, other} & self._bridged:
            return f"{station} is the neighbour at both ports (LLDP or CDP)"
        return ""

    def dump(self) -> list[tuple[At, str, str, bool]]:
        """Return what was heard, for a state on disk."""
        told = {*self._stations, *self._bundles}
        return [(at, self._stations.get(at, ""), self._bundles.get(at, ""), at in self._bridged) for at in sorted(told)]

    def load(self, told: list[tuple[At, str, str, bool]]) -> None:
        """Take in what an earlier run had heard."""
        for at, station, bundle, bridged in told[:_KNOWN_MAX]:
            if station:
                self._stations[at] = station
            if bundle:
                self._bundles[at] = bundle
            if bridged:
                self._bridged.add(at)
