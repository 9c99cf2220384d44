"""Two clusters or clouds issue addresses from one and the same default block.

Why it matters: installations of one product begin every address alike unless somebody sets another prefix, and none
knows what the others gave out.

vCenter Servers are left to shared-vcenter-block. What is told here is only that the block is shared; how likely a clash
is, and whether it is worth a word, the cause says.

Example: two OpenStack clouds both issue FA-16-3E-xx-xx-xx.

Confirm: base_mac in neutron.conf; mac_prefix in /etc/pve/datacenter.cfg; the ConfigMap kubemacpool-mac-range-config.

Fix:     give each installation a prefix or a range of its own before it issues more.

Source:  OpenStack Neutron configuration reference; datacenter.cfg(5) of Proxmox VE; README of KubeMacPool; Red Hat
         Virtualization Administration Guide, "MAC Address Pools".
"""

from maccord.mac import VCENTER
from maccord.rules.rule import Rule

RULE = Rule(
    id="shared-default-block",
    severity="info",
    identity=("domain", "product", "first", "last"),
    needs=("issuer",),
    query=f"""
WITH crowded AS (
    SELECT domain, product, first FROM issuer WHERE product <> '{VCENTER}' GROUP BY domain, product, first
    HAVING COUNT(*) > 1
)
SELECT i.domain, i.product, i.first, i.last, 'issuer' AS subject_table, i.id AS subject_id
FROM issuer i JOIN crowded c ON c.domain = i.domain AND c.product = i.product AND c.first = i.first
""",
    page=__doc__,
)
