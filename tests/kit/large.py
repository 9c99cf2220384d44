"""An estate of many hosts and ranges, as rows: reading it from files is not what is tested with it."""

from collections.abc import Sequence

from maccord.fleet.records import TABLES, Adapter, Host, Pool, Row, VlanSet
from maccord.fleet.snapshot import Snapshot


def large_estate(hosts: int, *, pools_each: int = 5, alike_every: int = 50) -> Snapshot:
    """Return `hosts` hosts with a machine each; every `alike_every`th has the range and the address of the one before.

    Each host has one range of 256 addresses and `pools_each - 1` ranges of containers that meet no other range.
    """
    bases = [0x00155D000000 + ((at - (at % alike_every == alike_every - 1)) << 8) for at in range(hosts)]
    pools = [_pool(at * pools_each + slot, at, slot, bases[at]) for at in range(hosts) for slot in range(pools_each)]
    tables: dict[str, Sequence[Row]] = dict.fromkeys(TABLES, ())
    tables["host"] = [_host(at) for at in range(hosts)]
    tables["pool"] = pools
    tables["adapter"] = [_adapter(at, base + 5) for at, base in enumerate(bases)]
    tables["vlan_set"] = [VlanSet(0, "0")]
    return Snapshot(tables, files=hosts)


def _host(at: int) -> Host:
    return Host(
        id=at, name=f"HV{at:05}", platform="hyperv", domain=0, identity=at, machine_guid=f"guid-{at}",
        guid_at="/MachineGuid", wwpn_first=None, wwpn_last=None, wwpn_at="", wwpn_free=None, collected_at="",
        file=f"HV{at:05}.json",
    )  # fmt: skip


def _pool(number: int, at: int, slot: int, base: int) -> Pool:
    first = base if slot == 0 else 0x020000000000 + (number << 10)
    return Pool(
        id=number, host_id=at, identity=at, domain=0, kind="container" if slot else "dynamic",
        name=f"l2bridge{slot}" if slot else "dynamic", first=first, last=first + 255, cursor=None, default_shaped=False,
        derived=False, file=f"HV{at:05}.json", at_first=f"/pool/{slot}/first", at_last=f"/pool/{slot}/last",
        at_cursor="",
    )  # fmt: skip


def _adapter(at: int, mac: int) -> Adapter:
    return Adapter(
        id=at, host_id=at, domain=0, kind="vm", name="Network Adapter", device=f"nic-{at}", machine_id=f"vm-{at}",
        machine=f"web{at}", machine_no=at, mac=mac, zeros=False, permanent=None, dynamic=True, running=True, live=True,
        shared=False, switch_id=None, vlans=0, spoofing=None, iov=False, vmq=None, parent=False, description="",
        created="", snapshot="", file=f"HV{at:05}.json", place="/VMNetworkAdapter/0/MacAddress",
    )  # fmt: skip
