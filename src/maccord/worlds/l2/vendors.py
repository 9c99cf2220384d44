"""Which vendors' switches there are: how they log, and how long they remember.

Default ages: 300 s with Cisco IOS, Arista EOS, Junos and H3C Comware, 1800 s with Cisco NX-OS (the vendors' command
references, "aging-time"; IEEE 802.1Q recommends 300 s).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from maccord.worlds.l2.address_table import PRINTS, Print
from maccord.worlds.l2.errors import CannotBuild
from maccord.worlds.l2.syslog import Log
from maccord.worlds.l2.syslog_vendors import AristaEos, CiscoIos, CiscoNxos, H3cComware, JuniperJunos

MakeLog = Callable[[str, datetime], Log]
"""What makes a switch's log: a vendor's class, or a `partial` of it with other limits."""


@dataclass(frozen=True, slots=True)
class Vendor:
    """How one vendor's switches behave."""

    log: MakeLog
    table: Print
    age_s: int


VENDORS: Mapping[str, Vendor] = {
    "cisco-ios": Vendor(CiscoIos, PRINTS["cisco-ios"], 300),
    "cisco-nxos": Vendor(CiscoNxos, PRINTS["cisco-nxos"], 1800),
    "arista-eos": Vendor(AristaEos, PRINTS["arista-eos"], 300),
    "juniper-junos": Vendor(JuniperJunos, PRINTS["juniper-junos"], 300),
    "h3c-comware": Vendor(H3cComware, PRINTS["h3c-comware"], 300),
}


def vendor_of(name: str) -> Vendor:
    """The vendor of a name. Raises CannotBuild, with the names there are."""
    if name not in VENDORS:
        raise CannotBuild(repr(name[:40]), f"no vendor of that name is emulated; take one of {', '.join(VENDORS)}")
    return VENDORS[name]
