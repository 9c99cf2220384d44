"""What the allocator takes and gives: plain frozen values. Times are in UTC; ends of ranges are both inside."""

from maccord.alloc.records.audit import AuditFault, AuditRecord, AuditVerdict
from maccord.alloc.records.blocks import Block
from maccord.alloc.records.evidence import Adopted, Adoption, Fenced, ForeignRange, Question, Tenure, Verdict
from maccord.alloc.records.forecasts import FillPoint, Forecast, Jump, Outlook
from maccord.alloc.records.groups import Candidate, Explained, Group, Standing
from maccord.alloc.records.holders import HOLDER_KINDS, Actor, Held, Holder, HolderChange
from maccord.alloc.records.leases import Granted, Lease, Released
from maccord.alloc.records.notes import Note
from maccord.alloc.records.pools import (
    POLICIES,
    Exclusion,
    Policy,
    Pool,
    PoolChange,
    PoolChanged,
    PoolRange,
    PoolSpec,
    RangeFill,
    RangeSpec,
    Stranded,
    Usage,
)
from maccord.alloc.records.scopes import GLOBAL
from maccord.alloc.records.tokens import ROLES, NewToken, Role, Token
from maccord.alloc.records.verdicts import StoreFault, StoreVerdict

__all__ = [
    "GLOBAL",
    "HOLDER_KINDS",
    "POLICIES",
    "ROLES",
    "Actor",
    "Adopted",
    "Adoption",
    "AuditFault",
    "AuditRecord",
    "AuditVerdict",
    "Block",
    "Candidate",
    "Exclusion",
    "Explained",
    "Fenced",
    "FillPoint",
    "Forecast",
    "ForeignRange",
    "Granted",
    "Group",
    "Held",
    "Holder",
    "HolderChange",
    "Jump",
    "Lease",
    "NewToken",
    "Note",
    "Outlook",
    "Policy",
    "Pool",
    "PoolChange",
    "PoolChanged",
    "PoolRange",
    "PoolSpec",
    "Question",
    "RangeFill",
    "RangeSpec",
    "Released",
    "Role",
    "Standing",
    "StoreFault",
    "StoreVerdict",
    "Stranded",
    "Tenure",
    "Token",
    "Usage",
    "Verdict",
]
