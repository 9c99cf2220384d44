"""Long lists come in pages, and a cursor continues one."""

import base64
from collections.abc import Sequence
from typing import Any, TypeVar

import msgspec
from msgspec import json

from maccord.alloc.authority import Page
from maccord.alloc.errors import BadRequest

T = TypeVar("T")


def cursor(kind: str, *values: object) -> str:
    """Return an opaque text that continues a list of this kind."""
    return base64.urlsafe_b64encode(json.encode([kind, *values])).decode().rstrip("=")


def uncursor(kind: str, text: str | None, types: Sequence[type]) -> list[Any] | None:
    """Return what a cursor holds, or None without one; raises BadRequest for one of another list."""
    if text is None:
        return None
    try:
        values = json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        right = isinstance(values, list) and values[0] == kind and [type(value) for value in values[1:]] == list(types)
    except (ValueError, IndexError, msgspec.DecodeError):
        right = False
    if not right or any(isinstance(value, int) and abs(value) >= 1 << 63 for value in values):
        raise BadRequest("after", "no cursor of this list")
    return list(values[1:])


def page(kind: str, items: Sequence[T], limit: int, places: Sequence[tuple[object, ...]]) -> Page[T]:
    """Return a page of up to `limit` of the items, of which one more than that were read if there are more."""
    more = len(items) > limit
    return Page(items=tuple(items[:limit]), next=cursor(kind, *places[limit - 1]) if more else None)
