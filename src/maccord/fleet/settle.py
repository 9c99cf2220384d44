"""Settles what the records of several hosts say of one thing, before each host is joined by itself."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, MachineSeen

CONFIGURED = {"configured": "vm", "configured-vnic": "management"}
"""The kinds of adapters that a network controller tells of, with what they are if nobody else tells of them."""

_Seat = tuple[str, ...]


def settle(hosts: Sequence[HostRecords]) -> None:
    """Change the records of hosts, given sorted by name, so that each thing that several tell of is one thing."""
    _one_run(hosts)
    _controllers_word(hosts)


def _one_run(hosts: Sequence[HostRecords]) -> None:
    """Mark machines that several listings of one pool tell of as shared, so that they are no copies."""
    tellers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for at, host in enumerate(hosts):
        for one in host.of(MachineSeen):
            if one.id and one.home:
                tellers[one.id, one.home].add(at)
    if all(len(told) < 2 for told in tellers.values()):
        return
    for host in hosts:
        host.by_class[MachineSeen] = [
            replace(one, clustered=True) if len(tellers.get((one.id, one.home), ())) > 1 else one
            for one in host.of(MachineSeen)
        ]


def _controllers_word(hosts: Sequence[HostRecords]) -> None:
    """Match each interface of a network controller with the adapter that has its address, or keep it as an adapter.

    An interface stands for one adapter, on the host that the controller names or, when the machine has moved, on
    another. The adapter takes the interface's virtual network. What no host's evidence shows is an adapter of its own.
    """
    interfaces = _interfaces(hosts)
    if not interfaces:
        return
    seats = _seats(hosts, interfaces)
    overlays: dict[_Seat, str] = {}
    left: dict[int, list[AdapterSeen]] = defaultdict(list)
    for mac, told in interfaces.items():
        free = dict.fromkeys(seats.get(mac, ()))
        waiting = []
        for at, one in told:  # those at home first, so that the others get what is left
            seat = next((seat for seat in free if hosts[at].name in seats[mac][seat]), None)
            if seat is None:
                waiting.append((at, one))
            else:
                del free[seat]
                overlays[seat] = one.overlay
        for at, one in waiting:
            seat = next(iter(free), None)
            if seat is None:
                left[at].append(replace(one, kind=CONFIGURED[one.kind]))
            else:
                del free[seat]
                overlays[seat] = one.overlay
    for at, host in enumerate(hosts):
        nics = [_carried(nic, overlays, host) for nic in host.of(AdapterSeen) if nic.kind not in CONFIGURED]
        host.by_class[AdapterSeen] = [*nics, *left.get(at, ())]


def _carried(nic: AdapterSeen, overlays: dict[_Seat, str], host: HostRecords) -> AdapterSeen:
    overlay = overlays.get(_seat(nic, host)) if nic.mac is not None else None
    return replace(nic, overlay=overlay) if overlay else nic


def _interfaces(hosts: Sequence[HostRecords]) -> dict[int, list[tuple[int, AdapterSeen]]]:
    """Return the controllers' interfaces by address, each once, with the position of the host they are on."""
    known: set[str] = set()
    found: dict[int, list[tuple[int, AdapterSeen]]] = defaultdict(list)
    for at, host in enumerate(hosts):
        for one in host.of(AdapterSeen):
            if one.kind in CONFIGURED and one.mac is not None and one.id not in known:
                known.add(one.id)
                found[one.mac].append((at, one))
    return found


def _seats(hosts: Sequence[HostRecords], wanted: Iterable[int]) -> dict[int, dict[_Seat, set[str]]]:
    """Return, for each wanted address, the adapters that wear it and the hosts that tell of them."""
    addresses = set(wanted)
    found: dict[int, dict[_Seat, set[str]]] = defaultdict(dict)
    for host in hosts:
        for nic in host.of(AdapterSeen):
            if nic.kind in CONFIGURED.values() and nic.mac in addresses and not nic.snapshot:
                found[nic.mac].setdefault(_seat(nic, host), set()).add(host.name)
    return found


def _seat(nic: AdapterSeen, host: HostRecords) -> _Seat:
    """Return what tells adapters of one address apart: the machine, on whatever host, or the host's own adapter."""
    if nic.machine_id:
        return (str(nic.mac), nic.machine_id)
    return (str(nic.mac), host.name, nic.kind, nic.machine.casefold(), nic.id or nic.name.casefold())
