"""A host's NIC or management vNIC wears the permanent address of a NIC in another host.

Why it matters: a disk that is moved into another machine brings the first machine's address along, written into a
switch or an adapter's settings; the first machine then conflicts with it.
A vNIC that has it from the team of its own host only passes on what the team kept: see borrowed-team-address.

Example: HV08, started from HV01's disk, still wears 00-13-20-F5-F8-7D, the NIC of HV01.

Confirm: Get-NetAdapter | Where-Object { $_.MacAddress.Replace('-','') -ne $_.PermanentAddress }

Fix:     recreate the virtual switch, or clear the adapter's Network Address setting, on the host that borrowed.

Source:  readers' comments on J. Howard (2008): a disk with the Hyper-V role moved into another machine.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="borrowed-nic-address",
    severity="error",
    identity=("domain", "mac"),
    needs=("host_adapter",),
    query="""
WITH lent AS (
    SELECT b.domain, b.mac, b.id AS borrower_id, n.id AS owner_id
    FROM host_adapter b JOIN host_adapter n ON n.domain = b.domain AND n.permanent = b.mac
    LEFT JOIN (SELECT DISTINCT host_id, mac FROM host_adapter WHERE kind = 'team' AND mac IS NOT NULL) t
           ON t.host_id = b.host_id AND t.mac = b.mac
    WHERE b.kind IN ('management', 'physical') AND n.kind = 'physical' AND n.host_id <> b.host_id
      AND (b.permanent IS NULL OR b.permanent <> b.mac) AND b.mac >= 256 AND t.host_id IS NULL
)
SELECT domain, mac, 'adapter' AS subject_table, borrower_id AS subject_id FROM lent
UNION
SELECT domain, mac, 'adapter' AS subject_table, owner_id AS subject_id FROM lent
""",
    page=__doc__,
)
