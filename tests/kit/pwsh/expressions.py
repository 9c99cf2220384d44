"""Expressions, strings, arguments and methods of the interpreted PowerShell."""

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from tests.kit.pwsh import cmdlets, operators
from tests.kit.pwsh.tree import Node, text_of
from tests.kit.pwsh.values import NOTHING, Block, Obj, PsError, Table, absent, collapsed, text, truth, whole

if TYPE_CHECKING:
    from tests.kit.pwsh.interpreter import Interpreter

_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}
_PARAMETER = re.compile(r"\[([\w.]+(?:\[\])?)\]\s*\$(\w+)\s*(?:=\s*([^,\n]+?))?\s*(?=,\s*\n|\n\))")


def parameters_of(block: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and default of a script's parameters."""
    for kind, name, default in _PARAMETER.findall(block):
        yield name, kind.lower(), default or "$null"


def name_of(variable: Node) -> str:
    """Return a variable's name without its mark and braces."""
    return re.sub(r"^\$\{?|\}$", "", text_of(variable))


def block_of(command: Node) -> Node:
    """Return the script block that Where-Object or ForEach-Object is given."""
    waiting = [command]
    while waiting:
        node = waiting.pop(0)
        if node.type == "script_block":
            return node
        waiting = list(node.children) + waiting
    raise PsError("no script block")


def declared(function: Node) -> dict[str, str]:
    """Return a function's parameters with their types; none of them has a default."""
    found = {}
    for block in function.children:
        if block.type == "param_block":
            for one in next(part for part in block.children if part.type == "parameter_list").children:
                if one.type == "script_parameter":
                    kind = next((text_of(part) for part in one.children if part.type == "attribute_list"), "")
                    variable = next(part for part in one.children if part.type == "variable")
                    found[name_of(variable)] = kind.strip("[]").replace(" ", "").lower() + (
                        "[]" if "[]" in kind else ""
                    )
    return found


def bound(kind: str, value: Any) -> Any:
    """Return an argument as a parameter of a type holds it."""
    if kind == "":
        return None if value is NOTHING else value
    if value is NOTHING and kind in ("string", "int", "bool", "switch"):
        return {"string": "", "int": 0}.get(kind, False)
    return operators.cast(kind, value)


def arguments(run: "Interpreter", command: Node, *, switches_of: str | None) -> dict[str, Any]:
    """Return the arguments by their parameters' names in lower case. switches_of: the cmdlet, None for a function."""
    found: dict[str, Any] = {}
    parts = [one for part in command.children if part.type == "command_elements" for one in part.children]
    waiting: str | None = None
    for one in parts:
        if one.type == "command_argument_sep" and text_of(one) != ":":
            continue
        if one.type == "command_argument_sep":
            waiting = next(reversed(found))
        elif one.type == "command_parameter":
            waiting = text_of(one)[1:].lower()
            found[waiting] = True
            if switches_of is not None and cmdlets.is_switch(switches_of, waiting):
                waiting = None
        elif waiting is None:
            raise PsError(f"an argument without its parameter: {text_of(command)[:80]}")
        else:
            value = text_of(one) if one.type == "generic_token" else value_of(run, one)
            found[waiting] = None if value is NOTHING else value
            waiting = None
    return found


def value_of(run: "Interpreter", node: Node) -> Any:
    """Return the value of an expression."""
    evaluate = _KINDS.get(node.type)
    if evaluate is None:
        raise PsError(f"{node.type} is not interpreted: {text_of(node)[:60]}")
    return evaluate(run, node)


def _inner(run: "Interpreter", node: Node) -> Any:
    return value_of(run, node.children[0])


def _variable(run: "Interpreter", node: Node) -> Any:
    return run.variable(name_of(node))


def _number(run: "Interpreter", node: Node) -> Any:
    return float(text_of(node)) if "." in text_of(node) else int(text_of(node))


def _here_string(run: "Interpreter", node: Node) -> str:
    """The one here-string of a script is its data, which the tree leaves out."""
    return run.here


def _verbatim(run: "Interpreter", node: Node) -> str:
    return text_of(node).strip()[1:-1].replace("''", "'")


def _expandable(run: "Interpreter", node: Node) -> str:
    """What stands between the parts that are replaced is no node of its own: it is cut out of the text."""
    raw = node.raw
    out, at = [], 0
    marks = [one for one in node.children if one.is_named]
    for mark in marks:
        start, end = mark.start_byte - node.start_byte, mark.end_byte - node.start_byte
        out += [_unescaped(raw[at:start].decode()), text(value_of(run, mark))]
        at = end
    out.append(_unescaped(raw[at:].decode()))
    return "".join(out).strip()[1:-1] if not marks else _unquoted("".join(out))


def _unquoted(whole_text: str) -> str:
    return whole_text.lstrip()[1:-1]


def _unescaped(raw: str) -> str:
    return re.sub(r"`(.)", lambda found: _ESCAPES.get(found[1], found[1]), raw)


def _sub_expression(run: "Interpreter", node: Node) -> Any:
    out: list[Any] = []
    run.block(node, out)
    return collapsed(out)


def _array(run: "Interpreter", node: Node) -> list[Any]:
    out: list[Any] = []
    run.block(node, out)
    return out


def _parenthesized(run: "Interpreter", node: Node) -> Any:
    inner = node.children[1]
    parts = [one for one in inner.children[0].children if one.is_named]
    if inner.children[0].type == "pipeline_chain" and len(parts) == 1 and parts[0].type != "command":
        return value_of(run, parts[0])
    return run.value(inner)


def _list(run: "Interpreter", node: Node) -> list[Any]:
    return [value_of(run, one) for one in node.children if one.is_named]


def _hash(run: "Interpreter", node: Node) -> Table:
    table = Table()
    for body in node.children:
        if body.type == "hash_literal_body":
            for entry in body.children:
                if entry.type == "hash_entry":
                    key, value = entry.children[0], entry.children[2]
                    only = [one for one in value.children[0].children if one.is_named]
                    single = value.children[0].type == "pipeline_chain" and len(only) == 1 and only[0].type != "command"
                    told = value_of(run, only[0]) if single else run.value(value)
                    table.put(text_of(key).strip("'\" "), None if told is NOTHING else told)
    return table


def _unary(run: "Interpreter", node: Node) -> Any:
    first = node.children[0]
    if first.type == "cast_expression":
        return operators.cast(_type(first.children[0]), value_of(run, first.children[1]))
    if text_of(first).strip().lower() in ("-not", "!"):
        return not truth(value_of(run, node.children[1]))
    raise PsError(f"{text_of(node)[:40]} is not interpreted")


def _type(node: Node) -> str:
    return re.sub(r"\s", "", text_of(node))[1:-1].lower()


def _comparison(run: "Interpreter", node: Node) -> Any:
    left, name, right = node.children
    word = text_of(name).strip()
    if word.lower() in ("-is", "-isnot"):
        return operators.compare(word, value_of(run, left), text_of(right).strip("[] ").lower())
    return operators.compare(word, value_of(run, left), value_of(run, right))


def _logical(run: "Interpreter", node: Node) -> bool:
    left, name, right = (one for one in node.children if one.type != "comment")
    first = truth(value_of(run, left))
    both = text_of(name).strip().lower() == "-and"
    if first != both:
        return first
    return truth(value_of(run, right))


def _additive(run: "Interpreter", node: Node) -> Any:
    left, sign, right = node.children
    one, other = value_of(run, left), value_of(run, right)
    return operators.add(one, other) if text_of(sign).strip() == "+" else whole(one) - whole(other)


def _multiplicative(run: "Interpreter", node: Node) -> int:
    return whole(value_of(run, node.children[0])) * whole(value_of(run, node.children[2]))


def _format(run: "Interpreter", node: Node) -> str:
    values = value_of(run, node.children[2])
    return operators.formatted(text(value_of(run, node.children[0])), values if isinstance(values, list) else [values])


def _member(run: "Interpreter", node: Node) -> Any:
    owner, name = value_of(run, node.children[0]), text_of(node.children[2])
    return member(owner, name)


def member(owner: Any, name: str) -> Any:
    """Return a property, as strict mode does: what is not there is an error."""
    key = name.lower()
    if key == "psobject":
        if not isinstance(owner, Obj):
            raise PsError("only objects are asked for their properties")
        return Obj({"Properties": Properties(owner)})
    if isinstance(owner, list) and key in ("count", "length"):
        return len(owner)
    if isinstance(owner, str) and key == "length":
        return len(owner)
    if isinstance(owner, Obj):
        found = owner.get(name)
        return found() if callable(found) else found
    raise PsError(f"The property '{name}' cannot be found on this object.")


class Properties(list[Obj]):
    """PSObject.Properties: each with its name and value, found by name or one after the other."""

    def __init__(self, owner: Obj) -> None:
        super().__init__(Obj({"Name": name, "Value": value}) for name, value in owner.items())
        self.owner = owner


def _element(run: "Interpreter", node: Node) -> Any:
    owner = value_of(run, node.children[0])
    index = value_of(run, node.children[2])
    if isinstance(owner, Properties):
        return Obj({"Name": index, "Value": owner.owner.get(index)}) if index in owner.owner else None
    if isinstance(owner, list):
        if not -len(owner) <= index < len(owner):
            raise PsError("Index was outside the bounds of the array.")
        return owner[index]
    if absent(owner):
        raise PsError("Cannot index into a null array.")
    raise PsError("what is indexed is no array")


_METHODS: dict[str, Callable[..., Any]] = {
    "replace": lambda one, old, new: one.replace(old, new),
    "substring": lambda one, start, length: one[start : start + length],
    "toupperinvariant": lambda one: one.upper(),
    "trim": lambda one: one.strip(),
    "trimend": lambda one, what: one.rstrip(what),
}


def _invocation(run: "Interpreter", node: Node) -> Any:
    owner, mark, name, given = node.children
    values = [
        value_of(run, one.children[0])
        for part in given.children
        if part.type == "argument_expression_list"
        for one in part.children
        if one.type == "argument_expression"
    ]
    word = text_of(name).lower()
    if text_of(mark) == "::":
        return run.statics[f"{_type(owner)}::{word}"](*values)
    target = value_of(run, owner)
    if isinstance(target, Block):
        return target.text
    if isinstance(target, str) and word in _METHODS:
        return _METHODS[word](target, *values)
    if word == "shouldprocess":
        return run.ask(text(values[0]))
    raise PsError(f"method {word} is not interpreted")


_KINDS: dict[str, Callable[["Interpreter", Node], Any]] = {
    "additive_expression": _additive,
    "argument_expression": _inner,
    "array_expression": _array,
    "array_literal_expression": _list,
    "comparison_expression": _comparison,
    "element_access": _element,
    "expandable_string_literal": _expandable,
    "expression_with_unary_operator": _unary,
    "format_expression": _format,
    "hash_literal_expression": _hash,
    "integer_literal": _number,
    "invocation_expression": _invocation,
    "logical_expression": _logical,
    "member_access": _member,
    "multiplicative_expression": _multiplicative,
    "parenthesized_expression": _parenthesized,
    "real_literal": _number,
    "string_literal": _inner,
    "sub_expression": _sub_expression,
    "unary_expression": _inner,
    "variable": _variable,
    "verbatim_here_string_characters": _here_string,
    "verbatim_string_characters": _verbatim,
}
