"""Who answers for one IP address: claims by ARP and neighbour discovery, and whether two hosts make them.

A claim is an ARP request, reply or announcement by its sender, or the like of neighbour discovery. That an address
passes from one host to another is no conflict: leases end, clusters fail over, and they announce it. Two owners show by
taking turns without announcing it, or by both answering one question.

Sources: RFC 826, RFC 5227 (address conflict detection), RFC 4861 section 7.2, RFC 4862 section 5.4.
"""

from collections.abc import Iterator

from msgspec import Struct, field

from maccord.wire.records import At
from maccord.wire.track.detectors import most_within
from maccord.wire.track.settings import SECOND_NS

OWNERS_MAX = OBSERVERS_MAX = 8
_TURNS_MAX = 64
_ANSWER_NS = SECOND_NS
_TAKEOVER_NS = 2 * SECOND_NS
"""While a takeover is this young the former owner may answer once more."""
_BOTH, _ALONE = 2, 2


class Claim(Struct):
    """One owner of an IP address: where it claimed it first, when, and how often."""

    mac: int
    at: At
    first_ns: int
    last_ns: int
    claims: int = 0
    announced: bool = False
    announced_ns: int = 0
    line: int = 0


class Turn(Struct, gc=False):
    """That the address passed from one owner to another; `back`: to one that had it before."""

    time_ns: int
    source: int
    mac: int
    back: bool
    announced: bool


class Owners(Struct):
    """Owners of one IP address in one domain."""

    claims: list[Claim] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)
    now: int = -1
    answers: list[tuple[int, int, int]] = field(default_factory=list)
    """The last replies: time, who answered, whom."""
    both: list[tuple[int, int, int]] = field(default_factory=list)
    """When two answered one question, and who."""
    crowded: bool = False
    """That more than can be kept claimed the address."""
    told: str = ""
    """The device's message that says so itself."""

    def claim(self, mac: int, at: At, time_ns: int, *, announced: bool, line: int = 0) -> None:
        """Note a claim."""
        known = next((one for one in self.claims if one.mac == mac), None)
        if known is None:
            if len(self.claims) >= OWNERS_MAX:
                self.crowded = True
                return
            known = Claim(mac, at, time_ns, time_ns, line=line)
            self.claims.append(known)
        if announced:
            known.announced, known.announced_ns = True, time_ns
        elif known.announced:
            announced = 0 <= time_ns - known.announced_ns <= _TAKEOVER_NS
        if self.now not in (-1, mac):
            self.turns.append(Turn(time_ns, self.now, mac, back=known.claims > 0, announced=announced))
            del self.turns[:-_TURNS_MAX]
        self.now = mac
        known.claims += 1
        known.last_ns = max(known.last_ns, time_ns)

    def answer(self, mac: int, asker: int, time_ns: int) -> None:
        """Note a reply to somebody: two owners' replies to one asker within a second answer one question."""
        self.answers = [one for one in self.answers if time_ns - one[0] <= _ANSWER_NS]
        other = next((who for _, who, to in self.answers if who != mac and to == asker), None)
        if other is not None:
            self.both.append((time_ns, mac, other))
            del self.both[:-_TURNS_MAX]
            self.answers = []
            return
        self.answers = [*self.answers[-OWNERS_MAX:], (time_ns, mac, asker)]

    def returns_within(self, window_ns: int) -> list[Turn]:
        """Return the turns back that nobody announced, within the last window that has the most of them."""
        back = [one for one in self.turns if one.back and not one.announced]
        best: list[Turn] = []
        for at, last in enumerate(back):
            inside = [one for one in back[: at + 1] if last.time_ns - one.time_ns <= window_ns]
            best = max(best, inside, key=len)
        return best

    def both_within(self, window_ns: int) -> int:
        """Return how often two answered one question, within the window that has the most of it."""
        return most_within([time_ns for time_ns, *_ in self.both], window_ns)

    def contenders(self, window_ns: int) -> list[Claim]:
        """Return the owners that took turns or answered together, and all of them where only a device says so."""
        macs = {mac for turn in self.returns_within(window_ns) for mac in (turn.source, turn.mac)}
        macs |= {mac for _, *pair in self.both for mac in pair}
        return [one for one in self.claims if one.mac in macs or not macs or self.crowded]

    def forget(self) -> None:
        """Forget what was held against the owners; who owns the address now stays."""
        self.turns, self.both, self.answers, self.told, self.crowded = [], [], [], "", False
        self.claims = [one for one in self.claims if one.mac == self.now]

    def is_conflict(self, window_ns: int) -> bool:
        """Tell whether two hosts use the address at the same time."""
        returns = len(self.returns_within(window_ns))
        both = self.both_within(window_ns)
        return bool(self.told) or self.crowded or returns >= _ALONE or both >= _BOTH or (returns > 0 and both > 0)


class Contest(Struct):
    """Owners of one IP address as each observer sees them, and as all of them together do."""

    whole: Owners = field(default_factory=Owners)
    by_observer: dict[str, Owners] = field(default_factory=dict)

    def seen_at(self, observer: str) -> Iterator[Owners]:
        """Yield the accounts that what an observer hears goes into."""
        yield self.whole
        known = self.by_observer.get(observer)
        if known is None and len(self.by_observer) < OBSERVERS_MAX:
            known = self.by_observer[observer] = Owners()
        if known is not None:
            yield known

    def forget(self) -> None:
        """Forget what was held against the owners."""
        for one in (self.whole, *self.by_observer.values()):
            one.forget()
