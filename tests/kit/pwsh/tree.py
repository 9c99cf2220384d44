"""A script's syntax tree as plain objects, read once for all scripts that differ in their data alone."""

from dataclasses import dataclass
from functools import lru_cache

from tree_sitter import Node as Parsed

from tests.kit.powershell import _PARSER
from tests.kit.pwsh.values import PsError

_OPEN, _CLOSE = "@'\n", "\n'@\n"


@dataclass(slots=True, eq=False)
class Node:
    """A node of the tree, with its text."""

    type: str
    text: str
    raw: bytes
    is_named: bool
    start_byte: int
    end_byte: int
    children: list["Node"]


def text_of(node: Node) -> str:
    """Return the text that a node covers."""
    return node.text


def parsed(source: str) -> tuple[Node, str]:
    """Return the tree of a script, and the data in its here-string, which the tree does not hold."""
    if "\r\n" in source:
        top, data = parsed(source.replace("\r\n", "\n"))
        return top, data.replace("\n", "\r\n")
    before, opened, rest = source.partition(_OPEN)
    data, closed, after = rest.partition(_CLOSE)
    if not opened or not closed:
        return tree(source), ""
    return tree(before + opened + closed + after), data


@lru_cache(maxsize=64)
def tree(source: str) -> Node:
    """Return the tree of a text."""
    top = _PARSER.parse(source.encode()).root_node
    if top.has_error:
        raise PsError("the script does not parse")
    return _plain(top, source.encode())


def _plain(node: Parsed, source: bytes) -> Node:
    raw = source[node.start_byte : node.end_byte]
    children = [_plain(one, source) for one in node.children]
    return Node(node.type, raw.decode(), raw, node.is_named, node.start_byte, node.end_byte, children)
