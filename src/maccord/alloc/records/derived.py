"""What addresses identities come to."""

from msgspec import Struct


class Derived(Struct, frozen=True, kw_only=True):
    """The address that an identity would get now; None where the pool has none that is free.

    `has`: it has the address already, or had it last and would get it again. Where it would not get its first
    candidate, `first`, `in_the_way` says who has that: holders, another identity of the question, or what bars it.
    `probe` counts the candidates before the one that it comes to; 64 where it goes on from the last.
    """

    identity: str
    address: str | None
    probe: int
    first: str
    has: bool = False
    in_the_way: str = ""
