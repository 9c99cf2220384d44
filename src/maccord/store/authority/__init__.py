"""The authority on a database: each call checked at the door, done by the engine, or answered by a reader.

Each part of the contract has a file of its own here, as in `maccord.alloc.authority`, which says what every call means.
"""

from functools import cached_property
from typing import Self

from maccord.store.authority.aio import StoreAsyncAuthority
from maccord.store.authority.audit import StoreAudit
from maccord.store.authority.blocks import StoreBlocks
from maccord.store.authority.delegation import StoreDelegating
from maccord.store.authority.domains import StoreDomains
from maccord.store.authority.evidence import StoreEvidence
from maccord.store.authority.groups import StoreGroups
from maccord.store.authority.leases import StoreLeases
from maccord.store.authority.pools import StorePools
from maccord.store.authority.running import StoreRunning
from maccord.store.authority.tokens import StoreTokens
from maccord.store.authority.transfer import StoreTransfer


class StoreAuthority(
    StorePools,
    StoreGroups,
    StoreLeases,
    StoreBlocks,
    StoreDelegating,
    StoreDomains,
    StoreEvidence,
    StoreAudit,
    StoreTokens,
    StoreTransfer,
    StoreRunning,
):
    """See maccord.alloc.authority.Authority, which this is."""

    @cached_property
    def aio(self) -> StoreAsyncAuthority:
        """The same for asyncio."""
        return StoreAsyncAuthority(self._engine, self._jobs, self.close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
