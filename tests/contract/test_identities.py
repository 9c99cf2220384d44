"""Addresses by identity: the same again, in whatever order, after a rebuild, and nobody else's rest is cut short."""

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maccord.alloc import derive
from maccord.alloc.errors import BadRequest, KeyReused, PoolExhausted
from maccord.alloc.life import State
from maccord.alloc.records import Holder, PoolChange, PoolSpec, RangeSpec
from maccord.app.derived import derived
from maccord.mac import parse_value, show
from tests.kit.stores import ACTOR, spec, vm

RUNS = [(0x020000001000, 0x0200000010FF)]


def give(authority, identity, name=None, pool="web", **more):
    return authority.allocate(pool, vm(name or identity), actor=ACTOR, identity=identity, **more)


def firsts(identity, seed="global/web", runs=RUNS):
    return [show(value) for value in derive.candidates(seed, identity, runs)]


def test_an_identity_has_its_first_candidate_and_the_same_again(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("plain"), actor=ACTOR)  # a service has chunks in hand
    first = give(authority, "prod/web-01/nic0")
    assert first.addresses[0] == firsts("prod/web-01/nic0")[0]
    again = give(authority, "prod/web-01/nic0")
    assert (again.addresses, again.replayed) == (first.addresses, True)
    assert authority.look_up(first.addresses[0]).identity == "prod/web-01/nic0"
    assert authority.audit(action="allocate").items[-1].details["identity"] == "prod/web-01/nic0"
    assert authority.verify_pools().ok


def test_a_pool_made_anew_gives_the_same_whatever_the_order(stores):
    names = [f"vm{number}/nic0" for number in range(40)]
    wide = spec(last="02-00-00-FF-FF-FF", policy="random")
    found = []
    for seed in range(2):
        authority = stores.open(stores.new_url())
        authority.create_pool(wide, actor=ACTOR)
        random.Random(seed).shuffle(names)
        found.append({name: give(authority, name).addresses[0] for name in names})
    assert found[0] == found[1]
    offline = derived(names, seed="global/web", ranges=wide.ranges)
    assert {one.identity: one.address for one in offline} == found[0]
    assert authority.pool("web").seed == "global/web"


def test_another_seed_gives_other_addresses(authority):
    authority.create_pool(spec(seed="rack 7"), actor=ACTOR)
    assert give(authority, "x").addresses[0] == firsts("x", "rack 7")[0]
    assert authority.pool("web").seed == "rack 7"


def test_a_taken_candidate_is_passed_over_and_kept_when_it_becomes_free(stores, authority):
    authority.create_pool(spec(rest_s=0), actor=ACTOR)
    first, second = firsts("x")[:2]
    authority.allocate("web", vm("other"), actor=ACTOR, address=first)
    assert give(authority, "x").addresses[0] == second
    authority.release(first, actor=ACTOR)
    stores.time.pass_s(1)
    authority.tick()
    assert give(authority, "x").addresses[0] == second


def test_two_holders_of_one_identity_have_two_addresses(authority):
    authority.create_pool(spec(), actor=ACTOR)
    assert [give(authority, "x", name).addresses[0] for name in "ab"] == firsts("x")[:2]


def test_one_holder_with_two_identities_has_two_addresses_though_they_collide(authority):
    authority.create_pool(spec(last="02-00-00-00-10-01"), actor=ACTOR)
    found = {give(authority, identity, "vm1").addresses[0] for identity in ("nic0", "nic1")}
    assert len(found) == 2
    with pytest.raises(PoolExhausted):
        give(authority, "nic2", "vm1")
    assert give(authority, "nic0", "vm1").replayed


def test_excluded_and_draining_addresses_are_passed_over(authority):
    authority.create_pool(
        PoolSpec(name="web", rest_s=60, ranges=(
            RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-7F"), RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-7F"),
        )), actor=ACTOR,
    )  # fmt: skip
    runs = [(0x020000001000, 0x02000000107F), (0x020000002000, 0x02000000207F)]
    authority.change_pool("web", PoolChange(drain=("02-00-00-00-20-00",)), actor=ACTOR)
    wanted = [one for one in firsts("x", runs=runs) if one < "02-00-00-00-20-00"]
    authority.exclude("web", RangeSpec(wanted[0], wanted[0]), reason="printer", actor=ACTOR)
    told = authority.derive("web", ["x"])[0]
    expected = next(one for one in wanted if one != wanted[0])
    assert (told.address, give(authority, "x").addresses[0]) == (expected, expected)


