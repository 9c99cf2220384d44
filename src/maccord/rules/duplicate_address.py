"""Two owners that can hear each other have one address.

Why it matters: switches send an address's frames to the port where it was heard last. Two owners take each other's
traffic in turns, and a ping works sometimes.

Adapters can hear each other when they are on one fabric, have a VLAN in common and are not confined by a private or
internal switch. Addresses that are shared by design (a team and its member, a switch's parent vNIC, NLB, VRRP, one
machine known to two cluster nodes) are listed apart as expected twins.

Example: VM web on HV01 and VM sql on HV02 both wear 00-15-5D-C8-6A-00, both untagged.

Confirm: Get-VMNetworkAdapter -All | Where-Object MacAddress -eq 00155DC86A00 on each host;
         show mac address-table address 0015.5dc8.6a00 on the switch, twice: the port changes.

Fix:     let one owner keep the address and give the other a new one; the cause says which, and what else to mend.

Source:  J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause" (2008).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="duplicate-address",
    severity="error",
    identity=("domain", "mac"),
    needs=("sharer",),
    query="""
WITH seat AS (
    SELECT s.id, s.domain, s.mac, v.atom FROM sharer s JOIN vlan_atom v ON v.vlans = s.vlans
), crowded AS (
    SELECT domain, mac, atom FROM seat GROUP BY domain, mac, atom HAVING COUNT(*) > 1
)
SELECT s.domain, s.mac, s.atom, 'adapter' AS subject_table, s.id AS subject_id
FROM seat s JOIN crowded c ON c.domain = s.domain AND c.mac = s.mac AND c.atom = s.atom
""",
    link="atom",
    page=__doc__,
)
