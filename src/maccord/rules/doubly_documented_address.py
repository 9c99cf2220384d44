"""Documentation gives one address to two devices or machines.

Why it matters: whoever plans, filters or orders by the documentation is wrong about one of the two, or both wear the
address and take each other's traffic.

What is documented is compared with what else is documented and never with what hosts tell: a machine and its entry are
one. The interfaces of one device, and of one virtual chassis, may share an address. So may any number of owners share
one of a virtual router or a load-balancing cluster.

Example: NetBox lists 00-15-5D-C8-6A-00 on eth0 of web01, and on eth0 of web01-old, which was copied from it.

Confirm: in NetBox, Devices / MAC Addresses, filter by the address; or
         curl -H "Authorization: Token $TOKEN" 'https://netbox.example.org/api/dcim/interfaces/?mac_address=...'

Fix:     look at both which one wears it, and correct the other entry; where both do, give one a new address.

Source:  NetBox documentation, "MAC Addresses": NetBox does not insist that an address is used once.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="doubly-documented-address",
    severity="warning",
    identity=("domain", "mac"),
    needs=("declared",),
    query="""
WITH twice AS (
    SELECT domain, mac FROM declared GROUP BY domain, mac HAVING COUNT(DISTINCT LOWER(owner)) > 1
    UNION
    SELECT domain, mac FROM declared GROUP BY domain, mac, source HAVING COUNT(DISTINCT owner_id) > 1
)
SELECT d.domain, d.mac, 'declared' AS subject_table, d.id AS subject_id
FROM declared d JOIN twice t ON t.domain = d.domain AND t.mac = d.mac
""",
    page=__doc__,
)
