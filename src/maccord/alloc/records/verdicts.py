"""Whether what the store keeps of addresses agrees with itself."""

from msgspec import Struct


class StoreFault(Struct, frozen=True, kw_only=True):
    """One thing that cannot be so: which rule it breaks, where, and what it means in a sentence.

    `pool` is None where the addresses belong to no pool. `first` and `last` are None where the fault is about no
    addresses, such as a hand that has lost its process.
    """

    rule: str
    pool: str | None
    scope: str | None
    first: str | None
    last: str | None
    reason: str


class StoreVerdict(Struct, frozen=True, kw_only=True):
    """What the check found: how much was looked at, how many faults there are, and the first of them.

    A run of addresses with the same fault counts once.
    """

    pools: int
    extents: int
    leases: int
    blocks: int
    total: int
    faults: tuple[StoreFault, ...] = ()

    @property
    def ok(self) -> bool:
        """True when everything agrees."""
        return self.total == 0
