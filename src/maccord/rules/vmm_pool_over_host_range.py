"""A pool of a VMM server and the dynamic range of a host have addresses in common.

Why it matters: VMM writes its addresses into machines as static ones, and the host goes on issuing from its own range
without asking VMM. Neither looks at what the other gave out.

Each stretch of addresses in common is one finding; where a pool has more than 64 such stretches, they are told as one.

Example: VMM01's pool 00-15-5D-00-00-00 to 00-15-5D-FF-FF-FF and HV01's range 00-15-5D-C8-6A-00 to -FF.

Confirm: Get-SCMACAddressPool | Format-Table Name, MACAddressRangeStart, MACAddressRangeEnd
         (Get-VMHost).MacAddressMinimum, (Get-VMHost).MacAddressMaximum

Fix:     move the VMM pool out of 00-15-5D, the block that hosts issue from; VMM's own block is 00-1D-D8-B7-1C-00 to
         00-1D-D8-F4-1F-FF.

Source:  MicrosoftDocs, "Set up MAC address pools in the VMM fabric"; T. Soper's notes on VMM and host ranges (2009).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="vmm-pool-over-host-range",
    severity="error",
    identity=("domain", "pool_first", "pool_last", "first", "last"),
    query="""
WITH pair AS (
    SELECT domain, first AS pool_first, last AS pool_last, other_first, other_last,
           GREATEST(first, other_first) AS low, LEAST(last, other_last) AS high
    FROM crossing WHERE kind = 'vmm' AND other_kind = 'dynamic'
), swept AS (
    SELECT domain, pool_first, pool_last, other_first, other_last, low, high, MAX(high) OVER (
        PARTITION BY domain, pool_first, pool_last ORDER BY low, high, other_first, other_last
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM pair
), held AS (
    SELECT domain, pool_first, pool_last, other_first, other_last, low, high,
           SUM(CASE WHEN reached + 1 >= low THEN 0 ELSE 1 END) OVER (
        PARTITION BY domain, pool_first, pool_last ORDER BY low, high, other_first, other_last
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
    FROM swept
), span AS (
    SELECT domain, pool_first, pool_last, number, MIN(low) AS first, MAX(high) AS last
    FROM held GROUP BY domain, pool_first, pool_last, number
), whole AS (
    SELECT domain, pool_first, pool_last, COUNT(*) AS pieces, MIN(first) AS first, MAX(last) AS last
    FROM span GROUP BY domain, pool_first, pool_last
), told AS (
    SELECT s.domain, s.pool_first, s.pool_last, s.number,
           CASE WHEN w.pieces > 64 THEN w.first ELSE s.first END AS first,
           CASE WHEN w.pieces > 64 THEN w.last ELSE s.last END AS last
    FROM span s JOIN whole w ON w.domain = s.domain AND w.pool_first = s.pool_first AND w.pool_last = s.pool_last
)
SELECT DISTINCT s.domain, s.pool_first, s.pool_last, s.first, s.last, 'pool' AS subject_table, p.id AS subject_id
FROM told s JOIN pool p ON p.domain = s.domain AND p.first = s.pool_first AND p.last = s.pool_last AND p.kind = 'vmm'
UNION ALL
SELECT s.domain, s.pool_first, s.pool_last, s.first, s.last, 'pool' AS subject_table, p.id AS subject_id
FROM told s JOIN held h ON h.domain = s.domain AND h.pool_first = s.pool_first AND h.pool_last = s.pool_last
                       AND h.number = s.number
JOIN pool p ON p.domain = h.domain AND p.first = h.other_first AND p.last = h.other_last AND p.kind = 'dynamic'
""",
    page=__doc__,
)
