"""Addresses that are shared by design: which adapters of one address are one owner, and why.

Sources: MicrosoftDocs on NIC Teaming addresses (team and member), J. Howard's replies (parent vNIC and NIC), cloud-init
issue 3660 (virtual function and synthetic adapter), OpenStack Nova, nova/network/model.py (names of tap devices),
RFC 9568 and RFC 2281 (virtual routers), Microsoft's NLB cluster addresses.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise

from maccord.causes import device_twins
from maccord.causes.collision import Collision, Owner
from maccord.fleet.diagnosis import ExpectedTwin, Finding
from maccord.fleet.facts import Facts
from maccord.fleet.nics import IPVLAN
from maccord.fleet.records import Adapter
from maccord.mac import block_of
from maccord.mac.issuers import issuer_of

_NESTED_NIC = "Microsoft Hyper-V Network Adapter"
_TAPS = ("tap", "vhu")
"""What Nova calls the device of a port on its host begins so, and goes on with the first characters of its id."""
_TAP_ID = 11
_Link = tuple[str, Adapter, Adapter]


def sort_out(finding: Finding, facts: Facts) -> tuple[list[ExpectedTwin], Collision | None]:
    """Split the sharers of one address into owners: twins by design, and a collision if several owners are left."""
    assert finding.address is not None
    adapters = [facts.adapters[number] for number in finding.of("adapter")]
    block = block_of(finding.address)
    if block is not None and block.twin is not None:
        return [_twin(block.twin, finding.address, adapters)], None
    links = list(_links(adapters, facts))
    owners = _owners(adapters, links)
    twins = [
        _twin(kind, finding.address, [one for link, *pair in links if link == kind for one in pair])
        for kind in sorted({link for link, _, _ in links if link})
    ]
    return twins, Collision(finding, finding.address, owners) if len(owners) > 1 else None


def _twin(kind: str, address: int, adapters: Iterable[Adapter]) -> ExpectedTwin:
    listed = list(adapters)
    return ExpectedTwin(
        kind=kind,
        address=address,
        hosts=tuple(sorted({one.host_id for one in listed})),
        adapters=tuple(sorted({one.id for one in listed})),
    )


def _owners(adapters: list[Adapter], links: list[_Link]) -> tuple[Owner, ...]:
    leader = {adapter.id: adapter.id for adapter in adapters}

    def root(number: int) -> int:
        while leader[number] != number:
            number = leader[number]
        return number

    for _, one, other in links:
        low, high = sorted((root(one.id), root(other.id)))
        leader[high] = low
    groups: dict[int, list[Adapter]] = {}
    for adapter in adapters:
        groups.setdefault(root(adapter.id), []).append(adapter)
    return tuple(Owner(tuple(group)) for group in groups.values())


def _links(adapters: list[Adapter], facts: Facts) -> Iterator[_Link]:
    """Yield pairs that are one owner, with the kind of twin they are; the kind is empty for a mere inheritance."""
    yield from _plugged_ports(adapters)
    yield from _test_failovers(adapters, facts)
    alone = all(one.kind == "vm" and one.description != IPVLAN for one in adapters)
    if alone and len({one.machine_no for one in adapters}) == len(adapters):
        return  # machines alone, each once: no two of them are one thing
    by_host: dict[int, list[Adapter]] = {}
    for adapter in adapters:
        by_host.setdefault(adapter.host_id, []).append(adapter)
    for stack in by_host.values():
        yield from _links_of_host(stack, facts)
        yield from device_twins.on_one_device(stack)
    yield from device_twins.on_several_devices(adapters, facts)
    yield from _same_machine(adapters)
    yield from _nested(adapters, facts)


def _links_of_host(stack: list[Adapter], facts: Facts) -> Iterator[_Link]:
    teams = [one for one in stack if one.kind == "team"]
    nics = [one for one in stack if one.kind == "physical"]
    vnics = sorted((one for one in stack if one.kind == "management"), key=lambda one: not one.parent)
    for team in teams:
        members = facts.members_of(team.id)
        yield from (("team-member", team, nic) for nic in nics if not members or nic.id in members)
        yield from (("", team, vnic) for vnic in vnics)
    for nic in nics:
        if not teams:
            yield from _below_vnic(nic, vnics, facts)
        yield from (("sriov-vf", nic, one) for one in stack if one.kind == "vm" and one.iov)
    parents = sorted((one for one in stack if one.description == IPVLAN), key=lambda one: one.id)
    yield from (("ipvlan", one, other) for one, other in pairwise([*teams, *nics, *parents]) if other in parents)


def _below_vnic(nic: Adapter, vnics: list[Adapter], facts: Facts) -> Iterator[_Link]:
    """Yield the link from a NIC to the one vNIC that may wear its address: a second one would be a fault."""
    for vnic in vnics:
        switch = facts.switches.get(vnic.switch_id) if vnic.switch_id is not None else None
        uplinks = facts.uplinks_of(vnic.switch_id)
        if not uplinks or nic.id in uplinks:
            yield ("team-member" if switch is not None and switch.embedded_team else "parent-vnic", nic, vnic)
            return


def _same_machine(adapters: list[Adapter]) -> Iterator[_Link]:
    """Yield copies of one VMId that cannot both answer: a checkpoint, a second node, a replica."""
    by_machine: dict[str, list[Adapter]] = {}
    for adapter in adapters:
        if adapter.kind == "vm" and adapter.machine_id:
            by_machine.setdefault(adapter.machine_id, []).append(adapter)
    for copies in by_machine.values():
        running = len({one.host_id for one in copies if one.running})
        seats: dict[int, Adapter] = {}
        for one in sorted(copies, key=lambda one: bool(one.snapshot)):
            seat = seats.setdefault(one.host_id, one)
            if one.snapshot and seat is not one:
                yield ("same-vm", seat, one)
        one_life = [seat for seat in seats.values() if running < 2 or seat.shared]
        yield from (("same-vm", one, other) for one, other in pairwise(one_life))
        told_twice = [
            [seat for seat in seats.values() if bool(seat.manager) is managed][:1] for managed in (True, False)
        ]
        if all(told_twice):  # the host tells of it, and so does the manager, who may not know the host's name
            yield ("same-vm", told_twice[0][0], told_twice[1][0])


def _test_failovers(adapters: list[Adapter], facts: Facts) -> Iterator[_Link]:
    """Yield replicas with the machine of their test failover: until that starts, it has the address of its replica."""
    copies = [one for one in adapters if one.shared and one.kind == "vm" and one.dynamic and not one.snapshot]
    by_host: dict[int, list[Adapter]] = {}
    for one in copies if len(copies) > 1 else ():
        pool = facts.dynamic_pool(one.host_id)
        if pool is not None and one.mac is not None and not pool.first <= one.mac <= pool.last:
            by_host.setdefault(one.host_id, []).append(one)
    for beside in by_host.values():
        if sum(one.running is True for one in beside) < 2:
            yield from (("same-vm", one, other) for one, other in pairwise(beside))


def _plugged_ports(adapters: list[Adapter]) -> Iterator[_Link]:
    """Yield ports that a cloud lists and the interfaces of hosts they are: the tap's name holds the port's id."""
    taps = {one.description[len("tap") :]: one for one in adapters if one.description.startswith(_TAPS)}
    for port in adapters if taps else ():
        tap = taps.get(port.device[:_TAP_ID]) if port.manager and port.kind == "vm" else None
        if tap is not None and tap is not port and not tap.manager:
            yield ("same-vm", port, tap)


def _nested(adapters: list[Adapter], facts: Facts) -> Iterator[_Link]:
    machines = [one for one in adapters if one.kind == "vm"]
    nics = [one for one in adapters if one.kind == "physical"] if machines else []
    windows = [one for one in nics if one.description.startswith(_NESTED_NIC)]
    for nic in nics:
        name = _short(facts.hosts[nic.host_id].name)
        carried = [one for one in machines if one.host_id != nic.host_id]
        named = [one for one in carried if _short(one.machine) == name and (nic in windows or _is_virtual(one))]
        if not named and nic in windows and len(windows) == len(machines) == 1:
            named = carried
        yield from (("nested-host", nic, one) for one in named)


def _short(name: str) -> str:
    return name.casefold().partition(".")[0]


def _is_virtual(adapter: Adapter) -> bool:
    """Tell whether no card of metal can have the address, as it may have where a computer became a machine."""
    local = adapter.mac is not None and adapter.mac >> 41 & 1 == 1
    return adapter.dynamic is True or local or (adapter.mac is not None and issuer_of(adapter.mac) is not None)
