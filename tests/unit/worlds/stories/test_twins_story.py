"""Two machines with one address and a ping: figures beside those worked out."""

import pytest

from maccord.worlds.hyperv import InvalidStaticAddress
from maccord.worlds.stories import Twins
from maccord.worlds.stories.twins import Setting


def seen(seed=1, profile=None, **setting):
    (step,) = Twins(seed, profile, Setting(**setting)).told().steps
    return step.watched[0]


@pytest.mark.parametrize(("rate", "twin_rate", "expected"), [(2, 2, 0.5), (0.5, 4.5, 0.9), (4.5, 0.5, 0.1)])
def test_the_loss_is_the_twins_share_of_the_talk(rate, twin_rate, expected):
    watched = seen(rate=rate, twin_rate=twin_rate, count=600)
    assert watched.loss == pytest.approx(expected, abs=0.08)


def test_a_twin_that_says_nothing_takes_nothing():
    assert seen(twin_rate=0, count=30).lost == 0


def test_two_vlans_keep_two_machines_apart():
    watched = seen(vlan=10, twin_vlan=20, count=30)
    assert (watched.lost, watched.moves) == (0, 0)
    assert {one.place for one in watched.spells} == {"HV01 Ethernet 1"}


def test_one_vlan_does_not():
    assert seen(vlan=10, twin_vlan=10, count=30).lost > 0


@pytest.mark.parametrize("profile", ["2008", "2025"])
def test_no_version_of_windows_helps_across_hosts(profile):
    assert seen(profile=profile, count=30).lost > 0


@pytest.mark.parametrize(
    ("vendor", "said"),
    [("cisco-ios", "MACFLAP"), ("arista-eos", "HOST_FLAPPING"), ("cisco-nxos", "L2FM"), ("h3c-comware", "MAC")],
)
def test_the_switch_logs_as_its_vendor_does(vendor, said):
    watched = seen(vendor=vendor, rate=10, twin_rate=10, count=60)
    assert said in "\n".join(watched.syslog)


def test_a_switch_that_stops_learning_is_told_of_beside_what_theory_expects():
    (step,) = Twins(1, None, Setting(vendor="cisco-nxos", rate=10, twin_rate=10)).told().steps
    assert any("stopped learning" in line for line in step.notes)
    assert step.watched[0].loss in (0, 1)


def test_an_address_that_no_adapter_may_have_is_refused():
    with pytest.raises(InvalidStaticAddress):
        seen(mac="01-00-5E-00-00-01")
