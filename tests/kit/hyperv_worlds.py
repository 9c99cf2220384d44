"""The beginnings that stories of emulated Hyper-V hosts share."""

from maccord.worlds.hyperv import Contested, Host, World

HOWARD_NIC = "00-13-20-F5-F8-7D"


def howards_server(*, profile: str = "2008", contested: Contested | None = None) -> tuple[World, Host]:
    """A server as John Howard's: one NIC, the lease 192.168.200.106, no role yet."""
    world = World(seed=1, contested=contested)
    lan = world.dhcp("lan", "192.168.200.106", "192.168.200.199")
    host = world.host("HV01", profile)
    host.add_nic(HOWARD_NIC, dhcp=lan)
    return world, host


def ready(world: World, name: str, ip: str, profile: str = "2022") -> Host:
    """A host with one NIC, an address set by hand, the role, and an external switch LAN without the host on it."""
    host = world.host(name, profile)
    nic = host.add_nic(ip=ip)
    host.enable_role()
    host.external_switch("LAN", nic, allow_management=False)
    return host


def small_range(host: Host, count: int) -> None:
    """Leave a host that many addresses, from 00-15-5D-C8-6A-00 on."""
    host.edit_registry(minimum="00-15-5D-C8-6A-00", maximum=f"00-15-5D-C8-6A-{count - 1:02X}")
    host.restart()
