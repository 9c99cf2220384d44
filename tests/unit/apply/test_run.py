"""Plans that are run: canary, batches, surprises, lost hosts, resuming after any death, and the way back."""

import pytest

from maccord.apply.journal import Journal
from maccord.apply.transport import Lost
from maccord.plan.steps import Advice
from maccord.powershell import Result
from tests.kit.applying import Dies, Way, go
from tests.kit.rehearsing import (
    F0,
    cold_start,
    converged,
    plan_of,
    replace_vnic,
    set_address,
    set_range,
    site,
    twins,
)


def repair():
    """Three steps on one host, two on another."""
    world = twins()
    one, other = world.hosts
    return world, plan_of(
        set_range(one),
        cold_start(one.machines[0]),
        set_range(other, F0 + 0x100),
        set_address(other.machines[0], 0x020000000007, number=2),
        Advice(id="HV02/3", host="HV02", text="mend the image"),
    )


def told(folder, plan, *events):
    with Journal(folder, plan.digest) as journal:
        return [
            (line["event"], line.get("step"), line.get("outcome")) for line in journal.lines if line["event"] in events
        ]


def test_all_steps_run_once_in_order_and_people_are_told_of_theirs(tmp_path):
    world, plan = repair()
    way = Way(site(world))
    ran = go(plan, way, tmp_path)
    assert way.asked == ["HV01/1", "HV01/2", "HV02/1", "HV02/2"]
    assert (ran.done, ran.left, ran.people, ran.stopped) == (4, 0, ("HV02/3",), "")
    assert way.site.export("HV02")["VMNetworkAdapter"][0]["MacAddress"] == "020000000007"


def test_the_canary_is_verified_before_another_host_is_touched(tmp_path):
    world, plan = repair()
    way = Way(site(world))
    seen = []

    def verify(exports, _declared, last):
        seen.append((list(way.asked), sorted(exports), last))
        return ()

    go(plan, way, tmp_path, verify=verify)
    assert seen == [
        (["HV01/1", "HV01/2"], ["HV01"], False),
        (["HV01/1", "HV01/2", "HV02/1", "HV02/2"], ["HV01", "HV02"], True),
    ]


def test_a_surprise_at_the_canary_stops_the_run(tmp_path):
    world, plan = repair()
    way = Way(site(world))
    ran = go(plan, way, tmp_path, verify=lambda _exports, _declared, _last: ("a loop",))
    assert way.asked == ["HV01/1", "HV01/2"]
    assert (ran.done, ran.left, ran.stopped) == (2, 2, "a loop")
    again = go(plan, way, tmp_path, verify=lambda _exports, _declared, _last: ("a loop",))
    assert (way.asked, again.stopped) == (["HV01/1", "HV01/2"], "a loop")
    assert go(plan, way, tmp_path).left == 0


def test_batches_are_verified(tmp_path):
    world, plan = repair()
    way = Way(site(world))
    seen = []

    def verify(_exports, _declared, _last):
        seen.append(len(way.asked))
        return ()

    go(plan, way, tmp_path, batch=1, verify=verify)
    assert seen == [1, 2, 3, 4]


def test_causes_that_steps_declare_count_as_expected_until_the_end(tmp_path):
    world = twins()
    plan = plan_of(set_range(world.hosts[0], declares=("x",)), set_range(world.hosts[1], F0 + 0x100))
    seen = []

    def verify(_exports, declared, last):
        seen.append((declared, last))
        return ()

    go(plan, Way(site(world)), tmp_path, verify=verify)
    assert seen == [(frozenset({"x"}), False), (frozenset(), True)]


@pytest.mark.parametrize("outcome", ["refused", "failed", "rolled-back", "skipped"])
def test_whatever_is_not_done_stops_the_run_and_is_tried_again_next_time(tmp_path, outcome):
    world, plan = repair()

    def fault(step, asked):
        if step.id == "HV02/1" and asked == 1:
            return Result(step=step.id, kind="set-range", outcome=outcome, seen="why")
        return None

    way = Way(site(world), fault)
    ran = go(plan, way, tmp_path)
    assert (ran.done, ran.left, outcome in ran.stopped, "why" in ran.stopped) == (2, 2, True, True)
    assert go(plan, way, tmp_path).left == 0
    assert way.asked.count("HV01/1") == 1


