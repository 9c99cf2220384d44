"""What a diagnosis is made of: findings, incidents, expected twins."""

import hashlib
from dataclasses import dataclass, field

from msgspec import Struct


class Evidence(Struct, frozen=True, order=True):
    """A value that was read, and where. Addresses are spelled as Hyper-V's cmdlets do: 00155DC86A00."""

    file: str
    at: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One fault that one rule saw: where, on which addresses, by which rows. `domain` is the layer-2 domain.

    `rows` are ids by table, in order, and `hosts` their hosts where the rule tells them. A finding may stand on a
    hundred thousand rows, so these stay bare numbers.
    """

    rule: str
    severity: str
    rows: dict[str, tuple[int, ...]]
    domain: int | None = None
    address: int | None = None
    segment: tuple[int, int] | None = None
    facts: dict[str, object] = field(default_factory=dict)
    hosts: frozenset[int] = frozenset()

    def of(self, table: str) -> tuple[int, ...]:
        """Return the ids of this finding's rows in one table, in order."""
        return self.rows.get(table, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One cause with all the findings it explains. Hosts are row ids, addresses 48-bit values."""

    cause: str
    severity: str
    state: str | None
    hosts: tuple[int, ...]
    explanation: str
    remedy: str
    confidence: float
    findings: tuple[Finding, ...]
    addresses: tuple[int, ...] = ()
    ranges: tuple[tuple[int, int], ...] = ()
    evidence: tuple[Evidence, ...] = ()
    undecided: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class ExpectedTwin:
    """An address that several adapters share by design: listed, never an incident."""

    kind: str
    address: int
    hosts: tuple[int, ...]
    adapters: tuple[int, ...]


def short_id(*parts: object) -> str:
    """Return twelve hexadecimal digits that stand for `parts`, the same in every run and on every machine."""
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()[:12]
