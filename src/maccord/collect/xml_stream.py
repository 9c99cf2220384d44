"""XML on its way in: roots one after another, no DTD, no entities, and only the elements asked for."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from re import compile as compiled
from typing import Self
from xml.sax import SAXParseException
from xml.sax.handler import ContentHandler
from xml.sax.xmlreader import AttributesImpl

from defusedxml.expatreader import DefusedExpatParser

from maccord.collect.document import NEWLINE, Unreadable

DEPTH_MAX = 100
"""Elements may stand this deep inside one another; libvirt needs about a dozen levels."""

_ROOF = "evidence"
_DECLARATION = compiled(r"<\?xml\s[^<>]*\?>")
_DOCTYPE = "<!DOCTYPE"


@dataclass(slots=True, eq=False, repr=False)
class Element:
    """An element with the children that were asked for; `number` counts siblings of its name, from 1."""

    name: str
    parent: Self | None = None
    number: int = 1
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Self] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    pieces: list[str] = field(default_factory=list)

    @property
    def at(self) -> str:
        """The XPath from the top of the file, with an index wherever siblings share the name."""
        if self.parent is None:
            return ""
        alone = self.parent.counts[self.name] == 1
        return f"{self.parent.at}/{self.name}" + ("" if alone else f"[{self.number}]")

    def all(self, path: str) -> Iterator[Self]:
        """Yield the elements at a path of names such as `devices/interface`, in their order."""
        step, _, rest = path.partition("/")
        for child in self.children:
            if child.name == step:
                yield from child.all(rest) if rest else (child,)

    def first(self, path: str) -> Self | None:
        """Return the first element at a path."""
        return next(self.all(path), None)

    def text(self, path: str) -> str:
        """Return the text of the first element at a path, without surrounding blanks."""
        found = self.first(path)
        return "" if found is None else "".join(found.pieces).strip()

    def get(self, path: str, attribute: str) -> str:
        """Return an attribute of the first element at a path, without surrounding blanks."""
        found = self.first(path)
        return "" if found is None else found.attributes.get(attribute, "").strip()

    def ancestors(self) -> Iterator[Self]:
        """Yield the elements around this one, the nearest first."""
        around = self.parent
        while around is not None:
            yield around
            around = around.parent


def elements(text: str, wanted: Collection[str], kept: Collection[str]) -> tuple[list[Element], Unreadable | None]:
    """Return the elements called one of `wanted` that are complete, and what broke the text, if anything did.

    The text may hold several roots, with comments, prose or XML declarations between them. Beside the wanted,
    only elements called one of `kept` are remembered, so that a file costs little more than what is read.
    """
    parser = DefusedExpatParser(forbid_dtd=True)
    reader = _Reader(parser, wanted, kept)
    parser.feed(f"<{_ROOF}>")  # a roof over all roots: below it, XML has no place for a DTD
    parser.setContentHandler(reader)
    plain = text.replace("\r\n", NEWLINE).replace("\r", NEWLINE)  # so that the parser and we count the same lines
    plain = _DECLARATION.sub(lambda found: NEWLINE * found.group().count(NEWLINE), plain)
    try:
        parser.feed(plain)
    except SAXParseException as error:
        return reader.found, _complaint(plain, error)
    try:
        parser.feed(f"</{_ROOF}>")
        parser.close()
    except SAXParseException:
        at = f"line {plain.count(NEWLINE) + 1}"
        return reader.found, Unreadable(at, "the XML ends too early: the file was cut off")
    return reader.found, None


def _complaint(text: str, error: SAXParseException) -> Unreadable:
    number = error.getLineNumber() or 1
    if any(_DOCTYPE in line for line in text.split(NEWLINE, number)[number - 1 : number]):
        return Unreadable(f"line {number}", "XML with a document type (DTD) is not read: it could hold entities")
    return Unreadable(f"line {number}", f"not readable as XML: {error.getMessage()}")


class _Reader(ContentHandler):
    """Builds elements while the parser goes through the text."""

    def __init__(self, parser: DefusedExpatParser, wanted: Collection[str], kept: Collection[str]) -> None:
        super().__init__()
        self._parser, self._wanted, self._kept = parser, wanted, {*wanted, *kept}
        self._open = [Element("")]
        self.found: list[Element] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802 - SAX names it
        around = self._open[-1]
        if len(self._open) > DEPTH_MAX:
            reason = f"elements stand more than {DEPTH_MAX} deep: that is no evidence"
            raise SAXParseException(reason, None, self._parser)
        number = around.counts[name] = around.counts.get(name, 0) + 1
        if name in self._kept:
            element = Element(name, around, number, dict(attrs.items()))
            around.children.append(element)
        else:
            element = Element(name, around, number)
        self._open.append(element)

    def endElement(self, name: str) -> None:  # noqa: N802 - SAX names it
        element = self._open.pop()
        if name in self._wanted:
            self.found.append(element)

    def characters(self, content: str) -> None:
        element = self._open[-1]
        if element.name in self._kept:
            element.pieces.append(content)
