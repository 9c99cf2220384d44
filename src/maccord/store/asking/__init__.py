"""Questions: they change nothing, and each is answered from one moment of the store."""

from maccord.store.asking.blocks import block, block_list
from maccord.store.asking.coming import preview
from maccord.store.asking.counting import held_in_ranges, low_pools, usage
from maccord.store.asking.cursors import cursor, page, uncursor
from maccord.store.asking.deriving import derived
from maccord.store.asking.filling import filling, fillings, may_give
from maccord.store.asking.groups import answered, asked, explain, group, group_list, usable
from maccord.store.asking.leaking import leaks
from maccord.store.asking.leases import holdings, lease_list, look_up
from maccord.store.asking.pools import pool, pool_list
from maccord.store.asking.ranges import range_fills
from maccord.store.asking.starting import preflight
from maccord.store.asking.tenures import history

__all__ = [
    "answered",
    "asked",
    "block",
    "block_list",
    "cursor",
    "derived",
    "explain",
    "filling",
    "fillings",
    "group",
    "group_list",
    "held_in_ranges",
    "history",
    "holdings",
    "leaks",
    "lease_list",
    "look_up",
    "low_pools",
    "may_give",
    "page",
    "pool",
    "pool_list",
    "preflight",
    "preview",
    "range_fills",
    "uncursor",
    "usable",
    "usage",
]
