"""Two vCenter Servers issue addresses from one and the same block.

Why it matters: each vCenter Server draws the last two octets at random and looks for duplicates among its own machines
only. Two that have one instance id draw from the same 65,536 addresses.

A server issues from the block that holds most of what it generated; machines that came along from another server keep
an address of that one's block, and do not count.

Example: vc-north and vc-south both issue 00-50-56-82-xx-xx, which stands for the instance id 2.

Confirm: (Get-AdvancedSetting -Entity $global:DefaultVIServer -Name instance.id).Value on each server.

Fix:     give each vCenter Server an id of its own; addresses that are out already stay as they are.

Source:  VMware vSphere documentation, "VMware OUI Allocation" and "Duplicate MAC Addresses"; KB 1024025.
"""

from maccord.mac import VCENTER
from maccord.rules.rule import Rule

RULE = Rule(
    id="shared-vcenter-block",
    severity="warning",
    identity=("domain", "first", "last"),
    needs=("issuer",),
    query=f"""
WITH home AS (
    SELECT id, domain, manager, first, last FROM issuer WHERE product = '{VCENTER}' AND 2 * issued > total
), crowded AS (
    SELECT domain, first FROM home GROUP BY domain, first HAVING COUNT(*) > 1
)
SELECT h.domain, h.first, h.last, 'issuer' AS subject_table, h.id AS subject_id
FROM home h JOIN crowded c ON c.domain = h.domain AND c.first = h.first
""",
    page=__doc__,
)
