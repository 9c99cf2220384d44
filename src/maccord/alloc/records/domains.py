"""What is done in a layer-2 domain with an adapter whose address is not its own."""

from datetime import datetime
from typing import Literal, get_args

from msgspec import Struct

Admission = Literal["allow", "warn", "deny"]
"""`deny`: it may not start. `warn`: it may, and it is said that somebody else holds the address. `allow`: it may."""
WhenDown = Literal["allow", "deny"]
"""What a hook does that cannot ask: `allow` lets everything start unchecked, `deny` nothing."""
ADMISSIONS: tuple[Admission, ...] = get_args(Admission)
WHEN_DOWN: tuple[WhenDown, ...] = get_args(WhenDown)


class Domain(Struct, frozen=True, kw_only=True):
    """The policy of a scope: `global`, or a layer-2 domain. A scope without one denies, also when nobody answers.

    `version` is another after every change, and that of no earlier policy of the scope: the ETag.
    """

    scope: str
    admission: Admission = "deny"
    when_down: WhenDown = "deny"
    note: str = ""
    changed_at: datetime
    version: int
