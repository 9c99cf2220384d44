"""What two stations with one MAC address do to a switch and to a ping, worked out instead of simulated.

A and B have one address, on two ports of one switch, and send at random and independently: Poisson processes with
rates `a` and `b` per second. Let s = a + b.

**The table.** It points at whoever sent last. Of the merged process each frame is A's with probability p = a/s,
independently of all else (splitting of a Poisson process), so the table points at A for a fraction p of the time (the
state between two frames is set by the earlier one, and the gap does not depend on it), and who looks at random moments
finds A with the same probability ("Poisson arrivals see time averages", R. W. Wolff, Operations Research 30(2), 1982).
A frame is a move where it is not the last sender's: 2p(1-p) of them, s*2p(1-p) = 2ab/s moves per second.

**A ping at A**, every `every_s`, whose sender neither A nor B is and who knows the address (no ARP between). The
request is delivered where the table points; B is silent about another's IP, so the echo is lost exactly when that is B.
When it is A, the reply reaches the switch `turn_s` later and is a frame of A's like any other. Let E = exp(-s*every_s)
and G = exp(-s*(every_s - turn_s)). Between frames of others the table relaxes to p at rate s (a two-state Markov
process), so the next request finds A with probability

    after a reply (the table was A at turn_s):    p + (1-p)*G
    after a loss (the table was B at 0):          p - p*E

which is a chain of two states. Its fixed point, x = x*(p + (1-p)G) + (1-x)*p(1-E), is the fraction answered:

    x = p(1-E) / (p(1-E) + (1-p)(1-G))

With turn_s = 0 the reply finds the table as the request did and changes nothing: G = E, x = p, loss = b/s. With a slow
way to A it helps A: its reply takes the address back where B spoke meanwhile, which B did last with probability
(1-p)(1-exp(-s*turn_s)). So r = x/every_s times that probability is how often per second a reply moves the address.
Moves to A and to B take turns, so b*P(A) = a*P(B) + r, and from there P(A) = (a + r)/s and 2b(a + r)/s moves per
second.

**Spread**, for tests. The chain's autocorrelation is c = p + (1-p)G - p(1-E), so the fraction answered of n echoes has
the variance x(1-x)/n * (1+c)/(1-c), asymptotically. Without pings: moves are twice the renewals of a process whose
cycle is an exponential time with rate b and one with rate a. With m = 1/a + 1/b and v = 1/a^2 + 1/b^2 the moves in a
time t have the variance 4vt/m^3, and the fraction of time at A has 2p(1-p)/(st). (D. R. Cox, Renewal Theory, 1962,
chapters 4 and 7.)
"""

from dataclasses import dataclass
from math import exp, sqrt


@dataclass(frozen=True, slots=True)
class Expected:
    """A figure with its standard deviation over the run that was asked about."""

    mean: float
    deviation: float

    def off(self, measured: float) -> float:
        """By how many standard deviations a measured figure is off: a z-score."""
        return (measured - self.mean) / self.deviation


def share_of_time(a: float, b: float, seconds: float) -> Expected:
    """The fraction of the time for which the table points at the sender with rate `a`."""
    s = a + b
    p = a / s
    return Expected(p, sqrt(2 * p * (1 - p) / (s * seconds)))


def moves(a: float, b: float, seconds: float) -> Expected:
    """How often the address moves in so many seconds."""
    cycle, variance = 1 / a + 1 / b, 1 / a**2 + 1 / b**2
    return Expected(2 * a * b / (a + b) * seconds, sqrt(4 * variance * seconds / cycle**3))


def ping_loss(a: float, b: float, *, every_s: float, turn_s: float, count: int) -> Expected:
    """The fraction of `count` echoes to the sender with rate `a` that are lost.

    `turn_s` is from the switch to that station and back, and below `every_s`.
    """
    s = a + b
    p = a / s
    relaxed, replied = exp(-s * every_s), exp(-s * (every_s - turn_s))
    answered = p * (1 - relaxed) / (p * (1 - relaxed) + (1 - p) * (1 - replied))
    kept = p + (1 - p) * replied - p * (1 - relaxed)
    return Expected(1 - answered, sqrt(answered * (1 - answered) / count * (1 + kept) / (1 - kept)))


def moves_under_ping(a: float, b: float, *, every_s: float, turn_s: float) -> float:
    """How often the address moves per second, while a ping runs at the sender with rate `a`."""
    s = a + b
    answered = 1 - ping_loss(a, b, every_s=every_s, turn_s=turn_s, count=1).mean
    taken_back = answered / every_s * (b / s) * (1 - exp(-s * turn_s))
    return 2 * b * (a + taken_back) / s
