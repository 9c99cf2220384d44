"""Two hosts issue World Wide Port Names for virtual Fibre Channel from one range.

Why it matters: the fabric and the storage know an initiator by its port name. Two machines with one name log each
other out, or see each other's disks.

Example: HV01 and HV02 both issue C0-03-FF-FB-EA-E1-00-00 to C0-03-FF-FB-EA-E1-FF-FF.

Confirm: Get-VMHost | Format-List FibreChannelWwpnMinimum, FibreChannelWwpnMaximum

Fix:     Set-VMHost -FibreChannelWwpnMinimum ... -FibreChannelWwpnMaximum ... on one of them; adapters made before keep
         their names until they are recreated.

Source:  Microsoft's reference of Get-VMHost and GenerateWwpn; the reader's question on J. Howard (2008).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="shared-wwn-range",
    severity="error",
    identity=("domain", "wwpn_first", "wwpn_last"),
    query="""
SELECT h.domain, h.wwpn_first, h.wwpn_last, 'host' AS subject_table, h.id AS subject_id
FROM host h JOIN (
    SELECT domain, wwpn_first, wwpn_last FROM host WHERE wwpn_first IS NOT NULL
    GROUP BY domain, wwpn_first, wwpn_last HAVING COUNT(*) > 1
) d ON d.domain = h.domain AND d.wwpn_first = h.wwpn_first AND d.wwpn_last = h.wwpn_last
""",
    page=__doc__,
)
