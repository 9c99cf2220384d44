"""A host has no World Wide Port Name left to give to virtual Fibre Channel adapters.

Why it matters: unlike exhaustion of MAC addresses this one is silent: the generator reports success and returns names
of all zeros.

Example: the adapter of sql9 has the port name 00-00-00-00-00-00-00-00.

Confirm: Get-VMFibreChannelHba -VMName * | Where-Object WorldWidePortNameSetA -eq 0000000000000000

Fix:     widen the range: Set-VMHost -FibreChannelWwpnMaximum ..., then
         Get-VMFibreChannelHba -VMName ... | Set-VMFibreChannelHba -GenerateWwn.

Source:  Microsoft's reference of GenerateWwpn (Msvm_VirtualSystemManagementService).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="exhausted-wwn-range",
    severity="error",
    identity=("host_id",),
    tells=("domain",),
    query="""
SELECT b.host_id, b.domain, 'hba' AS subject_table, b.id AS subject_id
FROM hba b WHERE b.wwpn = '0000000000000000'
UNION ALL
SELECT h.id AS host_id, h.domain, 'host' AS subject_table, h.id AS subject_id
FROM host h WHERE h.wwpn_free <= 0
""",
    page=__doc__,
)
