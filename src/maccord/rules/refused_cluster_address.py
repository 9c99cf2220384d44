"""A guest has to send from an address of an NLB cluster, and its switch port will refuse it.

Why it matters: from Server 2008 R2 on a port lets a machine send only from the address it was assigned, unless
spoofing is permitted. An NLB member then loses the network, and the cluster's address is dead.

Example: web2 answers for 10.0.0.10, whose cluster address 02-BF-0A-00-00-0A web1 wears; web2 may not spoof.

Confirm: Get-VMNetworkAdapter -VMName * | Format-Table VMName, MacAddress, MacAddressSpoofing, IPAddresses

Fix:     Set-VMNetworkAdapter -VMName web2 -MacAddressSpoofing On, or set the cluster's address as static on each
         member.

Source:  Microsoft's failover clustering and NLB team on NLB in Hyper-V guests (2009); events NLB 53 and 12289.
"""

from maccord.mac import PROTOCOL_BLOCKS
from maccord.rules.rule import Rule

_UNICAST = next(block for block in PROTOCOL_BLOCKS if block.name == "NLB unicast")
_ANY_FORM = " OR ".join(
    f"(e.mac >= {block.first} AND e.mac <= {block.last})" for block in PROTOCOL_BLOCKS if block.twin == "nlb-cluster"
)

RULE = Rule(
    id="refused-cluster-address",
    severity="warning",
    identity=("domain", "mac"),
    needs=("guest_ip", "event"),
    query=f"""
WITH cluster AS (
    SELECT DISTINCT domain, mac, mac % 4294967296 AS address FROM adapter
    WHERE mac >= {_UNICAST.first} AND mac <= {_UNICAST.last}
)
SELECT c.domain, c.mac, 'adapter' AS subject_table, a.id AS subject_id
FROM cluster c JOIN guest_ip g ON g.domain = c.domain AND g.address = c.address
JOIN adapter a ON a.id = g.adapter_id
WHERE a.kind = 'vm' AND a.spoofing = FALSE AND a.mac <> c.mac
UNION ALL
SELECT h.domain, COALESCE(e.mac, -1 - e.host_id) AS mac, 'event' AS subject_table, e.id AS subject_id
FROM event e JOIN host h ON h.id = e.host_id
WHERE (e.number = 28 AND ({_ANY_FORM}))
   OR (e.provider LIKE '%NLB%' AND e.number IN (53, 12289))
""",
    page=__doc__,
)
