"""John Howard's walk-through as it is told, statement by statement: every value is read off the emulation."""

import pytest

from maccord.worlds.hyperv import PROFILES
from maccord.worlds.stories import BadStep, Walkthrough

FIRST = "00-15-5D-C8-6A-00"
ZEROS = "00-00-00-00-00-00"


@pytest.fixture(scope="module")
def story():
    return Walkthrough(seed=1).told()


def step(story, number):
    return story.steps[number - 1]


def address(step, name, host="HV01"):
    (row,) = [one for one in step.owners if one.name == name and one.host == host]
    return row.address


def test_h1_pings_to_one_machine_sometimes_answer_and_sometimes_time_out(story):
    (seen,) = step(story, 11).watched
    assert 0 < seen.lost < seen.sent
    assert seen.transcript.count("Request timed out.") == seen.lost
    assert seen.transcript.count("Reply from 192.168.200.20") == seen.sent - seen.lost
    assert seen.moves > 0
    assert any("MACFLAP" in line for line in seen.syslog)


def test_h1_an_echo_is_answered_only_while_the_switch_has_the_address_at_the_first_host(story):
    (seen,) = step(story, 11).watched
    for at_us, outcome, _ in seen.echoes:
        (place,) = [one.place for one in seen.spells if one.from_us <= at_us < one.to_us]
        assert (outcome == "reply") == (place == "HV01 Ethernet 1")


def test_h2_the_server_has_the_nic_and_the_lease_of_the_post(story):
    assert address(step(story, 1), "Ethernet 1") == "00-13-20-F5-F8-7D"
    assert "192.168.200.106" in step(story, 1).notes[0]
    assert step(story, 1).after == ()


def test_h3_the_role_brings_three_empty_values_and_one_that_is_never_used(story):
    (key,) = step(story, 2).after
    assert (key.minimum, key.maximum, key.current, key.unused) == ("", "", "", "")
    assert step(story, 2).before == ()


def test_h3_the_value_beside_minimum_and_maximum_stays_empty_to_the_end(story):
    assert {key.unused for one in story.steps for key in one.after} == {""}


def test_h4_the_first_machine_populates_the_range_without_being_started(story):
    (before,), (after,) = step(story, 3).before, step(story, 3).after
    assert (before.minimum, before.maximum) == ("", "")
    assert (after.minimum, after.maximum) == (FIRST, "00-15-5D-C8-6A-FF")
    assert [one.state for one in step(story, 3).owners if one.name == "Blank"] == ["Off"]


def test_h5_the_range_is_explained_from_the_hosts_address(story):
    assert any("C8-6A are the last two octets of 192.168.200.106" in line for line in step(story, 3).notes)


def test_h6_and_h14_a_second_server_gets_the_same_range_and_issues_the_same_address(story):
    first, second = step(story, 10).after
    assert (first.minimum, first.maximum) == (second.minimum, second.maximum)
    assert address(step(story, 10), "MAIL", "HV02") == FIRST
    assert not step(story, 10).said


def test_h7_before_the_first_start_the_address_reads_zeros(story):
    assert address(step(story, 3), "Blank") == ZEROS


def test_h8_the_first_start_issues_the_first_address_and_a_running_machines_cannot_be_changed(story):
    assert address(step(story, 4), "Blank") == FIRST
    assert [one.kind for one in step(story, 4).said] == ["refused"]


def test_h9_three_addresses_are_left(story):
    (key,) = step(story, 5).after
    assert key.maximum == "00-15-5D-C8-6A-02"
    assert step(story, 5).notes == ("3 addresses are left to issue from, and Blank holds one of them.",)


def test_h10_two_more_machines_get_the_next_two_and_the_cursor_tracks(story):
    assert [address(step(story, 6), name)[-2:] for name in ("6A-01", "6A-02")] == ["01", "02"]
    (before,), (after,) = step(story, 6).before, step(story, 6).after
    assert (before.current[-2:], after.current[-2:]) == ("01", "00")


def test_h11_the_fourth_machine_cannot_start_and_windows_says_so(story):
    (answer,) = step(story, 7).answers
    assert answer.answer == "No. No address of the range is free."
    refused, event = step(story, 7).said
    assert "Attempt to access invalid address" in refused.text
    assert (event.kind, event.id) == ("event", 12565)


def test_h12_the_fourth_machine_gets_the_stopped_ones_address(story):
    told = step(story, 8)
    assert address(told, "No MAC Addresses Available In Range") == address(told, "Blank") == FIRST
    assert [one.name for one in told.owners if one.shared] == ["Blank", "No MAC Addresses Available In Range"]


def test_h13_starting_the_stopped_machine_again_is_refused(story):
    (answer,) = step(story, 9).answers
    assert answer.answer == f"No. A running machine of the host holds {FIRST}."


def test_the_cure_ends_loss_and_moves(story):
    (seen,) = step(story, 12).watched
    assert (seen.lost, seen.moves) == (0, 0)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_story_can_be_told_of_every_version(profile):
    told = Walkthrough(seed=2, profile=profile).told()
    assert [one.number for one in told.steps] == list(range(1, 13))
    assert all(one.answers[0].answer.startswith("No. ") for one in (told.steps[6], told.steps[8]))
    assert told.steps[10].watched[0].lost > 0
    assert told.steps[11].watched[0].lost == 0


def test_from_2008_r2_on_the_second_answer_has_another_reason():
    (answer,) = Walkthrough(profile="2008 R2").told(9).steps[8].answers
    assert answer.answer == "No. No address of the range is free."


def test_until_ends_the_story_and_what_comes_after_is_not_lived():
    tale = Walkthrough()
    assert [one.number for one in tale.told(3).steps] == [1, 2, 3]
    assert [machine.name for machine in tale.world.hosts[0].machines] == ["Blank"]


@pytest.mark.parametrize("until", [0, 13])
def test_a_step_that_there_is_not_is_refused(until):
    with pytest.raises(BadStep, match="has steps 1 to 12"):
        Walkthrough().told(until)


def test_one_seed_tells_one_story():
    assert Walkthrough(seed=5).told() == Walkthrough(seed=5).told()
    assert Walkthrough(seed=5).told() != Walkthrough(seed=6).told()
