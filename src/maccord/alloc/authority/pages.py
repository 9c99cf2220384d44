"""Long lists come in pages."""

from typing import Generic, TypeVar

from msgspec import Struct

T = TypeVar("T")


class Page(Struct, Generic[T], frozen=True, kw_only=True):
    """Some items in a stable order, and the cursor that continues after them; None at the end.

    A cursor is an opaque text; one that was made up or belongs to another list is a BadRequest. Items that are added or
    removed meanwhile make no other item appear twice or get lost.
    """

    items: tuple[T, ...]
    next: str | None = None
