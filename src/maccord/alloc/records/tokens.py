"""Who may do what."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Role = Literal["reader", "allocator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


class Token(Struct, frozen=True, kw_only=True):
    """A token without its secret. `pools` are the pools it is granted, `*` for all; an admin has all.

    `version` is another when it was revoked, and that of no other token of the name: the ETag.
    """

    name: str
    role: Role
    pools: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    version: int = 0

    def may(self, role: Role, pool: str | None = None) -> bool:
        """Return whether the token allows what `role` may do, in `pool` if one is named."""
        enough = ROLES.index(self.role) >= ROLES.index(role)
        return enough and (self.role == "admin" or pool is None or "*" in self.pools or pool in self.pools)


class NewToken(Struct, frozen=True, kw_only=True):
    """A token just made. `secret` is the text to give to its owner; it is nowhere else, and not in `repr`."""

    token: Token
    secret: str

    def __repr__(self) -> str:
        return f"NewToken({self.token!r})"
