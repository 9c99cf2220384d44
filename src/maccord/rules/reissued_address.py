"""One host issued an address twice: to a machine that was off, and again to another.

Why it matters: Hyper-V counts an address as taken only while a running machine holds it. When its range has run
round, it gives a stopped machine's address to the next one; the first will then be refused at its start.

Example: Blank (off) and "No MAC Addresses Available In Range" (running) both have 00-15-5D-C8-6A-00 on one host.

Confirm: Get-VMNetworkAdapter -VMName * | Group-Object MacAddress | Where-Object Count -gt 1

Fix:     enlarge the range (Set-VMHost -MacAddressMaximum ...), then give the stopped machine a new address: remove its
         adapter and add it again, or set a static address outside every range.

Source:  J. Howard (2008), the two quiz questions of the post.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="reissued-address",
    severity="warning",
    identity=("host_id", "mac"),
    tells=("domain",),
    needs=("sharer",),
    query="""
SELECT s.host_id, s.mac, s.domain, 'adapter' AS subject_table, s.id AS subject_id
FROM sharer s JOIN (
    SELECT host_id, mac FROM sharer WHERE kind = 'vm' AND dynamic AND snapshot = ''
    GROUP BY host_id, mac HAVING MIN(machine_no) <> MAX(machine_no)
) d ON d.host_id = s.host_id AND d.mac = s.mac
JOIN host h ON h.id = s.host_id AND h.platform IN ('hyperv', 'vmm', '')  -- others issue from no range that runs round
WHERE s.kind = 'vm' AND s.dynamic AND s.snapshot = ''
""",
    page=__doc__,
)
