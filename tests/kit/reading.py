"""Reads one document as the program does, for tests that look at what a collector makes of it."""

from maccord import collect
from maccord.collect import Document, Parsed


def read(document: Document) -> Parsed:
    """Return what the document says, which must not be that it is nobody's evidence."""
    parsed = collect.read(document)
    assert parsed is not None
    return parsed
