"""What an authority offers, whichever store it stands on. One part of it is one file.

Every change is durable when the call returns, carries an `Actor`, and is in the audit. Every refusal is a `Refusal`
that changed nothing. Addresses are taken in any spelling; `scope` None means: the only scope in which the address is
known, else ScopeNeeded. All methods may be called from any thread.

An idempotency `key` makes a repeated call the same change: the kept answer comes back, `replayed` is True. The same key
with another request is KeyReused. Keys belong to the actor's name and are kept with the audit.
"""

from maccord.alloc.authority.aio import AsyncAuthority
from maccord.alloc.authority.audit import Audit
from maccord.alloc.authority.blocks import Blocks
from maccord.alloc.authority.delegation import ALLOWANCE_S, Delegating
from maccord.alloc.authority.domains import Domains
from maccord.alloc.authority.evidence import Evidence
from maccord.alloc.authority.groups import Groups
from maccord.alloc.authority.leases import Leases
from maccord.alloc.authority.pages import Page
from maccord.alloc.authority.pools import Pools
from maccord.alloc.authority.running import Counters, Running
from maccord.alloc.authority.tokens import Tokens
from maccord.alloc.authority.transfer import Transfer
from maccord.alloc.authority.whole import Authority

__all__ = [
    "ALLOWANCE_S",
    "AsyncAuthority",
    "Audit",
    "Authority",
    "Blocks",
    "Counters",
    "Delegating",
    "Domains",
    "Evidence",
    "Groups",
    "Leases",
    "Page",
    "Pools",
    "Running",
    "Tokens",
    "Transfer",
]
