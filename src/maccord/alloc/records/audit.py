"""The record of changes, and whether it holds."""

from datetime import datetime

from msgspec import Struct


class AuditRecord(Struct, frozen=True, kw_only=True):
    """One change: who, from where, when, what, before and after. `number` orders the records of a store.

    `hash` is SHA-256 over the record and the hash before it in the same chain; `chain` is one process's run.
    """

    number: int
    chain: int
    seq: int
    at: datetime
    actor: str
    origin: str
    action: str
    subject: str
    details: dict[str, object]
    key: str | None
    hash: str


class AuditFault(Struct, frozen=True, kw_only=True):
    """Where the audit does not hold: which chain, which record (0: the chain as a whole), and what is wrong."""

    chain: int
    seq: int
    reason: str


class AuditVerdict(Struct, frozen=True, kw_only=True):
    """What `verify` found: counts, the last anchor's hash (keep it elsewhere and compare), and faults."""

    records: int
    chains: int
    anchors: int
    head: str
    faults: tuple[AuditFault, ...] = ()

    @property
    def ok(self) -> bool:
        """True when nothing was changed, taken out or put in."""
        return not self.faults
