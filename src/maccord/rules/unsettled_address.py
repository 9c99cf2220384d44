"""An address moved in a way that neither a migration, nor a team, nor two owners explain for certain.

Why it matters: it may be the first sign of a duplicate whose second owner rarely talks.

Example: 00-15-5D-C8-6A-00 was at port 3, at port 7, and at port 3 again, twice within an hour; nobody announced it.

Confirm: show mac address-table address 0015.5dc8.6a00, every minute for a while; better, a capture at both ports.

Fix:     nothing yet: look at both ports first.

Source:  RFC 7432 section 15.1.
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="unsettled-address",
    severity="warning",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("unexplained"),
    page=__doc__,
)
