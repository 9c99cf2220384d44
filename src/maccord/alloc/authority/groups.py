"""Groups of hosts, and the pools that they are given addresses from."""

from collections.abc import Collection, Sequence
from typing import Protocol

from maccord.alloc.authority.pages import Page
from maccord.alloc.kinds import AddressKind
from maccord.alloc.records import Actor, Explained, Granted, Group, Holder


class Groups(Protocol):
    """Groups: a path such as emea/ams1/cluster7, and pools bound to it in an order.

    A path without a group of its own asks the nearest group above it. `expect` is the version that the caller saw, 0
    where there was none. `granted` are the pools that whoever asks may use; None, all.
    """

    def set_group(
        self,
        path: str,
        pools: Sequence[str],
        *,
        actor: Actor,
        inherit: bool = True,
        note: str = "",
        expect: int | None = None,
    ) -> Group:
        """Make a group, or make it what is said here: `pools` are all of its own, in their order.

        Raises NoSuchPool, StaleVersion, BadRequest.
        """
        ...

    def delete_group(self, path: str, *, actor: Actor, expect: int | None = None) -> None:
        """Remove a group's own row and bindings; groups below it stay. Raises NoSuchGroup, StaleVersion."""
        ...

    def group(self, path: str) -> Group:
        """Return a group that has a row of its own; raises NoSuchGroup."""
        ...

    def groups(self, *, under: str | None = None, after: str | None = None, limit: int = 100) -> Page[Group]:
        """Return groups in the order of their paths; with `under` that group and those below it."""
        ...

    def explain_group(
        self, path: str, *, kind: AddressKind = "mac", count: int = 1, granted: Collection[str] | None = None
    ) -> Explained:
        """Tell which pool `allocate_for_group` would give from, and how every other stands. Changes nothing."""
        ...

    def allocate_for_group(
        self,
        path: str,
        holder: Holder,
        *,
        actor: Actor,
        kind: AddressKind = "mac",
        count: int = 1,
        key: str | None = None,
        granted: Collection[str] | None = None,
    ) -> Granted:
        """Give addresses of the first pool in order that has enough: all of them from one pool, or none.

        The answer names the pool. A key that was answered before is answered again, whatever is bound by now. Raises
        NoPoolForGroup, GroupNotGranted, GroupExhausted, KeyReused, BadRequest, StoreUnavailable.
        """
        ...
