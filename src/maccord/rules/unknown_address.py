"""An address was seen that no inventory, lease or range knows.

Why it matters: whoever wears it is not in the evidence: a host that was forgotten, a machine that somebody brought, or
the second owner of an address that is looked for. Nothing collides because of it.

Only networks are looked at of which there is an inventory with machines. Addresses of protocols, of the switches
themselves, and those heard through uplinks do not count.

Example: 00-15-5D-77-01-02 was learned at port Gi1/0/7, and no host of the evidence has it.

Confirm: maccord whois 00-15-5D-77-01-02 exports/; show mac address-table address 0015.5d77.0102

Fix:     gather evidence of the host at that port, or find out who plugged it in.

Source:  IEEE 802.1AB and 802.1Q for ports and address tables.
"""

from maccord.mac.blocks import PROTOCOL_BLOCKS
from maccord.rules.rule import Rule

_PROTOCOLS = " AND ".join(f"NOT (s.mac BETWEEN {block.first} AND {block.last})" for block in PROTOCOL_BLOCKS)

RULE = Rule(
    id="unknown-address",
    severity="info",
    identity=("domain", "mac"),
    needs=("sighting",),
    query=f"""
WITH told AS (
    SELECT s.id, s.domain, s.mac FROM sighting s JOIN (SELECT DISTINCT domain FROM adapter WHERE kind = 'vm') i
        ON i.domain = s.domain
    WHERE s.kind = 'dynamic' AND COALESCE(s.edge, TRUE) AND {_PROTOCOLS}
), known AS (
    SELECT mac FROM adapter WHERE mac IS NOT NULL
    UNION
    SELECT permanent AS mac FROM adapter WHERE permanent IS NOT NULL
    UNION
    SELECT mac FROM granted
    UNION
    SELECT mac FROM declared
    UNION
    SELECT mac FROM sighting WHERE kind IN ('lease', 'own', 'static')
)
SELECT t.domain, t.mac, 'sighting' AS subject_table, t.id AS subject_id
FROM told t LEFT JOIN known k ON k.mac = t.mac LEFT JOIN sighted_in_pool p ON p.mac = t.mac
WHERE k.mac IS NULL AND p.mac IS NULL
""",
    page=__doc__,
)
