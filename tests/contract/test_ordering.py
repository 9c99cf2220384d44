"""Ranges of a pool in an order and with weights, on every store."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maccord.alloc.errors import BadRequest, PoolExhausted
from maccord.alloc.records import PoolChange, PoolSpec, RangeSpec
from tests.kit.stores import ACTOR, Stores, vm


def span(number, size=16, place=None, weight=None):
    return RangeSpec(f"02-00-00-{number:02X}-00-00", f"02-00-00-{number:02X}-00-{size - 1:02X}", place, weight)


def make(authority, *ranges, **more):
    return authority.create_pool(PoolSpec(name="web", ranges=ranges, **{"rest_s": 60, **more}), actor=ACTOR)


def give(authority, count=1, name="a"):
    return authority.allocate("web", vm(name), actor=ACTOR, count=count).addresses


def ranges_of(addresses):
    """Return from which range each address is."""
    return [int(address.split("-")[3], 16) for address in addresses]


def one_by_one(authority, count):
    return [ranges_of(give(authority))[0] for _ in range(count)]


@pytest.mark.parametrize("policy", ["sequential", "lowest", "random"])
def test_a_place_is_exhausted_before_the_next_begins(authority, policy):
    make(authority, span(0, 8, place=2), span(1, 40, place=1), span(2, 8, place=0), span(3, 8, place=1), policy=policy)
    given = one_by_one(authority, 64)
    assert set(given[:8]) == {2} or policy == "random"  # a hand of it may have the first of the next place, too
    assert Counter(given[:48])[0] == 0
    assert set(given[56:]) == {0} or policy == "random"
    assert Counter(given) == {0: 8, 1: 40, 2: 8, 3: 8}
    with pytest.raises(PoolExhausted):
        give(authority)


@pytest.mark.parametrize("policy", ["sequential", "lowest", "random"])
def test_many_at_once_come_from_ranges_in_proportion_to_their_weights(authority, policy):
    big = tuple(
        RangeSpec(f"02-00-{number:02X}-00-00-00", f"02-00-{number:02X}-FF-FF-FF", weight=weight)
        for number, weight in enumerate((1, 3, 4))
    )
    make(authority, *big, policy=policy)
    counts = Counter(int(address.split("-")[2], 16) for address in give(authority, count=160_000))
    for number, weight in enumerate((1, 3, 4)):
        assert abs(counts[number] - 160_000 * weight / 8) <= 4096


def test_chunks_of_two_processes_share_as_the_weights_say(stores):
    services = [stores.open(background=True), stores.open(background=True)]
    make(services[0], span(0, 256, weight=1), span(1, 256, weight=3))
    given: Counter[int] = Counter()
    for number in range(240):
        given[ranges_of(give(services[number % 2]))[0]] += 1
    assert abs(given[0] - 60) <= 32, "a chunk of each hand"


def test_a_range_that_was_exhausted_does_not_catch_up(authority):
    make(authority, span(0, 8, weight=2), span(1, 128, weight=1), rest_s=0)
    first = give(authority, count=60)
    assert Counter(ranges_of(first)) == {0: 8, 1: 52}
    for address in first:
        if ranges_of([address]) == [0]:
            authority.release(address, actor=ACTOR)
    authority.tick()
    again = Counter(ranges_of(give(authority, count=12, name="b")))
    assert again[1] > 0


def test_equal_weights_of_one_place_are_as_without_any(stores):
    plain, weighted = stores.open(), stores.open(stores.new_url())
    make(plain, span(0), span(1))
    make(weighted, span(0, weight=7), span(1, weight=7))
    for count in (1, 3, 20):
        assert give(plain, count) == give(weighted, count)


def test_each_range_goes_on_from_its_own_last(authority):
    make(authority, span(0, 64, weight=1), span(1, 64, weight=1000), rest_s=0)
    first = give(authority, count=3)
    authority.release(first[0], actor=ACTOR)
    authority.tick()
    second = give(authority, count=3, name="b")
    assert first[0] not in second, "sequential comes round before it gives again"
    authority.close()


def test_a_change_of_order_strands_nothing_and_holds_for_the_next_request(authority):
    made = make(authority, span(0), span(1))
    held = give(authority, count=4)
    assert set(ranges_of(held)) == {0}
    change = PoolChange(ranges=(span(0, place=1), span(1, weight=5)))
    changed = authority.change_pool("web", change, actor=ACTOR, expect=made.version)
    assert changed.stranded.count == 0
    assert [(one.place, one.weight) for one in changed.pool.ranges] == [(1, 1), (0, 5)]
    assert set(ranges_of(give(authority, count=16, name="b"))) == {1}
    assert authority.preview("web")[0].startswith("02-00-00-00")
    kept = authority.change_pool("web", PoolChange(ranges=(span(0), span(1, 32), span(2))), actor=ACTOR).pool
    assert [(one.place, one.weight) for one in kept.ranges] == [(1, 1), (0, 5), (0, 1)], "what is not named stays"
    assert authority.verify_pools().ok


def test_what_comes_next_is_previewed_in_order(authority):
    make(authority, span(0, 4, place=1), span(1, 4))
    assert ranges_of(authority.preview("web", count=8)) == [1] * 4 + [0] * 4
    expected = authority.preview("web", count=8)
    assert give(authority, count=8) == expected


def test_a_range_that_drains_is_passed_over_whatever_its_place(authority):
    make(authority, span(0, place=0), span(1, place=1))
    authority.change_pool("web", PoolChange(drain=(span(0).first,)), actor=ACTOR)
    assert set(one_by_one(authority, 16)) == {1}
    with pytest.raises(PoolExhausted):
        give(authority)


@pytest.mark.parametrize(("place", "weight"), [(-1, 1), (1001, 1), (0, 0), (0, 1001)])
def test_places_and_weights_that_cannot_be_are_refused(authority, place, weight):
    with pytest.raises(BadRequest, match="expected a"):
        make(authority, span(0, place=place, weight=weight))
    make(authority, span(0))
    with pytest.raises(BadRequest, match="expected a"):
        authority.change_pool("web", PoolChange(ranges=(span(0, place=place, weight=weight),)), actor=ACTOR)


def test_order_and_cursors_are_exported_and_come_in_again(stores):
    authority = stores.open()
    made = make(authority, span(0, 64, weight=2), span(1, 64, place=1), span(2, 64, weight=1))
    give(authority, count=30)
    rows = list(authority.export())
    other = stores.open(stores.new_url())
    other.load(iter(rows), actor=ACTOR)
    assert other.pool("web").ranges == made.ranges
    assert other.preview("web", count=9) == authority.preview("web", count=9)


def test_an_export_of_an_older_schema_has_ranges_without_an_order(stores):
    authority = stores.open()
    made = make(authority, span(0), span(1))
    rows = [
        {name: value for name, value in row.items() if name not in ("place", "weight", "last_given", "passed")}
        if row.get("table") == "pool_range"
        else row
        for row in authority.export()
    ]
    other = stores.open(stores.new_url())
    other.load(iter(rows), actor=ACTOR)
    assert other.pool("web").ranges == made.ranges


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    ranges=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 9), st.integers(1, 40)), min_size=1, max_size=6),
    policy=st.sampled_from(["sequential", "lowest", "random"]),
    steps=st.lists(st.integers(1, 30), max_size=12),
    chunks=st.booleans(),
)
def test_by_any_order_every_address_is_given_once_and_places_come_one_after_the_other(
    tmp_path_factory, ranges, policy, steps, chunks
):
    stores = Stores("sqlite-command", tmp_path_factory.mktemp("order"), None)
    authority = stores.open()
    authority._jobs._chunks = chunks
    spans = tuple(span(at, size, place, weight) for at, (place, weight, size) in enumerate(ranges))
    total = sum(size for *_, size in ranges)
    make(authority, *spans, policy=policy)
    given: list[str] = []
    left = total
    for step in [*steps, *[1] * 3, total]:
        count = min(step, left)
        if count:
            given += give(authority, count)
            left -= count
    assert len(set(given)) == len(given) == total
    places = [ranges[at][0] for at in ranges_of(given)]
    if policy != "random" or not chunks:  # a hand at the end of a place is shuffled with what follows it
        assert places == sorted(places)
    assert authority.verify_pools().ok
    with pytest.raises(PoolExhausted):
        give(authority)
    stores.close()
