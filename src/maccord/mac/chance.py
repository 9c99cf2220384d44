"""Exact probabilities that addresses drawn at random from one block coincide.

Every address of the block is as likely as any other, and each draw is independent of the others. Nothing is sampled and
nothing is approximated: the factors of the product are summed as logarithms, so that chances of one in a billion and
of almost one are both right to about twelve digits. A call takes as many steps as there are draws.

Source: the birthday problem, as in W. Feller, "An Introduction to Probability Theory and Its Applications", vol. 1,
II.3; the function is log(1-x) and exp(x)-1 of IEEE 754 libraries.
"""

from collections.abc import Iterable
from math import expm1, fsum, log1p


def within(draws: int, size: int) -> float:
    """Return the chance that two of `draws` addresses, each drawn from all `size`, are the same.

    >>> round(within(23, 365), 4)
    0.5073
    """
    _check(draws, size)
    if draws > size:
        return 1.0
    return 0.0 - expm1(fsum(log1p(-at / size) for at in range(draws)))


def between(sets: Iterable[int], size: int) -> float:
    """Return the chance that two of several sets of addresses have an address in common.

    Args:    sets: how many different addresses each manager drew; size: how many addresses the block has.
    Returns: one less the product, over the sets, of the chance to miss all addresses of the sets before:
             C(size - before, n) / C(size, n).

    >>> round(between([1, 1], 4), 12)
    0.25
    """
    parts: list[float] = []
    before = 0
    for draws in sets:
        _check(draws, size)
        if before + draws > size:
            return 1.0
        few, many = sorted((before, draws))  # the quotient is the same either way round
        parts += [log1p(-many / (size - at)) for at in range(few)]
        before += draws
    return 0.0 - expm1(fsum(parts))


def spelled(chance: float) -> str:
    """Return a chance as people say it: `31 %`, `0.6 %`, `1 in 25,000`; never a bare 0 or 100 %.

    >>> spelled(0.3141), spelled(0.00599), spelled(0.00004), spelled(0.99999)
    ('31 %', '0.6 %', '1 in 25,000', 'more than 99.9 %')
    """
    if chance <= 0:
        return "none"
    if chance > 0.999:
        return "certain" if chance >= 1 else "more than 99.9 %"
    if chance >= 0.01:
        return f"{100 * chance:.2g} %" if chance < 0.995 else f"{100 * chance:.1f} %"
    return f"{100 * chance:.1g} %" if chance >= 0.001 else f"1 in {round(1 / chance):,}"


def _check(draws: int, size: int) -> None:
    if draws < 0 or size < 1:
        raise ValueError(draws, size)
