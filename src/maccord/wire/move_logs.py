"""Log lines of switches, routers and hosts that tell of an address at two places, or of two addresses for one IP.

Sources, by mnemonic:
- Cisco, "System Message Guide": SW_MATM-4-MACFLAP_NOTIF, MAC_MOVE-SP-4-NOTIF, C4K_EBM-4-HOSTFLAPPING, IP-4-DUPADDR;
  "NX-OS System Messages Reference": FWM-6-MAC_MOVE_NOTIFICATION, L2FM-4-L2FM_MAC_MOVE, L2FM_MAC_MOVE2,
  ARP-3-DUP_SRC_IP.
- Arista, "EOS System Message Guide": ETH-4-HOST_FLAPPING, EVPN-3-BLACKLISTED_DUPLICATE_MAC.
- HPE and H3C, "Comware System Log Messages Reference": MAC/4/MAC_FLAPPING, ARP/6/DUPIFIP.
- Huawei, "Log Reference" and "Alarm Handling": L2IFPPI/4/MFLPVLANALARM, FEI/4/hwMflpVlanLoopAlarm_active,
  ARP/4/ARP_LOG_DUPLICATE_IPADDR_DETECT, ARP/4/ARP_IP_CONFLICT_DETECT.
- Juniper, "System Log Explorer": L2ALD_MAC_MOVE_NOTIFICATION, which names no address and is passed over.
- Extreme, "EMS Messages Catalog": FDB.DtectMACCflctStaticMAC.
- FRRouting, zebra/zebra_evpn_mac.c: EC_ZEBRA_DUP_MAC_DETECTED, EC_ZEBRA_DUP_IP_DETECTED (also Cumulus Linux).
- Linux, net/bridge/br_fdb.c: a packet with the bridge's own address as its source.
- arpwatch(8): flip flop, changed ethernet address.

What comes before a message is RFC 5424's or RFC 3164's header, or one of vendors' between; it names device and time.
"""

import re
from ipaddress import ip_address
from typing import Literal

from maccord.wire.fdb_log import MONTHS, ns_of
from maccord.wire.records import At, Domain, MoveLogged
from maccord.wire.spelled import readable

LINE_MAX = 2048
NO_YEAR = 1972
"""The year that times without one are told in: a leap year long before any of this was logged."""

_MAC = r"[0-9A-Fa-f]{1,4}(?:[.:-][0-9A-Fa-f]{1,4}){2,5}"
_PORT = r"[A-Za-z0-9][\w./:\-]{0,63}"
_IP = r"[0-9A-Fa-f.:]{3,45}"
_ON_VLAN = r"(?:\s(?:in|on)\s(?:vlan|VLAN|Vlan)\s(?P<vlan>\d{1,4}))?"

_Kind = Literal["move", "flap", "duplicate", "ip", "own"]

