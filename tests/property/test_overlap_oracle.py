"""What the engine finds of ranges is what a slow and readable reading of the rules finds, address by address.

The oracle below knows nothing of buckets, windows or joins: it walks the ends of the ranges and asks who covers what.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.engine import run_rules
from maccord.engine.duck import DuckEngine, columns_of
from maccord.engine.views import VIEWS
from maccord.fleet import vlan
from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import TABLES, Adapter, Host, Pool, Row
from maccord.fleet.snapshot import Snapshot
from maccord.rules import RULES

Span = tuple[int, int]
Told = dict[tuple[Any, ...], frozenset[int]]
Draw = Callable[[st.SearchStrategy[Any]], Any]

TOP = (1 << 48) - 1
CHAIN_MAX, STRETCHES_MAX = 32, 64
DOMAINS = (0, 1, 2, -1)


# An estate of hosts, pools and adapters ------------------------------------------------------------------------


@dataclass
class Estate:
    """Rows of three tables, as they are added."""

    hosts: list[Host] = field(default_factory=list)
    pools: list[Pool] = field(default_factory=list)
    adapters: list[Adapter] = field(default_factory=list)

    def host(self, domain: int, identity: int | None = None) -> Host:
        """Add a host; `identity` is the number of the host that it was copied from."""
        at = len(self.hosts)
        who = at if identity is None else identity
        self.hosts.append(Host(at, f"H{at}", "", domain, who, None, "", None, None, "", None, "", ""))
        return self.hosts[-1]

    def pool(self, host: Host, kind: str, span: Span) -> int:
        """Add a pool, and return its number."""
        at = len(self.pools)
        where = (host.id, host.identity, host.domain, kind, f"pool {at}")
        told = Pool(
            at,
            *where,
            *span,
            cursor=None,
            default_shaped=False,
            derived=None,
            file="",
            at_first="",
            at_last="",
            at_cursor="",
        )
        self.pools.append(told)
        return at

    def adapter(self, host: Host, mac: int | None, *, dynamic: bool | None, kind: str = "vm") -> None:
        """Add an adapter of a machine of its own; what no rule on ranges reads is left blank."""
        at = len(self.adapters)
        blank = {"BIGINT": 0, "VARCHAR": "", "BOOLEAN": False}
        values: dict[str, Any] = {name: blank[kind] for name, kind in columns_of(Adapter).items()}
        values |= {"id": at, "host_id": host.id, "domain": host.domain, "kind": kind, "mac": mac, "dynamic": dynamic}
        self.adapters.append(Adapter(**{**values, "machine_no": at}))


_ENGINE = DuckEngine()
_OF_OWNERS = frozenset({"entry", "link"})
_OF_ADAPTERS = frozenset({"host_adapter", "fill"})
_OF_MEETINGS = frozenset(name for name, _ in VIEWS) - _OF_OWNERS - _OF_ADAPTERS


@contextmanager
def engine_on(estate: Estate, views: frozenset[str] = _OF_MEETINGS) -> Iterator[DuckEngine]:
    """Yield an engine that holds the estate and some of the views; it is taken back afterwards, which is fast."""
    tables: dict[str, Sequence[Row]] = dict.fromkeys(TABLES, ())
    _ENGINE.connection.execute("BEGIN")
    try:
        _ENGINE.load(Snapshot({**tables, "host": estate.hosts, "pool": estate.pools, "adapter": estate.adapters}))
        _ENGINE.define_repeated("shared_mac", "adapter", "mac")
        for name, query in VIEWS:
            if name in views:
                _ENGINE.define(name, query)
        yield _ENGINE
    finally:
        _ENGINE.connection.execute("ROLLBACK")


def found(estate: Estate, *rules: str, views: frozenset[str] = _OF_MEETINGS) -> list[list[Finding]]:
    """Return what the engine finds, by rule."""
    with engine_on(estate, views) as engine:
        findings = run_rules(engine, [RULES[rule] for rule in rules])
    return [findings.get(rule, []) for rule in rules]


def told(findings: Iterable[Finding], *keys: str) -> Told:
    """Return the pools of each finding, by what tells it from others."""
    made = {tuple(one.facts[key] for key in keys): frozenset(one.rows["pool"]) for one in findings}
    assert all(one.rows.keys() == {"pool"} for one in findings)
    return made


# Ranges that meet: few ends, on and beside the edges of buckets of every width, small and giant ones mixed -----

_EDGES = sorted(
    {0, 1, TOP - 1, TOP}
    | {(1 << bit) + more for bit in (4, 8, 12, 16, 20, 28, 36, 40, 44, 47) for more in (-1, 0, 1)}
    | {0x00155DC86A00, 0x00155DC86AFF, 0x00155D000000, 0x00155DFFFFFF}
)
_NEAR = st.integers(0, 24)
_ENDS = _NEAR | st.sampled_from(_EDGES) | st.integers(0x00155DC86A00, 0x00155DC86A10)
_SPANS = (st.tuples(_NEAR, _NEAR) | st.tuples(_ENDS, _ENDS)).map(lambda ends: (min(ends), max(ends)))


def some_spans(draw: Draw) -> st.SearchStrategy[Span]:
    """Return a strategy for ranges from a short list, so that equal ones are likely."""
    listed = draw(st.lists(_SPANS, min_size=1, max_size=5))
    return st.sampled_from(listed) | _SPANS


@st.composite
def estates(draw: Draw, *, hosts_max: int = 9) -> Estate:
    """A few hosts, each with a range of its own, or pools of VMM, and perhaps pools of containers."""
    estate = Estate()
    span = some_spans(draw)
    for _ in range(draw(st.integers(2, hosts_max))):
        domain = draw(st.sampled_from(DOMAINS[:2]) | st.sampled_from(DOMAINS))
        alike = [one.identity for one in estate.hosts if one.domain == domain]
        copied = draw(st.sampled_from(alike)) if alike and draw(st.integers(0, 2)) == 0 else None
        host = estate.host(domain, copied)
        kinds = draw(st.sampled_from((["dynamic"], ["dynamic"], ["vmm"] * 2, ["vmm"] * 3, ["dynamic", "vmm", "vmm"])))
        for kind in (*kinds, *["container"] * draw(st.sampled_from((0, 0, 1, 2)))):
            estate.pool(host, kind, draw(span))
    return estate


# The oracle ----------------------------------------------------------------------------------------------------


def meet(one: Span, other: Span) -> bool:
    """Tell whether two ranges have an address in common."""
    return one[0] <= other[1] and other[0] <= one[1]


def common(one: Span, other: Span) -> Span:
    """Return what two ranges have in common."""
    return max(one[0], other[0]), min(one[1], other[1])


def islands(ranges: Iterable[Span], *, gap: int = 0) -> list[list[Span]]:
    """Group ranges that a chain of common addresses joins; with a gap of 1 those that merely touch, too."""
    groups: list[list[Span]] = []
    for one in sorted(ranges):
        if groups and one[0] <= max(last for _, last in groups[-1]) + gap:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def hull(ranges: Iterable[Span]) -> Span:
    """Return the range from the first to the last address of all."""
    listed = list(ranges)
    return min(first for first, _ in listed), max(last for _, last in listed)


def runs_of_two(ranges: Sequence[Span]) -> list[Span]:
    """Return the maximal runs of addresses that at least two of the ranges cover."""
    places = sorted({first for first, _ in ranges} | {last + 1 for _, last in ranges})
    runs: list[Span] = []
    for place, after in pairwise(places):
        if sum(first <= place <= last for first, last in ranges) < 2:
            continue
        if runs and runs[-1][1] + 1 == place:
            runs[-1] = (runs[-1][0], after - 1)
        else:
            runs.append((place, after - 1))
    return runs


Whole = tuple[Span, int]


def wholes(pools: Sequence[Pool], *, apart: bool) -> dict[int, Whole]:
    """Return what each pool is a part of, when its owner's ranges count as one: the island, and whose it is.

    An island of equal ranges is nobody's in particular, so that it is the same for all owners who hold that range.
    With `apart` every range counts by itself.
    """
    if apart:
        return {one.id: ((one.first, one.last), -1) for one in pools}
    made: dict[int, Whole] = {}
    for identity in {one.identity for one in pools}:
        own = [one for one in pools if one.identity == identity]
        for island in islands((one.first, one.last) for one in own):
            whole = (hull(island), identity if len(set(island)) > 1 else -1)
            made |= {one.id: whole for one in own if meet((one.first, one.last), whole[0])}
    return made


def overlaps(pools: Sequence[Pool], *, apart: bool) -> list[tuple[Span, bool, frozenset[int], int]]:
    """Return range, whether it comes of different ranges, pools, and the number of the chain, of each overlap."""
    whole_of = wholes(pools, apart=apart)
    chains = [
        [whole for whole in set(whole_of.values()) if meet(whole[0], hull(chain))]
        for chain in islands({span for span, _ in whole_of.values()})
    ]
    chain_of = {whole: at for at, chain in enumerate(chains) for whole in chain}
    made = []
    for span in {(one.first, one.last) for one in pools}:
        alike = [one for one in pools if (one.first, one.last) == span]
        if len(alike) > 1 and (apart or len({one.identity for one in alike}) > 1):
            numbers = frozenset(one.id for one in alike)
            chain_numbers = {chain_of[whole_of[number]] for number in numbers}
            assert len(chain_numbers) == 1
            made.append((span, False, numbers, chain_numbers.pop()))
    for at, chain in enumerate(chains):
        runs = runs_of_two([span for span, _ in chain])
        for run in [hull(runs)] if len(chain) > CHAIN_MAX else runs:
            touching = frozenset(
                one.id for one in pools if whole_of[one.id] in chain and meet((one.first, one.last), run)
            )
            made.append((run, True, touching, at))
    return made


def expected_overlaps(estate: Estate) -> tuple[Told, dict[tuple[Any, ...], tuple[Any, ...]]]:
    """Return the findings of overlapping-pools, and the chain that each belongs to."""
    made: Told = {}
    chains: dict[tuple[Any, ...], tuple[Any, ...]] = {}
    identities = [one.identity for one in estate.hosts]
    twinned = {one for one in identities if identities.count(one) > 1}
    for domain, vmm, part in product(DOMAINS, (False, True), (-1, *sorted(twinned))):
        pools = [
            one
            for one in estate.pools
            if one.kind == ("vmm" if vmm else "dynamic") and one.domain == domain and part in (-1, one.identity)
        ]
        for span, chained, numbers, chain in overlaps(pools, apart=part != -1):
            key = (domain, vmm, part, *span, chained)
            assert key not in made
            made[key], chains[key] = numbers, (domain, vmm, part, chain)
    return made, chains


def expected_stretches(pool: Span, others: Iterable[Pool], own: frozenset[int]) -> dict[Span, frozenset[int]]:
    """Return the stretches that a pool has in common with others, each with the pools that take part."""
    listed = [(common(pool, (one.first, one.last)), one.id) for one in others if meet(pool, (one.first, one.last))]
    stretches = [hull(island) for island in islands((span for span, _ in listed), gap=1)]
    if len(stretches) > STRETCHES_MAX:
        stretches = [hull(stretches)]
    return {one: own | {number for span, number in listed if meet(span, one)} for one in stretches}


def expected_over(estate: Estate, kind: str) -> Told:
    """Return the findings of the rules that hold a VMM's or a container's pool against other pools."""
    made: Told = {}
    for domain, span in {(one.domain, (one.first, one.last)) for one in estate.pools if one.kind == kind}:
        here = [one for one in estate.pools if one.domain == domain]
        own = [one for one in here if one.kind == kind and (one.first, one.last) == span]
        hosts = {one.host_id for one in own}
        others = [one for one in here if one.kind == "dynamic"]
        if kind == "container":
            others = [one for one in here if one.kind != kind or len(hosts) > 1 or {one.host_id} != hosts]
        for stretch, numbers in expected_stretches(span, others, frozenset(one.id for one in own)).items():
            made[(domain, *span, *stretch)] = numbers
    return made


# Overlapping pools ---------------------------------------------------------------------------------------------

_OVERLAP = ("domain", "vmm", "part", "first", "last", "chained")
_OVER = ("domain", "pool_first", "pool_last", "first", "last")


def assert_overlaps_as_expected(estate: Estate) -> Told:
    """Assert that the rule overlapping-pools says what the oracle says, and return it."""
    (findings,) = found(estate, "overlapping-pools", views=_OF_OWNERS)
    expected, chains = expected_overlaps(estate)
    assert told(findings, *_OVERLAP) == expected
    assert len(findings) == len(expected)
    assert all(one.segment == (one.facts["first"], one.facts["last"]) for one in findings)
    names = {
        tuple(one.facts[key] for key in _OVERLAP): tuple(one.facts[key] for key in ("domain", "vmm", "part", "chain"))
        for one in findings
    }
    both = {(names[key], chains[key]) for key in expected}
    assert len(both) == len({name for name, _ in both}) == len({chain for _, chain in both})
    return expected


@settings(max_examples=50)
@given(estates())
def test_overlapping_pools_are_told_as_the_oracle_tells_them(estate):
    assert_overlaps_as_expected(estate)


@st.composite
def chains(draw: Draw) -> Estate:
    """Many different ranges in one chain, about as many as are still told one stretch at a time."""
    estate = Estate()
    count = draw(st.integers(CHAIN_MAX - 3, CHAIN_MAX + 2))
    step = draw(st.sampled_from((2, 16, 1 << 8, 1 << 16, 1 << 40)))
    base = draw(st.sampled_from((0, 0x00155D000000, TOP + 1 - (count + 2) * step)))
    base = min(base, TOP + 1 - (count + 2) * step)
    under = draw(st.booleans())
    if under:
        estate.pool(estate.host(0), "dynamic", (base, base + (count + 2) * step - 1))
    for at in range(count):
        first = base + at * step
        last = first + step - 1 + (0 if under else draw(st.sampled_from((0, 0, 1, step))))
        host = estate.host(0, draw(st.sampled_from((None, None, None, 0))) if estate.hosts else None)
        estate.pool(host, "dynamic", (first, last))
    for _ in range(draw(st.integers(0, 2))):
        span = draw(st.sampled_from([(one.first, one.last) for one in estate.pools]))
        estate.pool(estate.host(0), "dynamic", span)
    return estate


@settings(max_examples=15)
@given(chains())
def test_long_chains_are_told_as_the_oracle_tells_them(estate):
    assert_overlaps_as_expected(estate)


@pytest.mark.parametrize("small", [CHAIN_MAX - 1, CHAIN_MAX])
def test_a_chain_of_more_than_32_different_ranges_is_told_as_a_whole(small):
    estate = Estate()
    giant = estate.pool(estate.host(0), "dynamic", (0, TOP))
    pools = [estate.pool(estate.host(0), "dynamic", (1000 * at, 1000 * at + 99)) for at in range(1, small + 1)]
    expected = assert_overlaps_as_expected(estate)
    if small + 1 > CHAIN_MAX:
        assert expected == {(0, False, -1, 1000, 1000 * small + 99, True): frozenset({giant, *pools})}
    else:
        assert len(expected) == small
        assert all(len(numbers) == 2 for numbers in expected.values())


def test_equal_ranges_that_no_other_range_touches_are_one_finding_and_no_chain():
    estate = Estate()
    pools = [estate.pool(estate.host(0), "dynamic", (0, TOP)) for _ in range(3)]
    assert assert_overlaps_as_expected(estate) == {(0, False, -1, 0, TOP, False): frozenset(pools)}


def test_the_ranges_of_a_host_and_its_clone_are_one_owner_to_others_and_two_to_each_other():
    estate = Estate()
    host = estate.host(0)
    one = estate.pool(host, "dynamic", (0, 9))
    two = estate.pool(estate.host(0, host.identity), "dynamic", (5, 19))
    assert assert_overlaps_as_expected(estate) == {(0, False, 0, 5, 9, True): {one, two}}
    other = estate.pool(estate.host(0), "dynamic", (18, 30))
    assert assert_overlaps_as_expected(estate) == {
        (0, False, 0, 5, 9, True): {one, two},
        (0, False, -1, 18, 19, True): {two, other},
    }


def test_ranges_that_merely_touch_do_not_overlap():
    estate = Estate()
    for span in ((0, 255), (256, 511), (512, TOP)):
        estate.pool(estate.host(0), "dynamic", span)
    assert assert_overlaps_as_expected(estate) == {}


def test_ranges_of_different_layer_2_domains_do_not_overlap():
    estate = Estate()
    for domain in DOMAINS:
        estate.pool(estate.host(domain), "dynamic", (0, TOP))
    assert assert_overlaps_as_expected(estate) == {}


# Pools of VMM and of containers over others --------------------------------------------------------------------


@settings(max_examples=30)
@given(estates())
def test_pools_of_vmm_and_containers_over_others_are_told_as_the_oracle_tells_them(estate):
    of_vmm, of_containers = found(estate, "vmm-pool-over-host-range", "container-pool-over-pool")
    for findings, kind in ((of_vmm, "vmm"), (of_containers, "container")):
        expected = expected_over(estate, kind)
        assert told(findings, *_OVER) == expected
        assert len(findings) == len(expected)


@pytest.mark.parametrize("count", [STRETCHES_MAX, STRETCHES_MAX + 1])
@pytest.mark.parametrize(
    ("rule", "kind"), [("vmm-pool-over-host-range", "vmm"), ("container-pool-over-pool", "container")]
)
def test_more_than_64_stretches_of_one_pool_are_told_as_one(count, rule, kind):
    estate = Estate()
    pool = estate.pool(estate.host(0), kind, (0, TOP))
    ranges = [estate.pool(estate.host(0), "dynamic", (100 * at, 100 * at + 9)) for at in range(count)]
    touching = estate.pool(estate.host(0), "dynamic", (10, 12))
    made = told(found(estate, rule)[0], *_OVER)
    assert made == expected_over(estate, kind)
    if count > STRETCHES_MAX:
        assert made == {(0, 0, TOP, 0, 100 * count - 91): {pool, touching, *ranges}}
    else:
        assert len(made) == count
        assert made[0, 0, TOP, 0, 12] == {pool, ranges[0], touching}


def test_two_container_pools_of_one_host_do_not_fault_each_other():
    estate = Estate()
    host = estate.host(0)
    for span in ((0, 9), (5, 19), (5, 19)):
        estate.pool(host, "container", span)
    assert found(estate, "container-pool-over-pool") == [[]]


# The views beneath ---------------------------------------------------------------------------------------------

_MACS = st.none() | _ENDS | st.integers(0, TOP)


@st.composite
def inhabited(draw: Draw) -> Estate:
    """An estate with adapters of which many stand on or beside the ends of ranges."""
    estate: Estate = draw(estates(hosts_max=6))
    ends = sorted({end for one in estate.pools for end in (one.first, one.last)})
    beside = st.tuples(st.sampled_from(ends), st.integers(-1, 1)).map(lambda pair: min(max(sum(pair), 0), TOP))
    for _ in range(draw(st.integers(1, 12))):
        host = draw(st.sampled_from(estate.hosts))
        kind = draw(st.sampled_from(("vm", "vm", "vm", "management")))
        estate.adapter(host, draw(beside | _MACS), dynamic=draw(st.sampled_from((True, False, False, None))), kind=kind)
    return estate


def expected_inside(estate: Estate) -> list[tuple[Any, ...]]:
    """Return which static and which strayed addresses lie in which ranges, each range once."""
    ranges = {(one.domain, one.kind, one.first, one.last) for one in estate.pools if one.kind != "container"}
    made = []
    for one in estate.adapters:
        if one.kind != "vm" or one.mac is None or one.dynamic is None:
            continue
        own = [pool for pool in estate.pools if pool.host_id == one.host_id and pool.kind == "dynamic"]
        if one.dynamic and not any(one.mac < pool.first or one.mac > pool.last for pool in own):
            continue
        made += [
            (one.id, "stray" if one.dynamic else "static", *range_)
            for range_ in ranges
            if range_[0] == one.domain and range_[2] <= one.mac <= range_[3]
        ]
    return sorted(made)


def expected_crossing(estate: Estate) -> list[tuple[Any, ...]]:
    """Return each range of VMM or of containers with each range of its domain that it meets, itself too."""
    ranges = {(one.domain, one.kind, one.first, one.last) for one in estate.pools}
    return sorted(
        (*one, *other[1:])
        for one, other in product(ranges, ranges)
        if one[1] != "dynamic" and one[0] == other[0] and meet(one[2:], other[2:])
    )


@settings(max_examples=30)
@given(inhabited())
def test_the_views_inside_and_crossing_hold_what_lies_inside_and_what_crosses(estate):
    with engine_on(estate) as engine:
        _, inside = engine.query("SELECT adapter_id, why, domain, kind, first, last FROM inside")
        _, crossing = engine.query(
            "SELECT domain, kind, first, last, other_kind, other_first, other_last FROM crossing"
        )
    assert sorted(inside, key=repr) == sorted(expected_inside(estate), key=repr)
    assert sorted(crossing, key=repr) == sorted(expected_crossing(estate), key=repr)


def test_every_width_of_bucket_meets_every_other():
    """One address under ranges of every size: all of them hold it, and each meets each."""
    estate = Estate()
    spot = 0x0A5A5A5A5A5A
    sizes = [1 << bit for bit in range(49)] + [(1 << bit) + 1 for bit in range(1, 48)]
    for size in sizes:
        first = min(max(spot - size // 2, 0), TOP + 1 - size)
        estate.pool(estate.host(0), ("dynamic", "vmm", "container")[size % 3], (first, first + size - 1))
    estate.adapter(estate.hosts[0], spot, dynamic=False)
    with engine_on(estate) as engine:
        _, inside = engine.query("SELECT adapter_id, why, domain, kind, first, last FROM inside")
        _, crossing = engine.query(
            "SELECT domain, kind, first, last, other_kind, other_first, other_last FROM crossing"
        )
        _, widest = engine.query("SELECT MAX(n) FROM (SELECT COUNT(*) AS n FROM bucket GROUP BY kind, first, last) c")
    assert sorted(inside, key=repr) == sorted(expected_inside(estate), key=repr)
    assert sorted(crossing, key=repr) == sorted(expected_crossing(estate), key=repr)
    assert widest == [(17,)]


# Sets of VLANs -------------------------------------------------------------------------------------------------

_VLANS = st.sampled_from((0, 1, 2, 9, 10, 11, 4093, 4094, 4095)) | st.integers(0, 4095)
_VLAN_SPANS = st.tuples(_VLANS, _VLANS).map(lambda ends: (min(ends), max(ends)))
_VLAN_SETS = st.lists(_VLAN_SPANS, min_size=1, max_size=5)


def heard(listed: Iterable[Span]) -> set[int]:
    """Return the VLANs of a list of spans."""
    return {one for first, last in listed for one in range(first, last + 1)}


@settings(max_examples=60)
@given(st.lists(_VLAN_SETS, max_size=6))
def test_two_sets_of_vlans_share_an_atom_exactly_when_they_hear_each_other(sets):
    texts = [vlan.text_of(one) for one in sets]
    atoms = vlan.atoms(list(enumerate(texts)))
    assert len(atoms) == len(set(atoms))
    atoms_of = [{atom for number, atom in atoms if number == at} for at in range(len(sets))]
    for (one, his), (other, hers) in product(zip(sets, atoms_of, strict=True), repeat=2):
        assert bool(his & hers) == bool(heard(one) & heard(other))
    assert len({atom for _, atom in atoms}) <= 2 * sum(len(vlan.parse(text)) for text in texts)


@given(_VLAN_SETS, st.randoms(use_true_random=False))
def test_a_set_of_vlans_has_one_spelling(listed, order):
    text = vlan.text_of(listed)
    spelled = [f"{first}-{last}" for first, last in listed]
    order.shuffle(spelled)
    assert heard(vlan.parse(text)) == heard(listed)
    assert vlan.text_of(vlan.parse(" , ".join(spelled))) == text


@pytest.mark.parametrize("text", ["4096", "-1", "5-3", "1-2-3", "a", "1,,x", "٣x", "1--2", "99999999999999999999"])
def test_what_is_no_set_of_vlans_is_refused(text):
    with pytest.raises(ValueError, match=r"."):
        vlan.parse(text)
