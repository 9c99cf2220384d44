"""Changes of leases: given by name or in great number, confirmed, shared, released, suspected, freed early."""

from maccord.store.leasing.amending import amend
from maccord.store.leasing.doubting import end_rest, probation
from maccord.store.leasing.finding import LEASE, Found, found, spaces_of
from maccord.store.leasing.giving import allocate
from maccord.store.leasing.holding import confirm, release, share
from maccord.store.leasing.standing import fenced, free_up, space_id, taken

__all__ = [
    "LEASE",
    "Found",
    "allocate",
    "amend",
    "confirm",
    "end_rest",
    "fenced",
    "found",
    "free_up",
    "probation",
    "release",
    "share",
    "space_id",
    "spaces_of",
    "taken",
]
