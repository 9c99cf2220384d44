"""Addresses from identities: which one a thing of a declaration gets, by a keyed hash that anybody can compute.

The candidates of an identity are BLAKE2b (RFC 7693) of it, one for each probe, laid over the pool's ranges; the first
that is free is given. The same seed, ranges and identity have the same candidates, in any store and with none, so a
declaration that is carried out again on a pool made anew comes to the same addresses, whatever the order, as far as no
two of its identities have the same first candidate. docs/allocation.md says it byte by byte, with an example.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b

from msgspec import Struct

from maccord.alloc.spans import Run, size

PROBES = 64
"""Candidates that are tried; then it goes on from the last of them to the next free address."""
_PERSON = b"maccord derive 1"
_BITS = 128


class Choice(Struct, frozen=True):
    """An address that an identity comes to, and by which probe.

    0: it is the first candidate; PROBES: no candidate was free, and it went on from the last.
    """

    value: int
    probe: int
    first: int


def default_seed(scope: str, pool: str) -> str:
    """Return the seed of a pool that was made without one."""
    return f"{scope}/{pool}"


def candidates(seed: str, identity: str, runs: Sequence[Run]) -> Iterator[int]:
    """Return the candidates of an identity in sorted, disjoint runs, in the order of probes."""
    key = blake2b(seed.encode(), digest_size=32, person=_PERSON).digest()
    total = size(runs)
    for probe in range(PROBES):
        message = probe.to_bytes(4, "big") + identity.encode()
        digest = blake2b(message, digest_size=_BITS // 8, key=key, person=_PERSON).digest()
        offset = unbiased(int.from_bytes(digest, "big"), total)
        if offset is not None:
            yield number_at(runs, offset)


def unbiased(number: int, total: int, bits: int = _BITS) -> int | None:
    """Return a number of `bits` bits as one below `total`, each as likely; None for the few that would favour some."""
    return number % total if number < (1 << bits) - (1 << bits) % total else None


def number_at(runs: Sequence[Run], offset: int) -> int:
    """Return the number of runs that has so many before it."""
    for first, last in runs:
        if offset <= last - first:
            return first + offset
        offset -= last - first + 1
    raise IndexError(offset)


def choose(
    seed: str,
    identity: str,
    runs: Sequence[Run],
    free: Callable[[int], bool],
    following: Callable[[int], int | None],
) -> Choice | None:
    """Return the address that an identity comes to, or None where nothing is free.

    `free` tells whether an address can be had; `following` names the first that can behind an address, and begins at
    the first of all where there is none.
    """
    first = last = None
    for probe, value in enumerate(candidates(seed, identity, runs)):
        first = value if first is None else first
        if free(value):
            return Choice(value, probe, first)
        last = value
    begin = runs[0][0] if last is None else last
    found = following(begin)
    return None if found is None else Choice(found, PROBES, begin if first is None else first)


def next_in(runs: Sequence[Run], after: int, taken: Callable[[int], bool]) -> int | None:
    """Return the first number of runs behind `after` that is not taken, from the beginning if there is none."""
    behind = [(max(lo, after + 1), hi) for lo, hi in runs if hi > after]
    before = [(lo, min(hi, after)) for lo, hi in runs if lo <= after]
    for lo, hi in (*behind, *before):
        for value in range(lo, hi + 1):
            if not taken(value):
                return value
    return None
