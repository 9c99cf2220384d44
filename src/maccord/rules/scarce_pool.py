"""Fewer than one in ten addresses of a host's range is not assigned to any machine.

Why it matters: the range will run round soon. Stopped machines' addresses are then issued again, and in the end no
machine with a dynamic address starts.

Example: HV07 has 240 of 256 addresses assigned, 60 of them to stopped machines.

Confirm: (Get-VMNetworkAdapter -VMName * | Where-Object MacAddress -like 00155D0107*).Count

Fix:     enlarge the range: Set-VMHost -MacAddressMaximum ... (an enlarged range changes no machine's address).

Source:  Best Practices Analyzer, "The number of available dynamic MAC addresses is low"; KB2804678.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="scarce-pool",
    severity="warning",
    identity=("pool_id",),
    tells=("assigned", "running", "size"),
    needs=("fill",),
    query="""
SELECT pool_id, assigned, running, size, 'pool' AS subject_table, pool_id AS subject_id
FROM fill WHERE running < size AND 10 * (size - assigned) < size
""",
    page=__doc__,
)
