"""A host's range looks derived from an IPv4 address, and from none that the host has now.

Why it matters: the range is frozen when it is first populated. It may stem from a staging lease or from an image, and
another host that gets that address later derives the same range.

Example: HV04 is 10.0.4.14 and issues 00-15-5D-C8-6A-00 to -FF, which stands for x.x.200.106.

Confirm: Get-NetIPAddress -AddressFamily IPv4; (Get-VMHost).MacAddressMinimum

Fix:     nothing is wrong yet; give the host a range of a fleet-wide plan at the next maintenance.

Source:  D. Tonias, "Configure dynamic MAC addresses in Hyper-V"; readers' comments on J. Howard (2008).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="range-of-another-address",
    severity="info",
    identity=("pool_id",),
    tells=("domain", "first", "last"),
    query="""
SELECT id AS pool_id, domain, first, last, 'pool' AS subject_table, id AS subject_id
FROM pool WHERE default_shaped AND NOT derived
""",
    page=__doc__,
)
