"""Many addresses come and go between the same two ports at once.

Why it matters: frames circle. Broadcasts multiply until links are full, and every switch relearns every address with
every round.

Example: 14 addresses moved to and fro between Gi1/0/23 and Gi1/0/24 within 10 s.

Confirm: show spanning-tree inconsistentports, show interfaces counters broadcast: rising on both ports.

Fix:     take one of the two cables out; then see why spanning tree did not block it.

Source:  IEEE 802.1Q (spanning tree); Cisco, "Troubleshoot MAC Address Flap Notification Error".
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="circling-addresses",
    severity="error",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("loop"),
    page=__doc__,
)
