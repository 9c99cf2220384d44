"""System Center Virtual Machine Manager, as far as addresses go: a database that gives orders to hosts.

    vmm = Server(world, "VMM01")
    host = vmm.bare_metal("HV05", PhysicalComputerProfile(nics=4), ip="192.168.1.21")
    vmm.deploy(LogicalSwitch("infra"), host, host.nics[:2])     # team, switch, vNIC: one address for all three
    vmm.refresh(host)                                           # what is there is what is in the database now

Pools are granted from, revoked and left behind; `export` is what the collector script writes: `maccord.vmm/1`.
"""

from maccord.worlds.scvmm.bare_metal import PhysicalComputerProfile
from maccord.worlds.scvmm.logical_switch import LogicalSwitch
from maccord.worlds.scvmm.pools import DEFAULT_POOL, DEFAULT_VMWARE_POOL, BadPool, Grant, Pool
from maccord.worlds.scvmm.record import Record
from maccord.worlds.scvmm.script import PostDeploymentScript, ScriptFailed
from maccord.worlds.scvmm.server import ALL_HOSTS, NotManaged, Server
from maccord.worlds.scvmm.unverified import Unverified

__all__ = [
    "ALL_HOSTS",
    "DEFAULT_POOL",
    "DEFAULT_VMWARE_POOL",
    "BadPool",
    "Grant",
    "LogicalSwitch",
    "NotManaged",
    "PhysicalComputerProfile",
    "Pool",
    "PostDeploymentScript",
    "Record",
    "ScriptFailed",
    "Server",
    "Unverified",
]
