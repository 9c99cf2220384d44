"""A verdict in the words of people: which cause it is, how grave, what to do."""

from collections.abc import Iterable
from datetime import UTC, datetime

from maccord.app.watch.model import PlaceItem
from maccord.mac import show
from maccord.wire.records import Domain
from maccord.wire.track import Kind, Verdict

_NS = 1_000_000_000
_SHOWN = 6
_YEAR_10000_NS = 253_402_300_800 * _NS

CAUSES: dict[Kind, tuple[str, str]] = {
    "duplicate": ("duplicate-on-the-wire", "error"),
    "two-minds": ("duplicate-on-the-wire", "error"),
    "lag-mismatch": ("lag-mismatch", "warning"),
    "loop": ("layer2-loop", "error"),
    "ip-conflict": ("ip-conflict", "error"),
    "unexplained": ("unexplained-move", "warning"),
}
"""Cause and severity by kind of verdict; all other kinds are by design."""

REMEDIES = {
    "duplicate-on-the-wire": (
        "Disconnect one of the two owners, at the port that matters less, and give it another address."
    ),
    "lag-mismatch": (
        "Make the two ports one link aggregate, or set the team to a mode that keeps an address on one port."
    ),
    "layer2-loop": "Shut one of the two ports, then let spanning tree run on both and look for a bridge between them.",
    "ip-conflict": "Give one of the two hosts another IP address, and find out who assigned it.",
    "unexplained-move": "Watch the address, best by a capture at both ports, before anything is changed.",
}


def moment(time_ns: int) -> str:
    """Return a moment in ISO 8601, UTC, to the millisecond; nothing for one that nobody told."""
    if not 0 < time_ns < _YEAR_10000_NS:
        return ""
    return f"{datetime.fromtimestamp(time_ns // _NS, UTC):%Y-%m-%dT%H:%M:%S}.{time_ns // 1_000_000 % 1000:03}Z"


def network(domain: Domain) -> str:
    """Return the layer-2 domain in words: nothing for untagged Ethernet, `VLAN 10`, `VXLAN 5000`."""
    tags = ", ".join(str(tag) for tag in domain.vlans)
    inside = f"{domain.tunnel.upper()} {domain.network}" if domain.tunnel else ""
    return " ".join(one for one in (f"VLAN {tags}" if tags else "", inside) if one)


def explanation(verdict: Verdict, places: Iterable[PlaceItem]) -> str:
    """Return what was seen, in a sentence or two."""
    told = []
    for place in places:
        port = f"port {place.port} of {place.observer}" if place.port else place.observer or "the wire"
        who = ", ".join(one for one in (f"as {', '.join(place.ips)}" if place.ips else "", place.owner) if one)
        named = f"{place.address} at {port}" if verdict.kind == "ip-conflict" else f"at {port}"
        told.append(f"{named} ({who})" if who else named)
    where = _listed(told)
    domain = f" in {network(verdict.domain)}" if network(verdict.domain) else ""
    why = f" {'; '.join(verdict.reasons)}." if verdict.reasons else ""
    if verdict.kind == "loop":
        return f"{len(verdict.macs)} addresses come and go{domain} {where}: frames circle.{why}"
    if verdict.kind == "ip-conflict":
        return f"{verdict.ip} is used by two hosts{domain}: {where}.{why}"
    moved = f", and moved {verdict.moves} {'time' if verdict.moves == 1 else 'times'}" if verdict.moves else ""
    return f"{show(verdict.macs[0])} is{domain} {where}{moved}.{why}"


def _listed(names: list[str]) -> str:
    if len(names) > _SHOWN:
        return f"{', '.join(names[:_SHOWN])} and {len(names) - _SHOWN} more"
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
