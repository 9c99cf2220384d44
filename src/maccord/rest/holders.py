"""Holders, as requests name and change them."""

from datetime import datetime
from typing import Annotated

from msgspec import Meta

from maccord.alloc.records import Holder, HolderChange
from maccord.rest.texts import _PRINTABLE, Asked, Long, Short


class HolderDoc(Asked, frozen=True, kw_only=True):
    """Who holds an address: `kind` and `id` together name it; `host` says where it is, `note` is free text.

    `owner` is who answers for it, a person or a team. At `until` it lets go by itself, as if it had released. Kinds are
    vm-adapter, host-adapter, team, template, snapshot, replica, gateway, reservation, exception, or words of your own.
    """

    kind: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
    id: Annotated[str, Meta(min_length=1, max_length=255, pattern=_PRINTABLE)]
    host: Short = ""
    note: Long = ""
    owner: Short = ""
    until: Annotated[datetime, Meta(tz=True)] | None = None

    def record(self) -> Holder:
        """Return the holder as the allocator knows it."""
        return Holder(self.kind, self.id, self.host, self.note, self.owner, self.until)


class HandOver(Asked, frozen=True, kw_only=True):
    """Who takes an address over, and from whom: an id, or kind:id; needed when there are several holders.

    `to.until` is by when that must be completed; null: within a day.
    """

    to: HolderDoc
    leaving: Short | None = None


class HolderPatch(Asked, frozen=True, kw_only=True):
    """What to change of a holder; what is left out or null stays.

    `until`: when it lets go by itself. `lasting`: it has no end any more.
    """

    host: Short | None = None
    note: Long | None = None
    owner: Short | None = None
    until: Annotated[datetime, Meta(tz=True)] | None = None
    lasting: bool = False

    def record(self) -> HolderChange:
        """Return the change as the allocator knows it."""
        return HolderChange(host=self.host, note=self.note, owner=self.owner, until=self.until, lasting=self.lasting)
