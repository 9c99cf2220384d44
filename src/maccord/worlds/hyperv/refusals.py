"""What Windows refuses, with what it says and logs about it."""

from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv.events import Event


class Refused(MaccordError):
    """An operation that the host did not carry out; nothing of it has happened.

    Fields: subject, what it was asked of; why, in our words; vendor_text, what the user interface or the cmdlet says,
    empty where no source gives the words; events, what was logged meanwhile.
    """

    def __init__(self, subject: str, why: str, vendor_text: str = "", events: tuple[Event, ...] = ()) -> None:
        super().__init__(subject, why, vendor_text, events)
        self.subject, self.why, self.vendor_text, self.events = subject, why, vendor_text, events

    def __str__(self) -> str:
        told = f" Windows says: {self.vendor_text}" if self.vendor_text else ""
        return f"{self.subject}: {self.why}.{told}"


class NoAddressAvailable(Refused):
    """Every address of the dynamic range is held, or there is no range."""


class AddressInUse(Refused):
    """Another running machine of the host holds the address, and it is not one that would be issued anew."""


class MustBeOff(Refused):
    """A setting that can be changed while the machine is off, and it is not."""


class InvalidStaticAddress(Refused):
    """A static address that no adapter may have: a group address, or zeros."""


class NotSupported(Refused):
    """This version of Windows cannot do that."""


class WrongState(Refused):
    """The host, machine, switch or NIC is not in a state in which that can be done."""
