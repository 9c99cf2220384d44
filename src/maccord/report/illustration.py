"""What a page draws beside the report: ranges on the map, the adapters of hosts, the pages of causes."""

from typing import Literal

from msgspec import Struct, field

Column = Literal["nic", "team", "switch", "port"]
"""Where a box stands, in the direction in which addresses are handed on."""


class Strip(Struct, frozen=True, order=True):
    """A range that something issues addresses from: 48-bit values, both inside."""

    first: int
    last: int
    host: str
    kind: str
    name: str


class Box(Struct, frozen=True, order=True):
    """An adapter or a switch of a host; `concerned` says that the incident is about it.

    `origin` tells in words where the address comes from, `state` what it is and whether it runs.
    """

    key: str
    column: Column
    title: str
    address: int | None
    permanent: int | None
    origin: str
    state: str
    concerned: bool


class Link(Struct, frozen=True, order=True):
    """Two boxes that are joined, by their keys, the one nearer to the wire first."""

    lower: str
    upper: str


class Stack(Struct, frozen=True):
    """One host's NICs, teams, switches and ports, so far as one incident needs them; `left_out` counts the rest."""

    host: str
    ips: list[str]
    boxes: list[Box]
    links: list[Link]
    left_out: int


class CausePage(Struct, frozen=True):
    """The page of a cause: its first sentence, and its parts by label; verbatim ones hold commands."""

    title: str
    parts: list[tuple[str, str, bool]]


class Illustration(Struct, frozen=True):
    """Everything that is drawn. What did not fit is counted.

    `stacks` are by the id of their incident, `pages` by cause, and `rules` and `twins` are the first sentence of each.
    """

    strips: list[Strip] = field(default_factory=list)
    strips_left_out: int = 0
    stacks: dict[str, list[Stack]] = field(default_factory=dict)
    pages: dict[str, CausePage] = field(default_factory=dict)
    rules: dict[str, str] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)
