"""A team wears the permanent address of a NIC that is no member of it and is at work elsewhere.

Why it matters: a team takes its primary member's address and keeps it when that NIC is removed. Put to work again, in
this host or another, the NIC and the team answer to one address. A team that wears an address of its own member is
left alone: then it is the NICs that were made alike.

Example: Team1 on HV03 wears 00-1B-21-AA-00-05; that NIC now serves HV09.

Confirm: Get-NetLbfoTeamMember; Get-NetAdapter | Format-Table Name, MacAddress, PermanentAddress

Fix:     disable and enable the team's adapter: it takes the address of a NIC that is still a member.

Source:  MicrosoftDocs, "NIC Teaming MAC address use and management".
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="borrowed-team-address",
    severity="error",
    identity=("team_id",),
    tells=("domain", "mac"),
    needs=("member",),
    query="""
SELECT t.id AS team_id, t.domain, t.mac, 'adapter' AS subject_table, t.id AS subject_id
FROM host_adapter t JOIN host_adapter n ON n.domain = t.domain AND COALESCE(n.permanent, n.mac) = t.mac
LEFT JOIN member m ON m.team_id = t.id AND m.adapter_id = n.id
WHERE t.kind = 'team' AND n.kind = 'physical' AND n.live AND m.id IS NULL
  AND t.id IN (SELECT team_id FROM member) AND t.id NOT IN (
      SELECT m.team_id FROM member m JOIN host_adapter o ON o.id = m.adapter_id
      JOIN host_adapter w ON w.id = m.team_id AND w.mac = COALESCE(o.permanent, o.mac))
UNION ALL
SELECT t.id AS team_id, t.domain, t.mac, 'adapter' AS subject_table, n.id AS subject_id
FROM host_adapter t JOIN host_adapter n ON n.domain = t.domain AND COALESCE(n.permanent, n.mac) = t.mac
LEFT JOIN member m ON m.team_id = t.id AND m.adapter_id = n.id
WHERE t.kind = 'team' AND n.kind = 'physical' AND n.live AND m.id IS NULL
  AND t.id IN (SELECT team_id FROM member) AND t.id NOT IN (
      SELECT m.team_id FROM member m JOIN host_adapter o ON o.id = m.adapter_id
      JOIN host_adapter w ON w.id = m.team_id AND w.mac = COALESCE(o.permanent, o.mac))
""",
    page=__doc__,
)
