"""What the engine prepares before rules run: views that several rules share, in portable SQL.

Ranges meet ranges and addresses through buckets on several levels: a range is cut into at most 17 buckets of the
width that fits its size, so that every such join is an equi-join on (domain, level, bucket), on any engine, whatever
giant ranges a fleet has. `share` is one over the width, a power of two: multiplying by it is exact.
"""

_WIDTHS = tuple((level, 1 << level) for level in range(8, 48, 4))
_LEVEL = "CASE " + " ".join(f"WHEN size <= {width << 4} THEN {level}" for level, width in _WIDTHS) + " ELSE 44 END"
_FIELDS = 1 << 32
_SMALL = ", ".join(f"({number})" for number in range(17))
_WIDTH_ROWS = ", ".join(f"({level}, CAST({1 / width!r} AS DOUBLE))" for level, width in _WIDTHS)

VIEWS: tuple[tuple[str, str], ...] = (
    ("host_adapter", "SELECT * FROM adapter WHERE kind <> 'vm'"),
    ("width", f"SELECT level, share FROM (VALUES {_WIDTH_ROWS}) AS w(level, share)"),
    ("small", f"SELECT i FROM (VALUES {_SMALL}) AS s(i)"),
    (
        "stretch",
        f"""
SELECT r.domain, r.kind, r.first, r.last, r.level, w.share
FROM (SELECT domain, kind, first, last, {_LEVEL} AS level
      FROM (SELECT DISTINCT domain, kind, first, last, last - first + 1 AS size FROM pool) d) r
JOIN width w ON w.level = r.level
""",
    ),
    (
        "bucket",
        """
SELECT domain, kind, first, last, level, CAST(FLOOR(first * share) AS BIGINT) AS bucket FROM stretch
UNION ALL
SELECT r.domain, r.kind, r.first, r.last, r.level, CAST(FLOOR(r.first * r.share) AS BIGINT) + s.i AS bucket
FROM stretch r JOIN small s ON s.i > 0 AND s.i <= FLOOR(r.last * r.share) - FLOOR(r.first * r.share)
WHERE FLOOR(r.last * r.share) > FLOOR(r.first * r.share)
""",
    ),
    ("level_used", "SELECT DISTINCT level, share FROM stretch WHERE kind <> 'container'"),
    (
        "level_of_guest",
        "SELECT DISTINCT level, share FROM stretch WHERE kind <> 'dynamic'",
    ),
    (
        "busy",
        """
SELECT p.id, p.host_id, p.first, p.last, 10 * u.held > 9 * (p.last - p.first + 1) AS filling,
       u.low < p.first OR u.high > p.last AS straying
FROM pool p JOIN (
    SELECT host_id, COUNT(mac) AS held, MIN(CASE WHEN kind = 'vm' AND dynamic THEN mac END) AS low,
           MAX(CASE WHEN kind = 'vm' AND dynamic THEN mac END) AS high
    FROM adapter GROUP BY host_id
) u ON u.host_id = p.host_id
WHERE p.kind = 'dynamic' AND (10 * u.held > 9 * (p.last - p.first + 1) OR u.low < p.first OR u.high > p.last)
""",
    ),
    (
        "stray",
        """
SELECT a.id, a.domain, a.mac, a.host_id, a.machine_no, a.running, a.shared
FROM adapter a JOIN busy b ON b.host_id = a.host_id
WHERE b.straying AND a.kind = 'vm' AND a.dynamic AND a.snapshot = '' AND (a.mac < b.first OR a.mac > b.last)
""",
    ),
    (
        "above",
        """
SELECT r.domain, r.kind, r.first, r.last, g.level, CAST(FLOOR(r.first * g.share) AS BIGINT) + s.i AS bucket
FROM stretch r JOIN level_of_guest g ON g.level >= r.level
JOIN small s ON s.i <= FLOOR(r.last * g.share) - FLOOR(r.first * g.share)
""",
    ),
    (
        "guest_above",
        """
SELECT r.domain, r.kind, r.first, r.last, w.level, CAST(FLOOR(r.first * w.share) AS BIGINT) + s.i AS bucket
FROM stretch r JOIN (SELECT DISTINCT level, share FROM stretch) w ON w.level > r.level
JOIN small s ON s.i <= FLOOR(r.last * w.share) - FLOOR(r.first * w.share)
WHERE r.kind <> 'dynamic'
""",
    ),
    (
        "crossing",
        """
SELECT DISTINCT domain, kind, first, last, other_kind, other_first, other_last FROM (
    SELECT x.domain, x.kind, x.first, x.last, y.kind AS other_kind, y.first AS other_first, y.last AS other_last
    FROM bucket x JOIN above y ON x.domain = y.domain AND x.level = y.level AND x.bucket = y.bucket
    WHERE x.kind <> 'dynamic' AND x.first <= y.last AND y.first <= x.last
    UNION ALL
    SELECT y.domain, y.kind, y.first, y.last, x.kind AS other_kind, x.first AS other_first, x.last AS other_last
    FROM bucket x JOIN guest_above y ON x.domain = y.domain AND x.level = y.level AND x.bucket = y.bucket
    WHERE x.first <= y.last AND y.first <= x.last
) c
""",
    ),
    (
        "overlaid",  # a range of VMM or of containers, stretch by stretch, with the pools that share the stretch
        """
WITH own AS (
    SELECT domain, first, last, MIN(host_id) AS host_first, MAX(host_id) AS host_last FROM pool
    WHERE kind = 'container' GROUP BY domain, first, last
), other AS (
    SELECT c.domain, c.kind, c.first AS pool_first, c.last AS pool_last, p.id,
           GREATEST(c.first, p.first) AS low, LEAST(c.last, p.last) AS high
    FROM crossing c JOIN pool p ON p.domain = c.domain AND p.kind = c.other_kind
                               AND p.first = c.other_first AND p.last = c.other_last
    LEFT JOIN own o ON o.domain = c.domain AND o.first = c.first AND o.last = c.last
    WHERE (c.kind = 'vmm' AND p.kind = 'dynamic') OR (
        c.kind = 'container' AND (p.kind <> 'container' OR o.host_first <> o.host_last OR p.host_id <> o.host_first))
), swept AS (
    SELECT domain, kind, pool_first, pool_last, id, low, high, MAX(high) OVER (
        PARTITION BY domain, kind, pool_first, pool_last ORDER BY low, high, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM other
), held AS (
    SELECT domain, kind, pool_first, pool_last, id, low, high,
           SUM(CASE WHEN reached + 1 >= low THEN 0 ELSE 1 END) OVER (
        PARTITION BY domain, kind, pool_first, pool_last ORDER BY low, high, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS number
    FROM swept
), span AS (
    SELECT domain, kind, pool_first, pool_last, number, MIN(low) AS first, MAX(high) AS last
    FROM held GROUP BY domain, kind, pool_first, pool_last, number
), whole AS (
    SELECT domain, kind, pool_first, pool_last, COUNT(*) AS pieces, MIN(first) AS first, MAX(last) AS last
    FROM span GROUP BY domain, kind, pool_first, pool_last
), told AS (
    SELECT s.domain, s.kind, s.pool_first, s.pool_last, s.number,
           CASE WHEN w.pieces > 64 THEN w.first ELSE s.first END AS first,
           CASE WHEN w.pieces > 64 THEN w.last ELSE s.last END AS last
    FROM span s JOIN whole w ON w.domain = s.domain AND w.kind = s.kind AND w.pool_first = s.pool_first
                            AND w.pool_last = s.pool_last
)
SELECT t.domain, t.kind, t.pool_first, t.pool_last, t.first, t.last, h.id AS pool_id
FROM told t JOIN held h ON h.domain = t.domain AND h.kind = t.kind AND h.pool_first = t.pool_first
                       AND h.pool_last = t.pool_last AND h.number = t.number
UNION
SELECT t.domain, t.kind, t.pool_first, t.pool_last, t.first, t.last, p.id AS pool_id
FROM told t JOIN pool p ON p.domain = t.domain AND p.kind = t.kind AND p.first = t.pool_first AND p.last = t.pool_last
""",
    ),
    (
        "fill",
        """
SELECT b.id AS pool_id, COUNT(DISTINCT a.mac) AS assigned,
       COUNT(DISTINCT CASE WHEN a.running THEN a.mac END) AS running,
       b.last - b.first + 1 AS size
FROM busy b JOIN adapter a ON a.host_id = b.host_id
WHERE b.filling AND a.mac >= b.first AND a.mac <= b.last
GROUP BY b.id, b.first, b.last
""",
    ),
    (
        "entry",
        f"""
WITH issuing_pool AS (
    SELECT p.id, p.host_id, p.domain, p.kind = 'vmm' AS vmm, p.first, p.last, p.identity,
           t.identity IS NOT NULL AS twinned
    FROM pool p LEFT JOIN (
        SELECT identity FROM host GROUP BY identity HAVING COUNT(*) > 1
    ) t ON t.identity = p.identity
    WHERE p.kind <> 'container'
), mixed AS (
    SELECT domain, vmm, identity FROM issuing_pool WHERE twinned OR vmm GROUP BY domain, vmm, identity
    HAVING COUNT(*) > 1 AND (MIN(first) <> MAX(first) OR MIN(last) <> MAX(last))
), reach AS (
    SELECT p.id, p.domain, p.vmm, p.identity, p.first, p.last, MAX(p.last) OVER (
        PARTITION BY p.domain, p.vmm, p.identity ORDER BY p.first, p.last
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM issuing_pool p JOIN mixed m ON m.domain = p.domain AND m.vmm = p.vmm AND m.identity = p.identity
), island AS (
    SELECT id, domain, vmm, identity, first, last, SUM(CASE WHEN reached >= first THEN 0 ELSE 1 END) OVER (
        PARTITION BY domain, vmm, identity ORDER BY first, last
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS island
    FROM reach
), merged AS (
    SELECT domain, vmm, identity, island, MIN(first) AS first, MAX(last) AS last,
           CASE WHEN MIN(first) = MAX(first) AND MIN(last) = MAX(last) THEN -1 ELSE identity END AS mark
    FROM island GROUP BY domain, vmm, identity, island
), whole AS (
    SELECT i.id, m.first, m.last, m.mark
    FROM island i JOIN merged m ON m.domain = i.domain AND m.vmm = i.vmm AND m.identity = i.identity
                               AND m.island = i.island
), part AS (
    SELECT p.id, p.host_id, -1 AS part, p.domain, p.vmm, p.identity, p.first, p.last,
           COALESCE(w.first, p.first) AS whole_first, COALESCE(w.last, p.last) AS whole_last,
           COALESCE(w.mark, -1) AS mark
    FROM issuing_pool p LEFT JOIN whole w ON w.id = p.id
    UNION ALL
    SELECT id, host_id, identity AS part, domain, vmm, identity, first, last, first AS whole_first, last AS whole_last,
           -1 AS mark
    FROM issuing_pool WHERE twinned
)
SELECT (part + 1) * {_FIELDS} + domain * 2 + CASE WHEN vmm THEN 1 ELSE 0 END AS field,
       id, host_id, part, domain, vmm, identity, first, last, whole_first, whole_last, mark FROM part
""",
    ),
    (
        "link",  # each different range, with what the ranges before it reach and the chain of overlaps it belongs to
        """
WITH whole AS (
    SELECT DISTINCT field, whole_first AS first, whole_last AS last, mark FROM entry
), swept AS (
    SELECT field, first, last, mark, MAX(last) OVER (
        PARTITION BY field ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM whole
)
SELECT field, first, last, mark, reached, CAST(SUM(CASE WHEN reached >= first THEN 0 ELSE 1 END) OVER (
    PARTITION BY field ORDER BY first, last ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS BIGINT) AS chain
FROM swept
""",
    ),
    (
        "sharer",
        """
SELECT a.id, a.host_id, a.domain, a.kind, a.mac, a.dynamic, a.vlans, a.snapshot, a.machine_no, a.running, a.shared
FROM adapter a JOIN shared_mac s ON a.mac = s.mac WHERE a.kind <> 'virtual'
""",
    ),
    (
        "probe",
        """
SELECT s.id, s.domain, s.mac, 'stray' AS why FROM stray s
LEFT JOIN (  -- it was not moved where it runs on the issuing host, or nowhere: it is a replica or a copy
    SELECT DISTINCT s.id FROM stray s JOIN sharer h ON h.mac = s.mac AND h.machine_no = s.machine_no
    JOIN pool p ON p.host_id = h.host_id
    WHERE p.kind = 'dynamic' AND h.host_id <> s.host_id AND h.mac >= p.first AND h.mac <= p.last
      AND (h.running OR NOT COALESCE(s.running, FALSE))
) k ON k.id = s.id
LEFT JOIN (  -- nor was the machine of a test failover, which has its replica beside it
    SELECT DISTINCT s.id FROM stray s JOIN sharer o ON o.host_id = s.host_id AND o.mac = s.mac
    WHERE s.shared AND o.shared AND o.machine_no <> s.machine_no AND NOT COALESCE(s.running, FALSE)
) t ON t.id = s.id
WHERE k.id IS NULL AND t.id IS NULL
UNION ALL
SELECT id, domain, mac, 'static' AS why FROM adapter WHERE kind = 'vm' AND NOT dynamic AND mac IS NOT NULL
""",
    ),
    (
        "inside",
        """
SELECT p.id AS adapter_id, p.mac, p.why, b.domain, b.kind, b.first, b.last
FROM (SELECT q.id, q.why, q.domain, q.mac, w.level, CAST(FLOOR(q.mac * w.share) AS BIGINT) AS bucket
      FROM probe q CROSS JOIN level_used w) p  -- the bucket is computed first, so that the join is on equal columns
JOIN bucket b ON b.domain = p.domain AND b.level = p.level AND b.bucket = p.bucket
WHERE p.mac >= b.first AND p.mac <= b.last AND b.kind <> 'container'
""",
    ),
    (
        "sighted_in_pool",  # addresses that devices saw and that lie in a range somebody issues from
        """
SELECT DISTINCT q.mac
FROM (SELECT s.mac, w.level, CAST(FLOOR(s.mac * w.share) AS BIGINT) AS bucket
      FROM (SELECT DISTINCT mac FROM sighting WHERE kind = 'dynamic') s
      CROSS JOIN (SELECT DISTINCT level, share FROM stretch) w) q
JOIN bucket b ON b.level = q.level AND b.bucket = q.bucket
WHERE q.mac >= b.first AND q.mac <= b.last
""",
    ),
)
"""Name and query of each view, in an order in which each stands after what it reads; what much waits for stands last,
for on several lanes the last goes first.

They also read `shared_mac`, every address that several adapters have: engines find those in ways of their own.
"""
