"""An interpreter of as much PowerShell as the runtime of maccord's scripts uses.

It is not PowerShell: it runs the logic of the scripts, with strict mode's errors for variables and properties that are
not there. A construct that it does not know is an error, so a runtime that begins to use one fails its tests.
"""

from collections.abc import Callable
from typing import Any

from tests.kit.pwsh import expressions
from tests.kit.pwsh.tree import Node, parsed, text_of, tree
from tests.kit.pwsh.values import NOTHING, Block, Killed, Nothing, Obj, PsError, collapsed, items, text, truth

Command = Callable[["Interpreter", dict[str, Any]], Any]


class Return(Exception):
    """`return`: leaves the function."""


class Break(Exception):
    """`break`: leaves the loop."""


class Continue(Exception):
    """`continue`: on with the loop."""


class Exit(Exception):
    """`exit`: leaves the script, with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Interpreter:
    """Runs one script. commands: cmdlets by their names in lower case; answer: what whoever is asked says."""

    def __init__(self, commands: dict[str, Command], *, environment: dict[str, str], path: str = "") -> None:
        self.commands = commands
        self.environment = {name.lower(): value for name, value in environment.items()}
        self.path = path
        self.functions: dict[str, Node] = {}
        self.scopes: list[dict[str, Any]] = [{}]
        self.statics: dict[str, Callable[..., Any]] = {}
        self.answer: bool | None = None
        self.asked: list[str] = []
        self.source = ""
        self.here = ""

    # Running ---------------------------------------------------------------------------------------------------------

    def run(self, source: str, parameters: dict[str, Any]) -> tuple[list[Any], int]:
        """Return what the script wrote, and its exit code."""
        self.source = source
        top, self.here = parsed(source)
        out: list[Any] = []
        self.scopes[0] |= self._automatic(parameters)
        for one in top.children:
            if one.type == "param_block":
                self._script_parameters(one, parameters)
        try:
            for one in top.children:
                if one.type == "statement_list":
                    self.statements(one, out)
        except Exit as left:
            return out, left.code
        return out, 0

    def _automatic(self, parameters: dict[str, Any]) -> dict[str, Any]:
        whatif = truth(parameters.get("WhatIf"))
        command = Obj({"ScriptBlock": Block(None, self.source)})
        cmdlet = Obj({"whatif": whatif})
        return {
            "true": True,
            "false": False,
            "null": None,
            "whatifpreference": whatif,
            "confirmpreference": "None" if parameters.get("Confirm") is False else "High",
            "pscommandpath": self.path,
            "myinvocation": Obj({"MyCommand": command}),
            "pscmdlet": cmdlet,
        }

    def _script_parameters(self, block: Node, parameters: dict[str, Any]) -> None:
        """The script's own parameters, from the text: the grammar takes those after a default for a part of it."""
        given = {name.lower(): value for name, value in parameters.items()}
        known = {"whatif", "confirm"}
        for name, kind, default in expressions.parameters_of(text_of(block)):
            known.add(name.lower())
            value = given.get(name.lower())
            if value is None:
                value = self._default(kind, default)
            self.scopes[0][name.lower()] = value
        if unknown := set(given) - known:
            raise PsError(f"A parameter cannot be found that matches parameter name {unknown}.")

    def _default(self, kind: str, default: str) -> Any:
        if kind == "switch":
            return False
        out: list[Any] = []
        self.statements(tree(default).children[0], out)
        value = collapsed(out)
        return ([] if value is NOTHING else items(value)) if kind.endswith("[]") else value

    def ask(self, what: str) -> bool:
        """ShouldProcess, of a script whose impact is high."""
        if truth(self.variable("whatifpreference")):
            return False
        if self.variable("confirmpreference") == "None":
            return True
        self.asked.append(what)
        if self.answer is None:
            raise PsError("A command that prompts the user failed because nobody can be asked.")
        return self.answer

    # Variables -------------------------------------------------------------------------------------------------------

    def variable(self, name: str) -> Any:
        key = name.lower()
        if key.startswith("env:"):
            return self.environment.get(key[4:])
        for scope in reversed(self.scopes):
            if key in scope:
                return scope[key]
        raise PsError(f"The variable '${name}' cannot be retrieved because it has not been set.")

    def assign(self, name: str, value: Any) -> None:
        if name.lower() != "null":
            self.scopes[-1][name.lower()] = value

    # Statements ------------------------------------------------------------------------------------------------------

    def statements(self, node: Node, out: list[Any]) -> None:
        for one in node.children:
            if one.is_named and one.type != "comment":
                self.statement(one, out)

    def block(self, node: Node, out: list[Any]) -> None:
        for one in node.children:
            if one.type == "statement_list":
                self.statements(one, out)

    def statement(self, node: Node, out: list[Any]) -> None:
        run = getattr(self, f"_{node.type}", None)
        if run is None:
            raise PsError(f"{node.type} is not interpreted: {text_of(node)[:60]}")
        run(node, out)

    def _empty_statement(self, node: Node, out: list[Any]) -> None:
        pass

    def _statement_list(self, node: Node, out: list[Any]) -> None:
        self.statements(node, out)

    def _requires_directive_list(self, node: Node, out: list[Any]) -> None:
        pass

    def _function_statement(self, node: Node, out: list[Any]) -> None:
        name = next(text_of(one) for one in node.children if one.type == "function_name")
        self.functions[name.lower()] = next(one for one in node.children if one.type == "script_block")

    def _pipeline(self, node: Node, out: list[Any]) -> None:
        out.extend(self.pipeline(node))

    def _if_statement(self, node: Node, out: list[Any]) -> None:
        clauses = [node]
        for one in node.children:
            if one.type == "elseif_clauses":
                clauses += one.children
        for clause in clauses:
            condition = next(one for one in clause.children if one.type == "pipeline")
            if truth(self.value(condition)):
                self.block(next(one for one in clause.children if one.type == "statement_block"), out)
                return
        for one in node.children:
            if one.type == "else_clause":
                self.block(next(part for part in one.children if part.type == "statement_block"), out)

    def _foreach_statement(self, node: Node, out: list[Any]) -> None:
        name = text_of(next(one for one in node.children if one.type == "variable"))[1:]
        body = node.children[-1]
        for one in items(self.value(next(part for part in node.children if part.type == "pipeline"))):
            self.assign(name, one)
            try:
                self.block(body, out)
            except Continue:
                continue
            except Break:
                break

    def _while_statement(self, node: Node, out: list[Any]) -> None:
        condition = next(one for one in node.children if one.type == "while_condition")
        while truth(self.value(condition.children[0])):
            self.block(node.children[-1], out)

    def _do_statement(self, node: Node, out: list[Any]) -> None:
        condition = next(one for one in node.children if one.type == "while_condition")
        while True:
            self.block(node.children[1], out)
            if not truth(self.value(condition.children[0])):
                return

    def _switch_statement(self, node: Node, out: list[Any]) -> None:
        condition = next(one for one in node.children if one.type == "switch_condition")
        wanted = self.value(next(one for one in condition.children if one.type == "pipeline"))
        body = next(one for one in node.children if one.type == "switch_body")
        for clause in next(one for one in body.children if one.type == "switch_clauses").children:
            label = next(one for one in clause.children if one.type == "switch_clause_condition")
            word = text_of(label).strip().strip("'")
            if word == "default" or word.lower() == text(wanted).lower():
                self.block(clause.children[-1], out)
                return

    def _try_statement(self, node: Node, out: list[Any]) -> None:
        parts = {one.type: one for one in node.children}
        depth = len(self.scopes)
        try:
            self.block(parts["statement_block"], out)
        except PsError as e:
            if "catch_clauses" not in parts:
                raise
            del self.scopes[depth:]
            self.scopes[-1]["_"] = Obj({"Exception": Obj({"Message": str(e)})})
            self.block(parts["catch_clauses"].children[0].children[-1], out)
        except Killed:
            parts.pop("finally_clause", None)
            raise
        finally:
            if "finally_clause" in parts:
                self.block(parts["finally_clause"].children[-1], out)

    def _flow_control_statement(self, node: Node, out: list[Any]) -> None:
        word = text_of(node.children[0]).strip().lower()
        told = self.pipeline(node.children[1]) if len(node.children) > 1 else []
        if word == "return":
            out.extend(told)
            raise Return
        if word == "throw":
            raise PsError(text(collapsed(told)))
        if word == "exit":
            raise Exit(int(told[0]))
        raise {"break": Break, "continue": Continue}[word]

    # Pipelines -------------------------------------------------------------------------------------------------------

    def value(self, node: Node) -> Any:
        """Return what a pipeline is worth in an expression."""
        return collapsed(self.pipeline(node))

    def pipeline(self, node: Node) -> list[Any]:
        inner = node.children[0]
        if inner.type == "assignment_expression":
            self._assignment(inner)
            return []
        return self.chain(inner) if inner.type == "pipeline_chain" else items(expressions.value_of(self, inner))

    def chain(self, node: Node) -> list[Any]:
        stages = [one for one in node.children if one.type != "|" and one.is_named]
        if len(stages) == 1 and stages[0].type != "command":
            return items(expressions.value_of(self, stages[0]))
        flowing: list[Any] | None = None
        for stage in stages:
            if stage.type == "command":
                flowing = self.command(stage, flowing)
            else:
                flowing = items(expressions.value_of(self, stage))
        return flowing or []

    def _assignment(self, node: Node) -> None:
        left, _, right = node.children
        target = left.children[0].children[0]
        if target.type != "variable":
            raise PsError(f"only variables are assigned to: {text_of(left)}")
        if right.type == "assignment_value" and right.children[0].type == "pipeline_chain":
            only = [one for one in right.children[0].children if one.is_named]
            value = self._kept(only[0]) if len(only) == 1 else collapsed(self.chain(right.children[0]))
        else:
            out: list[Any] = []
            self.statement(right if right.type != "assignment_value" else right.children[0], out)
            value = collapsed(out)
        self.assign(expressions.name_of(target), value)

    def _kept(self, node: Node) -> Any:
        """An expression keeps its array, were it of one item or none; a command's output does not."""
        return expressions.value_of(self, node) if node.type != "command" else collapsed(self.command(node, None))

    def command(self, node: Node, flowing: list[Any] | None) -> list[Any]:
        name = text_of(next(one for one in node.children if one.type == "command_name")).lower()
        if name in ("where-object", "foreach-object"):
            body = expressions.block_of(node)
            return self._each(body, flowing or [], keep=name == "where-object")
        known = name in self.functions
        given = expressions.arguments(self, node, switches_of=None if known else name)
        if known:
            return self.call(name, given)
        if name not in self.commands:
            raise PsError(f"The term '{name}' is not recognized as the name of a cmdlet.")
        if flowing is not None:
            given["input"] = flowing
        silent = text(given.get("erroraction")).lower() == "silentlycontinue"
        try:
            told = self.commands[name](self, given)
            return [] if told is None else items(told)
        except PsError:
            if silent:
                return []
            raise

    def call(self, name: str, given: dict[str, Any]) -> list[Any]:
        """Call a function of the script."""
        body = self.functions[name]
        declared = expressions.declared(body)
        scope: dict[str, Any] = {}
        for one, kind in declared.items():
            value = given.pop(one.lower(), NOTHING)
            scope[one.lower()] = expressions.bound(kind, value)
        if given:
            raise PsError(f"{name}: A parameter cannot be found that matches parameter name {sorted(given)}.")
        self.scopes.append(scope)
        depth = len(self.scopes)
        out: list[Any] = []
        try:
            for part in body.children:
                if part.type == "script_block_body":
                    self.block(part, out)
        except Return:
            pass
        finally:
            del self.scopes[depth - 1 :]
        return out

    def _each(self, body: Node, flowing: list[Any], *, keep: bool) -> list[Any]:
        out: list[Any] = []
        missing = Nothing()
        for one in flowing:
            before = self.scopes[-1].get("_", missing)
            self.scopes[-1]["_"] = one
            told: list[Any] = []
            for inner in body.children:
                if inner.type == "script_block_body":
                    self.block(inner, told)
            if before is missing:
                self.scopes[-1].pop("_", None)
            else:
                self.scopes[-1]["_"] = before
            out.extend(([one] if truth(collapsed(told)) else []) if keep else told)
        return out
