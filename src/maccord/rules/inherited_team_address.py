"""A management vNIC wears the address of the team adapter that its switch is bound to.

Why it matters: team, member and vNIC then answer to one address on one host. With VMQ on, frames for the vNIC may land
in the queue of the team, and management connectivity comes and goes.

Example: MGMT on HV05 = Microsoft Network Adapter Multiplexor Driver = Ethernet 1 = 00-1B-21-AA-00-01.

Confirm: Get-NetAdapter | Sort-Object MacAddress | Format-Table Name, InterfaceDescription, MacAddress
         Get-WinEvent -FilterHashtable @{LogName='System'; Id=16945}

Fix:     rebuild the converged network so that the vNIC is added after the switch and gets an address of its own.

Source:  B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking" (2014); KB2920261.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="inherited-team-address",
    severity="warning",
    identity=("host_id", "mac"),
    tells=("domain",),
    needs=("host_adapter",),
    query="""
WITH inherited AS (
    SELECT DISTINCT v.host_id, v.mac, v.domain FROM host_adapter v
    JOIN host_adapter t ON t.host_id = v.host_id AND t.mac = v.mac
    WHERE v.kind = 'management' AND t.kind = 'team'
)
SELECT i.host_id, i.mac, i.domain, 'adapter' AS subject_table, a.id AS subject_id
FROM inherited i JOIN sharer a ON a.host_id = i.host_id AND a.mac = i.mac
WHERE a.kind IN ('management', 'team', 'physical', 'vm')
UNION ALL
SELECT i.host_id, i.mac, i.domain, 'event' AS subject_table, e.id AS subject_id
FROM inherited i JOIN event e ON e.host_id = i.host_id
WHERE e.number = 16945
""",
    page=__doc__,
)
