"""Takes over what evidence shows in use, so that nothing that exists is ever given to anybody else."""

from dataclasses import dataclass

from maccord.alloc.records import Actor, Adopted
from maccord.app.book import Book
from maccord.app.owners import Owners


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken over, and how many addresses were not: those of protocols and groups."""

    adopted: Adopted
    skipped: int


def adopt(book: Book, shown: Owners, *, actor: Actor, preview: bool) -> Taken:
    """Adopt all owners, and keep off all ranges that others issue from: one change, made as a whole or not at all.

    Raises AdoptionConflicts, and nothing was changed.
    """
    return Taken(book.adopt(shown.rows, actor=actor, ranges=shown.ranges, preview=preview), len(shown.skipped))
