"""Two hosts, or two VMM servers, issue addresses from ranges that have at least one address in common.

Why it matters: a host looks for duplicates among its own running machines only. Two hosts that draw from one range
will give the same address to two machines, and nothing on either host can tell.

One finding stands for one stretch of addresses that at least two issue, with every pool that takes part: a range that
several hosts hold alike is one; where ranges differ, each stretch that they have in common is one. A chain of more
than 32 different ranges, as one giant range makes of many small ones, is told as a whole. The ranges of one identity
(a host and its clones, a VMM server) count as one owner against others, and among themselves in a part of their own.

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
    tells=("chain",),
    hosted=True,
    query="""
WITH alike AS (
    SELECT field, first, last FROM entry GROUP BY field, first, last
    HAVING COUNT(*) > 1 AND (MIN(part) <> -1 OR MIN(identity) <> MAX(identity))
), many AS (
    SELECT field, chain, COUNT(*) AS wholes,
           MIN(CASE WHEN reached >= first THEN first END) AS first,
           MAX(CASE WHEN reached >= first THEN LEAST(last, reached) END) AS last
    FROM link GROUP BY field, chain HAVING COUNT(*) > 1
), member AS (
    SELECT l.field, l.chain, l.first, l.last, l.mark, m.wholes
    FROM link l JOIN many m ON m.field = l.field AND m.chain = l.chain
), event AS (
    SELECT field, chain, place, SUM(begun) AS begun, SUM(ended) AS ended FROM (
        SELECT field, chain, first AS place, 1 AS begun, 0 AS ended FROM member WHERE wholes <= 32
        UNION ALL
        SELECT field, chain, last + 1 AS place, 0 AS begun, 1 AS ended FROM member WHERE wholes <= 32
    ) e GROUP BY field, chain, place
), depth AS (
    SELECT field, chain, place, begun, ended, SUM(begun - ended) OVER (
        PARTITION BY field, chain ORDER BY place ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS depth
    FROM event
), piece AS (
    SELECT field, chain, depth, place AS first,
           LEAD(place) OVER (PARTITION BY field, chain ORDER BY place) - 1 AS last
    FROM depth WHERE depth = begun OR depth < 2 OR depth - begun + ended < 2
), common AS (
    SELECT field, chain, first, last FROM piece WHERE depth >= 2
    UNION ALL
    SELECT field, chain, first, last FROM many WHERE wholes > 32
)
SELECT e.domain, e.vmm, e.part, e.first, e.last, FALSE AS chained, l.chain, 'pool' AS subject_table, e.id AS subject_id,
       e.host_id
FROM alike a JOIN entry e ON e.field = a.field AND e.first = a.first AND e.last = a.last
JOIN link l ON l.field = e.field AND l.first = e.whole_first AND l.last = e.whole_last AND l.mark = e.mark
UNION ALL
SELECT e.domain, e.vmm, e.part, c.first, c.last, TRUE AS chained, c.chain, 'pool' AS subject_table, e.id AS subject_id,
       e.host_id
FROM common c JOIN member m ON m.field = c.field AND m.chain = c.chain
JOIN entry e ON e.field = m.field AND e.whole_first = m.first AND e.whole_last = m.last AND e.mark = m.mark
WHERE e.first <= c.last AND e.last >= c.first
""",
    page=__doc__,
)
