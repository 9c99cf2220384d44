"""Where one address lived: places, closed intervals, and the moves between them.

Moves are counted for each observer by itself: every switch of a path hears an address, each at the port towards it, and
that is no move. What all observers saw at edge ports counts once more, over all of them. A place is closed as an
interval when the address turns up elsewhere, or ages; it is never overwritten.
"""

from msgspec import Struct, field

from maccord.wire.records import At
from maccord.wire.track.settings import Settings

PLACES_MAX = 16
STAYS_MAX = 32
MOVES_MAX = 256
OBSERVERS_MAX = 32
ANNOUNCED_NS = 1_500_000_000
"""How far an announcement may stand from the move that it announces."""
EDGES = "\x1fedges"
"""The observer of what all observers saw at edge ports."""


class PlaceState(Struct):
    """A place of one address; `entered_ns` is when the stay began that `last_ns` belongs to."""

    at: At
    key: str
    edge: bool | None
    first_ns: int
    last_ns: int
    entered_ns: int
    visits: int = 1
    held_ns: int = 0
    announced_ns: int = 0
    ips: dict[str, int] = field(default_factory=dict)
    """IP addresses that were claimed here, with the time of the last claim."""
    idents: list[tuple[int, int]] = field(default_factory=list)
    """The last IP identifications seen here, with their times."""


class Stay(Struct, frozen=True, gc=False):
    """A closed interval at a place, which goes by its number."""

    place: int
    from_ns: int
    to_ns: int


class Move(Struct, gc=False):
    """A move between two places, which go by their numbers; `back`: to one where the address had been before.

    `rested`: the switch had forgotten the address in between, as it does when a link goes down.
    """

    time_ns: int
    source: int
    target: int
    back: bool
    announced: bool = False
    rested: bool = False

    @property
    def is_odd(self) -> bool:
        """Tell whether no migration explains it: it led back, and nobody said so."""
        return self.back and not self.announced


class Track(Struct):
    """What one observer saw of an address, or all of them at edge ports: where it is now, and its moves."""

    observer: str
    now: int
    aged: bool = False
    moves: list[Move] = field(default_factory=list)
    total: int = 0
    returns: int = 0
    needed: int = 0
    """After how many moves they were too many, first."""

    def was_at(self, number: int, since_ns: int) -> bool:
        """Tell whether the address left a place within the time since a moment."""
        return any(one.source == number and one.time_ns >= since_ns for one in reversed(self.moves))

    def measure(self, settings: Settings) -> None:
        """Note whether the last move was the one that made them too many."""
        if self.needed or not self.moves:
            return
        now = self.moves[-1].time_ns
        window = [one for one in self.moves if now - one.time_ns <= settings.window_ns]
        back = sum(one.is_odd and not one.rested for one in window)
        slow = sum(one.is_odd for one in self.moves if now - one.time_ns <= settings.slow_ns)
        if len(window) >= settings.moves or back >= settings.returns or slow >= settings.slow_returns:
            self.needed = self.total


class Residence(Struct):
    """Places, stays and tracks of one address in one domain."""

    places: list[PlaceState] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)

    def place_of(self, key: str) -> PlaceState | None:
        """Return the place by its key, if the address was there."""
        return next((one for one in self.places if one.key == key), None)

    def hear(self, at: At, key: str, *, edge: bool | None, time_ns: int, memory_ns: int) -> list[Move]:
        """Note that the address was heard at a port, and return the moves that this makes.

        A move leads back to a port where the address was within `memory_ns`.
        """
        number = self._number(at, key, edge=edge, time_ns=time_ns)
        if number is None:
            return []
        moves = self._step(at.observer, number, time_ns, memory_ns)
        if edge:
            moves += self._step(None, number, time_ns, memory_ns)
        place = self.places[number]
        place.last_ns = max(place.last_ns, time_ns)
        return moves

    def expect(self, at: At, key: str, *, edge: bool | None, time_ns: int) -> None:
        """Note a place of which something is said before the address is heard there."""
        self._number(at, key, edge=edge, time_ns=time_ns)

    def age(self, at: At, key: str, time_ns: int) -> None:
        """Note that a switch forgot the address: the interval is closed, and where it was is still known."""
        place = self.place_of(key)
        if place is None:
            return
        number = self.places.index(place)
        for track in self.tracks:
            if track.observer == at.observer and track.now == number and not track.aged:
                self._close(number, time_ns)
                track.aged = True

    def announce(self, key: str, time_ns: int) -> None:
        """Note that the address announced itself at a place; a move to it a moment ago was announced then."""
        place = self.place_of(key)
        if place is None:
            return
        place.announced_ns = time_ns
        number = self.places.index(place)
        for track in self.tracks:
            if track.moves and track.moves[-1].target == number:
                move = track.moves[-1]
                move.announced = move.announced or time_ns - move.time_ns <= ANNOUNCED_NS

    def _number(self, at: At, key: str, *, edge: bool | None, time_ns: int) -> int | None:
        for number, place in enumerate(self.places):
            if place.key == key:
                if place.edge is None:
                    place.edge = edge
                return number
        if len(self.places) >= PLACES_MAX:
            return None
        self.places.append(PlaceState(at, key, edge, time_ns, time_ns, time_ns, visits=0))
        return len(self.places) - 1

    def _step(self, observer: str | None, number: int, time_ns: int, memory_ns: int) -> list[Move]:
        name = EDGES if observer is None else observer
        track = next((one for one in self.tracks if one.observer == name), None)
        place = self.places[number]
        if track is None:
            if len(self.tracks) >= OBSERVERS_MAX:
                return []
            self.tracks.append(Track(name, number))
            self._enter(place, time_ns, counts=observer is not None)
            return []
        if track.now == number:
            if track.aged:
                track.aged = False
                self._enter(place, time_ns, counts=observer is not None)
            return []
        if observer is not None and not track.aged:
            self._close(track.now, time_ns)
        move = Move(time_ns, track.now, number, back=track.was_at(number, time_ns - memory_ns), rested=track.aged)
        move.announced = 0 <= time_ns - place.announced_ns <= ANNOUNCED_NS
        track.moves.append(move)
        track.total += 1
        track.returns += move.back
        del track.moves[:-MOVES_MAX]
        track.now, track.aged = number, False
        self._enter(place, time_ns, counts=observer is not None)
        return [move]

    @staticmethod
    def _enter(place: PlaceState, time_ns: int, *, counts: bool) -> None:
        if counts:
            place.visits += 1
            place.entered_ns = time_ns

    def _close(self, number: int, time_ns: int) -> None:
        place = self.places[number]
        place.held_ns += max(0, time_ns - place.entered_ns)
        self.stays.append(Stay(number, place.entered_ns, max(place.entered_ns, time_ns)))
        del self.stays[:-STAYS_MAX]

    def forget(self) -> None:
        """Forget the moves; where the address is now stays."""
        here = {track.now for track in self.tracks}
        kept = [number for number in range(len(self.places)) if number in here]
        self.places = [self.places[number] for number in kept]
        for place in self.places:
            place.idents, place.visits, place.held_ns = [], 1, 0
        for track in self.tracks:
            track.now, track.moves, track.total, track.returns = kept.index(track.now), [], 0, 0
            track.needed = 0
        self.stays = []

    def held_ns(self, number: int, now_ns: int) -> int:
        """Return for how long in all a place has been where switches send the address's frames."""
        place = self.places[number]
        lives = any(one.now == number and not one.aged and one.observer == place.at.observer for one in self.tracks)
        return place.held_ns + (max(0, now_ns - place.entered_ns) if lives else 0)
