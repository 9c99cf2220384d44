"""Logical switches, bare metal, the post-deployment script, refresh."""

import pytest

from maccord.worlds.hyperv import World, WrongState
from maccord.worlds.scvmm import (
    LogicalSwitch,
    PhysicalComputerProfile,
    PostDeploymentScript,
    ScriptFailed,
    Server,
    Unverified,
)


def deployed(version="2012 R2", *, switch=None, **unverified):
    world = World(seed=1)
    server = Server(world, "VMM01", version=version, unverified=Unverified(**unverified))
    bare = PhysicalComputerProfile(windows=version, gateway="192.168.1.1", dns=("192.168.1.10",))
    host = server.bare_metal("HV05", bare, ip="192.168.1.21")
    return server, host, server.deploy(switch or LogicalSwitch("infra"), host, host.nics[:2])


@pytest.mark.parametrize(
    ("version", "inherits", "twin"),
    [
        ("2012 R2", "2012 R2 only", True),
        ("2016", "2012 R2 only", False),
        ("2016", "always", True),
        ("2012 R2", "never", False),
    ],
)
def test_whether_the_management_vnic_inherits_is_a_parameter(version, inherits, twin):
    _, host, made = deployed(version, inherits=inherits)
    assert (made.management.mac == host.teams[0].mac) == twin


def test_a_deployment_moves_the_hosts_ipv4_configuration_to_the_vnic():
    _, host, made = deployed()
    assert [one.ip for one in host.interfaces() if one.ip] == ["192.168.1.21"]
    assert (made.management.ipv4.gateway, made.management.ipv4.dns) == ("192.168.1.1", ("192.168.1.10",))


def test_an_embedded_team_has_no_team_adapter_to_inherit_from():
    _, host, made = deployed("2016", switch=LogicalSwitch("infra", uplink="embedded team"))
    assert host.teams == []
    assert made.management.mac not in {nic.mac for nic in host.nics}


def test_further_vnics_get_addresses_of_their_own():
    _, host, made = deployed(switch=LogicalSwitch("infra", vnics=("CSV", "LiveMigration")))
    macs = [vnic.mac for vnic in host.vnics]
    assert len(set(macs)) == 3
    assert [vnic.name for vnic in host.vnics] == ["infra", "CSV", "LiveMigration"]
    assert made.management is host.vnics[0]


def test_a_nic_with_the_hosts_address_is_not_taken_without_a_management_vnic():
    world = World(seed=1)
    server = Server(world, "VMM01")
    host = server.bare_metal("HV05", PhysicalComputerProfile(), ip="192.168.1.21")
    with pytest.raises(WrongState, match="would be lost"):
        server.deploy(LogicalSwitch("infra"), host, host.nics[:2], management=False)
    assert host.teams == []


def test_the_profile_names_the_nic_that_carries_the_management_address():
    server = Server(World(seed=1), "VMM01")
    host = server.bare_metal("HV05", PhysicalComputerProfile(nics=4, management_nic=2), ip="192.168.1.21")
    assert [nic.ip for nic in host.nics] == [None, None, "192.168.1.21", None]
    with pytest.raises(WrongState, match="names NIC 4 of 4"):
        server.bare_metal("HV06", PhysicalComputerProfile(nics=4, management_nic=4), ip="192.168.1.22")


def test_what_was_deployed_is_known_and_what_the_host_does_itself_is_not_until_a_refresh():
    server, host, _ = deployed()
    assert server.refresh(host) == ()
    host.add_management_vnic("CSV", host.switch("infra"))
    (told,) = server.refresh(host)
    assert told.startswith("vNIC CSV is new: 00-15-5D-")
    assert server.refresh(host) == ()


def test_a_refresh_tells_of_what_is_gone_and_what_changed():
    server, host, _ = deployed()
    host.nics[3].pull()
    host.nics[2].override("02-00-00-00-00-01")
    told = " / ".join(server.refresh(host))
    assert "NIC Ethernet 4 is gone" in told
    assert "NIC Ethernet 3 was" in told


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"slot": 9}, "no NIC is in slot 9"),
        ({"ip_like": "10.*"}, "no IPv4 address like"),
        ({"team": "other"}, "there is no team other"),
        ({"vnic_like": "*X520*"}, "4 adapter description like"),
    ],
)
def test_the_script_stops_where_a_pattern_fails(change, why):
    server = Server(World(seed=1), "VMM01")
    host = server.bare_metal("HV05", PhysicalComputerProfile(), ip="192.168.1.21")
    server.deploy(LogicalSwitch("infra"), host, host.nics[1:2], management=False)
    script = PostDeploymentScript(**({"team": "infra", "switch": "infra"} | change))
    with pytest.raises(ScriptFailed, match=why.replace("*", r"\*")):
        list(script.run(host))