def test_a_finished_plan_is_not_run_again(tmp_path):
    world, plan = repair()
    way = Way(site(world))
    go(plan, way, tmp_path)
    asked, collected = list(way.asked), list(way.collected)
    ran = go(plan, way, tmp_path)
    assert (way.asked, way.collected, ran.done, ran.left) == (asked, collected, 4, 0)


def test_a_host_that_is_never_reached_stops_the_run_at_once(tmp_path):
    world, plan = repair()
    way = Way(site(world), unreachable={"HV01"})
    ran = go(plan, way, tmp_path)
    assert (way.asked, ran.left, "no route" in ran.stopped) == (["HV01/1"], 4, True)
    assert told(tmp_path, plan, "lost") == [("lost", "HV01/1", None)]


def test_a_connection_that_breaks_is_made_again_and_the_step_found_done(tmp_path):
    """The step was carried out, and its answer was lost: asked again, the host shows what it leaves."""
    world = converged()
    plan = plan_of(replace_vnic(world.hosts[0]))

    def after(step, asked):
        if asked == 1:
            raise Lost(step.host, "connection reset", reached=True)

    way = Way(site(world), after=after)
    ran = go(plan, way, tmp_path)
    assert (way.asked, ran.already, ran.left) == (["HV05/1", "HV05/1"], 1, 0)


def test_a_link_that_never_comes_back_ends_the_patience_and_the_journal_says_that_nobody_knows(tmp_path):
    world = converged()
    plan = plan_of(replace_vnic(world.hosts[0]))

    def fault(step, asked):
        raise Lost(step.host, "timed out", reached=asked == 1)

    way = Way(site(world), fault)
    ran = go(plan, way, tmp_path)
    assert "not known" in ran.stopped
    assert len(way.asked) == 300 / 5 + 1
    assert told(tmp_path, plan, "begun", "ended", "lost") == [("begun", "HV05/1", None), ("lost", "HV05/1", None)]
    assert go(plan, Way(way.site), tmp_path).done == 1


def test_a_task_that_is_under_way_is_waited_for(tmp_path):
    world = converged()
    plan = plan_of(replace_vnic(world.hosts[0]))

    def fault(step, asked):
        return None if asked > 3 else Result(step=step.id, kind="replace-vnic", outcome="running", seen="at it")

    ran = go(plan, Way(site(world), fault), tmp_path)
    assert (ran.done, ran.stopped) == (1, "")


def test_an_address_that_was_taken_meanwhile_stops_the_run(tmp_path):
    world = twins()
    plan = plan_of(set_address(world.hosts[0].machines[0], 0x020000000007))
    other = world.hosts[0].create_vm("other", world.hosts[0].switches[0])
    other.adapter.set_static("02-00-00-00-00-07")
    other.start()
    ran = go(plan, Way(site(world)), tmp_path)
    assert "failed" in ran.stopped
    assert told(tmp_path, plan, "ended") == [("ended", "HV01/3", "failed")]


def test_a_host_that_rebooted_meanwhile_keeps_what_was_done(tmp_path):
    world, plan = repair()
    way = Way(site(world))

    def reboot(step, _asked):
        if step.id == "HV01/1":
            host = way.site.host("HV01")
            assert host is not None
            host.restart()

    way.after = reboot
    ran = go(plan, way, tmp_path)
    assert (ran.done, ran.stopped) == (4, "")
    assert way.site.export("HV01")["VMNetworkAdapter"][0]["MacAddress"] == f"{F0:012X}"