def test_who_let_go_and_comes_again_has_it_at_once_and_nobody_else_does(stores, authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority, "x").addresses[0]
    authority.release(address, actor=ACTOR)
    assert authority.derive("web", ["x"])[0].has
    other = give(authority, "x", "somebody else").addresses[0]
    assert other != address
    assert authority.look_up(address).state is State.RESTING
    stores.time.pass_s(30)
    rebuilt = give(authority, "x")
    assert (rebuilt.addresses[0], rebuilt.replayed) == (address, False)
    assert authority.look_up(address).state is State.HELD
    states = [one.state for one in authority.history(address)]
    assert states == [State.HELD, State.RESTING, State.HELD]
    assert authority.verify_pools().ok


def test_a_rest_protects_from_whoever_shared_the_address(authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority, "x").addresses[0]
    authority.share(address, Holder("replica", "x at the other site"), actor=ACTOR)
    authority.release(address, actor=ACTOR, holder="x at the other site")
    authority.release(address, actor=ACTOR)
    assert give(authority, "x").addresses[0] != address


def test_probation_is_never_cut_short(authority):
    authority.create_pool(spec(), actor=ACTOR)
    address = give(authority, "x").addresses[0]
    authority.probation(address, reason="seen twice", actor=ACTOR)
    authority.release(address, actor=ACTOR)
    assert give(authority, "x").addresses[0] != address
    assert authority.look_up(address).state is State.PROBATION


def test_it_never_fails_while_the_pool_has_free_addresses(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("many"), actor=ACTOR, count=200)
    told = authority.derive("web", [f"vm{number}" for number in range(57)])
    assert [one.address is None for one in told] == [False] * 56 + [True]
    given = [give(authority, f"vm{number}").addresses[0] for number in range(56)]
    assert given == [one.address for one in told[:56]]
    assert len(set(given)) == 56
    with pytest.raises(PoolExhausted):
        give(authority, "one more")
    assert any(one.probe == derive.PROBES for one in told)


def test_a_derivation_tells_who_is_in_the_way_and_reserves_nothing(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.allocate("web", vm("other"), actor=ACTOR, address=firsts("x")[0])
    told = authority.derive("web", ["x", "x"])
    assert [(one.address, one.in_the_way) for one in told] == [
        (firsts("x")[1], "vm-adapter:other"), (firsts("x")[2], "vm-adapter:other"),
    ]  # fmt: skip
    assert authority.usage("web")[0].allocated == 1


def test_a_key_and_an_identity_go_together(authority):
    authority.create_pool(spec(), actor=ACTOR)
    first = give(authority, "x", "a", key="k")
    authority.release(first.addresses[0], actor=ACTOR)
    assert give(authority, "x", "a", key="k").replayed
    assert authority.look_up(first.addresses[0]).state is State.RESTING
    with pytest.raises(KeyReused):
        give(authority, "y", "a", key="k")


def test_an_end_and_an_identity_go_together(authority):
    authority.create_pool(spec(), actor=ACTOR)
    asked = Holder("reservation", "x", until=authority.now().replace(year=2030))
    address = authority.allocate("web", asked, actor=ACTOR, identity="x").addresses[0]
    assert authority.look_up(address).holders[0].holder == asked


def test_an_import_keeps_seed_and_identities(stores, authority):
    authority.create_pool(spec(seed="rack 7"), actor=ACTOR)
    first = give(authority, "x")
    other = stores.open(stores.new_url())
    other.load(list(authority.export()), actor=ACTOR)
    assert give(other, "x").addresses == first.addresses
    assert other.pool("web").seed == "rack 7"


@pytest.mark.parametrize(
    "wrong", [{"count": 2}, {"address": "02-00-00-00-10-01"}, {"identity": ""}, {"identity": "a\nb"}]
)
def test_an_identity_that_cannot_be_is_refused(authority, wrong):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(BadRequest):
        authority.allocate("web", vm("a"), actor=ACTOR, **{"identity": "x", **wrong})
    with pytest.raises(BadRequest):
        authority.derive("web", [])


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    names=st.lists(
        st.text(st.characters(categories=("L", "N", "P")), min_size=1, max_size=8), min_size=1, max_size=60, unique=True
    ),
    barred=st.lists(st.integers(0, 40), max_size=6),
)
def test_whatever_is_asked_offline_no_address_is_barred_or_given_twice(names, barred):
    ranges = (RangeSpec("02-00-00-00-10-00", "02-00-00-00-10-0F"), RangeSpec("02-00-00-00-20-00", "02-00-00-00-20-1F"))
    every = [value for each in ranges for value in range(parse_value(each.first), parse_value(each.last) + 1)]
    excluded = [RangeSpec(show(every[at]), show(every[at])) for at in barred]
    told = derived(names, seed="s", ranges=ranges, excluded=excluded)
    found = [one.address for one in told if one.address]
    allowed = {show(value) for value in every} - {each.first for each in excluded}
    assert len(found) == len(set(found)) == min(len(names), len(allowed))
    assert set(found) <= allowed
    again = derived(names, seed="s", ranges=tuple(reversed(ranges)), excluded=excluded)
    assert again == told
