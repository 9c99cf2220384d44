"""Columns of texts, cleaned as one: what is kept of each is what field by field would keep."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import cast

TextColumn = Sequence[str | None]

_GUID = len("00000000-0000-0000-0000-000000000000")
_PRINTABLE = bytes(range(0x20, 0x7F))


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
        new = [value for value in set(values).difference(known) if value is not None]
        known.update(zip(new, self._clean(new), strict=True))
        return list(map(known.__getitem__, values))


def stripped(texts: list[str]) -> list[str]:
    """Return texts without blanks around them."""
    return texts if _are_plain("|".join(texts)) else [text.strip() for text in texts]


def bare_guids(texts: list[str]) -> list[str]:
    """Return GUIDs in lower case without braces; one of zeros is nothing."""
    joined = "|".join(texts)
    if joined.count("|") == len(texts) - 1 and _are_plain(joined) and not _has_braces(joined):
        digits = joined.encode().translate(None, b"0-")
        if b"||" not in b"|%b|" % digits:  # none is all zeros, or empty
            return joined.lower().split("|")
    bare = [text.strip().strip("{}").lower() for text in texts]
    return [text if text.strip("0-") else "" for text in bare]


def devices(texts: list[str]) -> list[str]:
    r"""Return the last part of device ids, `Microsoft:VM\ADAPTER`, in lower case without braces."""
    ends = [text[-_GUID:] for text in texts]
    if {text[-_GUID - 1 : -_GUID] for text in texts} == {"\\"} and not any("\\" in end for end in ends):
        joined = "|".join(ends)
        if joined.count("|") == len(texts) - 1 and _are_plain(joined) and not _has_braces(joined):
            return joined.lower().split("|")
    return [text.strip().rpartition("\\")[2].strip("{}").lower() for text in texts]


def texts_of(values: TextColumn) -> list[str]:
    """Return texts without blanks around them; where there is none, an empty one."""
    if all(values):
        return stripped(cast("list[str]", list(values)))
    return [(value or "").strip() for value in values]


def _are_plain(joined: str) -> bool:
    """Tell whether `strip` would leave each of some texts, joined by bars, as it is: one look instead of many."""
    return (
        not joined.encode(errors="surrogatepass").translate(None, _PRINTABLE)
        and " |" not in f"{joined}|"
        and "| " not in f"|{joined}"
    )


def _has_braces(joined: str) -> bool:
    return "{" in joined or "}" in joined


def first_of(clean: Callable[[TextColumn], list[str]], values: TextColumn, others: TextColumn) -> list[str]:
    """Return what is kept of `values`, and of `others` where that is nothing."""
    kept = clean(values)
    return [one or other for one, other in zip(kept, clean(others), strict=True)] if "" in kept else kept


def either_of(values: TextColumn, others: TextColumn) -> TextColumn:
    """Return `values`, and of `others` where there is no text in them."""
    if all(values) and not any([value.isspace() for value in values if value]):  # noqa: C419 - quicker so
        return values
    return [one if one and one.strip() else other for one, other in zip(values, others, strict=True)]
