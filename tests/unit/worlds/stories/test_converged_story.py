"""Ben Gelens' report as it is told, statement by statement, and what a person would see of it."""

import pytest

from maccord.worlds.stories import Converged

STEPS = {"start": 1, "deployed": 2, "erratic": 3, "mask": 4, "alone": 5, "script": 6, "announced": 7, "refreshed": 8}


@pytest.fixture(scope="module")
def story():
    return Converged(seed=1).told()


def step(story, name):
    return story.steps[STEPS[name] - 1]


def pieces(step):
    (stack,) = step.stacks
    return {(one.column, one.title): one for one in stack.pieces}


def test_g1_member_team_and_management_vnic_have_one_address(story):
    told = step(story, "deployed")
    shared = {one.address for one in told.owners if one.shared}
    assert len(shared) == 1
    assert [one.what for one in told.owners if one.shared] == ["NIC", "team", "vNIC"]
    assert [one.id for one in told.said] == [16945]


def test_g1_the_drawing_says_where_each_address_is_from(story):
    drawn = pieces(step(story, "deployed"))
    assert drawn["team", "infra"].origin == "from member Ethernet 1"
    assert drawn["port", "vEthernet (infra)"].origin == "inherited from infra"
    assert drawn["switch", "infra"].below == (drawn["team", "infra"].key,)


def test_pieces_are_drawn_beside_what_they_stand_on(story):
    (stack,) = step(story, "announced").stacks
    assert [one.title for one in stack.pieces if one.column != "nic"] == [
        "infra",
        "vm",
        "infra",
        "vm",
        "vEthernet (MGMT)",
        "APP01",
    ]


def test_g2_connectivity_is_erratic_and_the_switch_sees_the_address_move(story):
    (before,), (seen,) = step(story, "start").watched, step(story, "erratic").watched
    assert (before.lost, before.moves) == (0, 0)
    assert 0 < seen.lost < seen.sent
    assert seen.moves_per_minute > 60
    assert {one.place for one in seen.spells} == {"HV05 Ethernet 1", "HV05 Ethernet 2"}


def test_g2_vmq_off_hides_the_loss_and_leaves_duplicate_and_moves(story):
    told = step(story, "mask")
    (seen,) = told.watched
    assert seen.lost == 0
    assert seen.moves_per_minute > 60
    assert [one.what for one in told.owners if one.shared] == ["NIC", "team", "vNIC"]


def test_g3_and_g9_the_gratuitous_arp_teaches_switch_and_neighbours_the_new_place(story):
    told = step(story, "announced")
    (mac,) = [one.address for one in told.owners if one.name == "vEthernet (MGMT)"]
    before, after = [line for line in told.notes if line.startswith(("Before it", "After it"))]
    assert f"the switch has {mac} nowhere" in before
    assert f"DESK has 192.168.1.21 at {mac}" not in before
    assert f"DESK has 192.168.1.21 at {mac}" in after
    assert (told.watched[0].lost, told.watched[0].moves) == (0, 0)


def test_g4_and_g5_four_nics_and_one_of_them_has_the_address(story):
    rows = step(story, "start").owners
    assert [one.what for one in rows] == ["NIC"] * 4
    assert [one.state for one in rows] == ["192.168.1.21", "", "", ""]


def test_g4_two_teams_are_made(story):
    assert [one.name for one in step(story, "deployed").owners if one.what == "team"] == ["infra", "vm"]


def test_g6_the_switch_goes_on_the_second_nic_alone_and_the_host_stays_reachable(story):
    told = step(story, "alone")
    assert pieces(told)["team", "infra"].below == (pieces(told)["nic", "Ethernet 2"].key,)
    assert told.watched[0].lost == 0


def test_g7_connectivity_breaks_in_between_which_is_why_the_script_runs_on_the_host(story):
    told = step(story, "script")
    assert told.watched[0].lost == told.watched[0].sent
    assert told.stacks[0].ips == ()


def test_g7_the_new_vnic_has_an_address_of_the_hosts_range(story):
    drawn = pieces(step(story, "announced"))["port", "vEthernet (MGMT)"]
    assert drawn.address.startswith("00-15-5D-01-15-")
    assert drawn.origin == "from the host's range"


def test_g8_two_vnics_match_and_another_subnet_does_not(story):
    notes = " ".join(story.steps[8].notes)
    assert "HV06: 2 adapter description like *Hyper-V Virtual Ethernet*" in notes
    assert "HV06 has lost its address" in notes
    assert "HV07: no IPv4 address like 192.168.1.*" in notes
    assert "HV07 is still reached" in notes


def test_g10_refresh_adopts_member_and_vnic_and_no_conflict_is_left(story):
    told = step(story, "refreshed")
    assert any("team infra was Ethernet 2, and is Ethernet 2 and Ethernet 1" in line for line in told.notes)
    assert any("vNIC MGMT is new" in line for line in told.notes)
    assert not [one for one in told.owners if one.shared]


@pytest.mark.parametrize("seed", range(2, 8))
def test_whatever_the_seed_the_fault_is_erratic_the_mask_hides_it_and_the_cure_ends_it(seed):
    told = Converged(seed=seed).told(8)
    erratic, mask, cured = (step(told, name).watched[0] for name in ("erratic", "mask", "announced"))
    assert 0 < erratic.lost < erratic.sent
    assert (mask.lost, mask.moves > 0) == (0, True)
    assert (cured.lost, cured.moves) == (0, 0)


@pytest.mark.parametrize("profile", ["2012", "2016", "2022", "2025"])
def test_the_story_can_be_told_of_later_versions(profile):
    told = Converged(profile=profile).told()
    assert len(told.steps) == 9
    assert step(told, "erratic").watched[0].moves > 0


def test_one_seed_tells_one_story():
    assert Converged(seed=5).told(4) == Converged(seed=5).told(4)
