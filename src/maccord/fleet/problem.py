"""Evidence that could not be used, and why: reported beside the result, never raised."""

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """A file, or a place in one, that could not be read; `reason` is a sentence for the person who sent it."""

    file: str
    at: str
    reason: str
