"""First-hop redundancy: hellos of protocols whose virtual address moves between routers by design.

Source: RFC 3768, RFC 5798, RFC 9568 (VRRP 2 and 3); OpenBSD carp(4) and sys/netinet/ip_carp.h (CARP); RFC 2281 (HSRP
1); Cisco, "HSRP Version 2" and "Gateway Load Balancing Protocol".
"""

from maccord.wire.moment import Moment
from maccord.wire.records import RedundancyHeard
from maccord.wire.spelled import ip_text

_VRRP4, _VRRP6 = 0x00005E000100, 0x00005E000200
_HSRP1, _HSRP2, _HSRP6 = 0x00000C07AC00, 0x00000C9FF000, 0x0005_73A0_0000
_IPS_MAX = 16
_STATES1 = {0: "initial", 1: "learn", 2: "listen", 4: "speak", 8: "standby", 16: "active"}
_STATES2 = {0: "disabled", 1: "initial", 2: "learn", 3: "listen", 4: "speak", 5: "standby", 6: "active"}


def vrrp(moment: Moment, sender: bytes, message: bytes) -> RedundancyHeard | None:
    """Return what a packet of IP protocol 112 says: VRRP's advertisement, or CARP's, which looks like version 2's."""
    if len(message) < 8 or message[0] & 15 != 1 or message[0] >> 4 not in (2, 3):
        return None
    group, version = message[1], message[0] >> 4
    base = _VRRP6 if len(sender) == 16 else _VRRP4
    if version == 2 and (len(sender) == 16 or (message[3] == 7 and len(message) == 36 and not message[4])):
        return RedundancyHeard(
            **moment._asdict(),
            protocol="carp",
            group=group,
            virtual_mac=_VRRP4 | group,
            priority=message[2],
            state="master",
            sender_ip=ip_text(sender),
        )
    size = len(sender)
    ips = tuple(ip_text(message[at : at + size]) for at in range(8, 8 + size * min(message[3], _IPS_MAX), size))
    return RedundancyHeard(
        **moment._asdict(),
        protocol="vrrp",
        group=group,
        virtual_mac=base | group,
        ips=tuple(ip for ip in ips if ip),
        priority=message[2],
        state="master" if message[2] else "",
        sender_ip=ip_text(sender),
    )


def hsrp(moment: Moment, sender: bytes, message: bytes) -> RedundancyHeard | None:
    """Return what an HSRP packet says, of either version."""
    if len(message) >= 20 and message[0] == 0:
        return RedundancyHeard(
            **moment._asdict(),
            protocol="hsrp",
            group=message[6],
            virtual_mac=_HSRP1 | message[6],
            ips=tuple(filter(None, [_some(message[16:20])])),
            priority=message[5],
            state=_STATES1.get(message[2], ""),
            sender_ip=ip_text(sender),
        )
    if len(message) < 42 or message[0] != 1 or message[1] < 40:
        return None
    state, six, group = message[4], message[5] == 6, int.from_bytes(message[6:8], "big")
    virtual = message[26:42] if six else message[26:30]
    return RedundancyHeard(
        **moment._asdict(),
        protocol="hsrp",
        group=group,
        virtual_mac=(_HSRP6 if six else _HSRP2) | (group & 0xFFF),
        ips=tuple(filter(None, [_some(virtual)])),
        priority=min(int.from_bytes(message[14:18], "big"), 255),
        state=_STATES2.get(state, ""),
        sender_ip=ip_text(sender),
    )


def _some(ip: bytes) -> str:
    return ip_text(ip) if any(ip) else ""


def glbp(moment: Moment, sender: bytes, message: bytes) -> RedundancyHeard | None:
    """Return the group of a GLBP packet. Its virtual addresses are 00-07-B4-0g-gg-ff, one for each forwarder."""
    if len(message) < 12 or message[0] != 1:
        return None
    return RedundancyHeard(
        **moment._asdict(),
        protocol="glbp",
        group=int.from_bytes(message[2:4], "big"),
        virtual_mac=None,
        sender_ip=ip_text(sender),
    )
