"""The order of proof for an address that moves, or that two machines seem to wear.

1. A protocol's virtual address (VRRP, HSRP, CARP, GLBP, NLB) moves by design.
2. Both ports lead to one host: a team whose switch ports are no link aggregate.
3. It moved and stayed: a migration or a failover, announced or not.
4. Many addresses move to and fro between the same two ports at once: a loop (decided in `loops.py`).
5. Two owners: too many moves, or moves back that a migration does not make, or contradicting identities.
6. Otherwise it is unknown, and said so.
"""

from collections.abc import Sequence

from msgspec import Struct, field

from maccord.mac.blocks import block_of
from maccord.wire.records import At, Domain
from maccord.wire.track.detectors import most_within, seen_by
from maccord.wire.track.ground import Ground
from maccord.wire.track.minds import Minds
from maccord.wire.track.residence import MOVES_MAX, Move, Residence, Track
from maccord.wire.track.settings import Settings
from maccord.wire.track.verdict import Post, Verdict

_IPS_SHOWN = 8
_LAG_OR_CLONE = (
    "The same IP address is used at both ports: an inventory, or LLDP of the two ports, would tell a team without link "
    "aggregation from a full clone."
)
_INVENTORY = "Exports of the hosts at the two ports would tell whose address it is, and how it was copied."


class AddressState(Struct):
    """All that is remembered of one address in one domain."""

    residence: Residence = field(default_factory=Residence)
    minds: Minds = field(default_factory=Minds)
    told: str = ""
    """A device's own judgement that the address is there twice."""
    own: str = ""
    """A device's complaint that it received its own address from elsewhere."""
    first_ns: int = 0
    last_ns: int = 0
    changed_ns: int = 0
    """When something last happened that a verdict may turn on."""
    looped: bool = False


class Subject(Struct, frozen=True):
    """Whose verdict it is."""

    fabric: int
    domain: Domain
    mac: int


class _Motion(Struct):
    """How an address moved, by the observer that saw the most of it."""

    track: Track | None
    times: list[int]
    fast: int
    returns: list[Move]
    pair: tuple[int, int] | None
    needed: int


def judge(subject: Subject, state: AddressState, ground: Ground, settings: Settings) -> Verdict | None:
    """Return the verdict on an address; None while there is nothing to say of it."""
    motion = _motion(state.residence, settings)
    block = block_of(subject.mac)
    if block is not None:
        return _verdict(subject, state, motion, "twin", [f"{block.name} address"]) if motion.track else None
    if state.told:
        reasons = [f"a device reports it: {state.told}"]
        return _verdict(subject, state, motion, "duplicate", reasons, undecided=[_INVENTORY])
    if motion.track is not None and motion.pair is not None:
        return _moving(subject, state, motion, ground, settings)
    minds = state.minds.contradictions()
    if minds:
        certainty = 0.9 if len(minds) > 2 else 0.75
        return _verdict(subject, state, motion, "two-minds", minds, certainty=certainty, undecided=[_INVENTORY])
    apart = _apart(state.residence, ground)
    if apart:
        return _verdict(subject, state, motion, "duplicate", [apart], certainty=0.7, undecided=[_INVENTORY])
    if state.own:
        why = "A second port of the device in the same network without link aggregation, a loop, and a clone look alike."
        return _verdict(subject, state, motion, "unexplained", [state.own], certainty=0.4, undecided=[why])
    return None


