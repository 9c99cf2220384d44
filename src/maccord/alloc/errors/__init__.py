"""Refusals of the allocator: each with a stable name, and with its facts as fields.

Each kind has a file of its subject; `refusal.py` says what all of them are.
"""

from maccord.alloc.errors.addresses import AddressTaken, AdoptionConflicts, ForbiddenAddress, NotInPool
from maccord.alloc.errors.blocks import BlockWithoutEnd, NoRoom, NoSuchBlock
from maccord.alloc.errors.delegation import BadKey, BadLease, CannotSign, LeaseRefused, NoSuchKey, PoolEnded
from maccord.alloc.errors.domains import NoSuchDomain
from maccord.alloc.errors.groups import GroupExhausted, GroupNotGranted, NoPoolForGroup, NoSuchGroup, PoolBound
from maccord.alloc.errors.leases import (
    HandOverUnderWay,
    HolderNeeded,
    NoHandOver,
    NoSuchLease,
    NotHolder,
    NotLeaked,
    ScopeNeeded,
    WrongState,
)
from maccord.alloc.errors.pools import NoSuchPool, PoolExhausted, PoolExists, PoolInUse, RangeOverlap
from maccord.alloc.errors.refusal import Category, Refusal
from maccord.alloc.errors.requests import BadRequest, KeyReused, StaleVersion
from maccord.alloc.errors.stores import BadStore, StoreUnavailable
from maccord.alloc.errors.tokens import BadToken, NoSuchToken, TokenExists

__all__ = [  # noqa: RUF022 - in the order in which documents list them
    "Category",
    "Refusal",
    "BadRequest",
    "ForbiddenAddress",
    "NoSuchPool",
    "PoolExists",
    "RangeOverlap",
    "PoolInUse",
    "PoolExhausted",
    "PoolBound",
    "NoSuchGroup",
    "NoPoolForGroup",
    "GroupNotGranted",
    "GroupExhausted",
    "AddressTaken",
    "NotInPool",
    "NoSuchLease",
    "NotHolder",
    "HolderNeeded",
    "ScopeNeeded",
    "WrongState",
    "NotLeaked",
    "HandOverUnderWay",
    "NoHandOver",
    "StaleVersion",
    "KeyReused",
    "NoSuchBlock",
    "BlockWithoutEnd",
    "NoRoom",
    "PoolEnded",
    "BadLease",
    "LeaseRefused",
    "BadKey",
    "NoSuchKey",
    "CannotSign",
    "NoSuchDomain",
    "AdoptionConflicts",
    "BadToken",
    "NoSuchToken",
    "TokenExists",
    "StoreUnavailable",
    "BadStore",
]
