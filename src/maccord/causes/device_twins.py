"""Interfaces of switches, routers and servers that share an address by design: which of them are one owner, and why.

What is one owner is told by what the interfaces are to each other (records.Adapter: `role`, `bound_to`, `serves`),
never by what kind of device they are on.

Sources: Cisco NX-OS and Cumulus Linux on SVIs, subinterfaces, anycast gateways, VRR and MLAG system addresses.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from maccord.fleet.facts import Facts
from maccord.fleet.records import Adapter

Link = tuple[str, Adapter, Adapter]
_GATEWAYS = ("svi", "vrr", "l3vni")


def on_one_device(stack: Sequence[Adapter]) -> Iterator[Link]:
    """Yield the links between interfaces of one host that wear one address."""
    by_name = {one.name: one for one in stack}
    for one in stack:
        below = by_name.get(one.bound_to)
        if below is None or below is one:
            continue
        if one.role == "subinterface":
            yield ("subinterface", below, one)
        elif below.role == "bridge":
            yield ("bridge-interface", below, one)
    parents: dict[str, list[Adapter]] = defaultdict(list)
    for one in stack:
        if one.role == "subinterface" and one.bound_to not in by_name:
            parents[one.bound_to].append(one)
    for siblings in parents.values():
        yield from (("subinterface", one, other) for one, other in pairwise(siblings))
    yield from (("router-mac", *pair) for pair in pairwise([one for one in stack if one.role == "routed"]))


def on_several_devices(adapters: Iterable[Adapter], facts: Facts) -> Iterator[Link]:
    """Yield the links between gateways of several devices that are one gateway by configuration."""
    gateways = [one for one in adapters if one.role in _GATEWAYS]
    alike: dict[tuple[int, bool, str], list[Adapter]] = defaultdict(list)
    for one in gateways:
        if one.serves or one.role == "l3vni":
            alike[one.vlans, one.role == "l3vni", one.serves].append(one)
    for group in alike.values():
        yield from (("anycast-gateway", *pair) for pair in pairwise(group) if pair[0].host_id != pair[1].host_id)
    seats = {(one.host_id, one.vlans): one for one in gateways}
    for one in gateways:
        peer = facts.mlag_peer_of(one.host_id, one.mac)
        other = seats.get((peer, one.vlans)) if peer is not None else None
        if other is not None and facts.mlag_peer_of(other.host_id, other.mac) == one.host_id:
            yield ("mlag-system", one, other)
