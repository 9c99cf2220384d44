"""A pool of a VMM server and the dynamic range of a host have addresses in common.

Why it matters: VMM writes its addresses into machines as static ones, and the host goes on issuing from its own range
without asking VMM. Neither looks at what the other gave out.

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
    identity=("domain", "pool_first", "pool_last"),
    tells=("first", "last"),
    query="""
WITH pair AS (
    SELECT domain, first, last, other_first, other_last FROM crossing WHERE kind = 'vmm' AND other_kind = 'dynamic'
), span AS (
    SELECT domain, first, last, MIN(GREATEST(first, other_first)) AS low, MAX(LEAST(last, other_last)) AS high
    FROM pair GROUP BY domain, first, last
)
SELECT s.domain, s.first AS pool_first, s.last AS pool_last, s.low AS first, s.high AS last,
       'pool' AS subject_table, p.id AS subject_id
FROM span s JOIN pool p ON p.domain = s.domain AND p.first = s.first AND p.last = s.last AND p.kind = 'vmm'
UNION ALL
SELECT s.domain, s.first AS pool_first, s.last AS pool_last, s.low AS first, s.high AS last,
       'pool' AS subject_table, p.id AS subject_id
FROM span s JOIN pair c ON c.domain = s.domain AND c.first = s.first AND c.last = s.last
JOIN pool p ON p.domain = c.domain AND p.first = c.other_first AND p.last = c.other_last AND p.kind = 'dynamic'
""",
    page=__doc__,
)
