r"""CurrentMacAddress, the host's cursor, points outside the range that the host issues from.

Why it matters: somebody wrote the registry: a script that counts up the cursor, or a range that was changed by half.
What Hyper-V does with such a cursor is not documented.

Example: range 00-15-5D-C8-6A-00 to -FF, CurrentMacAddress 00-15-5D-C8-6C-10.

Confirm: $key = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Worker'
         (Get-ItemProperty $key).CurrentMacAddress

Fix:     stop what writes the value, and set it, while the management service is stopped, one above the highest
         address that a machine of the host has.

Source:  public scripts that read and write the value; R. Schnell on the 2008 beta.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="cursor-outside-range",
    severity="warning",
    identity=("pool_id",),
    tells=("domain", "mac"),
    query="""
SELECT id AS pool_id, domain, cursor AS mac, 'pool' AS subject_table, id AS subject_id
FROM pool WHERE cursor < first OR cursor > last + 1
""",
    page=__doc__,
)