@pytest.mark.parametrize("last", range(1, 16))
def test_a_process_that_dies_at_any_entry_of_the_journal_loses_nothing(tmp_path, monkeypatch, last):
    """Die right after the entry is on disk, then go on: every step was carried out once, and the journal is whole."""
    world, plan = repair()
    way = Way(site(world))
    real = Journal.write

    def write(self, event, at, **what):
        real(self, event, at, **what)
        if len(self.lines) == last:
            raise Dies

    monkeypatch.setattr(Journal, "write", write)
    died = False
    try:
        go(plan, way, tmp_path)
    except Dies:
        died = True
    monkeypatch.setattr(Journal, "write", real)
    ran = go(plan, way, tmp_path)
    assert died or last > 11
    assert ran.left == 0
    assert ran.stopped == ""
    done = [step for _, step, outcome in told(tmp_path, plan, "ended") if outcome == "done"]
    assert len(done) == len(set(done))
    reference = Way(site(repair()[0]))
    (tmp_path / "other").mkdir()
    go(plan, reference, tmp_path / "other")
    assert {**way.site.export("HV02"), "collectedAt": ""} == {**reference.site.export("HV02"), "collectedAt": ""}


@pytest.mark.parametrize("at", range(4))
def test_a_process_that_dies_while_a_step_is_carried_out_finds_it_done(tmp_path, at):
    world, plan = repair()
    dead: list[str] = []

    def after(step, _asked):
        if step.id == plan.steps[at].id and not dead:
            dead.append(step.id)
            raise Dies

    way = Way(site(world), after=after)
    with pytest.raises(Dies):
        go(plan, way, tmp_path)
    assert told(tmp_path, plan, "begun", "ended")[-1] == ("begun", plan.steps[at].id, None)
    ran = go(plan, way, tmp_path)
    assert (ran.done, ran.already, ran.left) == (3, 1, 0)


def test_the_reverse_takes_back_what_was_done_and_no_more(tmp_path):
    world, plan = repair()
    before = site(world).export("HV02")

    def fault(step, _asked):
        return Result(step=step.id, kind="x", outcome="refused", seen="") if step.id == "HV02/2" else None

    way = Way(site(world), fault)
    go(plan, way, tmp_path)
    ran = go(plan, way, tmp_path, reverse=True)
    assert way.asked[3:] == ["HV02/2", "reverse-HV02/1", "reverse-HV01/1"]
    assert (ran.done, ran.left, ran.never) == (2, 0, ("HV01/2",))
    assert way.site.export("HV02")["VMHost"] == before["VMHost"]
    assert go(plan, way, tmp_path, reverse=True).done == 2
    assert len(way.asked) == 6


def test_a_step_that_was_there_already_is_not_taken_back(tmp_path):
    world, plan = repair()
    made = site(world)
    host = made.host("HV01")
    assert host is not None
    host.set_vmhost("00-15-5D-F0-00-00", "00-15-5D-F0-00-FF")
    way = Way(made)
    ran = go(plan, way, tmp_path)
    assert (ran.done, ran.already) == (3, 1)
    go(plan, way, tmp_path, reverse=True)
    assert "reverse-HV01/1" not in way.asked


def test_a_plan_that_was_taken_back_can_be_run_again(tmp_path):
    world = twins()
    plan = plan_of(set_range(world.hosts[0]))
    way = Way(site(world))
    for _ in range(2):
        assert go(plan, way, tmp_path).done == 1
        assert go(plan, way, tmp_path, reverse=True).done == 1
    assert way.asked == ["HV01/1", "reverse-HV01/1"] * 2
    assert way.site.export("HV01")["VMHost"] == site(world).export("HV01")["VMHost"]


def test_no_fresh_evidence_is_a_reason_to_stop(tmp_path):
    world, plan = repair()
    way = Way(site(world))

    def away(step, _asked):
        if step.id == "HV01/2":
            way.unreachable.add("HV01")

    way.after = away
    ran = go(plan, way, tmp_path)
    assert "no fresh evidence" in ran.stopped
    assert ran.done == 2
