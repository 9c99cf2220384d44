"""Two addresses answer for one IP address, in turns or both at once, and none of them announced a takeover.

Why it matters: each neighbour believes whom it heard last. Connections break when that changes, and some neighbours
talk to the wrong machine all the time.

Example: 198.18.0.1 is answered from 00-15-5D-C8-6A-10 and from 00-15-5D-C8-6B-11, both within a millisecond.

Confirm: arping -D -I eth0 198.18.0.1 from a third machine: two addresses answer;
         Get-WinEvent -FilterHashtable @{LogName='System'; Id=4199} on Windows.

Fix:     give one of the two another IP address, and find out who assigned it: by hand, or a second DHCP server.

Source:  RFC 5227 (IPv4 Address Conflict Detection); RFC 4862 section 5.4.
"""

from maccord.rules.on_the_wire import wire_query
from maccord.rules.rule import Rule

RULE = Rule(
    id="contested-ip",
    severity="error",
    identity=("domain", "mac", "fault"),
    needs=("unrest",),
    query=wire_query("ip-conflict"),
    page=__doc__,
)
