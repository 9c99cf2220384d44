"""Prepares the views, runs the rules, and makes findings of the rows they return."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import groupby

from maccord.engine.engine import Cell, Engine
from maccord.engine.steps import Step, read_by, run_steps
from maccord.engine.views import VIEWS
from maccord.fleet import vlan
from maccord.fleet.diagnosis import Finding
from maccord.fleet.records import OBSERVERS, TABLES
from maccord.rules import Rule

_Row = tuple[Cell, ...]
_RULE, _FILLED = "rule ", "filled"


_NAMES = frozenset({"shared_mac", "vlan_atom", *(name for name, _ in VIEWS)})


def find_all(
    engine: Engine, rules: Iterable[Rule], *, tell: Callable[[str], None] = lambda _: None
) -> dict[str, list[Finding]]:
    """Return the findings of each rule that has any, over the tables that the engine holds.

    The order depends on the evidence alone; `tell` hears each rule before its turn.
    """

    def tell_rule(step: str) -> None:
        if step.startswith(_RULE):
            tell(step.removeprefix(_RULE))

    return _found(run_steps(engine, [*_view_steps(), *_rule_steps(rules)], tell=tell_rule))


def define_views(engine: Engine) -> None:
    """Define everything that rules read, over the tables that the engine holds."""
    run_steps(engine, _view_steps(), tell=lambda _: None)


def run_rules(engine: Engine, rules: Iterable[Rule]) -> dict[str, list[Finding]]:
    """Return the findings of each rule that has any, over views that are there."""
    steps = [replace(step, waits=step.waits & {_FILLED}) for step in _rule_steps(rules)]
    return _found(run_steps(engine, steps, tell=lambda _: None))


def count_rows(engine: Engine) -> dict[str, int]:
    """Count hosts, adapters, pools and sightings; devices that only tell of others' addresses are no hosts."""
    observers = ", ".join(f"'{platform}'" for platform in sorted(OBSERVERS))
    asked = {table: f"SELECT COUNT(*) FROM {table}" for table in ("host", "adapter", "pool", "sighting")}
    asked["host"] += f" WHERE platform NOT IN ({observers})"
    _, (row,) = engine.query(f"SELECT {', '.join(f'({query}) AS {table}s' for table, query in asked.items())}")
    return {f"{table}s": _int(cell) for table, cell in zip(asked, row, strict=True)}


def _found(done: Mapping[str, list[Finding]]) -> dict[str, list[Finding]]:
    return {name.removeprefix(_RULE): findings for name, findings in done.items() if findings}


def _view_steps() -> list[Step[list[Finding]]]:
    steps: list[Step[list[Finding]]] = []
    for name, query in VIEWS:
        waits = read_by(query, _NAMES) - {name}
        if "shared_mac" in waits and all(step.name != "shared_mac" for step in steps):
            steps.append(Step("shared_mac", frozenset(), _define_shared))
        steps.append(Step(name, waits, partial(_define, name=name, query=query)))
    return [*steps, Step("vlan_atom", frozenset({"sharer"}), _define_atoms)]


def _rule_steps(rules: Iterable[Rule]) -> list[Step[list[Finding]]]:
    asked = list(rules)
    filled: set[str] = set()
    tables = sorted({name for rule in asked for name in rule.needs if name in TABLES})
    steps = [Step(_FILLED, frozenset(), partial(_look, tables=tables, filled=filled))]
    for rule in asked:
        waits = read_by(rule.query, _NAMES) | _NAMES & set(rule.needs) | {_FILLED}
        steps.append(Step(_RULE + rule.id, waits, partial(_ask, rule=rule, filled=filled)))
    return steps


def _define(engine: Engine, name: str, query: str) -> list[Finding]:
    engine.define(name, query)
    return []


def _define_shared(engine: Engine) -> list[Finding]:
    engine.define_repeated("shared_mac", "adapter", "mac")
    return []


def _define_atoms(engine: Engine) -> list[Finding]:
    _, sets = engine.query(
        "SELECT DISTINCT v.id, v.vlans FROM vlan_set v JOIN sharer s ON s.vlans = v.id ORDER BY v.id"
    )
    engine.insert("vlan_atom", ("vlans", "atom"), vlan.atoms([(_int(number), str(text)) for number, text in sets]))
    return []


