"""The pool of a container network that reaches the wire overlaps a pool that machines are served from, or another such.

Why it matters: the Host Networking Service has a pool and a cursor of its own, under the same 00-15-5D, and knows
nothing of the virtual machines' range, on its own host or another. Networks of the types l2bridge, l2tunnel,
transparent and overlay show their containers' addresses outside; nat and internal ones do not.

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
    identity=("domain", "pool_first", "pool_last"),
    tells=("first", "last"),
    query="""
WITH pair AS (
    SELECT domain, first, last, other_kind, other_first, other_last FROM crossing WHERE kind = 'container'
), held AS (
    SELECT c.domain, c.first, c.last, p.id, p.host_id, GREATEST(c.first, p.first) AS low, LEAST(c.last, p.last) AS high
    FROM pair c JOIN pool p ON p.domain = c.domain AND p.kind = c.other_kind
                           AND p.first = c.other_first AND p.last = c.other_last
), own AS (
    SELECT domain, first, last, MIN(host_id) AS host_first, MAX(host_id) AS host_last FROM pool
    WHERE kind = 'container' GROUP BY domain, first, last
), other AS (
    SELECT h.domain, h.first, h.last, h.id, h.low, h.high
    FROM held h JOIN own o ON o.domain = h.domain AND o.first = h.first AND o.last = h.last
    JOIN pool p ON p.id = h.id
    WHERE p.kind <> 'container' OR o.host_first <> o.host_last OR p.host_id <> o.host_first
), span AS (
    SELECT domain, first, last, MIN(low) AS low, MAX(high) AS high FROM other GROUP BY domain, first, last
)
SELECT s.domain, s.first AS pool_first, s.last AS pool_last, s.low AS first, s.high AS last,
       'pool' AS subject_table, o.id AS subject_id
FROM span s JOIN other o ON o.domain = s.domain AND o.first = s.first AND o.last = s.last
UNION ALL
SELECT s.domain, s.first AS pool_first, s.last AS pool_last, s.low AS first, s.high AS last,
       'pool' AS subject_table, p.id AS subject_id
FROM span s JOIN pool p ON p.domain = s.domain AND p.kind = 'container' AND p.first = s.first AND p.last = s.last
""",
    page=__doc__,
)
