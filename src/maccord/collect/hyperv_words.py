"""Columns of texts, cleaned as one: what is kept of each is what field by field would keep."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import repeat
from typing import cast

TextColumn = Sequence[str | None]

_ABOVE_ZEROS = "00000001"
"""Every text of nothing but zeros and dashes, and the empty one, sorts before this."""


class Words:
    """Texts as they stand in the file, and what is kept of them: one object for all that are equal."""

    def __init__(self, clean: Callable[[list[str]], list[str]]) -> None:
        self._clean = clean
        self._known: dict[str | None, str] = {None: ""}

    def of(self, values: TextColumn) -> list[str]:
        """Return what is kept of each of the values."""
        known = self._known
        with suppress(KeyError):
            return list(map(known.__getitem__, values))
        new = {*values}.difference(known)
        if len(new) == len(values):  # as ids are
            kept = self._clean(cast("list[str]", values))
            known.update(zip(values, kept, strict=True))
            return kept
        told = cast("list[str]", list(new))  # None is known
        known.update(zip(told, self._clean(told), strict=True))
        return list(map(known.__getitem__, values))


def stripped(texts: Sequence[str]) -> list[str]:
    """Return texts without blanks around them."""
    return list(map(str.strip, texts))


def bare_guids(texts: Sequence[str]) -> list[str]:
    """Return GUIDs in lower case without braces; one of zeros is nothing."""
    bare = list(map(str.lower, map(str.strip, map(str.strip, texts), repeat("{}"))))
    if min(bare, default=_ABOVE_ZEROS) >= _ABOVE_ZEROS:
        return bare
    return [text if text.strip("0-") else "" for text in bare]


def devices(texts: Sequence[str]) -> list[str]:
    r"""Return the last part of device ids, `Microsoft:VM\ADAPTER`, in lower case without braces."""
    ends = [end for _, _, end in map(str.rpartition, map(str.strip, texts), repeat("\\"))]
    return list(map(str.lower, map(str.strip, ends, repeat("{}"))))


def texts_of(values: TextColumn) -> list[str]:
    """Return texts without blanks around them; where there is none, an empty one."""
    if all(values):
        return stripped(cast("Sequence[str]", values))
    return [(value or "").strip() for value in values]


def first_of(clean: Callable[[TextColumn], list[str]], values: TextColumn, others: TextColumn) -> list[str]:
    """Return what is kept of `values`, and of `others` where that is nothing."""
    kept = clean(values)
    return [one or other for one, other in zip(kept, clean(others), strict=True)] if "" in kept else kept


def either_of(values: TextColumn, others: TextColumn) -> TextColumn:
    """Return `values`, and of `others`, if it has any, where there is no text in them."""
    if not any(others):
        return values
    return [one if one and one.strip() else other for one, other in zip(values, others, strict=True)]
