"""A static address, or a VMM pool, that no plain adapter may have.

Why it matters: an address with the group bit is multicast: no frame may come from it, and Hyper-V refuses it (event
12560). Protocol blocks (VRRP, HSRP, GLBP, bridge groups) belong to whoever speaks the protocol; a machine that wears
one answers in a router's name. All zeros with "static" set is no address at all.

Addresses under 00-15-5D are not invalid as such.

Example: VM build has the static address 25-B6-84-17-8C-63: the first octet is odd.

Confirm: Get-VMNetworkAdapter -VMName * | Where-Object { -not $_.DynamicMacAddressEnabled } |
             Format-Table VMName, MacAddress

Fix:     set an address whose first octet is even, outside the blocks and every range; move a VMM pool likewise.

Source:  IEEE 802, I/G bit; event 12560 VM_NIC_INVALID_STATIC_MAC; KB2758965; hashicorp/vagrant issue 11681.
"""

from maccord.mac import PROTOCOL_BLOCKS
from maccord.rules.rule import Rule

_GROUP = "CAST(FLOOR({0} / 1099511627776) AS BIGINT) % 2 = 1"
_BLOCKS = " OR ".join(
    f"(mac >= {block.first} AND mac <= {block.last})" for block in PROTOCOL_BLOCKS if block.name != "NLB unicast"
)

RULE = Rule(
    id="invalid-address",
    severity="error",
    identity=("adapter_id", "pool_id"),
    tells=("domain", "mac"),
    query=f"""
SELECT id AS adapter_id, -1 AS pool_id, 'adapter' AS subject_table, id AS subject_id, domain, mac
FROM probe WHERE why = 'static' AND ({_GROUP.format("mac")} OR {_BLOCKS})
UNION ALL
SELECT id AS adapter_id, -1 AS pool_id, 'adapter' AS subject_table, id AS subject_id, domain, mac
FROM adapter WHERE zeros AND kind = 'vm' AND NOT dynamic
UNION ALL
SELECT -1 AS adapter_id, id AS pool_id, 'pool' AS subject_table, id AS subject_id, domain, first AS mac
FROM pool WHERE kind = 'vmm' AND {_GROUP.format("first")}
""",
    page=__doc__,
)
