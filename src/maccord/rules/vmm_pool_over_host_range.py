"""A pool of a VMM server and the dynamic range of a host have addresses in common.

Why it matters: VMM writes its addresses into machines as static ones, and the host goes on issuing from its own range
without asking VMM. Neither looks at what the other gave out.

Each stretch of addresses in common is one finding; where a pool has more than 64 such stretches, they are told as one.

Example: VMM01's pool 00-15-5D-00-00-00 to 00-15-5D-FF-FF-FF and HV01's range 00-15-5D-C8-6A-00 to -FF.

Confirm: Get-SCMACAddressPool | Format-Table Name, MACAddressRangeStart, MACAddressRangeEnd
         (Get-VMHost).MacAddressMinimum, (Get-VMHost).MacAddressMaximum

Fix:     move the VMM pool out of 00-15-5D, the block that hosts issue from; VMM's own block is 00-1D-D8-B7-1C-00 to
         00-1D-D8-F4-1F-FF.

Source:  MicrosoftDocs, "Set up MAC address pools in the VMM fabric"; T. Soper's notes on VMM and host ranges (2009).
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="vmm-pool-over-host-range",
    severity="error",
    identity=("domain", "pool_first", "pool_last", "first", "last"),
    needs=("overlaid",),
    query="""
SELECT domain, pool_first, pool_last, first, last, 'pool' AS subject_table, pool_id AS subject_id
FROM overlaid WHERE kind = 'vmm'
""",
    page=__doc__,
)
