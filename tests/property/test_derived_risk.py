"""The risk of equal ranges, against counting every case one by one."""

from fractions import Fraction
from ipaddress import IPv4Address, IPv4Network
from itertools import combinations, product
from math import comb

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.mac import default_pool
from maccord.mac.derived_risk import (
    BadSubnet,
    Draw,
    chance,
    chance_to_meet,
    expected_pairs,
    meetings,
    shared_ranges,
)

BITS = 3
"""Of the small worlds that are counted through: eight classes, so that a /29 is what a /16 is to Hyper-V."""
CASES_MAX = 4_000


def usable(draw):
    return [int(address) for address in draw.network.hosts() if int(address) not in draw.taken]


def cases(draws):
    count = 1
    for draw in draws:
        count *= comb(len(usable(draw)), draw.hosts)
    return count


def counted(draws, known=()):
    """Return the chance of a meeting and the expected number of pairs, by looking at every case."""
    there = [address % 2**BITS for address in known]
    met = pairs = every = 0
    for case in product(*(combinations(usable(draw), draw.hosts) for draw in draws)):
        drawn = [address % 2**BITS for part in case for address in part]
        every += 1
        met += len(set(drawn)) < len(drawn) or not set(drawn).isdisjoint(there)
        pairs += sum(one == other for one, other in combinations(drawn, 2))
    return Fraction(met, every), Fraction(pairs, every)


@st.composite
def worlds(draw):
    """Small subnets of some sites, hosts in them, and addresses that are known beforehand."""
    networks = draw(
        st.lists(
            st.builds(
                lambda site, at, prefix: IPv4Network((0x0A000000 | site << 8 | at, prefix), strict=False),
                st.integers(0, 3),
                st.integers(0, 31),
                st.integers(27, 32),
            ),
            min_size=1,
            max_size=4,
        )
    )
    apart = [one for at, one in enumerate(networks) if not any(one.overlaps(other) for other in networks[:at])]
    known = draw(st.lists(st.integers(0x0A000000, 0x0A00031F), max_size=4, unique=True))
    taken = [frozenset(address for address in known if IPv4Address(address) in one) for one in apart]
    empty = [Draw(one, 0, there, BITS) for one, there in zip(apart, taken, strict=True)]
    drawn = [Draw(one.network, draw(st.integers(0, min(one.free, 3))), one.taken, BITS) for one in empty]
    while cases(drawn) > CASES_MAX:
        drawn.pop()
    return drawn, known


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_the_chance_is_what_counting_every_case_gives(world):
    draws, known = world
    assert chance(draws, known) == counted(draws, known)[0]


@given(worlds())
@settings(max_examples=200, deadline=None)
def test_the_expected_number_of_pairs_is_what_counting_every_case_gives(world):
    draws, known = world
    pairs = [expected_pairs(one, other) for at, one in enumerate(draws) for other in draws[at:]]
    assert sum(pairs) == counted(draws, known)[1]


@given(worlds(), st.integers(0x0B000000, 0x0B000007))
@settings(max_examples=100, deadline=None)
def test_the_risk_of_one_known_host_is_what_counting_every_case_gives(world, host):
    draws, _ = world
    for draw in draws:
        met = [sum(a % 2**BITS == host % 2**BITS for a in case) for case in combinations(usable(draw), draw.hosts)]
        assert chance_to_meet(draw, host) == Fraction(sum(map(bool, met)), len(met))
        assert meetings(draw, host) == Fraction(sum(met), len(met))


@given(worlds())
@settings(max_examples=100, deadline=None)
def test_shared_ranges_are_the_low_bits_that_both_have(world):
    draws, _ = world
    lows = [[address % 2**BITS for address in usable(draw)] for draw in draws]
    for at, one in enumerate(draws):
        assert shared_ranges(one, one) == sum(lows[at].count(low) > 1 for low in set(lows[at]))
        for other in range(at):
            assert shared_ranges(one, draws[other]) == len(set(lows[at]) & set(lows[other]))


