"""What counts as missed: only what evidence looked for in the right place, at the right time."""

from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from maccord.alloc.life import State
from maccord.alloc.records import Adoption, Held, Holder, Lease
from maccord.app.absences import compare
from maccord.app.book import Book
from maccord.app.inventory import Inventory
from maccord.app.owners import Owners

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TAKEN = NOW - timedelta(hours=1)
SINCE = NOW - timedelta(days=9)
VMS = {("hv01", True): TAKEN, ("hv01", False): TAKEN, ("hv02", False): TAKEN}


class Fake:
    """The one call of an authority that a comparison needs."""

    def __init__(self, leases):
        self._leases = leases

    def holdings(self, *, scope):
        return (one for one in self._leases if one.scope == scope)


def lease(*holders, since=SINCE, address="02-00-00-00-10-00"):
    held = tuple(Held(one, since) for one in holders)
    return Lease(address=address, state=State.HELD, since=since, holders=held, version=7)


def vm(host="HV01"):
    return Holder("vm-adapter", "a", host)


def compared(one, *, inventory=VMS, whole=True, seen=(), **more):
    shown = Owners(
        rows=tuple(Adoption(address=each, holder=Holder("vm-adapter", "x")) for each in seen), skipped=(), ranges=(),
        inventory=Inventory(inventory, whole=whole),
    )  # fmt: skip
    book = cast("Book", Fake([one]))
    return compare(book, shown, scope="global", now=NOW, **more)


def test_a_machine_that_is_not_on_its_host_is_missed_when_the_evidence_was_taken():
    found = compared(lease(vm()))
    assert [(one.address, one.version, one.at) for one in found.missed] == [("02-00-00-00-10-00", 7, TAKEN)]
    assert found.not_counted == {}


def test_what_is_seen_with_whomever_is_not_missed():
    found = compared(lease(vm()), seen=["02-00-00-00-10-00"])
    assert (found.missed, found.seen) == ((), ("02-00-00-00-10-00",))


@pytest.mark.parametrize(
    ("one", "more", "why"),
    [
        (lease(vm("HV09")), {}, "its host is not in the evidence"),
        (lease(vm("HV02")), {}, "its host is not in the evidence"),  # no machine of it is: perhaps none was asked for
        (lease(vm("")), {}, "it names no host"),
        (lease(vm(), Holder("template", "gold")), {}, "held by what no inventory shows"),
        (lease(Holder("reservation", "r", "HV01")), {"complete": True}, "held by what no inventory shows"),
        (lease(vm(), vm("HV09")), {}, "its host is not in the evidence"),
        (lease(vm(), since=TAKEN + timedelta(seconds=1)), {}, "held since after the evidence was taken"),
        (lease(vm()), {"inventory": {("hv01", True): None}}, "the evidence does not say when it was taken"),
        (lease(vm("")), {"complete": True, "whole": False}, "some of the evidence could not be read"),
        (lease(vm("")), {"complete": True, "inventory": {}}, "some of the evidence could not be read"),
    ],
)
def test_what_the_evidence_did_not_look_for_does_not_count(one, more, why):
    found = compared(one, **more)
    assert (found.missed, found.not_counted) == ((), {why: 1})


def test_evidence_of_every_host_misses_what_is_of_no_host_or_of_one_that_is_gone():
    for host in ("", "HV09"):
        assert compared(lease(vm(host)), complete=True).missed[0].at == TAKEN


def test_a_person_may_say_when_it_was_taken():
    at = NOW - timedelta(days=1)
    assert compared(lease(vm()), inventory={("hv01", True): None}, taken=at).missed[0].at == at


def test_a_moment_of_the_future_is_now():
    late = {("hv01", True): NOW + timedelta(days=1)}
    assert compared(lease(vm()), inventory=late).missed[0].at == NOW
