"""Fleets that were lived: each story on each version of Windows, innocent cells, and what cannot be."""

from dataclasses import replace

import pytest

from maccord.worlds.hyperv import PROFILES, derived
from maccord.worlds.synth import STORIES, CannotSynthesize, Wanted, cells, possible
from maccord.worlds.synth.background import KINDS
from maccord.worlds.synth.numbers import BLOCK, Numbers, scattered
from maccord.worlds.synth.stage import Stage
from tests.kit.synth import judge


def wanted(**changes):
    return replace(Wanted(hosts=12, machines=3, seed=1, inject={}), **changes)


@pytest.mark.parametrize("cause", STORIES)
def test_the_check_names_what_a_story_lived_and_nothing_else(cause):
    found = judge(wanted(inject={cause: 1}, seed=5))
    assert [told[0] for told in found.lived] == [cause]
    assert found.just, (found.missed, found.invented)


@pytest.mark.parametrize("profile", PROFILES)
def test_every_cause_that_a_version_can_have_is_named_in_one_fleet(profile):
    found = judge(wanted(hosts=90, inject={"all": 1}, profiles=(profile,), machines=2))
    assert {told[0] for told in found.lived} == set(possible((profile,)))
    assert found.just, (found.missed, found.invented)


@pytest.mark.parametrize("profile", PROFILES)
def test_innocent_hosts_stay_silent(profile):
    found = judge(wanted(hosts=60, profiles=(profile,), machines=6))
    assert not found.lived
    assert found.just, found.invented


def test_a_host_with_hundreds_of_machines_stays_innocent():
    assert judge(wanted(hosts=2, machines=400)).just


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.live.__name__)
@pytest.mark.parametrize("machines", [0, 3, 300])
def test_an_innocent_cell_has_the_hosts_that_it_says_all_of_them_up(kind, machines):
    stage = Stage("1", Numbers(hosts=100), machines=machines, profiles=tuple(PROFILES), size=kind.hosts)
    kind.live(stage)
    assert len(stage.world.hosts) == kind.hosts
    assert all(host.up for host in stage.world.hosts)


def test_equal_wishes_give_equal_bytes_and_another_seed_gives_others():
    def lived(seed):
        return [(cell.files, cell.lived) for cell in cells(wanted(hosts=60, seed=seed, inject={"all": 1}))]

    assert lived(1) == lived(1)
    assert lived(1) != lived(2)


def test_a_fleet_has_as_many_hosts_as_were_asked_for_each_with_a_name_of_its_own():
    files = [name for cell in cells(wanted(hosts=120, inject={"cloned-host-image": 6})) for name in cell.files]
    hosts = [name for name in files if name.startswith("HV")]
    assert len(hosts) == len(set(hosts)) == 120
    assert min(hosts) == "HV0001.json"
    assert max(hosts) == "HV0120.json"


def test_low_octets_are_given_once_and_apart_from_blocks():
    numbers = Numbers(hosts=1, blocks=20)
    blocks = [numbers.block() for _ in range(20)]
    of_blocks = {low for first in blocks for low in range(first, first + BLOCK)}
    singles = []
    while (low := numbers.low()) is not None:
        singles.append(low)
    assert len(of_blocks) == 20 * BLOCK
    assert len(set(singles)) == len(singles) == numbers.singles
    assert of_blocks.isdisjoint(singles)
    assert all(0 < low & 0xFF < 255 for low in (*of_blocks, *singles))


def test_hosts_without_low_octets_of_their_own_are_given_ranges_of_a_plan():
    numbers = Numbers(hosts=100)
    while numbers.low() is not None:
        pass
    for profile in PROFILES:
        stage = Stage("1", numbers, machines=2, profiles=(profile,))
        hosts = [stage.plain_host(profile) for _ in range(2)]
        for host in hosts:
            stage.furnish(host, stage.lan(host))
        first, second = (host.range for host in hosts)
        assert first
        assert second
        assert first.last < second.first
        assert derived(0).first >> 24 != first.first >> 24


def test_a_fleet_with_more_hosts_than_low_octets_stays_innocent(monkeypatch):
    monkeypatch.setattr("maccord.worlds.synth.numbers.LOW_OCTETS", 1)  # 256 of them in all
    found = judge(wanted(hosts=330, machines=2, inject={"same-low-octets": 3, "manual-range-overlap": 2}))
    assert found.lived.total() == 5
    assert found.just, (found.missed, found.invented)


def test_a_permutation_gives_each_place_once():
    for size in (1, 2, 7, 254, 1000):
        assert sorted(scattered(at, size, 5) for at in range(size)) == list(range(size))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"inject": {"gremlins": 1}}, "no story lives 'gremlins'; there are: .*same-low-octets"),
        ({"inject": {"cloned-host": 1}}, "'cloned-host'; did you mean cloned-host-image[?] there are"),
        ({"hosts": 1, "inject": {"same-low-octets": 1}}, "take 2 hosts, and the fleet has 1"),
        ({"inject": {"vmm-default-pool-shared": 2}}, "can be lived once in one fleet: there is one default pool"),
        ({"inject": {"wwn-exhausted": 1}, "profiles": ("2008",)}, "2012 to 2025, and the fleet is of 2008"),
        ({"hosts": 10**6, "inject": {"manual-range-overlap": 4000}}, "more low octets of addresses than there are"),
    ],
)
def test_what_cannot_be_is_refused_in_words(changes, words):
    with pytest.raises(CannotSynthesize, match=words):
        cells(wanted(**changes))


def test_all_takes_in_what_the_versions_allow_and_yields_to_a_cause_that_is_named():
    lived = [
        cell.lived.cause
        for cell in cells(wanted(hosts=90, profiles=("2008",), inject={"all": 1, "pool-exhausted": 2}))
        if cell.lived
    ]
    assert sorted(lived) == sorted([*possible(("2008",)), "pool-exhausted"])
    assert "wwn-exhausted" not in lived
