"""A page as a tree, read with the standard library: what tests ask of HTML without a browser."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "br", "hr", "img", "input"}


@dataclass
class Element:
    """An element: its name, attributes, and what is inside, elements and texts in order."""

    name: str
    attributes: dict[str, str]
    inside: list["Element | str"] = field(default_factory=list)

    @property
    def children(self) -> list["Element"]:
        return [one for one in self.inside if isinstance(one, Element)]

    @property
    def texts(self) -> list[str]:
        """The texts that stand directly in it."""
        return [one for one in self.inside if isinstance(one, str)]

    @property
    def text(self) -> str:
        """All text below, in order, pieces joined by blanks, runs of blanks as one."""
        return " ".join(" ".join(one if isinstance(one, str) else one.text for one in self.inside).split())

    def all(self, *names: str) -> list["Element"]:
        """Return the elements below, of some names or all, in the order of the page."""
        found = []
        for child in self.children:
            found += [child] if not names or child.name in names else []
            found += child.all(*names)
        return found

    def of_class(self, word: str) -> list["Element"]:
        return [one for one in self.all() if word in one.attributes.get("class", "").split()]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        made = Element(tag, {key: value or "" for key, value in attrs})
        assert len(made.attributes) == len(attrs), f"an attribute twice in {tag}: {attrs}"
        self.open[-1].inside.append(made)
        if tag not in VOID:
            self.open.append(made)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].inside.append(data)

    def handle_comment(self, data):
        raise AssertionError(f"a comment: {data}")


def read_page(html: str) -> Element:
    """Return the document; raise AssertionError where elements are not nested well."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"left open: {[one.name for one in reader.open]}"
    return reader.root
