"""VMM's pools: which may be made, what is granted, taken back and left behind."""

import json

import pytest

from maccord.mac import show
from maccord.worlds.hyperv import MustBeOff, World
from maccord.worlds.scvmm import BadPool, NotManaged, Server, Unverified
from tests.kit.hyperv_worlds import ready

BLOCK = ("02-AA-00-00-00-00", "02-AA-00-00-00-03")


def vmm(**unverified):
    world = World(seed=1)
    server = Server(world, "VMM01", unverified=Unverified(**unverified))
    host = ready(world, "HV01", "10.1.5.20")
    server.add(host)
    return server, host


def machines(host, count):
    return [host.create_vm(f"vm{at}", host.switch("LAN")) for at in range(count)]


def test_every_installation_has_the_same_two_default_pools():
    server, _ = vmm()
    assert [(one.platform, show(one.first), len(one)) for one in server.pools] == [
        ("HyperV", "00-1D-D8-B7-1C-00", 3_998_720),
        ("VMWareESX", "00-50-56-00-00-00", 4_194_304),
    ]


def test_two_servers_grant_the_same_first_address():
    granted = []
    for _ in range(2):
        server, host = vmm()
        (machine,) = machines(host, 1)
        granted.append(server.grant(machine.adapter))
    assert granted == [granted[0]] * 2
    assert show(granted[0]) == "00-1D-D8-B7-1C-00"


@pytest.mark.parametrize(
    ("first", "last", "why"),
    [
        ("02-AA-00-00-00-05", "02-AA-00-00-00-01", "above"),
        ("02-AA-00-00-00-00", "02-AA-01-00-00-00", "first three octets"),
        ("03-AA-00-00-00-00", "03-AA-00-00-00-01", "group address"),
        ("99-99-99-00-00-00", "99-99-99-00-00-01", "group address"),
        ("00-15-5D-00-00-00", "00-15-5D-00-00-01", "has to be avoided"),
        ("00-1D-D8-B7-1C-10", "00-1D-D8-B7-1C-20", "overlaps the pool Default MAC address pool"),
    ],
)
def test_a_pool_that_breaks_a_rule_is_refused_with_the_rule(first, last, why):
    server, _ = vmm()
    with pytest.raises(BadPool, match=why):
        server.add_pool("new", first, last)


def test_part_of_the_default_block_may_be_a_pool_once_the_default_pool_is_deleted():
    server, _ = vmm()
    server.delete_pool("Default MAC address pool")
    assert len(server.add_pool("half", "00-1D-D8-B7-1C-00", "00-1D-D8-B7-FF-FF")) == 58_368


def test_a_grant_is_static_on_the_adapter_and_no_address_is_granted_twice():
    server, host = vmm()
    pool = server.add_pool("lab", *BLOCK)
    made = machines(host, 4)
    granted = [server.grant(machine.adapter, pool) for machine in made]
    assert len(set(granted)) == 4
    assert not any(machine.adapter.dynamic for machine in made)
    extra = host.create_vm("extra", host.switch("LAN"))
    with pytest.raises(BadPool, match="no pool for it has an address left"):
        server.grant(extra.adapter, pool)


def test_a_running_machine_gets_no_grant():
    server, host = vmm()
    (machine,) = machines(host, 1)
    machine.start()
    with pytest.raises(MustBeOff):
        server.grant(machine.adapter)


@pytest.mark.parametrize(("order", "second"), [("lowest", "00"), ("onwards", "01")])
def test_what_is_revoked_is_granted_again_by_the_order_that_is_assumed(order, second):
    server, host = vmm(grant_order=order)
    pool = server.add_pool("lab", *BLOCK)
    one, other = machines(host, 2)
    server.revoke(server.grant(one.adapter, pool))
    assert show(server.grant(other.adapter, pool))[-2:] == second


def test_a_machine_keeps_its_revoked_address_so_the_next_grant_makes_a_twin():
    server, host = vmm()
    pool = server.add_pool("lab", *BLOCK)
    one, other = machines(host, 2)
    server.revoke(server.grant(one.adapter, pool))
    server.grant(other.adapter, pool)
    assert one.adapter.mac == other.adapter.mac


def test_a_group_draws_from_its_own_pool_before_the_one_above():
    server, host = vmm()
    server.add_group("site1")
    server.add_pool("site pool", *BLOCK, groups=["site1"])
    server.remove(host)
    server.add(host, "site1")
    (machine,) = machines(host, 1)
    assert show(server.grant(machine.adapter)) == BLOCK[0]


@pytest.mark.parametrize(("keeps", "count"), [(True, 1), (False, 0)])
def test_addresses_of_a_host_that_was_removed_are_inactive(keeps, count):
    server, host = vmm(keeps_addresses_of_missing=keeps)
    (machine,) = machines(host, 1)
    server.grant(machine.adapter)
    server.remove(host)
    assert len(server.inactive()) == count
    assert server.release_inactive() == count
    assert server.inactive() == []


def test_a_deleted_machine_leaves_its_address_inactive():
    server, host = vmm()
    (machine,) = machines(host, 1)
    server.grant(machine.adapter)
    machine.delete()
    assert [one.active for one in server.inactive()] == [False]


def test_whether_vmm_looks_at_its_hosts_ranges_is_a_parameter():
    for checks in (False, True):
        server, host = vmm(checks_hosts_ranges=checks)
        host.create_vm("first")
        host.set_vmhost("02-AA-00-00-00-00", "02-AA-00-00-00-FF")
        if checks:
            with pytest.raises(BadPool, match="dynamic range of HV01"):
                server.add_pool("lab", *BLOCK)
        else:
            assert len(server.add_pool("lab", *BLOCK)) == 4


def test_what_is_not_there_is_refused_by_name():
    server, host = vmm()
    other = ready(server.world, "HV02", "10.1.5.21")
    for act in (
        lambda: server.pool("none"),
        lambda: server.revoke(1),
        lambda: server.refresh(other),
        lambda: server.add(host, "none"),
        lambda: server.add_pool("lab", *BLOCK, groups=["none"]),
    ):
        with pytest.raises(NotManaged, match="VMM01 has no"):
            act()


def test_the_export_lists_pools_and_grants():
    server, host = vmm()
    (machine,) = machines(host, 1)
    mac = server.grant(machine.adapter)
    told = json.loads(server.export())
    assert (told["schema"], told["ComputerName"]) == ("maccord.vmm/1", "VMM01")
    assert [one["MACAddressRangeStart"] for one in told["SCMACAddressPool"]] == [
        "00-1D-D8-B7-1C-00",
        "00-50-56-00-00-00",
    ]
    assert told["SCMACAddress"] == [{"Address": show(mac), "VirtualNetworkAdapter": "vm0", "State": "Assigned"}]
    assert server.export() == server.export()
