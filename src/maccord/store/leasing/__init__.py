"""Changes of leases: given by name or in great number, confirmed, shared, released, suspected, freed early."""

from maccord.store.leasing.amending import amend
from maccord.store.leasing.doubting import end_rest, probation
from maccord.store.leasing.finding import LEASE, Found, found, spaces_of
from maccord.store.leasing.giving import allocate
from maccord.store.leasing.handing import begin as hand_over
from maccord.store.leasing.handing import cancel as cancel_hand_over
from maccord.store.leasing.handing import complete as complete_hand_over
from maccord.store.leasing.holding import confirm, release, share
from maccord.store.leasing.standing import fenced, free_up, space_id, taken

__all__ = [
    "LEASE",
    "Found",
    "allocate",
    "amend",
    "cancel_hand_over",
    "complete_hand_over",
    "confirm",
    "end_rest",
    "fenced",
    "found",
    "free_up",
    "hand_over",
    "probation",
    "release",
    "share",
    "space_id",
    "spaces_of",
    "taken",
]
