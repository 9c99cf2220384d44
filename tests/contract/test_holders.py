"""What a holder has is found at once, whoever gave it, followed or not, and only while it is held."""

import random

import pytest

from maccord.alloc.records import Adoption, Holder, PoolSpec, RangeSpec
from maccord.app.listing import everything
from maccord.store import holders as index
from tests.kit.stores import ACTOR, spec, vm


@pytest.fixture
def followed(monkeypatch):
    """Follow the journal to its end, at once."""
    monkeypatch.setattr(index, "YOUNG_US", 0)
    monkeypatch.setattr(index, "LAST", 0)


def of(authority, holder, **more):
    return [one.address for one in everything(authority.leases, holder=holder, **more)]


def seen(authority, holder, **more):
    """Return what the index finds, once held against every lease there is."""
    found = of(authority, holder, **more)
    scan = list(everything(authority.leases, **more))
    assert found == [one.address for one in scan if any(holder in (str(h.holder), h.holder.id) for h in one.holders)]
    return found


@pytest.mark.usefixtures("followed")
def test_what_a_holder_has_is_found_before_and_after_the_journal_is_followed(authority):
    authority.create_pool(spec(), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR).addresses[0]
    authority.allocate("web", vm("b"), actor=ACTOR)
    many = authority.allocate("web", vm("a"), actor=ACTOR, count=5).addresses
    assert seen(authority, "a") == [given, *many] == seen(authority, "vm-adapter:a")
    authority.tick()
    assert seen(authority, "a") == [given, *many]
    authority.release(given, actor=ACTOR)
    assert seen(authority, "a") == [*many]
    authority.tick()
    assert seen(authority, "a") == [*many]
    assert of(authority, "snapshot:a") == of(authority, "nobody") == []


@pytest.mark.usefixtures("followed")
def test_every_way_to_hold_an_address_is_found(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("lab", scope="site2"), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR, address="02-00-00-00-10-07").addresses[0]
    authority.share(given, Holder("snapshot", "s: 100 %_'\"!\\"), actor=ACTOR, scope="global")
    authority.adopt(
        [Adoption(address="06-00-00-00-00-01", holder=vm("a")), Adoption(address=given, holder=vm("a"))], actor=ACTOR
    )
    authority.allocate("lab", vm("a"), actor=ACTOR)
    for _ in range(2):
        assert seen(authority, "a") == [given, "06-00-00-00-00-01", "02-00-00-00-10-00"]
        assert seen(authority, "s: 100 %_'\"!\\") == [given]
        assert seen(authority, "a", scope="site2") == ["02-00-00-00-10-00"]
        assert seen(authority, "a", pool="web") == [given]
        authority.tick()


@pytest.mark.usefixtures("followed")
def test_an_address_that_comes_to_its_holder_again_is_found_again(authority, stores):
    authority.create_pool(spec(), actor=ACTOR)
    address = authority.allocate("web", vm("a"), actor=ACTOR).addresses[0]
    authority.release(address, actor=ACTOR)
    stores.time.pass_s(61)
    authority.adopt([Adoption(address=address, holder=vm("a"))], actor=ACTOR)
    authority.tick()  # follows the release only now
    assert seen(authority, "a") == [address]


@pytest.mark.usefixtures("followed")
def test_pages_of_a_holder_follow_each_other_without_a_gap(authority):
    authority.create_pool(spec(), actor=ACTOR)
    authority.create_pool(spec("lab", scope="site2"), actor=ACTOR)
    for pool in ("web", "lab", "web", "lab"):
        authority.allocate(pool, vm("a"), actor=ACTOR, count=7)
        authority.allocate(pool, vm("b"), actor=ACTOR)
        authority.tick()
    found, after = [], None
    while True:
        page = authority.leases(holder="a", limit=3, after=after)
        found += [(one.scope, one.address) for one in page.items]
        after = page.next
        if after is None:
            break
        assert len(page.items) == 3
    assert len(found) == len(set(found)) == 28


def test_young_and_last_records_are_not_taken_for_past(authority, stores, monkeypatch):
    monkeypatch.setattr(index, "LAST", 3)
    authority.create_pool(spec(), actor=ACTOR)
    for turn in range(8):
        authority.allocate("web", vm(f"vm{turn}"), actor=ACTOR)

    def mark():
        with authority._db.reading() as reader:
            return int(reader.rows(index._MARK)[0][0])

    authority.tick()
    assert mark() == 0  # nothing is two minutes old
    stores.time.pass_s(121)
    authority.tick()
    assert mark() == 6  # nine records, without the last three
    assert all(seen(authority, f"vm{turn}") for turn in range(8))


@pytest.mark.usefixtures("followed")
def test_whatever_is_done_a_holder_is_found(authority, stores):  # noqa: C901 - one branch for each thing that is done
    """A random life: after each step the index and the leases agree."""
    chance = random.Random(7)
    authority.create_pool(spec(rest_s=5, confirm_s=30), actor=ACTOR)
    names = ["a", "b", "c"]
    for _ in range(120):
        held = [one for one in everything(authority.leases) if one.holders]
        match chance.choice(("allocate", "allocate", "many", "share", "release", "release", "adopt", "pass", "tick")):
            case "allocate":
                authority.allocate("web", vm(chance.choice(names)), actor=ACTOR)
            case "many":
                authority.allocate("web", vm(chance.choice(names)), actor=ACTOR, count=3)
            case "share" if held:
                authority.share(chance.choice(held).address, Holder("replica", chance.choice(names)), actor=ACTOR)
            case "release" if held:
                one = chance.choice(held)
                authority.release(one.address, actor=ACTOR, holder=str(chance.choice(one.holders).holder))
            case "adopt":
                value = f"02-00-00-00-10-{chance.randrange(256):02X}"
                if authority.look_up(value).state == "free":
                    authority.adopt([Adoption(address=value, holder=vm(chance.choice(names)))], actor=ACTOR)
            case "pass":
                stores.time.pass_s(chance.choice((1, 6, 31)))
            case "tick":
                authority.tick()
    authority.tick()  # what is due is done, so that the keeper changes nothing between two looks
    for name in names:
        seen(authority, name)


@pytest.mark.usefixtures("followed")
def test_a_holder_among_many_leases_is_found_without_reading_them(stores):
    authority = stores.open(background=False)
    authority.create_pool(
        PoolSpec(name="big", ranges=(RangeSpec("0A-00-00-00-00-00", "0A-00-00-FF-FF-FF"),)), actor=ACTOR
    )
    authority.allocate("big", vm("many"), actor=ACTOR, count=20_000)
    one = authority.allocate("big", vm("one"), actor=ACTOR).addresses[0]
    authority.tick()
    with authority._db.reading() as reader:
        assert index.runs_of(reader, ("one",)) == [(1, *[_stored(one)] * 2)]
        assert len(index.runs_of(reader, ("many",))) == 1
    assert of(authority, "one") == [one]
    assert len(authority.leases(holder="many", limit=1000).items) == 1000


def _stored(address):
    return int(address.replace("-", ""), 16)


def test_an_import_is_found_by_its_holders(stores):
    authority = stores.open()
    authority.create_pool(spec(), actor=ACTOR)
    given = authority.allocate("web", vm("a"), actor=ACTOR, count=4).addresses
    rows = list(authority.export())
    other = stores.open(stores.new_url())
    other.load(rows, actor=ACTOR)
    assert seen(other, "a") == list(given)
    assert other.allocate("web", vm("late"), actor=ACTOR).addresses[0] in of(other, "late")
