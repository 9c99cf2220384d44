"""Fields of many packets at once: columns of numbers out of one stretch of memory."""

import numpy as np
from numpy.typing import NDArray

Octets = NDArray[np.uint8]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]


class Memory:
    """Octets that fields are read from, at many offsets at a time; an offset beyond the end gives the last octet.

    Whoever reads a field makes sure that it is within its packet, else it is something else's. All fields are in
    network order and become int64.
    """

    def __init__(self, octets: Octets) -> None:
        self.octets = octets
        self.view = memoryview(octets.data)

    def u8(self, at: Numbers) -> Numbers:
        """Read one octet each."""
        return self.octets.take(at, mode="clip").astype(np.int64)

    def u16(self, at: Numbers) -> Numbers:
        """Read two octets each."""
        return self.number(at, 2)

    def u32(self, at: Numbers) -> Numbers:
        """Read four octets each."""
        return self.number(at, 4)

    def u48(self, at: Numbers) -> Numbers:
        """Read a MAC address each."""
        return self.number(at, 6)

    def number(self, at: Numbers, size: int) -> Numbers:
        """Read `size` octets each."""
        found = self.u8(at)
        for step in range(1, size):
            found <<= 8
            found |= self.octets.take(at + step, mode="clip")
        return found

    def little32(self, at: Numbers) -> Numbers:
        """Read four octets each, least first."""
        found = self.u8(at + 3)
        for step in (2, 1, 0):
            found <<= 8
            found |= self.octets.take(at + step, mode="clip")
        return found

    def piece(self, first: int, last: int) -> bytes:
        """Return the octets between two offsets."""
        return bytes(self.view[max(first, 0) : max(first, last, 0)])
