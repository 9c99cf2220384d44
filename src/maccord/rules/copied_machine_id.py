"""Several Linux hosts have one machine-id.

Why it matters: systemd makes the addresses of bridges, bonds and other virtual devices from the machine-id and the
device's name. Hosts with one machine-id give devices of one name the same address.

Example: kvm01 and kvm02 were deployed from one image in which /etc/machine-id was filled.

Confirm: cat /etc/machine-id on each host, and compare.

Fix:     on all hosts but one: rm /etc/machine-id /var/lib/dbus/machine-id; systemd-machine-id-setup; then restart.

Source:  machine-id(5); systemd.link(5), MACAddressPolicy=persistent.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="copied-machine-id",
    severity="warning",
    identity=("machine_guid", "domain"),
    query="""
WITH copied AS (
    SELECT machine_guid, domain FROM host WHERE guid_at IN ('line 1', '/MachineID') AND machine_guid IS NOT NULL
    GROUP BY machine_guid, domain HAVING COUNT(*) > 1
)
SELECT h.machine_guid, h.domain, 'host' AS subject_table, h.id AS subject_id
FROM host h JOIN copied c ON c.machine_guid = h.machine_guid AND c.domain = h.domain
WHERE h.guid_at IN ('line 1', '/MachineID')
""",
    page=__doc__,
)
