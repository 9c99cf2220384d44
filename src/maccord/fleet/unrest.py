"""What moves or contradicts itself on the wire, over all evidence of an estate: captures, logs, tables over time.

The records of all devices are brought into one order of time and fed to the engine of verdicts (`wire/track/`), each in
the network of its device. Of an address that was only ever at one place the first and the last moment are enough.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from heapq import merge

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import Place, PresenceSeen, SightingSeen, WireSeen
from maccord.fleet.misplaced import misplaced
from maccord.fleet.places import Places
from maccord.fleet.records import Unrest
from maccord.wire.records import PLAIN, At, Domain, LinkHeard, MoveLogged, TableChange, Told
from maccord.wire.track import FAULTS, Ground, Settings, Spot, Tracker, Verdict

_ADDRESSES_MAX = 1_000_000
_NS = 1_000_000_000
_LINES = "\n"
_HEARD, _TOLD = 0, 1

_Event = tuple[int, int, int, At, Domain, int, Told | None]
"""Time, whether heard or told, fabric, port, domain, address, and what was told. Of one moment what was heard comes
first, so that what is said of an address finds it."""


def unrest(hosts: Sequence[HostRecords], wires: Sequence[int], places: Places) -> list[Unrest]:
    """Return one row for each place of each fault that the wire shows; the order of files changes nothing."""
    seen = _Seen(hosts, wires)
    if not seen.any:
        return []
    ground = Ground(partial(_spot, seen.numbers, places))
    tracker = Tracker(Settings(addresses_max=_ADDRESSES_MAX, ips_max=_ADDRESSES_MAX), ground=ground)
    for fabric, told in seen.links():
        tracker.tell(fabric, told)
    for time_ns, _, fabric, at, domain, mac, told_or_none in seen.events(ground):
        if told_or_none is None:
            tracker.hear(fabric, at, domain, mac, time_ns)
        else:
            tracker.tell(fabric, told_or_none)
    verdicts = misplaced(tracker.all_verdicts(), hosts, wires, seen.presences(), lambda at: ground.spot(at).station)
    faults = [one for one in verdicts if one.kind in FAULTS]
    return list(_rows(faults, seen))


class _Seen:
    """What the devices of an estate saw, by kind."""

    def __init__(self, hosts: Sequence[HostRecords], wires: Sequence[int]) -> None:
        self.numbers = {name: number for number, host in enumerate(hosts) for name in _names(host)}
        self._fabrics = {name: wires[number] for name, number in self.numbers.items()}
        self._presences = [one for host in hosts for one in host.of(PresenceSeen)]
        self._told = [one for host in hosts for one in host.of(WireSeen)]
        captured = {one.place.file for one in self._presences} | {one.place.file for one in self._told}
        self._rows = [one for host in hosts for one in host.of(SightingSeen) if one.place.file not in captured]
        self.any = bool(self._presences or self._told) or any(one.seen_at for one in self._rows)

    def fabric(self, host: str) -> int:
        """Return the number of a device's network."""
        return self._fabrics.get(host, 0)

    def presences(self) -> Iterator[tuple[int, PresenceSeen]]:
        """Yield what captures heard, each with the number of its network."""
        return ((self.fabric(one.host), one) for one in self._presences)

    def links(self) -> Iterator[tuple[int, Told]]:
        """Yield what devices say of themselves: it holds for the whole of the evidence."""
        for one in self._told:
            if isinstance(one.told, LinkHeard):
                yield self.fabric(one.host), one.told

    def events(self, ground: Ground) -> Iterator[_Event]:
        """Yield everything in the order of time."""
        yield from merge(self._heard(ground), self._said(), self._listed(), key=_order)

    def _heard(self, ground: Ground) -> Iterator[_Event]:
        spots: dict[tuple[int, Domain, int], set[str]] = defaultdict(set)
        for one in self._presences:
            presence = one.presence
            spots[self.fabric(one.host), presence.domain, presence.mac].add(ground.spot(presence.at).key)
        for said in self._told:
            told = said.told
            if isinstance(told, TableChange | MoveLogged) and told.mac is not None:
                spots[self.fabric(said.host), told.domain, told.mac].add(ground.spot(told.at).key)
        streams = []
        ends = []
        for one in self._presences:
            presence, fabric = one.presence, self.fabric(one.host)
            event = (fabric, presence.at, presence.domain, presence.mac, None)
            if len(spots[fabric, presence.domain, presence.mac]) > 1:
                streams.append(_each(_times(presence.times), event))
            else:
                ends += [(time, _HEARD, *event) for time in sorted({presence.first_ns, presence.last_ns})]
        yield from merge(sorted(ends, key=_order), *streams, key=_order)

    def _said(self) -> Iterator[_Event]:
        told = (
            (one.told.time_ns, _TOLD, self.fabric(one.host), one.told.at, one.told.domain, _mac(one.told), one.told)
            for one in self._told
            if not isinstance(one.told, LinkHeard)
        )
        yield from sorted(told, key=lambda event: (_order(event), _line(event[-1])))

    def _listed(self) -> Iterator[_Event]:
        """Yield rows of address tables that say when they were so: two snapshots of one switch are two moments."""
        found = []
        for one in self._rows:
            time = _moment(one.seen_at) if one.kind == "dynamic" and one.port else 0
            if time:
                domain = Domain((one.vlan,)) if one.vlan else PLAIN
                found.append((time, _HEARD, self.fabric(one.host), At(one.host, one.port), domain, one.mac, None))
        yield from sorted(found, key=_order)

    def places_of(self, verdicts: Iterable[Verdict]) -> dict[tuple[At, Domain, int], Place]:
        """Return where the evidence of each address at each port of some verdicts stands first."""
        wanted = {(post.at, one.domain, mac) for one in verdicts for post in one.posts for mac in one.macs}
        found: dict[tuple[At, Domain, int], tuple[int, Place]] = {}

        def note(at: At, domain: Domain, mac: int | None, time_ns: int, place: Place) -> None:
            key = (at, domain, mac if mac is not None else -1)
            if key in wanted and (key not in found or (time_ns, place) < found[key]):
                found[key] = (time_ns, place)

        for one in self._presences:
            note(one.presence.at, one.presence.domain, one.presence.mac, one.presence.first_ns, one.place)
        for said in self._told:
            told = said.told
            ports = told.ports if isinstance(told, MoveLogged) else ()
            for at in {told.at, *(At(told.at.observer, port) for port in ports)}:
                for mac in {_mac(told), told.other_mac if isinstance(told, MoveLogged) else None}:
                    note(at, told.domain, mac, told.time_ns, said.place)
        for row in self._rows:
            domain = Domain((row.vlan,)) if row.vlan else PLAIN
            note(At(row.host, row.port), domain, row.mac, _moment(row.seen_at), row.place)
        return {key: place for key, (_, place) in found.items()}


