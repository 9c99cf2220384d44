"""Plans that are rehearsed: what is good, what is a surprise, who is cut off, and what comes back."""

import json

import msgspec
from msgspec.structs import replace

from maccord.plan.plan import Outcome
from maccord.plan.steps import Vlan
from maccord.rehearse.document import as_document
from maccord.rehearse.page import as_html
from maccord.rehearse.rehearsal import Incident
from maccord.rehearse.run import rehearse
from maccord.rehearse.site import Site
from tests.kit.rehearsing import (
    F0,
    cold_start,
    converged,
    exports,
    nothing_found,
    overlaps,
    plan_of,
    replace_vnic,
    set_address,
    set_range,
    site,
    twins,
)


def repaired(incident, *steps):
    return Outcome(
        id=incident,
        cause="same-low-octets",
        severity="error",
        state="latent",
        hosts=("HV01", "HV02"),
        becomes="repaired",
        steps=steps,
    )


def test_a_plan_that_does_what_it_says_has_no_fault():
    world = twins()
    host = world.hosts[0]
    judge = overlaps(exports(world))
    plan = plan_of(set_range(host), cold_start(host.machines[0]), outcomes=(repaired("same 00155D051400", "HV01/1"),))
    told = rehearse(plan, site(world), judge)
    assert told.faults == ()
    assert [one.outcome for one in told.steps] == ["done", "done"]
    assert (len(told.before), told.after) == (1, ())
    assert judge.asked == 3


def test_a_batch_is_checked_once():
    world = twins()
    judge = overlaps(exports(world))
    host = world.hosts[0]
    told = rehearse(plan_of(set_range(host), cold_start(host.machines[0])), site(world), judge, batch=2)
    assert judge.asked == 2
    assert [one.checked for one in told.steps] == [False, True]


def test_an_incident_that_no_step_declares_is_a_fault_and_a_declared_one_is_none():
    world = twins()
    third = world.host("HV03", "2022")
    third.add_nic(ip="10.1.9.9")
    third.enable_role()
    third.create_vm("x")
    assert third.range is not None
    target = third.range.first
    host = world.hosts[0]
    judge = overlaps(exports(world))
    surprising = plan_of(set_range(host, target), set_range(third, F0, number=1))
    told = rehearse(surprising, site(world), judge)
    assert [("HV03" in fault, "no step declares" in fault) for fault in told.faults] == [(True, True)]
    announced = plan_of(set_range(host, target, declares=("same-low-octets",)), set_range(third, F0))
    assert rehearse(announced, site(world), judge).faults == ()


def test_what_is_declared_has_to_be_gone_at_the_end():
    world = twins()
    third = world.host("HV03", "2022")
    third.add_nic(ip="10.1.9.9")
    third.enable_role()
    third.create_vm("x")
    assert third.range is not None
    told = rehearse(
        plan_of(set_range(world.hosts[0], third.range.first, declares=("same-low-octets",))),
        site(world),
        overlaps(exports(world)),
    )
    assert len(told.faults) == 1
    assert "at the end" in told.faults[0]


def test_what_was_to_be_repaired_and_is_still_there_is_a_fault():
    world = twins()
    plan = plan_of(set_address(world.hosts[0].machines[0], 0x020000000001), outcomes=(repaired("same 00155D051400"),))
    told = rehearse(plan, site(world), overlaps(exports(world)))
    assert [("still there" in fault) for fault in told.faults] == [True]


def test_a_refused_step_ends_the_rehearsal():
    world = twins()
    plan = plan_of(set_range(world.hosts[0]), set_range(world.hosts[1], F0 + 0x100))
    world.hosts[0].set_vmhost("00-15-5D-AA-00-00", "00-15-5D-AA-00-FF")
    told = rehearse(plan, site(world), nothing_found)
    assert [one.outcome for one in told.steps] == ["refused"]
    assert told.reverse is None
    assert "refused" in told.faults[0]


def test_who_is_cut_off_and_for_how_long_is_told():
    world = twins()
    host = world.hosts[0]
    told = rehearse(plan_of(set_range(host), cold_start(host.machines[0])), site(world), nothing_found)
    (run,) = told.hosts
    assert run.management_s == 0
    assert run.machines_s == {"web on HV01": 75}
    assert run.managed is True
    assert "off" in told.steps[1].cut


def test_management_is_away_while_its_vnic_is_made_anew():
    world = converged()
    told = rehearse(plan_of(replace_vnic(world.hosts[0])), site(world), nothing_found)
    assert told.faults == ()
    (run,) = told.hosts
    assert 4 <= run.management_s <= 8
    assert run.managed is True
    assert run.machines_s == {}
    assert "192.168.1.21" in told.steps[0].cut


def test_a_plan_that_loses_a_host_is_not_good():
    """The vNIC lands in another VLAN than that of those who manage the host, or without an address."""
    world = converged()
    step = replace_vnic(world.hosts[0], mac=0x020000000009)
    assert rehearse(plan_of(step), site(world), nothing_found).faults == ()
    astray = replace(step, vlan=Vlan(mode="Access", access=99))
    mute = replace(step, probes=(), settings=replace(step.settings, addresses=()))
    for lost in (astray, mute):
        told = rehearse(plan_of(lost), site(world), nothing_found)
        assert told.hosts[0].managed is False
        assert any("would lose it" in fault for fault in told.faults)


def test_the_reverse_restores_what_it_says_and_names_what_it_cannot():
    world = twins()
    host = world.hosts[0]
    other = set_address(world.hosts[1].machines[0], 0x020000000007)
    plan = plan_of(set_range(host), cold_start(host.machines[0]), other)
    told = rehearse(plan, site(world), nothing_found)
    assert told.reverse is not None
    assert told.reverse.left == ()
    assert told.reverse.never == ("HV01/2",)
    assert any("MacAddress" in one for one in told.reverse.passing)


def test_the_same_rehearsal_has_the_same_bytes():
    def once():
        world = twins()
        host = world.hosts[0]
        plan = plan_of(set_range(host), cold_start(host.machines[0]))
        return msgspec.json.encode(rehearse(plan, site(world), overlaps(exports(world))))

    assert once() == once()


def test_hostile_names_stay_text_in_every_form():
    world = twins()
    host = world.hosts[0]
    told = exports(world)
    hostile = "<script>alert(1)</script> | `x` \x1b[31m"
    told["HV01"] = json.loads(json.dumps(told["HV01"]).replace("web on HV01", json.dumps(hostile)[1:-1]))
    plan = plan_of(set_range(host), cold_start(host.machines[0]))
    found = rehearse(
        plan,
        Site(told),
        lambda _changed: (Incident(id="1", cause="x", severity="error", hosts=(hostile,)),),
    )
    page, document = as_html(found), as_document(found)
    assert "<script>alert" not in page
    assert "\x1b" not in page + document
    assert "<script>" not in document
