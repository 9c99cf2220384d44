"""One host issued an address twice: to a machine that was off, and again to another.

Why it matters: Hyper-V counts an address as taken only while a running machine holds it. When its range has run
round, it gives a stopped machine's address to the next one; the first will then be refused at its start.

A replica and the machine of its test failover wear the primary's address, which this host never issued: left out.

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
WITH holder AS (  -- a machine of a replication or cluster, with an address outside the range, brought it along
    SELECT s.id, s.host_id, s.mac, s.domain, s.machine_no
    FROM sharer s LEFT JOIN pool p ON p.host_id = s.host_id AND p.kind = 'dynamic'
    WHERE s.kind = 'vm' AND s.dynamic AND s.snapshot = ''
      AND (NOT s.shared OR p.id IS NULL OR (s.mac >= p.first AND s.mac <= p.last))
)
SELECT s.host_id, s.mac, s.domain, 'adapter' AS subject_table, s.id AS subject_id
FROM holder s JOIN (
    SELECT host_id, mac FROM holder GROUP BY host_id, mac HAVING MIN(machine_no) <> MAX(machine_no)
) d ON d.host_id = s.host_id AND d.mac = s.mac
JOIN host h ON h.id = s.host_id AND h.platform IN ('hyperv', 'vmm', '')  -- others issue from no range that runs round
""",
    page=__doc__,
)
