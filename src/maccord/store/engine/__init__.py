"""Group commit: what is asked for at the same time becomes one transaction.

`leading` has the queue and says who leads; `writing` makes a transaction of a batch; `granting` says what an address
leaves behind when it is given; `tally` counts and tells.
"""

from maccord.store.engine.jobs import Grant, GroupGrant, Job, granted, request_of, request_of_group, unavailable
from maccord.store.engine.tally import BOUNDS
from maccord.store.engine.writing import Engine

__all__ = [
    "BOUNDS",
    "HAND_MAX",
    "Engine",
    "Grant",
    "GroupGrant",
    "Job",
    "granted",
    "request_of",
    "request_of_group",
    "unavailable",
]

HAND_MAX = 1024
"""Requests for more addresses than this take them straight from the free runs."""
