"""Which features of switches and hosts would have seen it, with their default settings.

Sources: RFC 7432 section 15.1 (N = 5 moves in M = 180 s); FRRouting, "EVPN", dup-addr-detection; NVIDIA Cumulus Linux,
"EVPN Enhancements" (duplicate address detection, off by default); Juniper, "duplicate-mac-detection" (5 in 180 s) and
"global-mac-move" (50 in 1 s); Cisco, "Troubleshoot MAC Address Flap Notification Error" (one source on two ports); HPE
Comware, "mac-address notification mac-move" (off by default, counted per minute); RFC 5227 section 2.4 (a host notices
when somebody else claims its address).
"""

from collections.abc import Iterable, Sequence

from maccord.wire.track.settings import SECOND_NS

_WINDOWS = (
    ("EVPN duplicate detection (RFC 7432 and FRR: 5 moves in 180 s)", 5, 180),
    ("Junos EVPN duplicate-mac-detection (5 in 180 s)", 5, 180),
    ("Junos global-mac-move (50 in 1 s)", 50, 1),
)


def most_within(times: Sequence[int], window_ns: int) -> int:
    """Return how many of some ascending times lie within the window that holds the most."""
    most = low = 0
    for high, time in enumerate(times):
        while time - times[low] > window_ns:
            low += 1
        most = max(most, high - low + 1)
    return most


def seen_by(moves: Sequence[int], returns: int) -> tuple[str, ...]:
    """Return the features that would have noticed moves at these times (nanoseconds, ascending)."""
    found = [
        f"{name}: {'yes' if most_within(moves, seconds * SECOND_NS) >= count else 'no'}"
        for name, count, seconds in _WINDOWS
    ]
    if moves:
        found.append(f"Cisco IOS MACFLAP_NOTIF (one source on two ports, to and fro): {'yes' if returns else 'no'}")
        found.append("HPE Comware mac-move notification (off by default, any move within a minute): if turned on")
    return tuple(found)


def conflict_seen_by(*, announced: Iterable[bool]) -> tuple[str, ...]:
    """Return the features that would have noticed that two answer for one IP address."""
    heard = "yes, at the owners" if any(announced) else "only if one of the owners hears the other's ARP"
    return (
        f"hosts' own conflict detection (RFC 5227): {heard}",
        "EVPN duplicate detection (RFC 7432: 5 moves in 180 s): no, no MAC address moves",
        "MAC move notifications of switches: no, no MAC address moves",
    )
