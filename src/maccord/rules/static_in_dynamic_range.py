"""A machine's static address lies in a range from which a host issues addresses by itself.

Why it matters: the host that owns the range looks only at its own running machines. It will issue the address to
another machine: at once if the static one runs elsewhere, and while it is off if it runs on the same host.

Addresses that a VMM server granted from a pool of its own are left out here.

Example: VM legacy has the static address 00-15-5D-C8-6A-20, and HV01 issues 00-15-5D-C8-6A-00 to -FF.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object { -not $_.DynamicMacAddressEnabled }

Fix:     give the machine a static address outside every range, or move the range with Set-VMHost.

Source:  J. Howard (2008); KB2804678.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="static-in-dynamic-range",
    severity="warning",
    identity=("adapter_id",),
    tells=("domain", "mac"),
    needs=("inside",),
    query="""
WITH hit AS (
    SELECT adapter_id, domain, first, last, mac FROM inside WHERE why = 'static' AND kind = 'dynamic'
), granted_here AS (
    SELECT adapter_id FROM inside WHERE why = 'static' AND kind = 'vmm'
    UNION
    SELECT h.adapter_id FROM hit h JOIN granted g ON g.mac = h.mac
), left_over AS (
    SELECT h.adapter_id, h.domain, h.first, h.last, h.mac
    FROM hit h LEFT JOIN granted_here g ON g.adapter_id = h.adapter_id WHERE g.adapter_id IS NULL
)
SELECT adapter_id, domain, mac, 'adapter' AS subject_table, adapter_id AS subject_id FROM left_over
UNION ALL
SELECT l.adapter_id, l.domain, l.mac, 'pool' AS subject_table, p.id AS subject_id
FROM left_over l JOIN pool p ON p.domain = l.domain AND p.kind = 'dynamic' AND p.first = l.first AND p.last = l.last
""",
    page=__doc__,
)
