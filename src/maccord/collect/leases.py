"""What all readers of DHCP leases share: hardware addresses, moments, and a lease as a sighting.

A DHCP server is an observer: it tells which address asked for which IP address, by what name, and when. A lease whose
client shows no Ethernet address (another link layer, or an identifier of another kind) tells nothing of addresses here
and is no problem either.

Source: RFC 2131, fields htype and chaddr; RFC 2132, section 9.14 (client identifier); IANA, "Hardware Types".
"""

import re
from datetime import UTC, datetime
from ipaddress import ip_address

from maccord.fleet.evidence import HostSeen, Place, Seen, SightingSeen, StateSeen

PLATFORM = "dhcp"
_OCTETS = re.compile(r"[0-9A-Fa-f]{1,2}(?:[:-][0-9A-Fa-f]{1,2}){0,63}")
_SEPARATOR = re.compile("[:-]")
_ETHERNET = (1, 6)
"""Hardware types whose addresses are MAC addresses of 48 bits: Ethernet and IEEE 802."""

_YEARS_MAX = 1 << 40


class NoAddress(ValueError):
    """A text that is no row of octets at all."""


def octets(text: str) -> bytes:
    """Return the octets of `aa:bb:cc` or `aa-bb-cc`; nothing for an empty text. Raises NoAddress."""
    spelled = text.strip()
    if not spelled:
        return b""
    if not _OCTETS.fullmatch(spelled):
        raise NoAddress(spelled[:60])
    return bytes(int(octet, 16) for octet in _SEPARATOR.split(spelled))


def hardware(text: str, kind: int = 1) -> int | None:
    """Return the MAC address that a hardware address is; None where it is none, or all zeros. Raises NoAddress."""
    found = octets(text)
    return int.from_bytes(found, "big") or None if len(found) == 6 and kind in _ETHERNET else None


def moment(seconds: int) -> str:
    """Return a moment given in seconds since 1970 as ISO 8601 in UTC; nothing for one that no calendar has."""
    if not 0 < seconds < _YEARS_MAX:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return ""


def plain_ip(text: str) -> str:
    """Return an IP address in its one spelling; nothing for what is none."""
    try:
        return str(ip_address(text.strip()))
    except ValueError:
        return ""


def server(name: str, file: str) -> HostSeen:
    """Return the record of a DHCP server."""
    return HostSeen(name, Place(file, ""), PLATFORM)


def lease(server: str, place: Place, mac: int, *, ip: str = "", name: str = "", seen_at: str = "") -> SightingSeen:
    """Return a lease; without `seen_at` nobody knows when it was made."""
    return SightingSeen(host=server, place=place, mac=mac, kind="lease", ip=ip, name=name, seen_at=seen_at)


class Journal:
    """A file that a server appends an entry to whenever a lease changes: the last one of an IP address is the lease.

    Of several files of one server, such as the journal and what was made of it when it was tidied up, the entry counts
    in which the client was heard last.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._last: dict[str, StateSeen] = {}

    def add(self, address: str, place: Place, time: int, says: tuple[Seen, ...]) -> None:
        """Take an entry; `says` is empty where it takes the lease away."""
        entry = StateSeen(host=self._server, place=place, table="leases", key=address, time=time, says=says)
        self._last[address] = entry

    def entries(self) -> list[StateSeen]:
        """Return the last entry of each IP address."""
        return list(self._last.values())
