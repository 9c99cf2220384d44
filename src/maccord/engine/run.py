"""Prepares the views, runs the rules, and makes findings of the rows they return."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby

from maccord.engine.engine import Cell, Engine
from maccord.engine.views import VIEWS
from maccord.fleet import vlan
from maccord.fleet.diagnosis import Finding, Ref
from maccord.rules import Rule

_TOLD = {"subject_table", "subject_id", "domain", "mac", "first", "last"}


def define_views(engine: Engine) -> None:
    """Define everything that rules read, over the tables that the engine holds."""
    for name, query in VIEWS:
        engine.define(name, query)
    _, sets = engine.query(
        "SELECT DISTINCT v.id, v.vlans FROM vlan_set v JOIN sharer s ON s.vlans = v.id ORDER BY v.id"
    )
    engine.insert("vlan_atom", ("vlans", "atom"), vlan.atoms([(_int(number), str(text)) for number, text in sets]))


def run_rules(
    engine: Engine, rules: Iterable[Rule], *, tell: Callable[[str], None] = lambda _: None
) -> dict[str, list[Finding]]:
    """Return the findings of each rule that has any, in an order that depends on the evidence alone."""
    found: dict[str, list[Finding]] = {}
    for rule in rules:
        tell(rule.id)
        columns, rows = engine.query(rule.query)
        if rows:
            found[rule.id] = _findings(rule, columns, rows)
    return found


def _findings(rule: Rule, columns: list[str], rows: list[tuple[Cell, ...]]) -> list[Finding]:
    at = {column: position for position, column in enumerate(columns)}
    keys = [at[column] for column in rule.identity]

    def identity(row: tuple[Cell, ...]) -> tuple[Cell, ...]:
        return tuple(row[key] for key in keys)

    ordered = sorted(rows, key=lambda row: tuple((cell is not None, cell) for cell in (*identity(row), *row)))
    findings = []
    for _, grouped in groupby(ordered, key=identity):
        members = list(grouped)
        parts = _linked(members, at, rule.link) if rule.link else [members]
        findings += [_finding(rule, at, part) for part in parts]
    return findings


def _finding(rule: Rule, at: Mapping[str, int], rows: list[tuple[Cell, ...]]) -> Finding:
    first = rows[0]
    subject_table, subject_id = at["subject_table"], at["subject_id"]
    refs = sorted({Ref(str(row[subject_table]), _int(row[subject_id])) for row in rows})
    ends = (first[at["first"]], first[at["last"]]) if "first" in at and "last" in at else None
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        identity=tuple(first[at[column]] for column in rule.identity),
        refs=tuple(refs),
        domain=_int(first[at["domain"]]) if "domain" in at else None,
        address=_maybe(first[at["mac"]]) if "mac" in at else None,
        segment=(_int(ends[0]), _int(ends[1])) if ends else None,
        facts={column: first[position] for column, position in at.items() if column not in _TOLD},
    )


def _linked(rows: list[tuple[Cell, ...]], at: Mapping[str, int], link: str) -> list[list[tuple[Cell, ...]]]:
    """Split rows into the groups that a chain of equal values in the column `link` joins, by subject."""
    leader: dict[object, object] = {}

    def root(node: object) -> object:
        while leader.setdefault(node, node) != node:
            node = leader[node]
        return node

    for row in rows:
        one, other = root(("subject", row[at["subject_id"]])), root(("link", row[at[link]]))
        leader[other] = one
    groups: dict[object, list[tuple[Cell, ...]]] = defaultdict(list)
    for row in rows:
        groups[root(("subject", row[at["subject_id"]]))].append(row)
    return list(groups.values())


def _int(cell: Cell) -> int:
    assert isinstance(cell, int | float)
    return int(cell)


def _maybe(cell: Cell) -> int | None:
    return None if cell is None or _int(cell) < 0 else _int(cell)
