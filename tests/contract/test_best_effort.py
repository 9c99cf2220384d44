"""As many addresses as there are, when there are at least so many."""

import pytest

from maccord.alloc.errors import BadRequest, KeyReused, PoolExhausted
from maccord.alloc.records import RangeSpec
from tests.kit.stores import ACTOR, spec, vm


def some(authority, count, at_least, name="a", **more):
    return authority.allocate("web", vm(name), actor=ACTOR, count=count, at_least=at_least, **more)


@pytest.mark.parametrize("policy", ["sequential", "lowest", "random"])
def test_as_many_are_given_as_there_are(authority, policy):
    authority.create_pool(spec(last="02-00-00-00-10-1F", policy=policy), actor=ACTOR)
    authority.allocate("web", vm("before"), actor=ACTOR)
    given = some(authority, 100, 20)
    assert (given.count, len(set(given.addresses))) == (31, 31)
    with pytest.raises(PoolExhausted) as refused:
        some(authority, 5, 1)
    assert (refused.value.free, refused.value.wanted) == (0, 1)
    assert authority.verify_pools().ok


def test_fewer_than_the_least_are_none_and_nothing_is_taken(authority):
    authority.create_pool(spec(last="02-00-00-00-10-0F"), actor=ACTOR)
    with pytest.raises(PoolExhausted) as refused:
        some(authority, 50, 17)
    assert (refused.value.free, refused.value.wanted) == (16, 17)
    assert authority.usage("web")[0].available == 16
    assert some(authority, 50, 16).count == 16


def test_where_there_are_enough_all_are_given(authority):
    authority.create_pool(spec(), actor=ACTOR)
    assert some(authority, 40, 1).count == 40
    assert authority.audit(action="allocate").items[-1].details["runs"] == [[0x020000001000, 0x020000001027]]


def test_a_repeated_request_gets_the_same_few_though_there_are_more_by_now(authority):
    authority.create_pool(spec(last="02-00-00-00-10-0F"), actor=ACTOR)
    authority.exclude("web", RangeSpec("02-00-00-00-10-08", "02-00-00-00-10-0F"), reason="later", actor=ACTOR)
    first = some(authority, 12, 2, key="k")
    authority.include("web", RangeSpec("02-00-00-00-10-08", "02-00-00-00-10-0F"), actor=ACTOR)
    again = some(authority, 12, 2, key="k")
    assert (again.addresses, again.count, again.replayed) == (first.addresses, 8, True)
    for other in (3, None):
        with pytest.raises(KeyReused):
            some(authority, 12, other, key="k")


def test_what_rests_out_is_found_and_what_others_have_in_hand(stores):
    authority, other = stores.open(), stores.open()
    authority.create_pool(spec(last="02-00-00-00-10-3F"), actor=ACTOR)
    gone = authority.allocate("web", vm("x"), actor=ACTOR).addresses[0]
    other.allocate("web", vm("y"), actor=ACTOR)
    authority.release(gone, actor=ACTOR)
    stores.time.pass_s(61)
    assert some(authority, 100, 1).count == 63


@pytest.mark.parametrize(("count", "at_least"), [(5, 0), (5, 6), (1, -1)])
def test_a_least_that_cannot_be_is_refused(authority, count, at_least):
    authority.create_pool(spec(), actor=ACTOR)
    with pytest.raises(BadRequest):
        some(authority, count, at_least)
    with pytest.raises(BadRequest):
        some(authority, 1, 1, address="02-00-00-00-10-01")
