"""The engine of verdicts: what is heard goes in, in the order of time, and verdicts come out."""

from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from maccord.wire.records import (
    ArpSeen,
    At,
    Batch,
    BundleHeard,
    DhcpSeen,
    Domain,
    LinkHeard,
    MoveLogged,
    NeighbourSeen,
    RedundancyHeard,
    TableChange,
    Told,
    TraitSeen,
)
from maccord.wire.track.bounded import Bounded
from maccord.wire.track.conflict import conflict_verdicts
from maccord.wire.track.ground import Ground, plain_spot
from maccord.wire.track.judge import AddressState, Subject, judge
from maccord.wire.track.loops import Loops, PairKey
from maccord.wire.track.minds import IPS_MAX, runs_on
from maccord.wire.track.owners import Contest
from maccord.wire.track.residence import OBSERVERS_MAX, Move
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Verdict

_GROUP = 1 << 40
_BROADCAST_IPS = {"0.0.0.0", "255.255.255.255", "::"}  # noqa: S104 - addresses as they are printed, nothing listens
_PROXY_MAX = 32
_IDENTS = 8
_FLAPS_MAX = 16
_PXE = "pxeclient"
_CERTAIN = 0.9

AddressKey = tuple[int, Domain, int]
IpKey = tuple[int, Domain, str]


@dataclass(slots=True)
class Counts:
    """How much went through, for metrics."""

    heard: int = 0
    told: int = 0
    moves: int = 0


