"""Two hosts, or two VMM servers, issue addresses from ranges that have at least one address in common.

Why it matters: a host looks for duplicates among its own running machines only. Two hosts that draw from one range
will give the same address to two machines, and nothing on either host can tell.

One finding stands for one overlapped stretch of addresses, with every pool that takes part: a range that several
hosts hold alike is one, and a chain of different ranges that overlap is one.

Example: HV01 and HV02 both own 00-15-5D-C8-6A-00 to 00-15-5D-C8-6A-FF.

Confirm: (Get-VMHost).MacAddressMinimum, (Get-VMHost).MacAddressMaximum on each host, and compare.

Fix:     give all hosts but one a range of its own: Set-VMHost -MacAddressMinimum ... -MacAddressMaximum ...

Source:  J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause" (2008);
         KB2804678.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="overlapping-pools",
    severity="error",
    identity=("domain", "vmm", "part", "first", "last", "chained"),
    query="""
WITH entry AS (
    SELECT domain, vmm, CAST(-1 AS BIGINT) AS part, identity, first, last, id FROM issuing_pool
    UNION ALL
    SELECT domain, vmm, identity AS part, identity, first, last, id FROM issuing_pool WHERE twinned
), alike AS (
    SELECT domain, vmm, part, first, last, COUNT(*) AS holders,
           MIN(identity) AS identity_first, MAX(identity) AS identity_last
    FROM entry GROUP BY domain, vmm, part, first, last
), swept AS (
    SELECT domain, vmm, part, first, last, identity_first, identity_last,
           MAX(last) OVER (PARTITION BY domain, vmm, part ORDER BY first, last
                           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM alike
), linked AS (
    SELECT domain, vmm, part, first, last, reached, identity_first, identity_last,
           SUM(CASE WHEN reached >= first THEN 0 ELSE 1 END)
               OVER (PARTITION BY domain, vmm, part ORDER BY first, last
                     ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS chain
    FROM swept
), chain AS (
    SELECT domain, vmm, part, chain,
           MIN(CASE WHEN reached >= first THEN first END) AS first,
           MAX(CASE WHEN reached >= first THEN LEAST(last, reached) END) AS last
    FROM linked GROUP BY domain, vmm, part, chain
    HAVING COUNT(*) > 1 AND (part <> -1 OR MIN(identity_first) <> MAX(identity_last))
)
SELECT e.domain, e.vmm, e.part, e.first, e.last, FALSE AS chained, 'pool' AS subject_table, e.id AS subject_id
FROM entry e JOIN alike a ON e.domain = a.domain AND e.vmm = a.vmm AND e.part = a.part
                         AND e.first = a.first AND e.last = a.last
WHERE a.holders > 1 AND (a.part <> -1 OR a.identity_first <> a.identity_last)
UNION ALL
SELECT e.domain, e.vmm, e.part, c.first, c.last, TRUE AS chained, 'pool' AS subject_table, e.id AS subject_id
FROM chain c JOIN linked r ON r.domain = c.domain AND r.vmm = c.vmm AND r.part = c.part AND r.chain = c.chain
JOIN entry e ON e.domain = r.domain AND e.vmm = r.vmm AND e.part = r.part AND e.first = r.first AND e.last = r.last
""",
    page=__doc__,
)
