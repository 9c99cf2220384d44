"""Looks into PowerShell without running it: what does not parse, what is called, what is read and never set.

The grammar is tree-sitter's, not Microsoft's: it forgives a `try` without `catch` and knows no cmdlet, so
each helper here answers one question that parsing alone leaves open.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import tree_sitter_pwsh
from tree_sitter import Language, Node, Parser

_PARSER = Parser(Language(tree_sitter_pwsh.language()))

_AUTOMATIC = frozenset(
    {"$", "?", "^", "_", "args", "error", "executioncontext", "false", "home", "input", "null", "pid"}
    | {"psboundparameters", "pscmdlet", "pscommandpath", "psitem", "psscriptroot", "psversiontable", "pwd"}
    | {"this", "true"}
)
"""Variables that PowerShell sets itself. Preferences are not among them: who reads one should set it."""

_NEWER_NODES = {
    "ternary_expression": "7.0: a ? b : c",
    "null_coalesce_expression": "7.0: ??",
    "pipeline_chain_tail": "7.0: && or ||",
    "class_statement": "5.0: class",
    "enum_statement": "5.0: enum",
    "using_statement": "5.0: using",
    "invocation_where_expression": "4.0: .Where()",
    "invocation_foreach_expression": "4.0: .ForEach()",
}
_NEWER_PARAMETERS = frozenset({"-asarray", "-ashashtable", "-enumsasstrings", "-escapehandling", "-parallel"})


def errors(src: bytes) -> list[tuple[int, int, str]]:
    """Return line, column and text of each piece that is no PowerShell, or before which one is missing."""
    return sorted(
        (node.start_point.row + 1, node.start_point.column + 1, text_of(node)[:40])
        for node in nodes(src)
        if node.is_error or node.is_missing
    )


def commands(src: bytes) -> list[str]:
    r"""Return the commands in text order and as written: `Get-VM`, `Hyper-V\Get-VM`, `& $variable`."""
    return [_command(node) for node in nodes(src, "command")]


def _command(node: Node) -> str:
    before = next((one for one in node.children if one.type == "command_invocation_operator"), None)
    called = next((one for one in node.children if one.type in ("command_name", "command_name_expr")), node)
    return f"{text_of(before).strip()} {text_of(called)}" if before else text_of(called)


def functions(src: bytes) -> dict[str, str]:
    """Return the text of each function by its name."""
    found = {}
    for node in nodes(src, "function_statement"):
        name = next(text_of(one) for one in node.children if one.type == "function_name")
        found[name] = text_of(node)
    return found


def methods(src: bytes) -> list[str]:
    """Return the methods that are called: `.Add` on an object, `[System.IO.File]::WriteAllText` on a type."""
    kinds = ("invocation_expression", "invocation_where_expression", "invocation_foreach_expression")
    found = []
    for node in nodes(src, *kinds):
        owner = node.children[0]
        name = next((text_of(one) for one in node.children if one.type == "member_name"), "")
        found.append(f"{text_of(owner)}::{name}" if owner.type == "type_literal" else f".{name}")
    return found


def tries_without_handler(src: bytes) -> list[int]:
    """Return the lines of each `try` that has neither `catch` nor `finally`."""
    return [
        node.start_point.row + 1
        for node in nodes(src, "try_statement")
        if not {"catch_clauses", "catch_clause", "finally_clause"} & {one.type for one in node.children}
    ]


def newer_than_3(src: bytes) -> list[tuple[int, str]]:
    """Return line and name of what Windows PowerShell 3.0 cannot read or does not know."""
    found = [(node.start_point.row + 1, _NEWER_NODES[node.type]) for node in nodes(src, *_NEWER_NODES)]
    for node in nodes(src):
        line = node.start_point.row + 1
        if node.type == "command_parameter" and text_of(node).lower() in _NEWER_PARAMETERS:
            found.append((line, f"7.0: {text_of(node)}"))
        elif node.type == "??=":
            found.append((line, "7.0: ??="))
        elif node.type == "member_name" and text_of(node).lower() == "new":
            found.append((line, "5.0: ::new()"))
        elif node.type == "command_name" and text_of(node).lower() == "using":
            found.append((line, "5.0: using"))
        elif node.type == "|" and not src[: node.start_byte].rpartition(b"\n")[2].strip():
            found.append((line, "7.0: a line that begins with |"))
    return sorted(set(found))


def unset_variables(src: bytes) -> set[str]:
    """Return the variables that are read and neither set anywhere, nor parameters, nor PowerShell's own.

    The order of the statements is not looked at. Variables of a drive or scope (`$env:NAME`) are left out.
    What is only added to (`+=`) was never set, nor was what is only set in parts (`$a[0] = 1`).
    """
    known = set(_AUTOMATIC)
    for node in nodes(src, "assignment_expression", "script_parameter", "foreach_statement"):
        known |= _set_by(node)
    read = {_name(node) for node in nodes(src, "variable")}
    return {name for name in read - known if ":" not in name}


def _set_by(node: Node) -> set[str]:
    """Return the names that a parameter, a loop or an assignment sets."""
    if node.type == "foreach_statement":
        return {next(_name(one) for one in node.children if one.type == "variable")}
    if node.type == "script_parameter":
        # The grammar takes the parameters that follow a default value for a part of it: take them all.
        return {_name(one) for one in _below(node) if one.type == "variable"}
    left, operator = node.children[:2]
    parts = [one for one in _below(left) if one.type in ("variable", "element_access", "member_access")]
    if text_of(operator).strip() != "=" or any(one.type != "variable" for one in parts):
        return set()
    return {_name(one) for one in parts}


def entries(src: bytes) -> dict[str, str]:
    """Return every entry of every hash literal, the text by the key; the texts of equal keys are joined."""
    found: dict[str, str] = {}
    for node in nodes(src, "hash_entry"):
        key = next(text_of(one) for one in node.children if one.type == "key_expression").strip("'\"")
        found[key] = found.get(key, "") + text_of(node) + "\n"
    return found


def nodes(src: bytes, *kinds: str) -> Iterator[Node]:
    """Yield the nodes of the syntax tree in text order: all of them, or those of the given kinds."""
    for kind, node in _all(src):
        if not kinds or kind in kinds:
            yield node


@lru_cache(maxsize=2)
def _all(src: bytes) -> list[tuple[str, Node]]:
    """Return every node with its type: a question about a script is seldom the only one."""
    return [(node.type, node) for node in _below(_PARSER.parse(src).root_node)]


def text_of(node: Node) -> str:
    """Return the text that a node covers."""
    return (node.text or b"").decode("utf-8", errors="replace")


def _below(top: Node) -> Iterator[Node]:
    waiting = [top]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(node.children))


def _name(node: Node) -> str:
    """Return a variable's name in lower case, without `$`, `@` (when it is splatted) and braces."""
    return re.sub(r"^[$@]\{?|\}$", "", text_of(node)).lower()
