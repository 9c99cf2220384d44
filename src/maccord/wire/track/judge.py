"""The order of proof for an address that moves, or that two machines seem to wear.

1. A protocol's virtual address (VRRP, HSRP, CARP, GLBP, NLB) moves by design.
2. Both ports lead to one host: a team whose switch ports are no link aggregate.
3. It moved and stayed: a migration or a failover, announced or not.
4. Many addresses move to and fro between the same two ports at once: a loop (decided in `loops.py`).
5. Two owners: too many moves, or moves back that a migration does not make, or contradicting identities.
6. Otherwise it is unknown, and said so.
"""

from collections.abc import Iterator, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from maccord.mac.blocks import block_of
from maccord.wire.records import At, Domain
from maccord.wire.track.detectors import most_within, seen_by
from maccord.wire.track.ground import Ground
from maccord.wire.track.minds import Minds
from maccord.wire.track.residence import EDGES, MOVES_MAX, OBSERVERS_MAX, Move, Residence, Track
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Kind, Post, Verdict

_IPS_SHOWN = 8
_LAG_OR_CLONE = (
    "The same IP address is used at both ports: an inventory, or LLDP of the two ports, would tell a team without link "
    "aggregation from a full clone."
)
_INVENTORY = "Exports of the hosts at the two ports would tell whose address it is, and how it was copied."


class AddressState(Struct):
    """All that is remembered of one address in one domain."""

    residence: Residence = field(default_factory=Residence)
    minds: dict[str, Minds] = field(default_factory=dict)
    """Signs of who stands behind it, by the observer who saw them."""
    told: dict[str, str] = field(default_factory=dict)
    """Devices' own judgements that the address is there twice."""
    own: dict[str, str] = field(default_factory=dict)
    """Devices' complaints that they received their own address from elsewhere."""
    first_ns: int = 0
    last_ns: int = 0
    changed_ns: int = 0
    """When something last happened that a verdict may turn on."""

    def minds_at(self, observer: str) -> Minds:
        """Return the signs that an observer saw, of so many observers."""
        known = self.minds.get(observer)
        if known is None:
            known = Minds()
            if len(self.minds) < OBSERVERS_MAX:
                self.minds[observer] = known
        return known


class Subject(Struct, frozen=True):
    """Whose verdict it is."""

    fabric: int
    domain: Domain
    mac: int


class _View(Struct):
    """What one observer saw of an address, or all of them at edge ports: places, motion, signs, complaints."""

    observer: str
    places: list[int]
    minds: Minds
    track: Track | None
    times: list[int]
    fast: int
    returns: list[Move]
    pair: tuple[int, int] | None


def judge(subject: Subject, state: AddressState, ground: Ground, settings: Settings) -> list[Verdict]:
    """Return the verdicts on an address: one for each fault, whoever saw it, as far as there is anything to say."""
    found = []
    for view in _views(state, settings):
        verdict = _judged(subject, state, view, ground, settings)
        if verdict is not None:
            found.append(verdict)
    if not found:
        apart = _apart(state.residence, ground)
        if apart:
            view = _View("", list(range(len(state.residence.places))), Minds(), None, [], 0, [], None)
            found.append(_verdict(subject, state, view, "duplicate", [apart], certainty=0.7, undecided=[_INVENTORY]))
    return _merged(found)


def _views(state: AddressState, settings: Settings) -> Iterator[_View]:
    residence = state.residence
    tracks = {track.observer: track for track in residence.tracks}
    for observer in sorted({*tracks, *state.minds, *state.told, *state.own}):
        track = tracks.get(observer)
        edges = observer == EDGES
        places = [
            number
            for number, place in enumerate(residence.places)
            if (place.edge if edges else place.at.observer == observer)
        ]
        moves = track.moves if track is not None else []
        times = [move.time_ns for move in moves]
        yield _View(
            observer,
            places,
            state.minds.get(observer) or Minds(),
            track if moves else None,
            times,
            most_within(times, settings.window_ns),
            _most([move for move in moves if move.is_odd], settings.slow_ns),
            _pair(moves) if moves else None,
        )


def _judged(subject: Subject, state: AddressState, view: _View, ground: Ground, settings: Settings) -> Verdict | None:
    block = block_of(subject.mac)
    if block is not None:
        return _verdict(subject, state, view, "twin", [f"{block.name} address"]) if view.track else None
    told = state.told.get(view.observer)
    if told:
        reasons = [f"{view.observer or 'a device'} reports it: {told}"]
        return _verdict(subject, state, view, "duplicate", reasons, undecided=[_INVENTORY])
    moving = _moving(subject, state, view, ground, settings) if view.pair is not None else None
    if moving is not None and moving.kind != "moved":
        return moving
    minds = view.minds.contradictions()
    if minds and view.pair is None:
        certainty = 0.9 if len(minds) > 2 else 0.75
        return _verdict(subject, state, view, "two-minds", minds, certainty=certainty, undecided=[_INVENTORY])
    own = state.own.get(view.observer)
    if own:
        why = "A second port of the device in one network without link aggregation, a loop, and a clone look alike."
        return _verdict(subject, state, view, "unexplained", [own], certainty=0.4, undecided=[why])
    return moving


