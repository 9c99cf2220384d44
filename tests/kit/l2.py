"""Layer-2 networks that several tests look at."""

from maccord.mac import parse_value
from maccord.worlds.l2 import L2
from maccord.worlds.l2.frame import Kind

TWIN = "00-15-5D-C8-6A-00"
DESK = "00-13-20-F5-F8-7D"
WEB_IP, TWIN_IP, DESK_IP = "192.168.200.20", "192.168.200.30", "192.168.200.106"


def mac(number):
    """An address of a plain station."""
    return f"00-13-20-00-00-{number:02X}"


def ip(number):
    return f"10.0.0.{number}"


def stations(net, switch, count, *, vlan=None, first=1):
    """Plug in `count` stations with addresses and ports of their numbers."""
    made = []
    for number in range(first, first + count):
        made.append(net.station(f"pc{number}", mac=mac(number), ip=ip(number)))
        net.plug(made[-1], switch, f"Gi1/0/{number}", vlan=vlan)
    return made


def say(net, station, to, *, src=None):
    """Have a station send one frame to a MAC address, and let it arrive."""
    nic = station.nics[0]
    station.tell(nic, parse_value(to), Kind.DATA, (), src=None if src is None else parse_value(src))
    net.run(seconds=0.001)


def twins(seed=17, *, vendor="cisco-ios", ports=("Gi1/0/1", "Gi1/0/2", "Gi1/0/3"), **options):
    """Two stations with one address and a desk, on one switch."""
    net = L2(seed=seed)
    core = net.switch("core", vendor=vendor, **options)
    web = net.station("web", mac=TWIN, ip=WEB_IP)
    twin = net.station("twin", mac=TWIN, ip=TWIN_IP)
    desk = net.station("desk", mac=DESK, ip=DESK_IP)
    for station, port in zip((web, twin, desk), ports, strict=True):
        net.plug(station, core, port)
    return net, core, web, twin, desk
