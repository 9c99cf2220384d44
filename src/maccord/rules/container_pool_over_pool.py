"""The pool of a container network that reaches the wire overlaps a pool that machines are served from, or another such.

Why it matters: the Host Networking Service has a pool and a cursor of its own, under the same 00-15-5D, and knows
nothing of the virtual machines' range, on its own host or another. Networks of the types l2bridge, l2tunnel,
transparent and overlay show their containers' addresses outside; nat and internal ones do not.

Each stretch of addresses in common is one finding; where a pool has more than 64 such stretches, they are told as one.

Example: CN01 and CN02 were cloned and both give containers 00-15-5D-1B-F0-00 to 00-15-5D-1B-FF-FF.

Confirm: Get-HnsNetwork | Select-Object Name, Type -ExpandProperty MacPools

Fix:     remove the network and create it again with a pool of its own (the MacPools of the HNS request), or move the
         machines' range with Set-VMHost.

Source:  microsoft/SDN, Kubernetes on Windows sample output of Get-HnsNetwork; moby/moby issue 33070.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="container-pool-over-pool",
    severity="error",
    identity=("domain", "pool_first", "pool_last", "first", "last"),
    query="""
WITH pair AS (
    SELECT domain, first AS pool_first, last AS pool_last, other_kind, other_first, other_last
    FROM crossing WHERE kind = 'container'
), own AS (
    SELECT domain, first, last, MIN(host_id) AS host_first, MAX(host_id) AS host_last FROM pool
    WHERE kind = 'container' GROUP BY domain, first, last
), other AS (
    SELECT c.domain, c.pool_first, c.pool_last, p.id,
           GREATEST(c.pool_first, p.first) AS low, LEAST(c.pool_last, p.last) AS high
    FROM pair c JOIN pool p ON p.domain = c.domain AND p.kind = c.other_kind
                           AND p.first = c.other_first AND p.last = c.other_last
    JOIN own o ON o.domain = c.domain AND o.first = c.pool_first AND o.last = c.pool_last
    WHERE p.kind <> 'container' OR o.host_first <> o.host_last OR p.host_id <> o.host_first
), swept AS (
    SELECT domain, pool_first, pool_last, id, low, high, MAX(high) OVER (
        PARTITION BY domain, pool_first, pool_last ORDER BY low, high, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM other
), held AS (
    SELECT domain, pool_first, pool_last, id, low, high, SUM(CASE WHEN reached + 1 >= low THEN 0 ELSE 1 END) OVER (
        PARTITION BY domain, pool_first, pool_last ORDER BY low, high, id
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
SELECT s.domain, s.pool_first, s.pool_last, s.first, s.last, 'pool' AS subject_table, h.id AS subject_id
FROM told s JOIN held h ON h.domain = s.domain AND h.pool_first = s.pool_first AND h.pool_last = s.pool_last
                       AND h.number = s.number
UNION ALL
SELECT DISTINCT s.domain, s.pool_first, s.pool_last, s.first, s.last, 'pool' AS subject_table, p.id AS subject_id
FROM told s JOIN pool p ON p.domain = s.domain AND p.kind = 'container' AND p.first = s.pool_first
                       AND p.last = s.pool_last
""",
    page=__doc__,
)
