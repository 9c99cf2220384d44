"""Ben Gelens' post of 2014 on converged networking, as far as the host goes (G1 to G10). Deployment is done by hand."""

from fnmatch import fnmatch

import pytest

from maccord.worlds.hyperv import World
from tests.kit.hyperv_worlds import ready

MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"


def converged():
    """Four NICs, two teams; the first NIC had the management address. What SCVMM 2012 R2 does comes next."""
    world = World(seed=7)
    host = world.host("HV05", "2012 R2")
    nics = [host.add_nic() for _ in range(4)]
    nics[0].set_ip("192.168.1.21", gateway="192.168.1.1", dns=("192.168.1.10",), suffix="example.com")
    host.enable_role()
    return world, host, nics


def conflicting():
    """G1: team, switch and a management vNIC that inherits."""
    world, host, nics = converged()
    infra = host.team("infra", nics[:2])
    switch = host.external_switch("infra switch", infra)
    return world, host, nics, infra, switch


def cured():
    """G6 to G9."""
    world, host, nics = converged()
    infra = host.team("infra", nics[1:2])
    switch = host.external_switch("infra switch", infra, allow_management=False)
    noted = nics[0].ipv4
    infra.add(nics[0])
    world.wait(10)
    vnic = host.add_management_vnic("MGMT", switch)
    vnic.set_ip(str(noted.address), prefix=noted.prefix, gateway=noted.gateway, dns=noted.dns, suffix=noted.suffix)
    return world, host, nics, infra, vnic


def test_g1_the_team_takes_the_primary_members_address():
    _, _, nics, infra, _ = conflicting()
    assert infra.mac == nics[0].permanent
    assert infra.description == MULTIPLEXOR


def test_g1_the_management_vnic_inherits_the_multiplexors_address_so_three_adapters_have_one():
    _, host, nics, infra, _ = conflicting()
    vnic = host.vnic("infra switch")
    assert nics[0].mac == infra.mac == vnic.mac
    assert [one.name for one in host.interfaces() if one.mac == infra.mac] == ["Ethernet 1", "infra", "infra switch"]


def test_g1_windows_warns_that_a_port_has_the_address_of_a_member():
    _, host, *_ = conflicting()
    assert [event.message for event in host.events.of(16945)] == [
        "MAC conflict: A port on the virtual switch has the same MAC as one of the underlying team members on Team Nic "
        + MULTIPLEXOR
    ]


def test_g2_switching_vmq_off_for_the_vnic_leaves_the_duplicate():
    _, host, _, infra, _ = conflicting()
    vnic = host.vnic("infra switch")
    vnic.set_vmq(on=False)
    assert (vnic.vmq, vnic.mac) == (False, infra.mac)


def test_g3_an_address_that_is_configured_is_announced_by_a_gratuitous_arp():
    world, host, *_ = cured()
    (entry,) = [one for one in world.journal.of("set IP address", "HV05") if one.objects["interface"] == "MGMT"]
    assert entry.objects["announced"] == "gratuitous ARP"
    assert entry.addresses == (host.vnic("MGMT").mac,)


def test_g4_four_nics_make_two_teams():
    _, host, nics = converged()
    infra, vm = host.team("infra", nics[:2]), host.team("vm", nics[2:])
    assert [team.mac for team in (infra, vm)] == [nics[0].permanent, nics[2].permanent]
    assert vm.description == f"{MULTIPLEXOR} #2"


def test_g5_one_of_the_four_nics_carries_the_management_address():
    _, host, _ = converged()
    assert [one.name for one in host.interfaces() if one.ipv4] == ["Ethernet 1"]


def test_g6_the_switch_is_deployed_on_the_second_nic_alone_and_the_first_keeps_the_host_reachable():
    world, host, nics = converged()
    infra = host.team("infra", nics[1:2])
    host.external_switch("infra switch", infra, allow_management=False)
    assert infra.mac == nics[1].permanent
    assert nics[0].ip == "192.168.1.21"
    assert world.speakers(nics[0].mac) == [("HV05", "nic", "Ethernet 1")]


def test_g7_adding_the_first_nic_to_the_team_cuts_the_host_off():
    _, host, nics = converged()
    infra = host.team("infra", nics[1:2])
    host.external_switch("infra switch", infra, allow_management=False)
    infra.add(nics[0])
    assert [one for one in host.interfaces() if one.ipv4] == []


def test_g7_the_added_vnic_has_an_address_of_its_own_and_what_was_noted():
    _, host, nics, infra, vnic = cured()
    assert vnic.mac in host.range
    assert vnic.mac not in {infra.mac, *(nic.mac for nic in nics)}
    assert (str(vnic.ipv4.address), vnic.ipv4.prefix, vnic.ipv4.gateway) == ("192.168.1.21", 24, "192.168.1.1")
    assert (vnic.ipv4.dns, vnic.ipv4.suffix) == (("192.168.1.10",), "example.com")


def test_g8_a_wildcard_on_the_description_matches_two_vnics():
    _, host, *_ = cured()
    host.add_management_vnic("CSV", host.switch("infra switch"))
    matching = [one.name for one in host.interfaces() if fnmatch(one.description, "*Hyper-V Virtual Ethernet*")]
    assert matching == ["MGMT", "CSV"]


def test_g8_a_pattern_of_one_subnet_finds_nothing_in_another():
    host = ready(World(seed=1), "HV06", "10.20.16.21", "2012 R2")
    assert not [one for one in host.interfaces() if one.ip and fnmatch(one.ip, "192.168.1.*")]


def test_g9_connectivity_is_back_under_the_vnics_address():
    world, _, _, _, vnic = cured()
    assert world.speakers(vnic.mac) == [("HV05", "vnic", "vEthernet (MGMT)")]


def test_g10_what_a_refresh_finds_is_both_members_and_no_conflict():
    _, host, nics, infra, vnic = cured()
    assert infra.members == [nics[1], nics[0]]
    assert {one.mac for one in host.vnics} == {vnic.mac}
    assert host.events.of(16945) == []
    host.create_vm("web", host.switch("infra switch")).start()
    assert host.events.of(16945) == []


@pytest.mark.parametrize("starts", [1, 3])
def test_g1_the_warning_repeats_with_every_machine_that_starts_on_the_switch(starts):
    _, host, _, _, switch = conflicting()
    for at in range(starts):
        host.create_vm(f"vm{at}", switch).start()
    assert len(host.events.of(16945)) == 1 + starts
