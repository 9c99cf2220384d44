"""Two machines' virtual Fibre Channel adapters have one World Wide Port Name.

Why it matters: the fabric and the storage know an initiator by its port name. Two machines with one name log each
other out, or see each other's disks.

Example: sql1 and sql2 both have C0-03-FF-D8-07-8F-00-00.

Confirm: Get-VMFibreChannelHba -VMName * | Format-Table VMName, WorldWidePortNameSetA, WorldWidePortNameSetB

Fix:     Get-VMFibreChannelHba -VMName ... | Set-VMFibreChannelHba -GenerateWwn on one of them; then tell the storage
         its new name.

Source:  Microsoft's reference of Get-VMFibreChannelHba.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="shared-wwn",
    severity="error",
    identity=("domain", "wwpn"),
    needs=("hba",),
    query="""
SELECT b.domain, b.wwpn, 'hba' AS subject_table, b.id AS subject_id
FROM hba b JOIN (
    SELECT domain, wwpn FROM hba WHERE wwpn <> '0000000000000000' GROUP BY domain, wwpn
    HAVING MIN(CASE WHEN machine_id <> '' THEN machine_id ELSE machine END)
        <> MAX(CASE WHEN machine_id <> '' THEN machine_id ELSE machine END)
) d ON d.domain = b.domain AND d.wwpn = b.wwpn
""",
    page=__doc__,
)
