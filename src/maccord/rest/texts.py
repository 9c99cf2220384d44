"""Texts and numbers of documents with their bounds, and what all requests have in common."""

from typing import Annotated, TypeVar

from msgspec import Meta, Struct, convert

T = TypeVar("T")
_PRINTABLE = r"^[^\u0000-\u001F\u007F]*$"
Word = Annotated[str, Meta(min_length=1, max_length=128, pattern=_PRINTABLE)]
Short = Annotated[str, Meta(max_length=255, pattern=_PRINTABLE)]
Long = Annotated[str, Meta(max_length=1024, pattern=_PRINTABLE)]
Address = Annotated[
    str,
    Meta(
        min_length=6,
        max_length=40,
        pattern=_PRINTABLE,
        description="An address in any usual spelling; answers spell it 00-15-5D-C8-6A-00.",
        examples=["00-15-5D-C8-6A-00"],
    ),
]
Identity = Annotated[str, Meta(min_length=1, max_length=512, pattern=_PRINTABLE)]
Seconds = Annotated[int, Meta(ge=0, le=10 * 366 * 86_400)]
Span = Annotated[
    str,
    Meta(
        min_length=6,
        max_length=84,
        pattern=_PRINTABLE,
        description="FIRST..LAST, both inside.",
        examples=["02-4D-43-00-00-00..02-4D-43-00-FF-FF"],
    ),
]
GroupPath = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=255,
        pattern=r"^/$|^/?[A-Za-z0-9._-]{1,63}(/[A-Za-z0-9._-]{1,63}){0,15}/?$",
        description="A group's path: parts with slashes between them, or / for the root.",
        examples=["emea/ams1/cluster7"],
    ),
]
ADDRESSES_MAX = 1_000_000
ROWS_MAX = 1_000_000


class Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request has in common: a name that is not known is refused and not passed over."""


class MacDoc(Struct, frozen=True):
    """One address of an answer."""

    mac: str


def document(record: object, kind: type[T]) -> T:
    """Return a record as the document `kind`, whose fields have the record's names."""
    return convert(record, kind, from_attributes=True)
