"""Windows hosts with Hyper-V that behave like such: from Windows Server 2008 to 2025.

A world is told as a story: hosts get NICs, leases and the role, machines are made, started and moved, and what Windows
refuses is an exception with its words and events. `World.exports` is what the collector script would find; the journal
is what was lived. Where sources are silent or disagree, `Contested` says what is assumed, and lets it be set.
"""

from maccord.worlds.hyperv.adapter import Adapter
from maccord.worlds.hyperv.cluster import Cluster
from maccord.worlds.hyperv.contested import Contested
from maccord.worlds.hyperv.copies import Checkpoint, Exported
from maccord.worlds.hyperv.dhcp import DhcpServer, Lease
from maccord.worlds.hyperv.events import Event, EventLog
from maccord.worlds.hyperv.host import Host
from maccord.worlds.hyperv.images import Image
from maccord.worlds.hyperv.journal import Entry, Journal
from maccord.worlds.hyperv.machine import Machine
from maccord.worlds.hyperv.nic import Nic
from maccord.worlds.hyperv.profile import PROFILES, Profile
from maccord.worlds.hyperv.ranges import Range, derived
from maccord.worlds.hyperv.refusals import (
    AddressInUse,
    InvalidStaticAddress,
    MustBeOff,
    NoAddressAvailable,
    NotSupported,
    Refused,
    WrongState,
)
from maccord.worlds.hyperv.switch import Switch, Vnic
from maccord.worlds.hyperv.team import Team
from maccord.worlds.hyperv.world import World

__all__ = [
    "PROFILES",
    "Adapter",
    "AddressInUse",
    "Checkpoint",
    "Cluster",
    "Contested",
    "DhcpServer",
    "Entry",
    "Event",
    "EventLog",
    "Exported",
    "Host",
    "Image",
    "InvalidStaticAddress",
    "Journal",
    "Lease",
    "Machine",
    "MustBeOff",
    "Nic",
    "NoAddressAvailable",
    "NotSupported",
    "Profile",
    "Range",
    "Refused",
    "Switch",
    "Team",
    "Vnic",
    "World",
    "WrongState",
    "derived",
]
