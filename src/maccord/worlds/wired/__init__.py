"""Emulated hosts on an emulated wire: what `worlds.hyperv` builds, plugged into what `worlds.l2` runs.

    world = World(seed=1)
    ...                                     # hosts are set up, machines run
    net = L2(seed=1)
    core = net.switch("core")
    wires = Wires(net, core)
    wires.plug_in(*world.hosts)             # cables, virtual switches, stations
    ...                                     # somebody changes a host
    wires.update()                          # what changed is plugged in anew, and announces itself

Hosts are never changed from here. The same world, calls and seed give the same bytes.
"""

from maccord.worlds.wired.plan import Bridge, Outlet, Plan, Uplink, plan_of
from maccord.worlds.wired.wires import Wires

__all__ = ["Bridge", "Outlet", "Plan", "Uplink", "Wires", "plan_of"]