def _names(host: HostRecords) -> set[str]:
    """Return every spelling of a host's name that its records have."""
    presences, told, rows = host.of(PresenceSeen), host.of(WireSeen), host.of(SightingSeen)
    return {host.name, *(one.host for one in presences), *(one.host for one in told), *(one.host for one in rows)}


def _spot(numbers: dict[str, int], places: Places, at: At) -> Spot:
    number = numbers.get(at.observer)
    if number is None:
        return Spot(f"{at.observer}\x1f{at.port}")
    nowhere = SightingSeen(host=at.observer, place=Place("", ""), mac=0, kind="dynamic", port=at.port)
    spot = places.spot(number, nowhere)
    key = f"{at.observer}\x1f" if spot is None else str(spot)
    return Spot(key, places.edge(number, nowhere), places.station(number, at.port))


def _times(packed: bytes) -> "array[int]":
    times = array("q")
    times.frombytes(packed[: len(packed) // 8 * 8])
    return times


def _each(times: "array[int]", event: tuple[int, At, Domain, int, None]) -> Iterator[_Event]:
    for time in times:
        yield (time, _HEARD, *event)


def _order(event: _Event) -> tuple[object, ...]:
    return event[:6]


def _mac(told: Told) -> int:
    for name in ("source", "mac"):
        value = getattr(told, name, None)
        if isinstance(value, int):
            return value
    return -1


def _line(told: Told | None) -> int:
    return told.line if told is not None else 0


def _moment(text: str) -> int:
    """Return an ISO 8601 moment in nanoseconds; 0 for none. What names no zone is in UTC."""
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return 0
    if moment is None:
        return 0
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * _NS + moment.microsecond * 1000


def spelled_ns(time_ns: int) -> str:
    """Return a moment in ISO 8601, UTC, to the millisecond; nothing for one that nobody told."""
    if not 0 < time_ns < 253_402_300_800 * _NS:
        return ""
    moment = datetime.fromtimestamp(time_ns // _NS, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{time_ns // 1_000_000 % 1000:03}Z"


def _whole(number: int) -> int:
    """Return a number that a column can hold: tables of another site may tell any."""
    return min(max(number, 0), (1 << 63) - 1)


def _rows(faults: Sequence[Verdict], seen: _Seen) -> Iterator[Unrest]:
    stands = seen.places_of(faults)
    number = 0
    for fault, one in enumerate(faults):
        for post in one.posts:
            for mac in one.macs if one.kind == "loop" else (post.mac if post.mac is not None else one.macs[0],):
                place = stands.get((post.at, one.domain, mac))
                host = seen.numbers.get(post.at.observer)
                if place is None or host is None:
                    continue
                yield Unrest(
                    id=number,
                    host_id=host,
                    domain=one.fabric,
                    fault=fault,
                    kind=one.kind,
                    mac=one.macs[0],
                    wears=mac,
                    vlan=_whole(one.domain.vlan),
                    tunnel=one.domain.tunnel,
                    network=_whole(one.domain.network),
                    port=post.at.port,
                    edge=post.edge,
                    ip=one.ip or ", ".join(post.ips),
                    first_seen=spelled_ns(post.first_ns),
                    last_seen=spelled_ns(post.last_ns),
                    visits=post.visits,
                    held_ms=post.held_ns // 1_000_000,
                    began=spelled_ns(one.first_ns),
                    ended=spelled_ns(one.last_ns),
                    moves=one.moves,
                    fast=one.fast,
                    returns=one.returns,
                    certainty=round(one.certainty * 100),
                    reasons=_LINES.join(one.reasons),
                    undecided=_LINES.join(one.undecided),
                    seen_by=_LINES.join(one.seen_by),
                    file=place.file,
                    place=place.at,
                )
                number += 1
