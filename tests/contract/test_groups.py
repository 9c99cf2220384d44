"""Groups and the pools bound to them: order, inheritance, keys and races, the same on every store."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from maccord.alloc.errors import (
    BadRequest,
    GroupExhausted,
    GroupNotGranted,
    KeyReused,
    NoPoolForGroup,
    NoSuchGroup,
    NoSuchPool,
    PoolBound,
    StaleVersion,
)
from maccord.alloc.records import Holder, Note, PoolChange, PoolSpec, RangeSpec
from maccord.app.listing import everything
from tests.kit.stores import ACTOR, spec, vm

HOST = "emea/ams1/cluster7/hv01"


def make(authority, *names, size=4, **more):
    for name in names:
        number = len(authority.pools(limit=1000).items)
        first, last = f"02-00-00-00-{number:02X}-00", f"02-00-00-00-{number:02X}-{size - 1:02X}"
        authority.create_pool(spec(name, first, last, **more), actor=ACTOR)


def bind(authority, path, *pools, **more):
    return authority.set_group(path, pools, actor=ACTOR, **more)


def ask(authority, name="a", path=HOST, **more):
    return authority.allocate_for_group(path, vm(name), actor=ACTOR, **more)


def standings(told):
    return [(one.pool, one.standing) for one in told.candidates]


def test_a_group_tells_what_it_is(authority):
    make(authority, "blue", "green")
    made = bind(authority, "/EMEA/ams1/", "green", "blue", note="Amsterdam")
    assert (made.path, made.pools, made.inherit, made.note) == ("EMEA/ams1", ("green", "blue"), True, "Amsterdam")
    assert authority.group("emea/AMS1") == made
    assert authority.groups().items == (made,)
    assert authority.pool("blue").groups == ("EMEA/ams1",)


def test_paths_that_differ_in_case_are_one_group_and_the_last_spelling_stays(authority):
    make(authority, "blue")
    bind(authority, "EMEA", "blue")
    again = bind(authority, "emea", inherit=False)
    assert [one.path for one in authority.groups().items] == ["emea"]
    assert (again.pools, again.inherit) == ((), False)


@pytest.mark.parametrize(
    "path", ["", "//", "a//b", "a/../b", ".", "a b", "a\n", "ä", "a/" * 17, "x" * 64, "'; DROP TABLE pool", "a" * 300]
)
def test_what_is_no_path_is_refused(authority, path):
    with pytest.raises(BadRequest):
        bind(authority, path)
    with pytest.raises(BadRequest):
        ask(authority, path=path)


def test_groups_come_in_pages_and_under_a_path(authority):
    for path in ("a", "a/b", "a/b/c", "a-b", "ab", "/"):
        bind(authority, path)
    assert [one.path for one in everything(authority.groups)] == ["/", "a", "a-b", "a/b", "a/b/c", "ab"]
    assert [one.path for one in authority.groups(under="A").items] == ["a", "a/b", "a/b/c"]
    first = authority.groups(limit=4)
    assert [one.path for one in authority.groups(after=first.next, limit=4).items] == ["a/b/c", "ab"]


def test_a_group_needs_pools_that_are_there_and_each_once(authority):
    make(authority, "blue")
    with pytest.raises(NoSuchPool):
        bind(authority, "emea", "blue", "green")
    with pytest.raises(BadRequest, match="twice"):
        bind(authority, "emea", "blue", "blue")
    with pytest.raises(NoSuchGroup):
        authority.group("emea")


def test_a_path_without_a_group_of_its_own_asks_the_nearest_above_it(authority):
    make(authority, "root", "site", "cluster")
    bind(authority, "/", "root")
    bind(authority, "emea/ams1", "site")
    bind(authority, "emea/ams1/cluster7", "cluster")
    assert ask(authority, path=HOST).pool == "cluster"
    assert ask(authority, path="emea/ams1/cluster8/hv02").pool == "site"
    assert ask(authority, path="apac").pool == "root"
    assert ask(authority, path="/").pool == "root"


def test_pools_are_asked_in_their_order_and_then_those_of_the_group_above(authority):
    make(authority, "one", "two", "above")
    bind(authority, "emea", "above")
    bind(authority, "emea/ams1", "two", "one")
    given = [ask(authority, str(number)).pool for number in range(12)]
    assert given == ["two"] * 4 + ["one"] * 4 + ["above"] * 4
    with pytest.raises(GroupExhausted) as refused:
        ask(authority, "late")
    assert [pool for pool, _ in refused.value.told] == ["two", "one", "above"]
    assert "0 of 4 are free" in str(refused.value)


def test_a_group_that_does_not_inherit_ends_the_search(authority):
    make(authority, "own", "above")
    bind(authority, "emea", "above")
    bind(authority, "emea/ams1", "own", inherit=False)
    assert [ask(authority, str(number)).pool for number in range(4)] == ["own"] * 4
    with pytest.raises(GroupExhausted) as refused:
        ask(authority, "late")
    assert [pool for pool, _ in refused.value.told] == ["own"]
    bind(authority, "emea/ams1", inherit=False)
    with pytest.raises(NoPoolForGroup, match="does not inherit"):
        ask(authority, "late")


def test_many_addresses_come_from_the_first_pool_that_has_them_all(authority):
    make(authority, "small", size=4)
    make(authority, "large", size=64)
    bind(authority, "emea", "small", "large")
    assert ask(authority, "a", count=3).pool == "small"
    many = ask(authority, "b", count=5)
    assert (many.pool, many.count) == ("large", 5)
    assert ask(authority, "c").pool == "small"
    with pytest.raises(GroupExhausted):
        ask(authority, "d", count=60)
    assert ask(authority, "d", count=59).pool == "large"


def test_pools_of_another_kind_are_passed_over(authority):
    name = "50-01-43-80-00-00-00-00", "50-01-43-80-00-00-00-FF"
    authority.create_pool(PoolSpec(name="ports", ranges=(RangeSpec(*name),), kind="wwn"), actor=ACTOR)
    make(authority, "blue")
    bind(authority, "emea", "ports", "blue")
    assert ask(authority).pool == "blue"
    assert ask(authority, kind="wwn").pool == "ports"
    assert standings(authority.explain_group(HOST)) == [("ports", "other-kind"), ("blue", "won")]
    bind(authority, "emea", "ports")
    with pytest.raises(NoPoolForGroup, match="MAC addresses"):
        ask(authority)


def test_pools_that_are_not_granted_are_passed_over(authority):
    make(authority, "blue", "green")
    bind(authority, "emea", "blue", "green")
    assert ask(authority, granted={"green"}).pool == "green"
    told = authority.explain_group(HOST, granted={"green"})
    assert standings(told) == [("blue", "not-granted"), ("green", "won")]
    assert told.candidates[0].available is None
    with pytest.raises(GroupNotGranted) as refused:
        ask(authority, granted={"red"})
    assert refused.value.category == "denied"
    assert ask(authority, "all", granted={"green"}, count=3).pool == "green"
    with pytest.raises(GroupExhausted) as exhausted:
        ask(authority, "more", granted={"green"})
    assert dict(exhausted.value.told)["blue"] == "the token is not granted this pool"


def test_explaining_names_the_pool_that_gives_and_why_each_other_does_not(authority):
    make(authority, "full", "drains", "first", "second", "above")
    bind(authority, "/", "above", "full")
    bind(authority, "emea/ams1", "full", "drains", "first", "second")
    authority.allocate("full", vm("x"), actor=ACTOR, count=4)
    authority.release(authority.allocate("first", vm("y"), actor=ACTOR).addresses[0], actor=ACTOR)
    authority.change_pool("drains", PoolChange(drain=("02-00-00-00-01-00",)), actor=ACTOR)
    told = authority.explain_group(HOST, count=2)
    assert (told.pool, told.group, told.ended_at) == ("first", "emea/ams1", None)
    assert standings(told) == [
        ("full", "exhausted"),
        ("drains", "draining"),
        ("first", "won"),
        ("second", "able"),
        ("above", "able"),
        ("full", "repeated"),
    ]
    full, first = told.candidates[0], told.candidates[2]
    assert (full.size, full.available, full.resting) == (4, 0, 0)
    assert (first.available, first.resting, first.next_free_at is not None) == (3, 1, True)
    journal = len(list(everything(authority.audit)))
    assert ask(authority, count=2).pool == "first"
    assert len(list(everything(authority.audit))) == journal + 1


def test_a_repeated_key_gives_the_first_answer_whatever_is_bound_by_then(authority):
    make(authority, "one", "two")
    bind(authority, "emea", "one")
    first = ask(authority, key="build-1")
    bind(authority, "emea", "two")
    again = ask(authority, key="build-1")
    assert (again.addresses, again.pool, again.replayed) == (first.addresses, "one", True)
    authority.delete_group("emea", actor=ACTOR)
    assert ask(authority, key="build-1").addresses == first.addresses
    with pytest.raises(KeyReused):
        ask(authority, "b", key="build-1")
    with pytest.raises(KeyReused):
        ask(authority, path="emea/ams2", key="build-1")
    with pytest.raises(KeyReused):
        authority.allocate("one", vm("a"), actor=ACTOR, key="build-1")
    assert authority.counters().replays >= 2


def test_a_key_of_a_group_is_found_from_another_process_and_after_exhaustion(stores):
    one, two = stores.open(), stores.open()
    make(one, "small", size=1)
    bind(one, "emea", "small")
    first = ask(one, key="build-1")
    assert ask(two, key="build-1").addresses == first.addresses
    with pytest.raises(GroupExhausted):
        ask(two, "b", key="build-2")


def test_one_key_in_two_processes_at_a_time_is_one_allocation(stores):
    services = [stores.open(), stores.open()]
    make(services[0], "one", "two", size=32)
    bind(services[0], "emea", "one", "two")

    def race(number):
        # The second process finds another order: both pools can give, and still there is one answer.
        if number % 2:
            bind(services[0], "emea", "two", "one")
        return [
            each.result() for each in [pool.submit(ask, service, "a", key=f"build-{number}") for service in services]
        ]

    with ThreadPoolExecutor(2) as pool:
        for number in range(12):
            left, right = race(number)
            assert left.addresses == right.addresses
            assert left.replayed is not right.replayed
    assert sum(one.allocated for one in services[0].usage()) == 12


def test_two_processes_use_up_every_address_of_every_pool_that_a_group_asks(stores):
    services = [stores.open(), stores.open()]
    make(services[0], "one", "two", "three", size=16)
    bind(services[0], "emea", "two")
    bind(services[0], "emea/ams1", "one", "three")

    def work(number):
        given: list[str] = []
        while True:
            try:
                given += ask(services[number], f"vm{number}-{len(given)}").addresses
            except GroupExhausted:
                return given

    with ThreadPoolExecutor(2) as pool:
        found = [address for part in pool.map(work, range(2)) for address in part]
    assert len(found) == len(set(found)) == 48
    assert services[0].verify_pools().ok


def test_what_has_rested_is_given_again_by_the_pool_that_is_asked_first(stores):
    authority = stores.open()
    make(authority, "one", "two", size=1)
    bind(authority, "emea", "one", "two")
    first = ask(authority).addresses[0]
    assert ask(authority, "b").pool == "two"
    authority.release(first, actor=ACTOR)
    stores.time.pass_s(61)
    assert authority.explain_group(HOST).pool == "one"
    assert ask(authority, "c").addresses == (first,)


def test_a_pool_that_groups_ask_is_not_removed(authority):
    make(authority, "blue", "green")
    bind(authority, "emea/ams1", "blue", "green")
    bind(authority, "/", "blue")
    with pytest.raises(PoolBound) as refused:
        authority.delete_pool("blue", actor=ACTOR)
    assert refused.value.groups == ("/", "emea/ams1")
    bind(authority, "/")
    bind(authority, "emea/ams1", "green")
    authority.delete_pool("blue", actor=ACTOR)


def test_a_group_is_changed_only_while_it_has_the_version_that_is_expected(authority):
    make(authority, "blue")
    made = bind(authority, "emea", expect=0)
    with pytest.raises(StaleVersion):
        bind(authority, "emea", expect=0)
    changed = bind(authority, "EMEA", "blue", expect=made.version)
    assert changed.version != made.version
    for stale in (lambda: bind(authority, "emea", expect=made.version),
                  lambda: authority.delete_group("emea", actor=ACTOR, expect=made.version)):  # fmt: skip
        with pytest.raises(StaleVersion):
            stale()
    assert authority.group("emea") == changed
    authority.delete_group("emea", actor=ACTOR, expect=changed.version)
    with pytest.raises(NoSuchGroup):
        authority.delete_group("emea", actor=ACTOR)
    assert bind(authority, "emea").version > changed.version, "what an old client holds must not fit a new group"


def test_changes_of_groups_are_in_the_audit(authority):
    make(authority, "blue")
    bind(authority, "emea", "blue", note="ours")
    authority.delete_group("emea", actor=ACTOR)
    made, gone = [one for one in everything(authority.audit) if one.subject == "emea"]
    assert (made.action, made.details["before"], made.details["after"]["pools"]) == ("set-group", None, ["blue"])
    assert (gone.action, gone.details["before"]["note"]) == ("delete-group", "ours")
    assert authority.verify_audit().ok


def test_groups_are_exported_and_come_in_again(stores):
    authority = stores.open()
    make(authority, "blue", "green")
    bind(authority, "EMEA/ams1", "green", "blue", inherit=False, note="ours")
    bind(authority, "gone")
    authority.delete_group("gone", actor=ACTOR)
    given = ask(authority, path="emea/ams1/x", key="build-1")
    rows = list(authority.export())
    other = stores.open(stores.new_url())
    other.load(iter(rows), actor=ACTOR)
    assert other.groups() == authority.groups()
    assert ask(other, path="emea/ams1/x", key="build-1").addresses == given.addresses
    assert ask(other, "b", path="emea/ams1/x").pool == "green"
    assert other.verify_pools().ok
    assert bind(other, "gone").version > 1


def test_who_listens_is_told_of_groups_and_when_one_is_exhausted(authority):
    told: list[Note] = []
    authority.subscribe(told.append)
    make(authority, "blue", size=1)
    bind(authority, "emea", "blue")
    ask(authority)
    with pytest.raises(GroupExhausted):
        ask(authority, "b")
    names = [note.name for note in told]
    assert [name for name in names if name.startswith("group")] == ["group-set", "group-exhausted"]
    facts = next(note.facts for note in told if note.name == "group-exhausted")
    assert facts is not None
    assert (facts["group"], facts["wanted"]) == (HOST, 1)


def test_a_holder_with_an_end_gets_it_from_a_group_too(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    authority.set_group("ams1", ["web"], actor=ACTOR)
    until = stores.time.wall + timedelta(hours=1)
    given = authority.allocate_for_group("ams1/hv01", Holder("reservation", "later", until=until), actor=ACTOR)
    assert authority.look_up(given.addresses[0]).holders[0].holder.until == until
    stores.time.pass_s(3601)
    authority.tick()
    assert not authority.look_up(given.addresses[0]).holders