_SENTENCES: tuple[tuple[str, _Kind, str], ...] = (
    (
        "is flapping between",
        "flap",
        (
            rf"Host (?P<mac>{_MAC}){_ON_VLAN} is flapping between (?:port|interface) (?P<old>{_PORT}) and "
            rf"(?:port|interface) (?P<new>{_PORT})"
        ),
    ),
    (
        "has moved",
        "move",
        (
            rf"(?:Mac|MAC|MAC address) (?P<mac>{_MAC}){_ON_VLAN} has moved (?:from|between) (?:port )?"
            rf"(?P<old>{_PORT}) "
            rf"(?:to|and) (?:port )?(?P<new>{_PORT})(?: for (?P<count>\d{{1,9}}) times)?"
        ),
    ),
    (
        "MAC move detected",
        "flap",
        (
            rf"MAC move detected, VlanId = (?P<vlan>\d{{1,4}}), (?:MacAddress|Mac-Address) = (?P<mac>{_MAC}), "
            rf"Original-Port = (?P<old>{_PORT}), Flapping port(?: 1)? = (?P<new>{_PORT})"
        ),
    ),
    (
        "DUPADDR",
        "ip",
        rf"Duplicate address (?P<ip>{_IP}) on (?P<at>{_PORT}), sourced by (?P<mac>{_MAC})",
    ),
    (
        "is duplicate of local",
        "ip",
        (
            rf"Source address of packet received from (?P<mac>{_MAC}) on (?P<at>{_PORT})(?:\([^)]{{0,64}}\))? is "
            rf"duplicate of local(?: virtual ip)?, (?P<ip>{_IP})"
        ),
    ),
    (
        "IP address collision",
        "ip",
        (
            rf"IP address collision\. ?\(IpAddress=(?P<ip>{_IP}), Local ?MacAddress=(?P<other>{_MAC}), .{{0,400}}?"
            rf"Receive(?:d )?MacAddress=(?P<mac>{_MAC}), Receive(?:d )?Interface ?Name=(?P<at>{_PORT})"
            rf"(?:, Receive(?:d )?V(?:lanId|LAN)=(?P<vlan>\d{{1,4}}))?"
        ),
    ),
    (
        "blacklisted",
        "duplicate",
        rf"MAC address (?P<mac>{_MAC}){_ON_VLAN} has been blacklisted for moving (?P<count>\d{{1,9}}) or more",
    ),
    (
        "detected as duplicate during",
        "duplicate",
        (
            rf"VNI (?P<vni>\d{{1,8}}): MAC (?P<mac>{_MAC})(?: IP (?P<ip>{_IP}))? detected as duplicate during "
            rf"(?:local|remote) update"
        ),
    ),
    (
        "conflicts the pre-existing static MAC entry",
        "move",
        rf"source MAC (?P<mac>{_MAC}) is detected on port (?P<new>{_PORT}) and VLAN",
    ),
    (
        "with own address as source address",
        "own",
        (
            rf"(?P<bridge>{_PORT}): received packet on (?P<at>{_PORT}) with own address as source address "
            rf"\(addr:(?P<mac>{_MAC}), vlan:(?P<vlan>\d{{1,4}})\)"
        ),
    ),
    (
        "flip flop",
        "ip",
        rf"flip flop (?P<ip>{_IP}) (?P<mac>{_MAC}) \((?P<other>{_MAC})\)(?: (?P<at>{_PORT}))?",
    ),
    (
        "changed ethernet address",
        "ip",
        rf"changed ethernet address (?P<ip>{_IP}) (?P<mac>{_MAC}) \((?P<other>{_MAC})\)(?: (?P<at>{_PORT}))?",
    ),
)
WORDS = tuple(word for word, _, _ in _SENTENCES)
"""A line that tells something has one of these in it."""

_FORMS = tuple((word, kind, re.compile(pattern)) for word, kind, pattern in _SENTENCES)
_MNEMONIC = re.compile(r"%{1,2}\d{0,4}([A-Z][\w\-]{1,40}?[-/]\d[-/]\w{2,64})")

_HEAD = re.compile(
    r"(?:<\d{1,3}>)?"
    r"(?:1 (?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<iso_part>\d{1,9}))?(?P<zone>Z|[+-]\d\d:\d\d) "
    r"(?P<iso_host>\S{1,255})"
    r"|(?P<plain>\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(?:[.,](?P<plain_part>\d{1,9}))?(?P<plain_zone>Z|[+-]\d\d:?\d\d)? "
    r"(?P<plain_host>\S{1,255})"
    r"|[*.]?(?:(?P<year>\d{4}) )?(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?:(?P<late_year>\d{4}) )?"
    r"(?P<clock>\d\d:\d\d:\d\d)(?:\.(?P<part>\d{1,9}))?(?: [A-Z]{2,5})?(?P<colon>:?) (?P<host>\S{1,255}))"
)


def is_move(line: str) -> bool:
    """Tell whether a line is one of these messages."""
    return len(line) <= LINE_MAX and any(word in line and pattern.search(line) for word, _, pattern in _FORMS)


def year_in(line: str) -> int | None:
    """Return the year that the head of a line tells."""
    head = _HEAD.match(line[:LINE_MAX])
    told = head and (head["year"] or head["late_year"] or (head["iso"] or head["plain"] or "")[:4])
    return int(told) if told else None


