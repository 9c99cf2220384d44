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
from maccord.wire.track.conflict import conflict_verdict
from maccord.wire.track.ground import Ground, plain_spot
from maccord.wire.track.judge import AddressState, Subject, judge
from maccord.wire.track.loops import Loops, PairKey
from maccord.wire.track.minds import IPS_MAX, Minds, runs_on
from maccord.wire.track.owners import Owners
from maccord.wire.track.residence import Move
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Verdict

_GROUP = 1 << 40
_BROADCAST_IPS = {"0.0.0.0", "255.255.255.255", "::"}  # noqa: S104 - addresses as they are printed, nothing listens
_PROXY_MAX = 32
_IDENTS = 8
_FLAPS_MAX = 16
_PXE = "pxeclient"

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
        self.ips: Bounded[IpKey, Owners] = Bounded(
            self.settings.ips_max, Owners, worth=lambda one: any(claim.claims > 1 for claim in one.claims)
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
        if mac & _GROUP or mac == 0:
            return  # no sender has a group address (IEEE 802)
        self.counts.heard += 1
        self.now_ns = max(self.now_ns, time_ns)
        key = (fabric, domain, mac)
        state = self._state(key, time_ns)
        spot = self.ground.spot(at)
        moves = state.residence.hear(
            at, spot.key, edge=spot.edge, time_ns=time_ns, memory_ns=self.settings.slow_ns
        )
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
        if announced or told.kind == "probe":
            self._announce(fabric, told, told.source)
        self._claim(fabric, told, told.mac, told.ip if told.kind != "probe" else "", announced=announced)
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
        if not ip or ip in _BROADCAST_IPS or mac & _GROUP or mac == 0:
            return
        if told.source == mac:
            state = self.addresses.get((fabric, told.domain, mac))
            if state is not None:
                state.minds.claim(ip, told.time_ns)
                place = state.residence.place_of(self.ground.spot(told.at).key)
                if place is not None and (ip in place.ips or len(place.ips) < IPS_MAX):
                    place.ips[ip] = told.time_ns
                if len(state.minds.turns) > 2 or len(state.residence.places) > 1:
                    self._change((fabric, told.domain, mac))
        known = self._proxies.ask((fabric, told.domain, mac))
        if len(known) <= _PROXY_MAX:
            known.add(ip)
        if len(known) > _PROXY_MAX:
            return  # it answers for many: proxy ARP, or a router with its own addresses
        key = (fabric, told.domain, ip)
        owners = self.ips.ask(key)
        owners.claim(mac, told.at, told.time_ns, announced=announced, line=told.line)
        if len(owners.claims) > 1:
            self._change(key)

    def _answer(self, fabric: int, told: ArpSeen, mac: int, ip: str, asker: int) -> None:
        owners = self.ips.get((fabric, told.domain, ip))
        if owners is not None and any(one.mac == mac for one in owners.claims):
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
            state.minds.name(told.client_id, told.host_name, told.time_ns)
            self._change((fabric, told.domain, told.client))

    def _trait(self, fabric: int, told: Told) -> None:
        assert isinstance(told, TraitSeen)
        state = self.addresses.get((fabric, told.domain, told.source))
        if state is None:
            return
        state.minds.sample(told.ip, told.time_ns, told.hops, told.clock)
        place = state.residence.place_of(self.ground.spot(told.at).key)
        if place is None or told.ident is None:
            return
        others = [one for one in state.residence.places if one is not place and one.idents]
        if others:
            state.minds.tried += 1
            state.minds.runs += any(runs_on(one.idents, told.time_ns, told.ident) for one in others)
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
            state.told = told.message or "duplicate address"
            for port in told.ports or ((told.at.port,) if told.at.port else ()):
                self.hear(fabric, At(told.at.observer, port), told.domain, told.mac, told.time_ns)
        else:
            state.own = f"{told.at.observer or 'a device'} received its own address as a source"
            self.hear(fabric, told.at, told.domain, told.mac, told.time_ns)
        self._change(key)

    def _logged_ip(self, fabric: int, told: MoveLogged) -> None:
        if not told.ip:
            return
        key = (fabric, told.domain, told.ip)
        owners = self.ips.ask(key)
        owners.told = told.message or "duplicate IP address"
        for mac in (told.other_mac, told.mac):
            if mac is not None and not mac & _GROUP:
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

    def verdict(self, key: AddressKey | IpKey) -> Verdict | None:
        """Return the verdict on one address or one IP address; what circles in a loop has none of its own."""
        fabric, domain, what = key
        if isinstance(what, str):
            owners = self.ips.get((fabric, domain, what))
            return conflict_verdict(fabric, domain, what, owners, self.settings) if owners is not None else None
        state = self.addresses.get((fabric, domain, what))
        if state is None:
            return None
        found = judge(Subject(fabric, domain, what), state, self.ground, self.settings)
        if found is not None and found.kind in ("duplicate", "unexplained", "moved") and self._circles(key, found):
            return None
        return found

    def _circles(self, key: AddressKey, found: Verdict) -> bool:
        """Tell whether an address is one of those of a loop: its own identity does not contradict itself."""
        fabric, domain, mac = key
        if found.certainty > 0.9 and found.kind == "duplicate":
            return False
        return any(
            pair.fabric == fabric and pair.domain == domain and mac in state.looping
            for pair, state in self.loops.pairs.items()
        )

    def loop_verdicts(self) -> Iterator[Verdict]:
        """Yield the verdict on each pair of ports that is part of a loop."""
        for key, pair in self.loops.pairs.items():
            macs = [mac for mac in pair.looping if self._is_circling((key.fabric, key.domain, mac))]
            if len(macs) >= self.settings.loop_addresses and not self.ground.one_host(key.one, key.other):
                yield self.loops.verdict(key, pair, macs)

    def _is_circling(self, key: AddressKey) -> bool:
        fabric, domain, mac = key
        state = self.addresses.get(key)
        if state is None:
            return True
        found = judge(Subject(fabric, domain, mac), state, self.ground, self.settings)
        return found is None or found.kind in ("unexplained", "moved") or (
            found.kind == "duplicate" and found.certainty <= 0.9
        )

    def forget(self, key: AddressKey | IpKey) -> None:
        """Forget what was held against an address or IP address, once its incident is closed."""
        fabric, domain, what = key
        if isinstance(what, str):
            owners = self.ips.get((fabric, domain, what))
            if owners is not None:
                owners.forget()
            return
        state = self.addresses.get((fabric, domain, what))
        if state is not None:
            state.residence.forget()
            state.minds, state.told, state.own = Minds(), "", ""

    def forget_loop(self, verdict: Verdict) -> None:
        """Forget a loop, once its incident is closed."""
        for key in [key for key, pair in self.loops.pairs.items() if pair.looping and _posts(key) == _ports(verdict)]:
            del self.loops.pairs[key]

    def all_verdicts(self) -> list[Verdict]:
        """Return every verdict there is, in the order of their subjects."""
        keys: list[AddressKey | IpKey] = [key for key, _ in self.addresses.items()]
        keys += [key for key, _ in self.ips.items()]
        found = [verdict for key in keys if (verdict := self.verdict(key)) is not None]
        found += self.loop_verdicts()
        return sorted(found, key=lambda one: (one.fabric, one.domain, one.kind, one.macs, one.ip, one.posts))


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


def _steps(told: MoveLogged) -> list[str]:
    """Return the ports that a log line leads an address through: once, or as often to and fro as it counts."""
    ports = list(told.ports) or ([told.at.port] if told.at.port else [])
    if told.kind == "move" or len(ports) < 2:
        return ports
    if not told.count:
        return [*ports, ports[0]]
    return [ports[step % len(ports)] for step in range(min(told.count, _FLAPS_MAX) + 1)]
