"""Files to read, and what they say, a batch at a time: what has been read of a batch is dropped before the next.

Whoever reads batches may switch Python's garbage collector off: while there is a batch at hand, it would go through
rows that are all still in use, again and again.
"""

import gc
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from io import FileIO

from maccord.collect import Document, Parsed, read_together
from maccord.fleet.problem import Problem
from maccord.wire.magic import is_capture

_BYTES = 2**20
_FILES = 64
_PIECE = 2**16
_HEAD = 64


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: its path without links, its name in reports, its folder, and the folder that was asked for.

    `above` names the folders around its own, nearest first.
    """

    path: str
    name: str
    folder: str
    root: str
    above: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """What so many files say, in their order, packed."""

    files: int
    parsed: Parsed


def batches(files: Iterable[File], bytes_max: int) -> Iterator[Batch]:
    """Yield what files say, a few of them or a megabyte at a time; larger files than `bytes_max` are problems."""
    documents: list[Document] = []
    problems: list[Problem] = []
    size = 0
    for file in files:
        found = read_document(file, bytes_max)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            documents.append(found)
            size += len(found.raw) if found.stream is None else _BYTES
        count = len(documents) + len(problems)
        if count >= _FILES or size >= _BYTES:
            yield _batch(documents, problems)
            documents, problems, size = [], [], 0
    if documents or problems:
        yield _batch(documents, problems)


def _batch(documents: list[Document], problems: list[Problem]) -> Batch:
    try:
        parsed = read_together(documents)
    finally:
        for document in documents:
            if document.stream is not None:
                document.stream.close()
    if parsed.seen or parsed.used < len(documents):
        gc.collect(0)  # trees of XML are full of cycles; what is packed has none
    parsed.problems += problems
    return Batch(len(documents) + len(problems), parsed)


def read_document(file: File, bytes_max: int) -> Document | Problem:
    """Return a file's content, or why it was not read."""
    try:
        stream = FileIO(file.path)
    except OSError as error:
        return Problem(file.name, "", f"cannot be read: {error.strerror or error}")
    try:
        if _is_large_capture(stream):
            return Document(file.name, file.folder, stream.read(_HEAD), file.above, _from_the_start(stream))
        with stream:
            raw = _content(stream, bytes_max + 1)
    except OSError as error:
        stream.close()
        return Problem(file.name, "", f"cannot be read: {error.strerror or error}")
    if len(raw) > bytes_max:
        reason = f"larger than {bytes_max // 2**20} MB: not read (--max-file-size raises the limit)"
        return Problem(file.name, "", reason)
    return Document(file.name, file.folder, raw, file.above)


def _is_large_capture(stream: FileIO) -> bool:
    """Tell whether a file is a capture that is better read piece by piece, however large it is."""
    if os.fstat(stream.fileno()).st_size <= _BYTES:
        return False
    large = is_capture(stream.read(_HEAD))
    stream.seek(0)
    return large


def _from_the_start(stream: FileIO) -> FileIO:
    stream.seek(0)
    return stream


def _content(stream: FileIO, most: int) -> bytes:
    """Return what a file holds, or the first `most` bytes of it: in one piece where it is as large as it says."""
    size = os.fstat(stream.fileno()).st_size
    pieces = [stream.read(min(size + 1, most))]
    count = len(pieces[0])
    while count != size and count < most and (piece := stream.read(min(_PIECE, most - count))):
        pieces.append(piece)
        count += len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)