def _moving(
    subject: Subject, state: AddressState, motion: _Motion, ground: Ground, settings: Settings
) -> Verdict | None:
    residence = state.residence
    one, other = (residence.places[number] for number in motion.pair or (0, 0))
    fast = motion.fast >= settings.moves
    back = len(motion.returns)
    slow = back >= settings.slow_returns
    quick = most_within([move.time_ns for move in motion.returns if not move.rested], settings.window_ns) >= settings.returns
    host = ground.one_host(one.at, other.at)
    if not host and state.minds.runs_on:
        host = "IP identifications run on from one port to the other, as one machine counts them"
    if host:
        return _verdict(subject, state, motion, "lag-mismatch" if fast or quick else "moved", [host])
    different = _different_ips(one.ips, other.ips)
    shared = bool(set(one.ips) & set(other.ips))
    minds = state.minds.contradictions()
    reasons = [different, *minds] if different else list(minds)
    if fast:
        least = "at least " if motion.fast >= MOVES_MAX else ""
        reasons.insert(0, f"{least}{motion.fast} moves within {settings.window_s} s")
    elif quick or slow:
        reasons.insert(0, f"it came back to a port that it had left {back} times")
    if fast or ((quick or slow) and not shared):
        certain = 0.95 if different or minds else 0.6 if shared else 0.85
        undecided = [_LAG_OR_CLONE] if shared and not different and not minds else [_INVENTORY]
        return _verdict(subject, state, motion, "duplicate", reasons, certainty=certain, undecided=undecided)
    if (different and back) or minds:
        return _verdict(subject, state, motion, "duplicate", reasons, undecided=[_INVENTORY])
    if back >= settings.returns and not shared:
        why = "Captures at both ports would tell whether one machine moves, or two have the address."
        told = [f"it came back to a port that it had left {back} times, and nothing says why"]
        return _verdict(subject, state, motion, "unexplained", told, certainty=0.4, undecided=[why])
    told = ["announced" if any(move.announced for move in _moves(motion)) else "it moved and stayed"]
    return _verdict(subject, state, motion, "moved", told)


def _motion(residence: Residence, settings: Settings) -> _Motion:
    """Return the motion that the observer saw who saw the most."""
    best = _Motion(None, [], 0, [], None, 0)
    for track in residence.tracks:
        if not track.moves:
            continue
        times = [move.time_ns for move in track.moves]
        unsaid = [move for move in track.moves if move.is_odd]
        returns = _most(unsaid, settings.slow_ns)
        fast = most_within(times, settings.window_ns)
        if best.track is None or (fast, len(returns)) > (best.fast, len(best.returns)):
            best = _Motion(track, times, fast, returns, _pair(track.moves), track.needed)
    return best


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


def _moves(motion: _Motion) -> Sequence[Move]:
    return motion.track.moves if motion.track is not None else ()


def _different_ips(one: dict[str, int], other: dict[str, int]) -> str:
    """Return what contradicts in what two places claim: IP addresses of one family, and none in common."""
    for wide in (False, True):
        mine, theirs = ({ip for ip in ips if (":" in ip) is wide} for ips in (one, other))
        if mine and theirs and not mine & theirs:
            return f"{min(mine)} is claimed at one place and {min(theirs)} at the other"
    return ""


def _apart(residence: Residence, ground: Ground) -> str:
    """Return what shows two owners that no observer saw move: two places that claim what no frame between them would."""
    for at, one in enumerate(residence.places):
        for other in residence.places[at + 1 :]:
            if one.at.observer == other.at.observer or False in (one.edge, other.edge):
                continue
            different = _different_ips(one.ips, other.ips)
            overlap = min(one.last_ns, other.last_ns) > max(one.first_ns, other.first_ns)
            if different and overlap and not ground.one_host(one.at, other.at):
                return different
    return ""


def _verdict(  # noqa: PLR0913 - the parts of a verdict
    subject: Subject,
    state: AddressState,
    motion: _Motion,
    kind: str,
    reasons: Sequence[str],
    *,
    certainty: float = 0.9,
    undecided: Sequence[str] = (),
) -> Verdict:
    residence = state.residence
    order = sorted(range(len(residence.places)), key=lambda number: _rank(residence, number, motion))
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
    return Verdict(
        kind=kind,  # type: ignore[arg-type]
        fabric=subject.fabric,
        domain=subject.domain,
        macs=(subject.mac,),
        posts=posts,
        first_ns=motion.times[0] if motion.times else state.first_ns,
        last_ns=motion.times[-1] if motion.times else state.last_ns,
        moves=motion.track.total if motion.track else 0,
        fast=motion.fast,
        returns=motion.track.returns if motion.track else 0,
        reasons=tuple(reasons),
        undecided=tuple(undecided),
        seen_by=seen_by(motion.times, len(motion.returns)),
        certainty=certainty,
        needed=motion.needed,
    )


def _rank(residence: Residence, number: int, motion: _Motion) -> tuple[bool, bool, At]:
    """Order places: edge ports first, then those between which the address moves."""
    place = residence.places[number]
    return place.edge is False, number not in (motion.pair or (number,)), place.at
