"""All items of a list that comes in pages."""

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from maccord.alloc.authority import Page

T = TypeVar("T")
_PAGE = 1000


def everything(listing: Callable[..., Page[T]], **wanted: Any) -> Iterator[T]:  # noqa: ANN401 - what the list takes
    """Return the items of all pages."""
    after = None
    while True:
        page = listing(after=after, limit=_PAGE, **wanted)
        yield from page.items
        after = page.next
        if after is None:
            return
