"""A dynamic address lies outside its own host's range and inside another host's.

Why it matters: live migration carries a machine's address along. The host that issued it no longer sees it in use and
may issue it again; and at its next cold start the machine gets a new address from the host it is on, which DHCP
reservations, licences and udev rules will notice.

Example: VM web runs on HV02 (range ...-6B-00 to -FF) with 00-15-5D-C8-6A-07, an address of HV01's range.

Confirm: compare (Get-VMNetworkAdapter -VMName *).MacAddress with the ranges that Get-VMHost prints on each node.

Fix:     pin the address as static outside every range, or let a planned cold start give the machine one of its host's.

Source:  B. Armstrong, "Hyper-V and dynamic MAC address regeneration" (2010); D. van der Peijl on Hyper-V and VMM
         addresses.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="address-from-another-host",
    severity="warning",
    identity=("adapter_id",),
    tells=("domain", "mac"),
    needs=("stray",),
    query="""
WITH hit AS (
    SELECT adapter_id, domain, first, last, mac FROM inside WHERE why = 'stray' AND kind = 'dynamic'
)
SELECT adapter_id, domain, mac, 'adapter' AS subject_table, adapter_id AS subject_id FROM hit
UNION ALL
SELECT h.adapter_id, h.domain, h.mac, 'pool' AS subject_table, p.id AS subject_id
FROM hit h JOIN pool p ON p.domain = h.domain AND p.kind = 'dynamic' AND p.first = h.first AND p.last = h.last
""",
    page=__doc__,
)
