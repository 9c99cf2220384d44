"""Reads captures: pcap and pcapng, as tcpdump, Wireshark and switches write them.

A capture is seen at a port of a switch: SWITCH/PORT.pcap, by folder and name, or at the interface that a pcapng names.
Each address that sent there is one sighting, with when it sent. What packets tell of addresses (ARP, neighbour
discovery, DHCP, LLDP, CDP, first-hop redundancy, what traffic gives away of machines) is kept as it is said, the same
thing said again and again only at times ever farther apart, so that memory does not grow with a flood.

Source: IETF, draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng; what packets tell is cited where it is decoded, in
`wire/`.
"""

from msgspec.structs import astuple, replace

from maccord.collect.document import Document, Unreadable
from maccord.collect.leases import moment
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import FramesSeen, HostSeen, Place, PresenceSeen, SightingSeen, WireSeen
from maccord.fleet.problem import Problem
from maccord.wire.magic import is_capture
from maccord.wire.records import At, DhcpSeen, Presence, Told, TraitSeen

NAME = "captures"
PLATFORM = "switch"

TOLD_MAX = 50_000
"""So many different things that packets tell are kept of a capture, and as many samples of traffic."""

_PLAIN, _SPREAD, _EACH = 16, 16, 128
_SECOND = 10**9


def claims(document: Document) -> bool:
    """Tell whether the content begins as a capture does."""
    return is_capture(document.raw[:4])


def parse(document: Document) -> Parsed:
    """Read the whole capture; raise Unreadable where there is nothing of it that can be used."""
    from maccord.wire.capture import read_capture  # noqa: PLC0415 - NumPy, for captures alone

    vantage = At(document.folder, document.stem)
    told = Repeats()
    parsed = Parsed()
    packets = arp = 0
    presences: list[Presence] = []
    for batch in read_capture(document.stream or document.raw, vantage):
        packets += batch.packets
        arp += batch.arp
        presences += batch.presences
        parsed.problems += [Problem(document.file, fault.at, fault.reason) for fault in batch.faults]
        for one in batch.told:
            told.add(one)
    if not packets and parsed.problems:
        raise Unreadable(parsed.problems[0].at, parsed.problems[0].reason)
    place = Place(document.file, "")
    parsed.seen += [HostSeen(vantage.observer, place, PLATFORM), FramesSeen(vantage.observer, place, packets, arp)]
    for presence in presences:
        cited = Place(document.file, f"packet {presence.line}")
        parsed.seen.append(PresenceSeen(vantage.observer, cited, presence))
    parsed.seen += sightings(document.file, presences)
    parsed.seen += [
        WireSeen(vantage.observer, Place(document.file, f"packet {one.line}"), one) for one in told.records()
    ]
    if told.left_out:
        reason = f"{told.left_out} packets tell more than {TOLD_MAX} different things of addresses, and are not used"
        parsed.problems.append(Problem(document.file, "", reason))
    return parsed


def sightings(file: str, presences: list[Presence]) -> list[SightingSeen]:
    """Return one sighting for each place and address, in whichever domains it was; the first of them is told."""
    found: dict[tuple[At, int], SightingSeen] = {}
    for one in presences:
        key = (one.at, one.mac)
        known = found.get(key)
        seen_at = moment(one.last_ns // _SECOND)
        if known is None:
            found[key] = SightingSeen(
                host=one.at.observer,
                place=Place(file, f"packet {one.line}"),
                mac=one.mac,
                kind="dynamic",
                port=one.at.port,
                vlan=one.domain.vlan,
                segment=one.domain.name,
                seen_at=seen_at,
            )
        elif seen_at > known.seen_at:
            found[key] = replace(known, seen_at=seen_at)
    return list(found.values())


class Repeats:
    """Keeps what is told: a thing that is told again and again at its first times, some between, and its last."""

    def __init__(self) -> None:
        self._kept: dict[tuple[object, ...], list[Told]] = {}
        self._latest: dict[tuple[object, ...], Told] = {}
        self._traits: list[Told] = []
        self.left_out = 0

    def add(self, told: Told) -> None:
        """Take one more thing that was told."""
        if isinstance(told, TraitSeen):
            if len(self._traits) < TOLD_MAX:
                self._traits.append(told)
            return
        plain = replace(told, transaction=0) if isinstance(told, DhcpSeen) else told
        _, at, domain, _, *rest = astuple(plain)
        key = (type(told), at, domain, *rest)
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= TOLD_MAX:
                self.left_out += 1
                return
            self._kept[key] = [told]
        elif len(kept) < _PLAIN or (len(kept) < _EACH and _is_far(told, kept)):
            kept.append(told)
            self._latest.pop(key, None)
        else:
            self._latest[key] = told

    def records(self) -> list[Told]:
        """Return what was kept, in the order of the source."""
        found = [*self._latest.values(), *self._traits]
        for kept in self._kept.values():
            found += kept
        return sorted(found, key=lambda one: (one.line, type(one).__name__))


def _is_far(told: Told, kept: list[Told]) -> bool:
    return (told.time_ns - kept[-1].time_ns) * _SPREAD >= told.time_ns - kept[0].time_ns