def _look(engine: Engine, tables: Iterable[str], filled: set[str]) -> list[Finding]:
    """Note which tables hold anything: one question for all rules."""
    looks = [f"(SELECT '{name}' AS name FROM {name} LIMIT 1)" for name in tables]
    filled.update(str(name) for (name,) in (engine.query(" UNION ALL ".join(looks))[1] if looks else ()))
    return []


def _ask(engine: Engine, rule: Rule, filled: set[str]) -> list[Finding]:
    """Return what a rule finds; where all that it needs is empty it is not asked."""
    views = [name for name in rule.needs if name not in TABLES]
    if rule.needs and filled.isdisjoint(rule.needs):
        looks = " UNION ALL ".join(f"(SELECT 1 AS one FROM {name} LIMIT 1)" for name in views)
        if not views or not engine.query(looks)[1]:
            return []
    return list(_linked(engine, rule) if rule.link else _gathered(engine, rule))


def _gathered(engine: Engine, rule: Rule) -> Iterator[Finding]:
    """Yield the findings of a rule; the engine gathers each fault's rows, so that many rows cost one here."""
    keys = ", ".join(rule.identity)
    told = "".join(f", MIN({column}) AS {column}" for column in rule.tells)
    hosts = "ARRAY_AGG(host_id)" if rule.hosted else "NULL"
    columns, rows = engine.query(
        f"SELECT {keys}{told}, subject_table, ARRAY_AGG(subject_id) AS subject_ids, {hosts} AS host_ids "
        f"FROM ({rule.query}) q GROUP BY {keys}, subject_table ORDER BY {keys}, subject_table"
    )
    width = len(rule.identity)
    for _, grouped in groupby(rows, key=lambda row: row[:width]):
        parts = list(grouped)
        told_of = dict(zip(columns[:-3], parts[0], strict=False))
        found = frozenset[int]().union(*(_ids(part[-1]) for part in parts if rule.hosted))
        yield _finding(rule, told_of, {str(part[-3]): _ids(part[-2]) for part in parts}, found)


def _linked(engine: Engine, rule: Rule) -> Iterator[Finding]:
    """Yield the findings of a rule whose rows are one fault only where a chain of equal links joins them."""
    keys = ", ".join(rule.identity)
    columns = f"{keys}, subject_table, subject_id, {rule.link}"
    _, rows = engine.query(f"SELECT {columns} FROM ({rule.query}) q ORDER BY {columns}")
    width = len(rule.identity)
    for identity, grouped in groupby(rows, key=lambda row: row[:width]):
        told_of = dict(zip(rule.identity, identity, strict=True))
        for part in _chains([row[width:] for row in grouped]):
            by_table: dict[str, set[int]] = defaultdict(set)
            for table, number, _ in part:
                by_table[str(table)].add(_int(number))
            yield _finding(rule, told_of, by_table)


def _finding(
    rule: Rule, told: Mapping[str, Cell], ids: Mapping[str, Iterable[int]], hosts: frozenset[int] = frozenset()
) -> Finding:
    first, last = told.get("first"), told.get("last")
    address = told.get("mac")
    domain = told.get("domain")
    return Finding(
        rule=rule.id,
        severity=rule.severity,
        rows={table: tuple(sorted(set(numbers))) for table, numbers in ids.items()},
        domain=None if domain is None else _int(domain),
        address=None if address is None or _int(address) < 0 else _int(address),
        segment=None if first is None or last is None else (_int(first), _int(last)),
        facts=dict(told),
        hosts=hosts,
    )


def _chains(rows: list[_Row]) -> list[list[_Row]]:
    """Group rows of (table, id, link) that a chain of equal subjects and equal links joins."""
    leader: dict[object, object] = {}

    def root(node: object) -> object:
        while leader.setdefault(node, node) != node:
            node = leader[node]
        return node

    for row in rows:
        one, other = root(row[:2]), root(row[2:])
        leader[other] = one
    groups: dict[object, list[_Row]] = defaultdict(list)
    for row in rows:
        groups[root(row[:2])].append(row)
    return list(groups.values())


def _int(cell: Cell) -> int:
    assert isinstance(cell, int | float)
    return int(cell)


def _ids(cell: Cell) -> list[int]:
    assert isinstance(cell, list)
    return cell
