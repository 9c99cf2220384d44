"""Where one address lived: places, closed intervals, and the moves between them.

Moves are counted for each observer by itself: every switch of a path hears an address, each at the port towards it, and
that is no move. What all observers saw at edge ports counts once more, over all of them. A place is closed as an
interval when the address turns up elsewhere, or ages; it is never overwritten.
"""

from msgspec import Struct, field

from maccord.wire.records import At

PLACES_MAX = 16
STAYS_MAX = 32
MOVES_MAX = 256
OBSERVERS_MAX = 32
ANNOUNCED_NS = 1_500_000_000
"""How far an announcement may stand from the move that it announces."""
_EDGES = -1


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
    """A move between two places, which go by their numbers; `back`: to one where the address had been before."""

    time_ns: int
    source: int
    target: int
    back: bool
    announced: bool = False


class Track(Struct):
    """What one observer saw of an address, or all of them at edge ports: where it is now, and its moves."""

    observer: str
    now: int
    aged: bool = False
    moves: list[Move] = field(default_factory=list)
    total: int = 0
    returns: int = 0


class Residence(Struct):
    """Places, stays and tracks of one address in one domain."""

    places: list[PlaceState] = field(default_factory=list)
    stays: list[Stay] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)

    def place_of(self, key: str) -> PlaceState | None:
        """Return the place by its key, if the address was there."""
        return next((one for one in self.places if one.key == key), None)

    def hear(self, at: At, key: str, *, edge: bool | None, time_ns: int) -> list[Move]:
        """Note that the address was heard at a port, and return the moves that this makes."""
        number = self._number(at, key, edge=edge, time_ns=time_ns)
        if number is None:
            return []
        moves = self._step(at.observer, number, time_ns)
        if edge:
            moves += self._step(None, number, time_ns)
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

    def _step(self, observer: str | None, number: int, time_ns: int) -> list[Move]:
        name = "\x1fedges" if observer is None else observer
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
        move = Move(time_ns, track.now, number, back=place.visits > 0 and self._was_at(track, number))
        move.announced = 0 <= time_ns - place.announced_ns <= ANNOUNCED_NS
        track.moves.append(move)
        track.total += 1
        track.returns += move.back
        del track.moves[:-MOVES_MAX]
        track.now, track.aged = number, False
        self._enter(place, time_ns, counts=observer is not None)
        return [move]

    @staticmethod
    def _was_at(track: Track, number: int) -> bool:
        return any(number in (one.source, one.target) for one in track.moves)

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
        self.stays = []

    def held_ns(self, number: int, now_ns: int) -> int:
        """Return for how long in all a place has been where switches send the address's frames."""
        place = self.places[number]
        lives = any(one.now == number and not one.aged and one.observer == place.at.observer for one in self.tracks)
        return place.held_ns + (max(0, now_ns - place.entered_ns) if lives else 0)
