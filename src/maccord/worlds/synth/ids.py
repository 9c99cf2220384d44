"""Identifiers of one cell: drawn from its seed, but for those that a whole fleet must have only once."""

from random import Random

from maccord.worlds.hyperv.ids import Ids
from maccord.worlds.synth.numbers import Numbers


class FleetIds(Ids):
    """Ids of a world that is a part of a fleet. GUIDs are of 122 random bits and need no register."""

    def __init__(self, random: Random, numbers: Numbers) -> None:
        super().__init__(random)
        self._numbers = numbers

    def permanent(self) -> int:
        """Return a NIC's permanent address, which no other NIC of the fleet has."""
        return self.know(self._numbers.nic())

    def name_bytes(self) -> int:
        """Return three octets for a range of World Wide Port Names that no other host of the fleet has."""
        return self._numbers.name_bytes()
