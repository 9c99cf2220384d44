"""One host sends from one address over two ports of a switch that are no link aggregate.

Why it matters: the switch learns the address at one port and then at the other, with every frame if the host spreads
them. It logs a flapping address, may block or slow learning, and frames arrive out of order.

Example: 00-15-5D-C8-6A-00 moved 96 times in 12 s between ports p-a and p-a2, and both lead to one host.

Confirm: show etherchannel summary, show lacp neighbor on the switch; Get-NetLbfoTeam, Get-VMSwitchTeam on Windows;
         cat /proc/net/bonding/bond0 on Linux.

Fix:     make the two ports one link aggregate (LACP), or set the team to a mode that keeps each address on one port.

Source:  IEEE 802.1AX; Linux kernel, "Ethernet Bonding Driver HOWTO" (balance-rr needs an aggregate); Microsoft, "NIC
         Teaming" (switch independent mode).
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="split-team",
    severity="warning",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("lag-mismatch"),
    page=__doc__,
)
