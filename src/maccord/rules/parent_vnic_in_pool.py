"""The vNIC that came with an external switch on one NIC wears an address of a dynamic range, not the NIC's.

Why it matters: Windows gives this vNIC the NIC's address, which is unique. An internal network that was turned
external keeps the address it was issued from the host's range, and two hosts with one range then show one address,
and get one DHCP reservation.

Example: vEthernet (LAN) of LAPTOP1 wears 00-15-5D-01-85-00 while its NIC has 8C-16-45-11-22-33.

Confirm: Get-NetAdapter | Format-Table Name, MacAddress, PermanentAddress

Fix:     remove the switch and create it anew as external.

Source:  J. Howard (2008), comments: the author on internal networks turned external.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="parent-vnic-in-pool",
    severity="warning",
    identity=("adapter_id",),
    tells=("domain", "mac"),
    needs=("host_adapter",),
    query="""
SELECT v.id AS adapter_id, v.domain, v.mac, 'adapter' AS subject_table, v.id AS subject_id
FROM host_adapter v LEFT JOIN pool p ON p.host_id = v.host_id AND p.kind = 'dynamic'
LEFT JOIN (
    SELECT DISTINCT host_id, mac FROM host_adapter WHERE kind IN ('physical', 'team') AND mac IS NOT NULL
) n ON n.host_id = v.host_id AND n.mac = v.mac
WHERE v.kind = 'management' AND v.parent AND n.mac IS NULL
  AND ((v.mac >= p.first AND v.mac <= p.last) OR FLOOR(v.mac / 16777216) = 5469)
""",
    page=__doc__,
)