def _moving(subject: Subject, state: AddressState, view: _View, ground: Ground, settings: Settings) -> Verdict:
    one, other = (state.residence.places[number] for number in view.pair or (0, 0))
    fast = view.fast >= settings.moves
    back = len(view.returns)
    slow = back >= settings.slow_returns
    unrested = [move.time_ns for move in view.returns if not move.rested]
    quick = most_within(unrested, settings.window_ns) >= settings.returns
    host = ground.one_host(one.at, other.at)
    if not host and view.minds.runs_on:
        host = "IP identifications run on from one port to the other, as one machine counts them"
    if host:
        return _verdict(subject, state, view, "lag-mismatch" if fast or quick else "moved", [host])
    different = _different_ips(one.ips, other.ips)
    shared = bool(set(one.ips) & set(other.ips))
    minds = view.minds.contradictions()
    reasons = [different, *minds] if different else list(minds)
    if fast:
        least = "at least " if view.fast >= MOVES_MAX else ""
        reasons.insert(0, f"{least}{view.fast} moves within {settings.window_s} s")
    elif quick or slow:
        reasons.insert(0, f"it came back to a port that it had left {back} times")
    if fast or ((quick or slow) and not shared):
        certain = 0.95 if different or minds else 0.6 if shared else 0.85
        undecided = [_LAG_OR_CLONE] if shared and not different and not minds else [_INVENTORY]
        return _verdict(subject, state, view, "duplicate", reasons, certainty=certain, undecided=undecided)
    if (different and back) or minds:
        return _verdict(subject, state, view, "duplicate", reasons, undecided=[_INVENTORY])
    if back >= settings.returns and not shared:
        why = "Captures at both ports would tell whether one machine moves, or two have the address."
        told = [f"it came back to a port that it had left {back} times, and nothing says why"]
        return _verdict(subject, state, view, "unexplained", told, certainty=0.4, undecided=[why])
    announced = view.track is not None and any(move.announced for move in view.track.moves)
    return _verdict(subject, state, view, "moved", ["announced" if announced else "it moved and stayed"])


def _merged(found: list[Verdict]) -> list[Verdict]:
    """Join verdicts of one kind that several observers came to at the same time: it is one fault that they saw."""
    merged: list[Verdict] = []
    for one in sorted(found, key=lambda one: (one.kind, one.first_ns, one.places)):
        last = merged[-1] if merged else None
        if last is None or last.kind != one.kind or one.first_ns > last.last_ns:
            merged.append(one)
            continue
        most = max(last, one, key=lambda each: (each.certainty, each.fast, each.moves))
        seen = {post.at for post in most.posts}
        others = last if most is one else one
        merged[-1] = replace(
            most,
            posts=tuple(
                sorted(
                    (*most.posts, *(post for post in others.posts if post.at not in seen)),
                    key=lambda post: post.edge is False,
                )
            ),
            first_ns=min(last.first_ns, one.first_ns),
            last_ns=max(last.last_ns, one.last_ns),
        )
    return merged


def _most(moves: Sequence[Move], window_ns: int) -> list[Move]:
    best: list[Move] = []
    low = 0
    for high, move in enumerate(moves):
        while move.time_ns - moves[low].time_ns > window_ns:
            low += 1
        if high - low + 1 > len(best):
            best = list(moves[low : high + 1])
    return best


def _pair(moves: Sequence[Move]) -> tuple[int, int]:
    counted: dict[tuple[int, int], int] = {}
    for move in moves:
        pair = (min(move.source, move.target), max(move.source, move.target))
        counted[pair] = counted.get(pair, 0) + 1
    return max(sorted(counted), key=lambda pair: counted[pair])


def _different_ips(one: dict[str, int], other: dict[str, int]) -> str:
    """Return what contradicts in what two places claim: IP addresses of one family, and none in common."""
    for wide in (False, True):
        mine, theirs = ({ip for ip in ips if (":" in ip) is wide} for ips in (one, other))
        if mine and theirs and not mine & theirs:
            return f"{min(mine)} is claimed at one place and {min(theirs)} at the other"
    return ""


def _apart(residence: Residence, ground: Ground) -> str:
    """Return what shows two owners that no observer saw move: two places that claim different IP addresses at once."""
    for at, one in enumerate(residence.places):
        for other in residence.places[at + 1 :]:
            if one.at.observer == other.at.observer or False in (one.edge, other.edge):
                continue
            different = _different_ips(one.ips, other.ips)
            overlap = min(one.last_ns, other.last_ns) > max(one.first_ns, other.first_ns)
            if different and overlap and not ground.one_host(one.at, other.at):
                return different
    return ""


def _verdict(
    subject: Subject,
    state: AddressState,
    view: _View,
    kind: Kind,
    reasons: Sequence[str],
    *,
    certainty: float = 0.9,
    undecided: Sequence[str] = (),
) -> Verdict:
    residence = state.residence
    order = sorted(view.places, key=lambda number: _rank(residence, number, view))
    posts = tuple(
        Post(
            place.at,
            place.first_ns,
            place.last_ns,
            place.visits,
            residence.held_ns(number, state.last_ns),
            tuple(sorted(place.ips))[:_IPS_SHOWN],
            place.edge,
        )
        for number in order
        for place in (residence.places[number],)
    )
    track = view.track
    return Verdict(
        kind=kind,
        fabric=subject.fabric,
        domain=subject.domain,
        macs=(subject.mac,),
        posts=posts,
        first_ns=view.times[0] if view.times else min((post.first_ns for post in posts), default=state.first_ns),
        last_ns=view.times[-1] if view.times else max((post.last_ns for post in posts), default=state.last_ns),
        moves=track.total if track else 0,
        fast=view.fast,
        returns=track.returns if track else 0,
        reasons=tuple(reasons),
        undecided=tuple(undecided),
        seen_by=seen_by(view.times, len(view.returns)),
        certainty=certainty,
        needed=track.needed if track else 0,
    )


def _rank(residence: Residence, number: int, view: _View) -> tuple[bool, bool, At]:
    """Order places: edge ports first, then those between which the address moves."""
    place = residence.places[number]
    return place.edge is False, number not in (view.pair or (number,)), place.at
