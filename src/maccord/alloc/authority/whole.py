"""All parts together."""

from typing import Protocol

from maccord.alloc.authority.aio import AsyncAuthority
from maccord.alloc.authority.audit import Audit
from maccord.alloc.authority.blocks import Blocks
from maccord.alloc.authority.delegation import Delegating
from maccord.alloc.authority.domains import Domains
from maccord.alloc.authority.evidence import Evidence
from maccord.alloc.authority.groups import Groups
from maccord.alloc.authority.leases import Leases
from maccord.alloc.authority.pools import Pools
from maccord.alloc.authority.running import Running
from maccord.alloc.authority.tokens import Tokens
from maccord.alloc.authority.transfer import Transfer


class Authority(
    Pools, Groups, Leases, Blocks, Delegating, Domains, Evidence, Audit, Tokens, Transfer, Running, Protocol
):
    """All of it."""

    @property
    def aio(self) -> AsyncAuthority:
        """The same for asyncio."""
        ...
