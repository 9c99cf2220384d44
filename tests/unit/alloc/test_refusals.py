"""Every refusal has a stable name, and its facts survive JSON and pickling."""

import json
import pickle
from datetime import UTC, datetime

import pytest

from maccord.alloc import errors
from maccord.alloc.errors import AddressTaken, AdoptionConflicts, Refusal

AT = datetime(2026, 11, 22, tzinfo=UTC)
TAKEN = AddressTaken(
    "02-00-00-00-00-01", scope="global", state="in-use", holders=["vm-adapter:a"], host="HV01", since=AT
)
EVERY = [
    errors.BadRequest("count", "too many"),
    errors.ForbiddenAddress("01-00-5E-00-00-01", "a group address", "IEEE 802"),
    errors.NoSuchPool("web"),
    errors.PoolExists("web"),
    errors.RangeOverlap("a to b", "web", "a", "b", "global"),
    errors.PoolInUse("web", 3, ["a"], [7]),
    errors.PoolExhausted("web", size=4, wanted=1, free=0, resting=2, next_free_at=AT),
    errors.PoolBound("web", ["emea"]),
    errors.NoSuchGroup("emea"),
    errors.NoPoolForGroup("emea/ams1", "mac", "emea"),
    errors.GroupNotGranted("emea", ["web"]),
    errors.GroupExhausted("emea", 2, [("web", "1 of 4 are free")]),
    TAKEN,
    errors.NotInPool("a", "web", "db"),
    errors.NoSuchLease("a", "global"),
    errors.NotHolder("a", "b", ["c"]),
    errors.HolderNeeded("a", ["b", "c"]),
    errors.ScopeNeeded("a", ["s1", "s2"]),
    errors.WrongState("a", "free", "confirmed"),
    errors.NotLeaked("a", 2, 60, 3, 604_800),
    errors.HandOverUnderWay("a", "b", "c"),
    errors.NoHandOver("a", None),
    errors.StaleVersion("pool 'web'", 1, 2),
    errors.KeyReused("k"),
    errors.NoSuchBlock(7, AT),
    errors.BlockWithoutEnd(7, "HV01"),
    errors.PoolEnded("web", AT),
    errors.BadLease("it is too long"),
    errors.LeaseRefused(7, 2, "it is over"),
    errors.BadKey("it is too long"),
    errors.NoSuchKey("3f"),
    errors.CannotSign("no key"),
    errors.NoSuchDomain("lab"),
    errors.NoRoom("web", 8, 4),
    AdoptionConflicts([TAKEN], 1),
    errors.BadToken(),
    errors.NoSuchToken("ci"),
    errors.TokenExists("ci"),
    errors.StoreUnavailable("disk full"),
    errors.BadStore("x", "no store"),
]


def test_none_is_missing_and_no_two_share_a_name():
    classes = {each for each in vars(errors).values() if isinstance(each, type) and issubclass(each, Refusal)}
    classes.remove(Refusal)
    assert {type(each) for each in EVERY} == classes
    assert len({each.slug for each in EVERY}) == len(EVERY)


@pytest.mark.parametrize("refusal", EVERY, ids=lambda each: each.slug)
def test_it_is_told_in_one_line_and_as_json(refusal):
    assert str(refusal)
    assert "\n" not in str(refusal)
    json.dumps(refusal.fields())
    assert refusal.title != Refusal.title
    again = pickle.loads(pickle.dumps(refusal))  # noqa: S301 - our own
    assert (type(again), str(again)) == (type(refusal), str(refusal))


def test_a_taken_address_tells_who_where_and_since_when():
    assert str(TAKEN) == "02-00-00-00-00-01 is in use by vm-adapter:a on HV01 since 2026-11-22T00:00:00Z"
    assert TAKEN.fields()["holders"] == ["vm-adapter:a"]
