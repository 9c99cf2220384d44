"""Every address of a host's range is held by a running adapter.

Why it matters: the next machine with a dynamic address does not start: "Attempt to access invalid address", events
12564 or 12565.

Example: HV07 issues 00-15-5D-01-07-00 to -FF, and 256 running adapters hold them all.

Confirm: (Get-VMNetworkAdapter -VMName * | Where-Object MacAddress -like 00155D0107*).Count

Fix:     enlarge the range: Set-VMHost -MacAddressMaximum 00155D010AFF (an enlarged range changes no machine's address).

Source:  KB2804678; J. Howard (2008), first quiz question.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="full-pool",
    severity="error",
    identity=("pool_id",),
    tells=("assigned", "running", "size"),
    needs=("fill",),
    query="""
SELECT pool_id, assigned, running, size, 'pool' AS subject_table, pool_id AS subject_id
FROM fill WHERE running >= size
""",
    page=__doc__,
)
