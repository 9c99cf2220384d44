"""Addresses that moved to another host than the inventory has them on, and no migration says so.

A machine that is migrated announces itself where it arrives (RARP or gratuitous ARP, by VMware, Hyper-V and QEMU), and
a capture at that port has the announcement. Where it has none, and the port leads to a host that the inventory does not
have the address on, somebody else has begun to use it, or the machine was started elsewhere behind the back of the
inventory. Logs and tables show no announcements, so of those nothing is said.

Source: VMware, "Notify Switches"; Microsoft, "Virtual Machine Live Migration Overview"; QEMU, net/announce.c.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from msgspec.structs import replace

from maccord.fleet.estate import HostRecords
from maccord.fleet.evidence import AdapterSeen, PresenceSeen
from maccord.wire.records import At
from maccord.wire.track import Verdict

_OWN = {"physical", "management"}
_KINDS = {"vm", "management", "physical", "team"}
_UNANNOUNCED = ("it moved and stayed",)
_CERTAINTY = 0.6
_WHICH = "An export of both hosts, taken now, would tell which of them has the address."

_Named = tuple[int, int]
"""Network and address."""


def misplaced(
    verdicts: Iterable[Verdict],
    hosts: Sequence[HostRecords],
    wires: Sequence[int],
    presences: Iterable[tuple[int, PresenceSeen]],
    station: Callable[[At], str],
) -> list[Verdict]:
    """Return verdicts, with moves to another host as unexplained ones.

    `wires` are the networks of the hosts, `presences` come with the network that each is of, and `station` names the
    host at the other end of a port, as far as devices tell it.
    """
    found = list(verdicts)
    moved = {post.at for one in found if _is_unannounced(one) for post in one.posts}
    wearers, own = _wearers(hosts, wires) if moved else ({}, {})
    if not wearers:
        return found
    heard: dict[At, set[str]] = {}
    for wire, one in presences:
        at = one.presence.at
        if at in moved:
            heard.setdefault(at, set()).update(own.get((wire, one.presence.mac), ()))
    leads = {at: station(at) or _only(heard.get(at, set())) for at in moved}
    return [_judged(one, wearers, leads, heard.keys()) for one in found]


def _is_unannounced(one: Verdict) -> bool:
    return one.kind == "moved" and one.reasons == _UNANNOUNCED and len(one.posts) == 2


def _wearers(
    hosts: Sequence[HostRecords], wires: Sequence[int]
) -> tuple[dict[_Named, set[str]], dict[_Named, set[str]]]:
    """Return the hosts that wear each address in each network, and those whose own it is."""
    wearers: dict[_Named, set[str]] = defaultdict(set)
    own: dict[_Named, set[str]] = defaultdict(set)
    for number, host in enumerate(hosts):
        for one in host.of(AdapterSeen):
            if one.mac is not None and one.kind in _KINDS:
                wearers[wires[number], one.mac].add(host.name)
                if one.kind in _OWN:
                    own[wires[number], one.mac].add(host.name)
    return wearers, own


def _only(names: set[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def _judged(
    one: Verdict, wearers: Mapping[_Named, set[str]], leads: Mapping[At, str], captured: Collection[At]
) -> Verdict:
    if not _is_unannounced(one):
        return one
    before, now = sorted(one.posts, key=lambda post: post.last_ns)
    owners = wearers.get((one.fabric, one.macs[0]), set())
    there = leads[now.at]
    if len(owners) != 1 or not there or there in owners or now.edge is False or now.at not in captured:
        return one
    if leads[before.at] not in ("", *owners):
        return one
    (owner,) = owners
    told = (
        f"the inventory has it on {owner}",
        f"it went to where {there} is",
        "nothing announced it there, as a migration would",
    )
    return replace(one, kind="unexplained", reasons=told, undecided=(_WHICH,), certainty=_CERTAINTY)