@given(worlds(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_subnets_changes_nothing(world, chaos):
    draws, known = world
    mixed = list(draws)
    chaos.shuffle(mixed)
    assert chance(mixed, known) == chance(draws, known)


SUBNETS = ("10.1.0.0/16", "10.2.0.0/16", "10.3.7.0/24", "10.4.7.0/24", "10.5.7.128/25", "172.16.0.0/12", "11.0.0.0/8")


@given(st.lists(st.integers(0, 60), min_size=len(SUBNETS), max_size=len(SUBNETS)), st.integers(0, len(SUBNETS) - 1))
@settings(max_examples=25, deadline=None)
def test_one_host_more_never_lowers_the_risk(hosts, where):
    draws = [Draw(IPv4Network(subnet), count) for subnet, count in zip(SUBNETS, hosts, strict=True)]
    more = [Draw(one.network, one.hosts + (at == where)) for at, one in enumerate(draws)]
    assert 0 <= chance(draws) <= chance(more) <= 1
    assert chance(draws) <= sum(expected_pairs(a, b) for at, a in enumerate(draws) for b in draws[at:])  # Markov


def test_the_hosts_of_one_slash_16_never_share_a_range():
    for hosts in (2, 40, 65534):
        assert chance([Draw(IPv4Network("10.1.0.0/16"), hosts)]) == 0


@pytest.mark.parametrize("prefix", [8, 12, 15])
def test_the_hosts_of_a_wider_subnet_can(prefix):
    network = IPv4Network((0x0A000000, prefix))
    size = network.num_addresses - 2
    wide = size // 65536 + 1
    two = Fraction(65534 * comb(wide, 2) + 2 * comb(wide - 1, 2), comb(size, 2))
    assert chance([Draw(network, 2)]) == two == expected_pairs(*[Draw(network, 2)] * 2)
    assert chance([Draw(network, 65537)]) == 1


def test_two_slash_24_of_different_sites_meet_only_where_the_third_octet_is_the_same():
    def draws(third):
        return [Draw(IPv4Network("10.1.5.0/24"), 10), Draw(IPv4Network(f"10.2.{third}.0/24"), 10)]

    assert chance(draws(6)) == 0
    assert chance(draws(5)) == 1 - Fraction(comb(244, 10), comb(254, 10))


def test_the_low_bits_of_the_model_are_those_of_the_range_hyper_v_derives():
    one, other, apart = (default_pool(IPv4Address(ip)) for ip in ("10.1.5.20", "10.2.5.20", "10.2.5.21"))
    assert one == other != apart
    alike = [Draw(IPv4Network(f"{ip}/32"), 1) for ip in ("10.1.5.20", "10.2.5.20")]
    assert chance(alike) == 1
    assert chance([alike[0], Draw(IPv4Network("10.2.5.21/32"), 1)]) == 0


def test_known_hosts_count_and_their_addresses_are_not_drawn_again():
    known = [int(IPv4Address("10.1.5.20")), int(IPv4Address("10.2.5.9"))]
    draw = Draw(IPv4Network("10.2.5.0/24"), 1, frozenset(known[1:]))
    assert chance([draw], known) == Fraction(1, 253)


@pytest.mark.parametrize(
    ("draws", "why"),
    [
        (lambda: [Draw(IPv4Network("10.1.5.0/30"), 3)], "has 2 addresses for hosts, not 3"),
        (lambda: [Draw(IPv4Network("10.1.0.0/16"), 1), Draw(IPv4Network("10.1.5.0/24"), 1)], "it lies in"),
        (lambda: [Draw(IPv4Network((at << 24, 8)), 1) for at in range(1, 20)], "wider than /16"),
        (lambda: [Draw(IPv4Network((at << 24, 31)), 1) for at in range(1, 20)], "/31"),
        (lambda: [Draw(IPv4Network((at << 16, 24)), 1) for at in range(300)], "more than 128"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(draws, why):
    with pytest.raises(BadSubnet, match=why):
        chance(draws())


def test_large_numbers_of_hosts_take_no_time_worth_telling():
    draws = [Draw(IPv4Network((at << 24, 8)), 1_000) for at in range(1, 17)]
    assert Fraction(999, 1000) < chance(draws) < 1
