"""The virtual switch kept a port from using an address, since the address is pinned to another port.

Why it matters: two ports of one switch claim one address; the second one does not get its traffic.

Example: event 28, "Port '...' was prevented from using MAC address '00-15-5D-C8-6A-00' because it is pinned to port".

Confirm: Get-WinEvent -FilterHashtable @{LogName='System'; Id=28} | Format-List TimeCreated, Message

Fix:     find both owners of the address on this host (Get-VMNetworkAdapter -All) and give one of them another.

Source:  KB968703; readers' comments on J. Howard (2008).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="pinned-port",
    severity="warning",
    identity=("host_id", "mac"),
    tells=("domain",),
    needs=("event",),
    query="""
SELECT e.host_id, COALESCE(e.mac, -1) AS mac, h.domain, 'event' AS subject_table, e.id AS subject_id
FROM event e JOIN host h ON h.id = e.host_id
WHERE e.number = 28 AND (UPPER(e.provider) LIKE '%VMSMP%' OR UPPER(e.provider) LIKE '%VMSWITCH%')
""",
    page=__doc__,
)
