"""Layer 2 as a deterministic discrete-event simulation: what two machines with one address do to each other.

    net = L2(seed=17)
    core = net.switch("core", vendor="cisco-ios")
    web = net.station("web", mac="00-15-5D-C8-6A-00", ip="192.168.200.20")
    twin = net.station("twin", mac="00-15-5D-C8-6A-00", ip="192.168.200.30")
    desk = net.station("desk", mac="00-13-20-F5-F8-7D", ip="192.168.200.106")
    for number, station in enumerate((web, twin, desk), 1):
        net.plug(station, core, f"Gi1/0/{number}")
    net.traffic(web, every_us=200_000)
    net.traffic(twin, per_second=3)
    print(net.ping(desk, "192.168.200.20", count=20).text())

One heap, one seed, no clock: the same calls give the same bytes. Nothing here reads or writes a file, and nothing of
the diagnosis is imported, so that worlds can judge it.
"""

from maccord.worlds.l2.errors import BadTime, BadVlan, CannotBuild, NameTaken, NoSuchPort, PortTaken, Unreachable
from maccord.worlds.l2.load import Chatter, Connection, ConnectionSeen
from maccord.worlds.l2.net import L2
from maccord.worlds.l2.seen import (
    Account,
    Echo,
    MoveSeen,
    MovesSeen,
    PingSeen,
    Place,
    Second,
    TableSeen,
    plain,
)
from maccord.worlds.l2.station import Nic, Station
from maccord.worlds.l2.switch import Switch
from maccord.worlds.l2.syslog import Line
from maccord.worlds.l2.team import Member, Mode
from maccord.worlds.l2.vendors import VENDORS
from maccord.worlds.l2.virtual_switch import PortSpec, VirtualSwitch, VmsmpEvent

__all__ = [
    "L2",
    "VENDORS",
    "Account",
    "BadTime",
    "BadVlan",
    "CannotBuild",
    "Chatter",
    "Connection",
    "ConnectionSeen",
    "Echo",
    "Line",
    "Member",
    "Mode",
    "MoveSeen",
    "MovesSeen",
    "NameTaken",
    "Nic",
    "NoSuchPort",
    "PingSeen",
    "Place",
    "PortSpec",
    "PortTaken",
    "Second",
    "Station",
    "Switch",
    "TableSeen",
    "Unreachable",
    "VirtualSwitch",
    "VmsmpEvent",
    "plain",
]
