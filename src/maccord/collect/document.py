"""A file on its way in: bytes made text or a tree, within bounds, or a word on why not."""

import codecs
from dataclasses import dataclass
from functools import cached_property
from io import RawIOBase
from typing import Any

import msgspec

from maccord.wire.magic import CAPTURES

BYTES_MAX = 64 * 1024 * 1024
"""Files larger than this are not read by default; the export of a host with a thousand machines has about 3 MB."""

NEWLINE = "\n"

FOLDERS_ABOVE = 6
"""How many folders around a file's own are told of: SITE/CLUSTER/etc/pve/nodes/HOST/qemu-server is the longest way."""

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


MAGIC = (b"PAR1", b"ElfFile\0", *CAPTURES)
"""How the binary formats begin that are read.

Source: Apache Parquet, "File Format", section "Metadata"; libyal, "Windows XML Event Log (EVTX)"; captures, as
`wire/magic.py` cites.
"""


class Unreadable(Exception):
    """Content that is broken, with the spot and the reason; a collector's caller turns it into a Problem."""

    def __init__(self, at: str, reason: str) -> None:
        super().__init__(at, reason)
        self.at, self.reason = at, reason


@dataclass(frozen=True)
class Document:
    """One file: `file` relative to the argument that held it, `folder` the name of the folder it lies in.

    `above` has the names of the folders around that one, nearest first, as many as a platform's own layout needs. Of a
    large capture `raw` is how it begins, and `stream` reads it from its beginning; whoever opened that closes it.
    """

    file: str
    folder: str
    raw: bytes
    above: tuple[str, ...] = ()
    stream: RawIOBase | None = None

    @property
    def is_binary(self) -> bool:
        """Tell whether the content begins like a binary format that is read: it has no text then."""
        return self.raw.startswith(MAGIC)

    @cached_property
    def text(self) -> str:
        """The content as text: UTF-8, or UTF-16 as PowerShell redirects it, or Windows-1252 as a last resort."""
        for bom, encoding in _BOMS:
            if self.raw.startswith(bom):
                return self._decoded(self.raw[len(bom) :], encoding)
        if self.raw[1:2] == b"\0" and self.raw[:1] in b"{[<\"'# \t\r\n":
            return self._decoded(self.raw, "utf-16-le")
        if b"\0" in self.raw[:4096]:
            raise Unreadable("", "binary content of a kind that is not read")
        try:
            return self.raw.decode("utf-8")
        except UnicodeDecodeError:
            return self.raw.decode("cp1252", errors="replace")

    def _decoded(self, raw: bytes, encoding: str) -> str:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError as error:
            raise Unreadable(f"byte {error.start}", f"the file says it is {encoding} and is not") from error

    @property
    def stem(self) -> str:
        """The file's own name, without folders and without the last ending."""
        name = self.file.rpartition("/")[2]
        return name.rpartition(".")[0] or name

    @property
    def utf8(self) -> bytes:
        """The content as UTF-8, without a byte order mark: the file's own bytes wherever they are that."""
        raw = self.raw.removeprefix(codecs.BOM_UTF8)
        if b"\0" not in raw[:4096] and _is_utf8(raw):
            return raw
        return self.text.encode("utf-8", errors="replace")

    @cached_property
    def opening(self) -> str:
        """The first character that is not white space, or nothing."""
        return self.text.lstrip()[:1]

    @cached_property
    def json(self) -> Any:  # noqa: ANN401 - any JSON value
        """The content as a JSON value; raises Unreadable with the line when it is none."""
        text = self.text.strip()
        try:
            return msgspec.json.decode(text.encode("utf-8", errors="replace"))
        except (msgspec.DecodeError, RecursionError) as error:
            raise Unreadable(*_where(text, error)) from error


def _is_utf8(raw: bytes) -> bool:
    if raw.isascii():
        return True
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _where(text: str, error: Exception) -> tuple[str, str]:
    """Return the line that a decoder's byte position falls on, and its complaint."""
    if isinstance(error, RecursionError):
        return "", "nested too deeply to be evidence"
    complaint = str(error).removeprefix("JSON is malformed: ")
    if "truncated" in complaint:
        return f"line {text.count(NEWLINE) + 1}", "the JSON ends too early: the file was cut off"
    said, _, tail = complaint.rpartition(" (byte ")
    position = tail.removesuffix(")")
    if not position.isdigit():
        return "", f"not readable as JSON: {complaint}"
    before = text.encode("utf-8", errors="replace")[: int(position)]
    return f"line {before.count(NEWLINE.encode()) + 1}", f"not readable as JSON: {said}"