class MoveLog:
    """Reads logs line by line. Where lines do not say so, `observer` is whose log it is, and `year` their year."""

    def __init__(self, observer: str, *, year: int = NO_YEAR) -> None:
        self._observer = observer
        self._year = year
        self._line = 0

    def feed(self, line: str, received_ns: int = 0) -> MoveLogged | None:
        """Return what a line says of an address; None for any other line.

        `received_ns` is when the line came, as a log server knows; it counts where the line has no time or no year.
        """
        self._line += 1
        if len(line) > LINE_MAX:
            return None
        for word, kind, pattern in _FORMS:
            if word in line and (found := pattern.search(line)):
                return self._logged(line, kind, found, received_ns)
        return None

    def _logged(self, line: str, kind: _Kind, found: re.Match[str], received_ns: int) -> MoveLogged | None:
        parts = found.groupdict()
        mac = mac_in(parts["mac"])
        if mac is None:
            return None
        observer, time_ns = self._head(line, received_ns)
        vlan, vni = int(parts.get("vlan") or 0), int(parts.get("vni") or 0)
        ports = tuple(_port(parts[name]) for name in ("old", "new") if parts.get(name))
        now_at = _port(parts.get("at") or (ports[-1] if kind == "move" and ports else ""))
        mnemonic = _MNEMONIC.search(line)
        other = parts.get("other")
        return MoveLogged(
            time_ns=time_ns,
            at=At(observer, now_at),
            domain=Domain((), "vxlan", vni) if vni else Domain((vlan,) if vlan else ()),
            line=self._line,
            kind="ip" if kind == "duplicate" and parts.get("ip") else kind,
            mac=mac,
            ports=ports,
            other_mac=mac_in(other) if other else None,
            ip=_ip(parts.get("ip")),
            count=int(parts.get("count") or 0),
            message=readable(mnemonic[1] if mnemonic else ""),
        )

    def _head(self, line: str, received_ns: int) -> tuple[str, int]:
        """Return the device that a line names, else whose log it is, and the time."""
        head = _HEAD.match(line)
        if head is None:
            return self._observer, received_ns
        if head["month"]:
            told_year = head["year"] or head["late_year"]
            if not told_year and received_ns:
                return self._device(head["host"], alone=not head["colon"]), received_ns
            year = int(told_year) if told_year else self._year
            micro = _micro(head["part"])
            time_ns = ns_of(year, MONTHS.get(head["month"], 0), int(head["day"]), head["clock"], micro)
            return self._device(head["host"], alone=not head["colon"]), time_ns
        word, part = head["iso"] or head["plain"], head["iso_part"] or head["plain_part"]
        year, month, day = (int(one) for one in word[:10].split("-"))
        time_ns = ns_of(year, month, day, word[11:], _micro(part))
        zone = head["zone"] or head["plain_zone"] or "Z"
        return self._device(head["iso_host"] or head["plain_host"], alone=True), max(time_ns - _offset_ns(zone), 0)

    def _device(self, name: str, *, alone: bool) -> str:
        """Return a device's name out of a header; `Apr 26 12:27:55.941: %SW_MATM` has none."""
        if not alone or name.startswith("%") or name == "-":
            return self._observer
        return readable(name.rstrip(":")) or self._observer


def time_of(text: str) -> int:
    """Return a moment of ISO 8601 as nanoseconds since 1970; 0 for what is none."""
    head = _HEAD.match(f"{text[:40]} -")
    if head is None or not head["plain"]:
        return 0
    year, month, day = (int(one) for one in head["plain"][:10].split("-"))
    time_ns = ns_of(year, month, day, head["plain"][11:], _micro(head["plain_part"]))
    return max(time_ns - _offset_ns(head["plain_zone"] or "Z"), 0)


def _micro(part: str | None) -> int:
    return int((part or "0")[:6].ljust(6, "0"))


def _offset_ns(zone: str) -> int:
    if zone == "Z":
        return 0
    minutes = int(zone[1:3]) * 60 + int(zone[-2:])
    return (-minutes if zone[0] == "-" else minutes) * 60 * 10**9


def _port(name: str) -> str:
    return readable(name.rstrip(".,:"))


def _ip(text: str | None) -> str:
    if not text:
        return ""
    try:
        return str(ip_address(text.rstrip(".:") if text.count(".") > 3 else text))
    except ValueError:
        return ""


def mac_in(text: str) -> int | None:
    """Return an address in any of the vendors' notations, also with leading zeros left out; None for anything else."""
    groups = re.split(r"[.:-]", text)
    width = {3: 4, 6: 2}.get(len(groups))
    if width is None or any(not 0 < len(group) <= width for group in groups):
        return None
    return int("".join(group.zfill(width) for group in groups), 16)
