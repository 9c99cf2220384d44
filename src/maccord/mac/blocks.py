"""Addresses that a protocol owns, and addresses that many products wear alike."""

from dataclasses import dataclass

from maccord.mac.address import parse_value


@dataclass(frozen=True, slots=True)
class Block:
    """A run of addresses set aside for one protocol; `twin` names the expected twin its sharers are, if any."""

    name: str
    first: int
    last: int
    twin: str | None
    source: str


def _block(name: str, first: str, last: str, twin: str | None, source: str) -> Block:
    return Block(name, parse_value(first), parse_value(last), twin, source)


PROTOCOL_BLOCKS = (
    _block("VRRP/CARP IPv4", "00-00-5E-00-01-00", "00-00-5E-00-01-FF", "vrrp", "RFC 9568 section 7.3"),
    _block("VRRP IPv6", "00-00-5E-00-02-00", "00-00-5E-00-02-FF", "vrrp", "RFC 9568 section 7.3"),
    _block("HSRP", "00-00-0C-07-AC-00", "00-00-0C-07-AC-FF", "vrrp", "RFC 2281 section 5.3"),
    _block("HSRPv2", "00-00-0C-9F-F0-00", "00-00-0C-9F-FF-FF", "vrrp", "Cisco IOS First Hop Redundancy guide"),
    _block("HSRP IPv6", "00-05-73-A0-00-00", "00-05-73-A0-0F-FF", "vrrp", "Cisco IOS First Hop Redundancy guide"),
    _block("GLBP", "00-07-B4-00-00-00", "00-07-B4-03-FF-FF", "vrrp", "Cisco IOS First Hop Redundancy guide"),
    _block(
        "NLB unicast",
        "02-BF-00-00-00-00",
        "02-BF-FF-FF-FF-FF",
        "nlb-cluster",
        "Microsoft NLB cluster addresses",
    ),
    _block(
        "NLB multicast",
        "03-BF-00-00-00-00",
        "03-BF-FF-FF-FF-FF",
        "nlb-cluster",
        "Microsoft NLB cluster addresses",
    ),
    _block("NLB IGMP", "01-00-5E-7F-00-00", "01-00-5E-7F-FF-FF", "nlb-cluster", "Microsoft NLB cluster addresses"),
    _block("IEEE 802.1 bridge group", "01-80-C2-00-00-00", "01-80-C2-FF-FF-FF", None, "IEEE 802.1Q table 8-1"),
    _block("IPv6 multicast", "33-33-00-00-00-00", "33-33-FF-FF-FF-FF", None, "RFC 2464 section 7"),
    _block("IPv4 multicast", "01-00-5E-00-00-00", "01-00-5E-7E-FF-FF", None, "RFC 1112 section 6.4"),
    _block("broadcast", "FF-FF-FF-FF-FF-FF", "FF-FF-FF-FF-FF-FF", None, "IEEE 802"),
)
"""Blocks in the order in which they are asked; the NLB forms carry the cluster's IPv4 address in their low octets."""

CONSTANTS = {
    **{0x525400123456 + step: "QEMU's default address" for step in range(16)},
    parse_value("00-0C-29-36-63-62"): "the address of every machine of VMware's vcsim simulator",
    parse_value("00-11-22-33-44-55"): "the placeholder of manuals and templates",
    parse_value("00-01-02-03-04-05"): "the placeholder of manuals and templates",
    parse_value("00-00-00-00-00-01"): "the placeholder of emulators and test networks",
    parse_value("AA-BB-CC-DD-EE-FF"): "the placeholder of manuals and templates",
    parse_value("DE-AD-BE-EF-00-00"): "a placeholder of templates",
    parse_value("DE-AD-BE-EF-00-01"): "a placeholder of templates",
    parse_value("02-00-00-00-00-01"): "the placeholder of emulators and test networks",
    parse_value("08-00-27-00-00-01"): "a placeholder of VirtualBox appliances",
}
"""Addresses that products and templates ship; two machines that wear one were never given their own."""


def block_of(value: int) -> Block | None:
    """Return the protocol block that `value` lies in, if any."""
    return next((block for block in PROTOCOL_BLOCKS if block.first <= value <= block.last), None)


def nlb_addresses(ipv4: int) -> tuple[int, int, int]:
    """Return the unicast, multicast and IGMP cluster addresses of NLB for a 32-bit IPv4 address."""
    return 0x02BF << 32 | ipv4, 0x03BF << 32 | ipv4, 0x01005E7F << 16 | ipv4 & 0xFFFF
