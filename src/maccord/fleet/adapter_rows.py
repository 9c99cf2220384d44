"""Rows of the tables that are about adapters."""

from dataclasses import dataclass, field
from typing import Self

from maccord.fleet.records import Adapter, GuestIp, Member, Row, Switch, Uplink


@dataclass(slots=True)
class AdapterRows:
    """Rows of the five tables that are about adapters, numbered from where the tables stand."""

    base: dict[str, int]
    adapter: list[Adapter] = field(default_factory=list)
    switch: list[Switch] = field(default_factory=list)
    uplink: list[Uplink] = field(default_factory=list)
    guest_ip: list[GuestIp] = field(default_factory=list)
    member: list[Member] = field(default_factory=list)

    @classmethod
    def starting_at(cls, tables: dict[str, list[Row]]) -> Self:
        """Return empty rows that continue `tables`."""
        return cls({name: len(tables[name]) for name in ("adapter", "switch", "uplink", "guest_ip", "member")})

    def next_id(self, table: str) -> int:
        """Return the id of the next row of a table."""
        return self.base[table] + len(getattr(self, table))
