"""What a script has to be before it may be shipped: what a grammar alone does not see.

`faults` returns one sentence for each fault: text that is no PowerShell, constructs of later versions, `try` without
`catch` or `finally`, cmdlets and parameters that are not in the table, calls that do not say what happens on an error,
variables that are read before anything sets them, and changes of the host that no ShouldProcess guards.
"""

from collections.abc import Iterator

from tree_sitter import Node

from tests.kit import powershell
from tests.kit.powershell import text_of
from tests.kit.pwsh.cmdlets import CMDLETS, COMMON

CONSENT_GIVEN = frozenset({"invoke-owntask"})
"""Called by a task, which was made after somebody had consented to the step."""

_AUTOMATIC = frozenset(
    {"_", "true", "false", "null", "myinvocation", "pscmdlet", "pscommandpath", "whatifpreference"}
    | {"erroractionpreference", "progresspreference", "confirmpreference"}
)
_LATER = {"ternary_expression", "null_coalesce_expression", "pipeline_chain_tail", "class_statement", "enum_statement"}


def faults(source: bytes) -> list[str]:
    """Return what is wrong with a script, in the order of its text; nothing if it may be shipped."""
    found = [(line, f"does not parse: {piece}") for line, _, piece in powershell.errors(source)]
    found += [(line, "a try without catch and finally") for line in powershell.tries_without_handler(source)]
    found += _later(source) + _calls(source) + _variables(source) + _unguarded(source) + _not_ascii(source)
    return [f"line {line}: {what}" for line, what in sorted(found)]


def _line(node: Node) -> int:
    return node.start_point.row + 1


def _not_ascii(source: bytes) -> list[tuple[int, str]]:
    return [
        (number, "a character that Windows PowerShell would misread without a byte order mark")
        for number, line in enumerate(source.splitlines(), 1)
        if not line.isascii()
    ]


def _later(source: bytes) -> list[tuple[int, str]]:
    found = [(_line(node), "newer than 5.1") for node in powershell.nodes(source) if node.type in _LATER]
    return found + [
        (line, what) for line, what in powershell.newer_than_3(source) if what.startswith("7") and "5.0" not in what
    ]


def _calls(source: bytes) -> list[tuple[int, str]]:
    own = {name.lower(): _parameters(node) for name, node in _functions(source).items()}
    found = []
    for node in powershell.nodes(source, "command"):
        name = _called(node)
        given = [text_of(one)[1:].lower() for one in _elements(node) if one.type == "command_parameter"]
        if name in own:
            found += [(_line(node), f"{name} has no parameter {one}") for one in given if one not in own[name]]
        elif name in CMDLETS:
            allowed = CMDLETS[name].parameters | COMMON
            found += [(_line(node), f"{name} has no parameter {one}") for one in given if one not in allowed]
            if CMDLETS[name].effect == "host" and not _kept(node):
                found.append((_line(node), f"what {name} writes is mixed into the output"))
            if CMDLETS[name].blind and "erroraction" not in given:
                found.append((_line(node), f"{name} is not told what to do on an error"))
        else:
            found.append((_line(node), f"{name} is no known cmdlet"))
    return found


def _kept(command: Node) -> bool:
    """Whether a command's output goes to a variable."""
    above = command.parent.parent if command.parent is not None else None
    return above is not None and above.type == "assignment_value"


def _variables(source: bytes) -> list[tuple[int, str]]:
    """Look at each function on its own: its parameters, and what is assigned above, or at the top of the script."""
    top = {one: at for at, one in _assigned(_top(source), into=False)}
    known = set(top) | _AUTOMATIC | _script_parameters(source)
    found = []
    for function in powershell.nodes(source, "function_statement"):
        own = dict.fromkeys(_parameters(function), function.start_byte)
        for at, name in _assigned(function, into=True):
            own.setdefault(name, at)
        found += list(_read_early(function, own, known))
    return found


def _read_early(function: Node, own: dict[str, int], known: set[str]) -> Iterator[tuple[int, str]]:
    for node in powershell._below(function):
        if node.type == "variable":
            name = powershell._name(node)
            if ":" in name or name in known:
                continue
            if own.get(name, 1 << 40) > node.start_byte:
                yield _line(node), f"${name} is read before it is set"


def _assigned(top: Node, *, into: bool) -> Iterator[tuple[int, str]]:
    """Yield where a variable is assigned first: after the assignment; in a loop where its body begins."""
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node.type == "function_statement" and node is not top and not into:
            continue
        if node.type == "assignment_expression":
            yield node.children[0].start_byte, powershell._name(node.children[0])
        if node.type == "foreach_statement":
            variable = next(one for one in node.children if one.type == "variable")
            yield variable.start_byte, powershell._name(variable)
        waiting.extend(reversed(node.children))


def _script_parameters(source: bytes) -> set[str]:
    top = _top(source)
    blocks = [one for one in top.children if one.type == "param_block"]
    return {powershell._name(one) for block in blocks for one in powershell._below(block) if one.type == "variable"}


def _unguarded(source: bytes) -> list[tuple[int, str]]:
    """Follow calls from the script's own statements: each way to a change has to pass a ShouldProcess."""
    functions = {name.lower(): node for name, node in _functions(source).items()}
    top = _top(source)
    found, seen = [], set()
    waiting = [top]
    while waiting:
        for command in _unguarded_calls(waiting.pop()):
            name = _called(command)
            if name in functions and name not in seen and name not in CONSENT_GIVEN:
                seen.add(name)
                waiting.append(functions[name])
            elif name in CMDLETS and CMDLETS[name].effect == "host":
                found.append((_line(command), f"{name} is called without ShouldProcess"))
    return found


def _unguarded_calls(top: Node) -> Iterator[Node]:
    waiting = [top]
    while waiting:
        node = waiting.pop()
        if node.type == "function_statement" and node is not top:
            continue
        if node.type == "command":
            yield node
        guarded = node.type == "if_statement" and _asks(node)
        waiting += [one for one in node.children if not (guarded and one.type == "statement_block")]


def _asks(statement: Node) -> bool:
    condition = next((one for one in statement.children if one.type == "pipeline"), None)
    return condition is not None and text_of(condition).lower().startswith("$pscmdlet.shouldprocess(")


def _top(source: bytes) -> Node:
    return next(powershell.nodes(source))


def _functions(source: bytes) -> dict[str, Node]:
    return {
        next(text_of(one) for one in node.children if one.type == "function_name"): node
        for node in powershell.nodes(source, "function_statement")
    }


def _parameters(function: Node) -> set[str]:
    blocks = [one for part in function.children if part.type == "script_block" for one in part.children]
    return {
        powershell._name(one)
        for block in blocks
        if block.type == "param_block"
        for one in powershell._below(block)
        if one.type == "variable"
    }


def _called(command: Node) -> str:
    return next((text_of(one).lower() for one in command.children if one.type == "command_name"), text_of(command))


def _elements(command: Node) -> list[Node]:
    return [one for part in command.children if part.type == "command_elements" for one in part.children]