class Tracker:
    """Follows addresses and IP addresses, each in its domain, in bounded memory."""

    def __init__(self, settings: Settings | None = None, *, ground: Ground | None = None) -> None:
        self.settings = settings or Settings()
        self.ground = ground or Ground(plain_spot)
        self.addresses: Bounded[AddressKey, AddressState] = Bounded(
            self.settings.addresses_max, AddressState, worth=lambda one: one.last_ns > one.first_ns
        )
        self.ips: Bounded[IpKey, Contest] = Bounded(
            self.settings.ips_max, Contest, worth=lambda one: any(claim.claims > 1 for claim in one.whole.claims)
        )
        self.loops = Loops(self.settings)
        self.counts = Counts()
        self.changed: dict[AddressKey | IpKey, None] = {}
        """Whose verdict may be another now, in the order in which that happened; `verdicts_of` asks for it."""
        self.now_ns = 0
        self._proxies: Bounded[AddressKey, set[str]] = Bounded(self.settings.ips_max // 8, set, worth=lambda _: False)
        self._tellers: dict[type, Callable[[int, Told], None]] = {
            ArpSeen: self._arp,
            NeighbourSeen: self._neighbour,
            DhcpSeen: self._dhcp,
            TraitSeen: self._trait,
            TableChange: self._table,
            MoveLogged: self._logged,
            LinkHeard: self._link,
            BundleHeard: self._bundle,
            RedundancyHeard: self._redundancy,
        }

    # What comes in ---------------------------------------------------------------------------------------------

    def hear(self, fabric: int, at: At, domain: Domain, mac: int, time_ns: int) -> None:
        """Note a frame from an address at a port; times may go back a little, as those of several ports do."""
        if not _is_sender(mac):
            return  # no sender has a group address (IEEE 802)
        self.counts.heard += 1
        self.now_ns = max(self.now_ns, time_ns)
        key = (fabric, domain, mac)
        state = self._state(key, time_ns)
        spot = self.ground.spot(at)
        moves = state.residence.hear(at, spot.key, edge=spot.edge, time_ns=time_ns, memory_ns=self.settings.slow_ns)
        if moves:
            self._moved(key, state, moves)

    def tell(self, fabric: int, told: Told) -> None:
        """Note what a packet or a log line says; a frame's source is heard apart from that."""
        self.counts.told += 1
        self.now_ns = max(self.now_ns, told.time_ns)
        self._tellers[type(told)](fabric, told)

    def take(self, fabric: int, batch: Batch) -> None:
        """Take in what a live source gave, in the order of time."""
        for event in events_of(batch):
            self.apply(fabric, event)

    def apply(self, fabric: int, event: "Event") -> None:
        """Take in one event."""
        time_ns, _, at, domain, mac, told = event
        if told is None:
            self.hear(fabric, at, domain, mac, time_ns)
        else:
            self.tell(fabric, told)

    def _state(self, key: AddressKey, time_ns: int) -> AddressState:
        state = self.addresses.ask(key)
        if not state.first_ns:
            state.first_ns = time_ns
        state.last_ns = max(state.last_ns, time_ns)
        return state

    def _moved(self, key: AddressKey, state: AddressState, moves: Iterable[Move]) -> None:
        fabric, domain, mac = key
        places = state.residence.places
        for move in moves:
            self.counts.moves += 1
            state.changed_ns = move.time_ns
            if move.is_odd:
                one, other = sorted((places[move.source].at, places[move.target].at))
                for fresh in self.loops.returned(PairKey(fabric, domain, one, other), mac, move.time_ns):
                    self._change((fabric, domain, fresh))
        for track in state.residence.tracks:
            track.measure(self.settings)
        self._change(key)

    def _change(self, key: AddressKey | IpKey) -> None:
        self.changed[key] = None
        if len(self.changed) > self.settings.addresses_max:
            del self.changed[next(iter(self.changed))]

    # What packets say ------------------------------------------------------------------------------------------

    def _arp(self, fabric: int, told: Told) -> None:
        assert isinstance(told, ArpSeen)
        announced = told.kind == "announcement"
        if told.kind in ("announcement", "probe", "reverse"):
            self._announce(fabric, told, told.source)
        said = told.ip if told.kind not in ("probe", "reverse") else ""
        self._claim(fabric, told, told.mac, said, announced=announced)
        if told.kind == "reply" and told.mac == told.source:
            self._answer(fabric, told, told.mac, told.ip, told.target_mac)

    def _neighbour(self, fabric: int, told: Told) -> None:
        assert isinstance(told, NeighbourSeen)
        announced = told.kind == "announcement"
        if announced or told.kind == "probe":
            self._announce(fabric, told, told.source)
        if told.kind not in ("probe", "router"):
            self._claim(fabric, told, told.mac, told.ip, announced=announced)

    def _claim(self, fabric: int, told: ArpSeen | NeighbourSeen, mac: int, ip: str, *, announced: bool) -> None:
        if not ip or ip in _BROADCAST_IPS or not _is_sender(mac) or told.source != mac:
            return  # what somebody says of another's address is hearsay
        if told.source == mac:
            state = self.addresses.get((fabric, told.domain, mac))
            if state is not None:
                minds = state.minds_at(told.at.observer)
                minds.claim(ip, told.time_ns)
                place = state.residence.place_of(self.ground.spot(told.at).key)
                if place is not None and (ip in place.ips or len(place.ips) < IPS_MAX):
                    place.ips[ip] = told.time_ns
                if len(minds.turns) > 2 or len(minds.link_local) > 2 or len(state.residence.places) > 1:
                    self._change((fabric, told.domain, mac))
        known = self._proxies.ask((fabric, told.domain, mac))
        if len(known) <= _PROXY_MAX:
            known.add(ip)
        if len(known) > _PROXY_MAX:
            return  # it answers for many: proxy ARP, or a router with its own addresses
        key = (fabric, told.domain, ip)
        contest = self.ips.ask(key)
        for owners in contest.seen_at(told.at.observer):
            owners.claim(mac, told.at, told.time_ns, announced=announced, line=told.line)
        if len(contest.whole.claims) > 1:
            self._change(key)

    def _answer(self, fabric: int, told: ArpSeen, mac: int, ip: str, asker: int) -> None:
        contest = self.ips.get((fabric, told.domain, ip))
        if contest is not None:
            for owners in contest.seen_at(told.at.observer):
                if any(one.mac == mac for one in owners.claims):
                    owners.answer(mac, asker, told.time_ns)

    def _announce(self, fabric: int, told: Told, mac: int) -> None:
        state = self.addresses.get((fabric, told.domain, mac))
        spot = self.ground.spot(told.at)
        if state is None:  # the frame itself is heard after what it says
            state = self._state((fabric, told.domain, mac), told.time_ns)
        if state.residence.place_of(spot.key) is None:
            state.residence.expect(told.at, spot.key, edge=spot.edge, time_ns=told.time_ns)
        state.residence.announce(spot.key, told.time_ns)

    def _dhcp(self, fabric: int, told: Told) -> None:
        assert isinstance(told, DhcpSeen)
        if told.from_server or told.client is None or told.client != told.source:
            return  # a relayed message has the relay's source
        if told.vendor_class.casefold().startswith(_PXE) or told.message not in ("request", "renew"):
            return  # firmware and the system that it starts are two clients of one machine
        state = self.addresses.get((fabric, told.domain, told.client))
        if state is not None:
            state.minds_at(told.at.observer).name(told.client_id, told.host_name, told.time_ns)
            self._change((fabric, told.domain, told.client))

    def _trait(self, fabric: int, told: Told) -> None:
        assert isinstance(told, TraitSeen)
        state = self.addresses.get((fabric, told.domain, told.source))
        if state is None:
            return
        minds = state.minds_at(told.at.observer)
        minds.sample(told.ip, told.time_ns, told.hops, told.clock)
        place = state.residence.place_of(self.ground.spot(told.at).key)
        if place is None or told.ident is None:
            return
        others = [
            one
            for one in state.residence.places
            if one is not place and one.idents and one.at.observer == told.at.observer
        ]
        if others:
            minds.tried += 1
            minds.runs += any(runs_on(one.idents, told.time_ns, told.ident) for one in others)
        place.idents.append((told.time_ns, told.ident))
        del place.idents[:-_IDENTS]

    # What devices say ------------------------------------------------------------------------------------------

    def _table(self, fabric: int, told: Told) -> None:
        assert isinstance(told, TableChange)
        if told.change == "learned":
            self.hear(fabric, told.at, told.domain, told.mac, told.time_ns)
        elif told.change == "aged":
            state = self.addresses.get((fabric, told.domain, told.mac))
            if state is not None:
                state.residence.age(told.at, self.ground.spot(told.at).key, told.time_ns)

    def _logged(self, fabric: int, told: Told) -> None:
        assert isinstance(told, MoveLogged)
        if told.kind == "ip":
            self._logged_ip(fabric, told)
        if told.mac is None or told.kind in ("ip", "pinned", "team"):
            return
        key = (fabric, told.domain, told.mac)
        state = self._state(key, told.time_ns)
        state.changed_ns = told.time_ns
        if told.kind in ("move", "flap"):
            for port in _steps(told):
                self.hear(fabric, At(told.at.observer, port), told.domain, told.mac, told.time_ns)
        elif told.kind == "duplicate":
            _note(state.told, told.at.observer, told.message or "duplicate address")
            for port in told.ports or (told.at.port,):
                self.hear(fabric, At(told.at.observer, port), told.domain, told.mac, told.time_ns)
        else:
            who = told.at.observer or "a device"
            _note(state.own, told.at.observer, f"{who} received its own address as a source")
            self.hear(fabric, told.at, told.domain, told.mac, told.time_ns)
        self._change(key)

    def _logged_ip(self, fabric: int, told: MoveLogged) -> None:
        if not told.ip:
            return
        key = (fabric, told.domain, told.ip)
        for owners in self.ips.ask(key).seen_at(told.at.observer):
            owners.told = told.message or owners.told  # without a mnemonic it is a host that watches, not the owner
            for mac in (told.other_mac, told.mac):
                if mac is not None and _is_sender(mac):
                    owners.claim(mac, told.at, told.time_ns, announced=False, line=told.line)
        self._change(key)

    def _link(self, fabric: int, told: Told) -> None:
        del fabric
        assert isinstance(told, LinkHeard)
        self.ground.hear_link(told)

    def _bundle(self, fabric: int, told: Told) -> None:
        del fabric
        assert isinstance(told, BundleHeard)
        self.ground.hear_bundle(told)

    def _redundancy(self, fabric: int, told: Told) -> None:
        del fabric, told

    # What comes out --------------------------------------------------------------------------------------------

    def verdicts_of(self, key: AddressKey | IpKey) -> list[Verdict]:
        """Return the verdicts on one address or one IP address; what circles in a loop has none of its own."""
        fabric, domain, what = key
        if isinstance(what, str):
            return self._conflicts((fabric, domain, what))
        return [one for one in self._judged((fabric, domain, what)) if not self._circles(what, one)]

    def _judged(self, key: AddressKey) -> list[Verdict]:
        state = self.addresses.get(key)
        return [] if state is None else judge(Subject(*key), state, self.ground, self.settings)

    def _conflicts(self, key: IpKey) -> list[Verdict]:
        contest = self.ips.get(key)
        return conflict_verdicts(*key, contest, self.settings) if contest is not None else []

    def _circles(self, mac: int, found: Verdict) -> bool:
        """Tell whether a verdict is that of one address of a loop: its own identity does not contradict itself."""
        if not _may_circle(found):
            return False
        ports = {one.at for one in found.posts}
        return any(
            pair.fabric == found.fabric
            and pair.domain == found.domain
            and mac in state.looping
            and _posts(pair) <= ports
            for pair, state in self.loops.pairs.items()
            if state.looping
        )

    def loop_verdicts(self) -> Iterator[Verdict]:
        """Yield the verdict on each pair of ports that is part of a loop."""
        for key, pair in self.loops.pairs.items():
            if len(pair.looping) < self.settings.loop_addresses or self.ground.one_host(key.one, key.other):
                continue
            macs = [mac for mac in pair.looping if self._is_circling(key, mac)]
            if len(macs) >= self.settings.loop_addresses:
                yield self.loops.verdict(key, pair, macs)

    def _is_circling(self, key: PairKey, mac: int) -> bool:
        return all(
            _may_circle(one)
            for one in self._judged((key.fabric, key.domain, mac))
            if _posts(key) <= {post.at for post in one.posts}
        )

    def forget(self, key: AddressKey | IpKey) -> None:
        """Forget what was held against an address or IP address, once its incident is closed."""
        fabric, domain, what = key
        if isinstance(what, str):
            contest = self.ips.get((fabric, domain, what))
            if contest is not None:
                contest.forget()
            return
        state = self.addresses.get((fabric, domain, what))
        if state is not None:
            state.residence.forget()
            state.minds, state.told, state.own = {}, {}, {}

    def forget_loop(self, verdict: Verdict) -> None:
        """Forget a loop, once its incident is closed."""
        for key in [key for key, pair in self.loops.pairs.items() if pair.looping and _posts(key) == _ports(verdict)]:
            del self.loops.pairs[key]

    def all_verdicts(self) -> list[Verdict]:
        """Return every verdict there is, in the order of their subjects."""
        keys: list[AddressKey | IpKey] = [key for key, _ in self.addresses.items()]
        keys += [key for key, _ in self.ips.items()]
        found = [verdict for key in keys for verdict in self.verdicts_of(key)]
        found += self.loop_verdicts()
        return sorted(found, key=lambda one: (one.fabric, one.domain, one.kind, one.macs, one.ip, one.places))


Event = tuple[int, int, At, Domain, int, Told | None]
"""Time, whether heard (0) or told (1), port, domain, address, and what was told."""


def events_of(batch: Batch) -> list[Event]:
    """Return what a batch holds, in the order of time; of one moment what was heard comes first."""
    events: list[Event] = []
    for one in batch.presences:
        times = array("q")
        times.frombytes(one.times[: len(one.times) // 8 * 8])
        events += [(time_ns, 0, one.at, one.domain, one.mac, None) for time_ns in times]
    events += [(one.time_ns, 1, one.at, one.domain, -1, one) for one in batch.told]
    return sorted(events, key=lambda event: event[:5])


def _posts(key: PairKey) -> set[At]:
    return {key.one, key.other}


def _ports(verdict: Verdict) -> set[At]:
    return {one.at for one in verdict.posts}


def _is_sender(mac: int) -> bool:
    return 0 < mac < 1 << 48 and not mac & _GROUP


def _may_circle(found: Verdict) -> bool:
    certain = found.kind == "duplicate" and found.certainty > _CERTAIN
    return found.kind in ("duplicate", "unexplained", "moved") and not certain


def _note(notes: dict[str, str], observer: str, text: str) -> None:
    if observer in notes or len(notes) < OBSERVERS_MAX:
        notes[observer] = text


def _steps(told: MoveLogged) -> list[str]:
    """Return the ports that a log line leads an address through: once, or as often to and fro as it counts."""
    ports = list(told.ports) or ([told.at.port] if told.at.port else [])
    if len(ports) < 2 or (told.kind == "move" and told.count < 2):
        return ports
    if not told.count:
        return [*ports, ports[0]]
    return [ports[step % len(ports)] for step in range(min(told.count, _FLAPS_MAX) + 1)]
