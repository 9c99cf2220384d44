"""Where identifiers of a world come from: one seeded source, and nothing is drawn twice."""

from random import Random

_MAKERS = (0x001B21, 0x3CFDFE, 0x001320, 0x0010E0)
"""Prefixes of NIC makers, from which permanent addresses are drawn."""


class Ids:
    """Draws GUIDs, permanent addresses and the host's part of World Wide Names."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._guids: set[int] = set()
        self._macs: set[int] = set()
        self._names: set[int] = set()

    def guid(self) -> str:
        """Return a new GUID, in lower case."""
        while True:
            bits = self._random.getrandbits(128) & ~(0xF << 76) & ~(0x3 << 62) | 0x4 << 76 | 0x2 << 62  # version 4
            if bits not in self._guids:
                break
        self._guids.add(bits)
        digits = f"{bits:032x}"  # RFC 9562
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"

    def permanent(self) -> int:
        """Return a NIC's permanent address."""
        while True:
            mac = self._random.choice(_MAKERS) << 24 | self._random.getrandbits(24)
            if mac not in self._macs:
                return self.know(mac)

    def know(self, mac: int) -> int:
        """Note a permanent address that somebody chose, so that it is not drawn as well."""
        self._macs.add(mac)
        return mac

    def know_guid(self, guid: str) -> None:
        """Note a GUID that there is already, so that it is not drawn as well."""
        self._guids.add(int(guid.replace("-", ""), 16))

    def name_bytes(self) -> int:
        """Return three octets for a range of World Wide Port Names."""
        return self._new(24, self._names)

    def link_local(self) -> int:
        """Return the last two octets of a link-local IPv4 address: 1.0 to 254.255 (RFC 3927)."""
        return self._random.randrange(0x0100, 0xFF00)

    def below(self, count: int) -> int:
        """Return a whole number below `count`."""
        return self._random.randrange(count)

    def _new(self, bits: int, known: set[int]) -> int:
        while True:
            value = self._random.getrandbits(bits)
            if value not in known:
                known.add(value)
                return value
