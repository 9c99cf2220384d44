"""What the allocator takes and gives: plain frozen values. Times are in UTC; ends of ranges are both inside."""

from maccord.alloc.records.absences import EXPECTED, Absences, Leak, Missed
from maccord.alloc.records.audit import AuditFault, AuditRecord, AuditVerdict
from maccord.alloc.records.blocks import Block
from maccord.alloc.records.delegation import (
    Delegation,
    Envelope,
    RangeLease,
    RangeReport,
    Reported,
    ReportRow,
    Revocations,
    RevokedLease,
    Signature,
    SigningKey,
)
from maccord.alloc.records.derived import Derived
from maccord.alloc.records.domains import ADMISSIONS, WHEN_DOWN, Admission, Domain, WhenDown
from maccord.alloc.records.evidence import Adopted, Adoption, Fenced, ForeignRange, Question, Tenure, Verdict
from maccord.alloc.records.forecasts import FillPoint, Forecast, Jump, Outlook
from maccord.alloc.records.groups import Candidate, Explained, Group, Standing
from maccord.alloc.records.holders import HAND_OVER_S, HOLDER_KINDS, Actor, Held, Holder, HolderChange
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
    "ADMISSIONS",
    "EXPECTED",
    "GLOBAL",
    "HAND_OVER_S",
    "HOLDER_KINDS",
    "POLICIES",
    "ROLES",
    "WHEN_DOWN",
    "Absences",
    "Actor",
    "Admission",
    "Adopted",
    "Adoption",
    "AuditFault",
    "AuditRecord",
    "AuditVerdict",
    "Block",
    "Candidate",
    "Delegation",
    "Derived",
    "Domain",
    "Envelope",
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
    "Leak",
    "Lease",
    "Missed",
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
    "RangeLease",
    "RangeReport",
    "RangeSpec",
    "Released",
    "ReportRow",
    "Reported",
    "Revocations",
    "RevokedLease",
    "Role",
    "Signature",
    "SigningKey",
    "Standing",
    "StoreFault",
    "StoreVerdict",
    "Stranded",
    "Tenure",
    "Token",
    "Usage",
    "Verdict",
    "WhenDown",
]
