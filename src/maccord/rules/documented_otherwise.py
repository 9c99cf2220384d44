"""A machine has other addresses than its documentation says.

Why it matters: reservations, filters and orders that follow the documentation miss the machine, and whoever is given
the address that it no longer wears may meet it again.

A machine and its entry are one by their names, without domain and whatever the case; where several machines or several
entries have one name, nothing is said. Compared are virtual machines that hosts tell of; of other devices, which seldom
tell all their addresses, no more than that another one wears theirs. Addresses that are documented twice are left to
doubly-documented-address, and checkpoints do not count.

Example: NetBox lists 00-15-5D-C8-6A-00 on eth0 of web01, and since a migration web01 wears 00-15-5D-C8-6B-04.

Confirm: Get-VMNetworkAdapter -VMName web01, or what the platform has in its place, beside the machine's entry.

Fix:     correct the entry. Where the documentation is what should be, give the machine its address back.

Source:  NetBox documentation, "VM Interfaces" and "MAC Addresses": what it holds is the intended state of a network.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="documented-otherwise",
    severity="info",
    identity=("domain", "owner"),
    needs=("declared",),
    query="""
WITH worn AS (
    SELECT a.id, h.domain, a.mac, a.kind, a.machine_no,
           SPLIT_PART(LOWER(CASE WHEN a.kind = 'vm' THEN a.machine ELSE h.name END), '.', 1) AS owner
    FROM adapter a JOIN host h ON h.id = a.host_id WHERE a.mac IS NOT NULL AND a.snapshot = ''
), machine AS (
    SELECT owner, MIN(domain) AS domain FROM worn WHERE kind = 'vm' AND owner <> ''
    GROUP BY owner HAVING COUNT(DISTINCT machine_no) = 1
), written AS (
    SELECT d.id, d.domain, d.mac, CONCAT(d.source, '|', d.owner_id) AS owner_id, h.platform = 'netbox' AS anywhere,
           SPLIT_PART(LOWER(d.owner), '.', 1) AS owner
    FROM declared d JOIN host h ON h.id = d.host_id
), entry AS (
    SELECT d.id, d.domain, d.mac, d.owner, d.anywhere FROM written d
    JOIN (SELECT owner FROM written GROUP BY owner HAVING COUNT(DISTINCT owner_id) = 1) n ON n.owner = d.owner
    JOIN (SELECT mac FROM written GROUP BY mac HAVING COUNT(DISTINCT owner_id) = 1) o ON o.mac = d.mac
), wrong AS (
    SELECT e.id, e.domain, e.mac, e.owner, e.anywhere FROM entry e
    LEFT JOIN worn w ON w.mac = e.mac AND w.owner = e.owner
    WHERE w.id IS NULL
), elsewhere AS (
    SELECT COALESCE(m.domain, w.domain) AS domain, x.owner, x.id AS entry_id, w.id AS adapter_id
    FROM wrong x JOIN worn w ON w.mac = x.mac LEFT JOIN machine m ON m.owner = x.owner
    WHERE w.owner <> '' AND (x.anywhere OR w.domain = x.domain)
)
SELECT m.domain, x.owner, 'declared' AS subject_table, x.id AS subject_id
FROM wrong x JOIN machine m ON m.owner = x.owner
UNION
SELECT domain, owner, 'declared' AS subject_table, entry_id AS subject_id FROM elsewhere
UNION
SELECT domain, owner, 'adapter' AS subject_table, adapter_id AS subject_id FROM elsewhere
UNION
SELECT m.domain, w.owner, 'adapter' AS subject_table, w.id AS subject_id
FROM worn w JOIN machine m ON m.owner = w.owner
JOIN (SELECT DISTINCT owner FROM entry) k ON k.owner = w.owner
LEFT JOIN written d ON d.mac = w.mac AND d.owner = w.owner
WHERE w.kind = 'vm' AND d.id IS NULL
""",
    page=__doc__,
)
