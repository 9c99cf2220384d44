"""Calls about groups."""

from collections.abc import Collection, Sequence
from uuid import uuid4

from maccord import rest
from maccord.alloc.authority import Groups, Page
from maccord.alloc.kinds import AddressKind
from maccord.alloc.records import Actor, Explained, Granted, Group, Holder
from maccord.client.connection import Connection


class ClientGroups(Connection, Groups):
    """Groups of a service. Which pools are granted, it knows by the token: `granted` is not used here."""

    def set_group(
        self,
        path: str,
        pools: Sequence[str],
        *,
        actor: Actor | None = None,
        inherit: bool = True,
        note: str = "",
        expect: int | None = None,
    ) -> Group:
        """Make a group, or make it what is said here."""
        del actor
        body = {"pools": tuple(pools), "inherit": inherit, "note": note}
        return self._ask("PUT", "/v1/group", Group, query={"path": path}, body=body, expect=expect)

    def delete_group(self, path: str, *, actor: Actor | None = None, expect: int | None = None) -> None:
        """Remove a group's own row and bindings."""
        del actor
        self._ask("DELETE", "/v1/group", type(None), query={"path": path}, expect=expect)

    def group(self, path: str) -> Group:
        """Return a group that has a row of its own."""
        return self._ask("GET", "/v1/group", Group, query={"path": path})

    def groups(self, *, under: str | None = None, after: str | None = None, limit: int = 100) -> Page[Group]:
        """Return groups in the order of their paths."""
        return self._ask("GET", "/v1/groups", Page[Group], query={"under": under, "after": after, "limit": limit})

    def explain_group(
        self, path: str, *, kind: AddressKind = "mac", count: int = 1, granted: Collection[str] | None = None
    ) -> Explained:
        """Tell which pool would give, and how every other stands."""
        del granted
        query = {"path": path, "kind": kind, "count": count}
        return self._ask("GET", "/v1/group/explanation", Explained, query=query)

    def allocate_for_group(
        self,
        path: str,
        holder: Holder,
        *,
        actor: Actor | None = None,
        kind: AddressKind = "mac",
        count: int = 1,
        key: str | None = None,
        granted: Collection[str] | None = None,
    ) -> Granted:
        """Give addresses of the first pool in order that has enough; all or none."""
        del actor, granted
        body = {"group": path, "holder": holder, "kind": kind, "count": count}
        found = self._ask("POST", "/v1/groups/allocations", rest.GrantedDoc, body=body, key=key or uuid4().hex)
        return found.record()
