"""One address at one port speaks for two machines: what it says of itself contradicts itself in turns.

Why it matters: two machines behind one port (two guests of one host, two hosts behind one uplink) make no address move,
so no switch notices; the frames of both reach both, or one of them.

What contradicts: two IP addresses that take turns, with packets that start with different TTLs, TCP clocks of different
rates, two DHCP client ids with different host names, or two IPv6 link-local addresses.

Example: 00-15-5D-C8-6A-00 claims 10.0.0.1 and 10.0.0.2 in turns, with TTL 64 from the one and 128 from the other.

Confirm: arping -D -I eth0 10.0.0.1; arping -D -I eth0 10.0.0.2: one address answers for both;
         tcpdump -e -v ether src 00:15:5d:c8:6a:00: compare the TTL of packets from both.

Fix:     find both machines behind the port (on a hypervisor: its list of adapters) and give one another address.

Source:  T. Kohno et al., "Remote physical device fingerprinting" (2005); RFC 7323; RFC 2131.
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="two-minds",
    severity="error",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("two-minds"),
    page=__doc__,
)
