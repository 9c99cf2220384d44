"""A host's adapters from the wire up: where each has its address from, as the world knows it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from maccord.mac.address import show
from maccord.worlds.hyperv import Host, Nic, Team, Vnic

Column = Literal["nic", "team", "switch", "port"]


@dataclass(frozen=True, slots=True)
class Piece:
    """An adapter or a switch. `origin`: where its address is from; `below`: the keys of what it stands on."""

    key: str
    column: Column
    title: str
    address: str
    permanent: str
    origin: str
    state: str
    below: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Stack:
    """The pieces of one host, from NICs to vNICs and machines, and the host's IPv4 addresses."""

    host: str
    ips: tuple[str, ...]
    pieces: tuple[Piece, ...]
    shared: tuple[str, ...]
    """Addresses of several pieces. That of a team and its member is none: every team has it."""


def stack_of(host: Host) -> Stack:
    """Return a host's stack as it is now."""
    pieces = [_nic(nic) for nic in host.nics]
    pieces += [_team(team) for team in host.teams]
    for switch in host.switches:
        kind = "teams its NICs" if switch.embedded_team else f"{switch.kind} switch"
        below = tuple(one.guid for one in switch.uplinks)
        pieces.append(Piece(switch.id, "switch", switch.name, "", "", "", kind, below))
    pieces += [_vnic(vnic) for vnic in host.vnics]
    switches = {switch.id for switch in host.switches}
    for machine in host.machines:
        for adapter in machine.adapters:
            below = (adapter.switch_id,) if adapter.switch_id in switches and adapter.switch_id else ()
            origin = "issued by its host" if adapter.dynamic else "set by hand"
            state = f"machine, {machine.state.lower()}"
            address = show(adapter.mac) if adapter.mac else ""
            pieces.append(Piece(adapter.id, "port", machine.name, address, "", origin if address else "", state, below))
    ips = tuple(one.ip for one in host.interfaces() if one.ip)
    return Stack(host.name, ips, tuple(_upwards(pieces)), shared((one.address, one.column) for one in pieces))


def _upwards(pieces: list[Piece]) -> list[Piece]:
    """Return the pieces column by column, each where what it stands on is: lines cross less then."""
    ranks: dict[str, int] = {}
    nics = sum(one.column == "nic" for one in pieces)
    for at, piece in enumerate(pieces):
        below = [ranks[key] for key in piece.below if key in ranks]
        ranks[piece.key] = at if piece.column == "nic" else min(below, default=nics)
    order: list[Column] = ["nic", "team", "switch", "port"]
    return sorted(pieces, key=lambda piece: (order.index(piece.column), ranks[piece.key]))


def shared(worn: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return the addresses that several adapters have, of pairs (address, what has it): a team and a NIC may."""
    of: dict[str, list[str]] = {}
    for address, what in worn:
        if address.strip("0-"):
            of.setdefault(address, []).append(what.casefold())
    return tuple(sorted(one for one, kinds in of.items() if len(kinds) > 1 and sorted(kinds) != ["nic", "team"]))


def _nic(nic: Nic) -> Piece:
    origin = "burned in" if nic.overridden is None else "set in the driver"
    return Piece(nic.guid, "nic", nic.name, show(nic.mac), show(nic.permanent), origin, "NIC", ())


def _team(team: Team) -> Piece:
    given = next((nic.name for nic in team.members if nic.mac == team.mac), "")
    origin = "set by hand" if team.set_by_hand else f"from member {given}" if given else "from a former member"
    return Piece(
        team.guid, "team", team.name, show(team.mac), "", origin, "team", tuple(nic.guid for nic in team.members)
    )


def origin_of(vnic: Vnic) -> str:
    """Tell where a vNIC's address is from."""
    if vnic.source == "inherited":
        uplink = next((one.name for one in vnic.switch.uplinks if one.mac == vnic.mac), "")
        return f"inherited from {uplink}" if uplink else "inherited"
    return "from the host's range" if vnic.source == "pool" else "set by hand"


def _vnic(vnic: Vnic) -> Piece:
    state = f"management vNIC, VMQ {'on' if vnic.vmq else 'off'}"
    return Piece(vnic.guid, "port", vnic.alias, show(vnic.mac), "", origin_of(vnic), state, (vnic.switch.id,))
