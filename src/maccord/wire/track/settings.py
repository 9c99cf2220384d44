"""How much is too much: the thresholds of verdicts, and the bounds of what is remembered."""

from msgspec import Struct

SECOND_NS = 1_000_000_000


class Settings(Struct, frozen=True, kw_only=True):
    """Thresholds, in moves and seconds, and how many things are remembered at most.

    `moves` within `window_s` make an address restless: RFC 7432 section 15.1 has N = 5 and M = 180 s. `returns` are
    moves back to a port that the address had left, which a migration does not make; so many of them within `window_s`
    are enough, and `slow_returns` within `slow_s`, for an owner that rarely talks. `loop_addresses` that move to and
    fro between two ports within `loop_s` are a loop. An incident is closed when nothing new was seen for `quiet_s`.
    """

    moves: int = 5
    window_s: int = 180
    returns: int = 2
    slow_returns: int = 3
    slow_s: int = 3600
    loop_addresses: int = 5
    loop_s: int = 10
    quiet_s: int = 600
    addresses_max: int = 200_000
    ips_max: int = 200_000

    @property
    def window_ns(self) -> int:
        """The sliding window of moves, in nanoseconds."""
        return self.window_s * SECOND_NS

    @property
    def slow_ns(self) -> int:
        """The window of an owner that rarely talks, in nanoseconds."""
        return self.slow_s * SECOND_NS
