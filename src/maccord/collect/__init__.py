"""Bytes to records: one collector per kind of evidence, each recognised by the content it claims."""

from collections.abc import Iterable
from contextlib import suppress

from maccord.collect import hyperv
from maccord.collect.document import BYTES_MAX, FOLDERS_ABOVE, Document, Unreadable
from maccord.collect.hyperv_quick import Typed
from maccord.collect.hyperv_values import Odd
from maccord.collect.parsed import Parsed
from maccord.fleet.problem import Problem

__all__ = [
    "BYTES_MAX",
    "FOLDERS_ABOVE",
    "Document",
    "Parsed",
    "Unreadable",
    "read",
    "read_together",
]

_OURS = ("maccord.report/", "maccord.truth/")


def read(document: Document) -> Parsed | None:
    """Return what the document says; None when it is nobody's evidence and no fault either.

    Whatever the bytes are, nothing is raised: what cannot be read comes back as a problem.
    """
    with suppress(Odd):
        typed = hyperv.typed(document)
        if typed is not None:
            return hyperv.parse_typed([typed]).unpack()
    return _read(document)


def read_together(documents: Iterable[Document]) -> Parsed:
    """Return what several documents say, in their order and packed: host exports among them are read in one go."""
    whole = Parsed()
    exports: list[tuple[Typed, Document]] = []
    for document in documents:
        typed = hyperv.typed(document)
        if typed is not None:
            exports.append((typed, document))
        else:
            whole.add(_read(document) or Parsed())
    try:
        if exports:
            whole.add(hyperv.parse_typed([typed for typed, _ in exports]))
    except Odd:
        for _, document in exports:
            whole.add(read(document) or Parsed())
    return whole


def _read(document: Document) -> Parsed | None:
    from maccord.collect.kinds import COLLECTORS  # noqa: PLC0415 - host exports alone need none of them

    try:
        if not document.is_binary and not document.text.strip():
            return Parsed()  # a cmdlet that found nothing prints nothing
        for collector in COLLECTORS.values():
            if collector.claims(document):
                return collector.parse(document)
        return _unclaimed(document)
    except Unreadable as broken:
        return Parsed(problems=[Problem(document.file, broken.at, broken.reason)])


def _unclaimed(document: Document) -> Parsed | None:
    if document.opening == "{" and isinstance(document.json, dict):
        if str(document.json.get("schema", "")).startswith(_OURS) or document.json.keys() == {"incidents"}:
            return None
        if not document.json:
            return Parsed()
        if str(document.json.get("schema", "")).startswith("maccord."):
            unknown = str(document.json["schema"])[:60]
            return Parsed(
                problems=[Problem(document.file, "/schema", f"{unknown!r} is no schema that this version reads")]
            )
    if document.opening == "[" and document.json == []:
        return Parsed()
    if document.opening == "n" and document.text.strip() == "null":
        return Parsed()
    return Parsed(problems=[Problem(document.file, "", "not recognised as evidence of any kind that is read")])
