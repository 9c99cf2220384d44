"""The pool of a container network that reaches the wire overlaps a pool that machines are served from, or another such.

Why it matters: the Host Networking Service has a pool and a cursor of its own, under the same 00-15-5D, and knows
nothing of the virtual machines' range, on its own host or another. Networks of the types l2bridge, l2tunnel,
transparent and overlay show their containers' addresses outside; nat and internal ones do not.

Each stretch of addresses in common is one finding; where a pool has more than 64 such stretches, they are told as one.

Example: CN01 and CN02 were cloned and both give containers 00-15-5D-1B-F0-00 to 00-15-5D-1B-FF-FF.

Confirm: Get-HnsNetwork | Select-Object Name, Type -ExpandProperty MacPools

Fix:     remove the network and create it again with a pool of its own (the MacPools of the HNS request), or move the
         machines' range with Set-VMHost.

Source:  microsoft/SDN, Kubernetes on Windows sample output of Get-HnsNetwork; moby/moby issue 33070.
"""

from maccord.rules.rule import Rule

RULE = Rule(
    id="container-pool-over-pool",
    severity="error",
    identity=("domain", "pool_first", "pool_last", "first", "last"),
    needs=("overlaid",),
    query="""
SELECT domain, pool_first, pool_last, first, last, 'pool' AS subject_table, pool_id AS subject_id
FROM overlaid WHERE kind = 'container'
""",
    page=__doc__,
)
