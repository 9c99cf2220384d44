"""An address was seen at several ports in turns, or with identities that contradict each other: two owners fit that.

Why it matters: a switch sends an address's frames to the port where it heard it last. Each owner gets them until the
other one sends, and both lose what was meant for them: a fifth of it, or nearly all where one owner is silent.

An address that moves once is a migration or a failover. It is restless when it moves too often (5 moves in 180 s, as
RFC 7432 has it), comes back to ports that it had left, or claims one IP address here and another there.

Example: 00-15-5D-C8-6A-00 is at port p-a as 198.18.0.1 and at port p-b as 198.18.0.2, and moved 33 times in 12 s.

Confirm: show mac address-table address 0015.5dc8.6a00 on the switch, twice: the port changes;
         bridge -t monitor fdb | grep 00:15:5d:c8:6a:00 on a Linux bridge.

Fix:     find both owners at the two ports and give one of them another address; the cause says more.

Source:  RFC 7432 section 15.1 (MAC duplication); measured in a laboratory network.
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="restless-address",
    severity="error",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("duplicate"),
    page=__doc__,
)
