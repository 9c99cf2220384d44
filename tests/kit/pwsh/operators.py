"""Operators and casts."""

import re
from fnmatch import translate
from typing import Any

from tests.kit.pwsh.values import NOTHING, Obj, PsError, Table, absent, text, truth, whole


def same(left: Any, right: Any, *, case: bool) -> bool:
    """Tell whether two values are equal: the right one is turned into the left one's kind."""
    if absent(left) or absent(right):
        return absent(left) and absent(right)
    if isinstance(left, bool):
        return left == truth(right)
    if isinstance(left, int):
        try:
            return left == int(right)
        except (TypeError, ValueError):
            return False
    if isinstance(left, str):
        one, other = left, text(right)
        return one == other if case else one.lower() == other.lower()
    return left is right


def compare(name: str, left: Any, right: Any) -> Any:  # noqa: PLR0911 - an operator a line
    """Apply a comparison operator; `-c` before its name looks at the case of letters."""
    plain = name.lower().removeprefix("-")
    case = plain.startswith("c") and plain != "contains"
    plain = plain[1:] if case else plain
    if plain in ("contains", "notcontains"):
        found = any(same(one, right, case=case) for one in (left if isinstance(left, list) else [left]))
        return found == (plain == "contains")
    if plain in ("is", "isnot"):
        return plain == "isnot"  # the one type that is asked for is [datetime], and there is none here
    if isinstance(left, list) and plain in ("eq", "ne"):
        return [one for one in left if same(one, right, case=case) == (plain == "eq")]
    if plain in ("eq", "ne"):
        return same(left, right, case=case) == (plain == "eq")
    if plain in ("gt", "ge", "lt", "le"):
        return _order(plain, left, right)
    if plain == "join":
        return text(right).join(text(one) for one in (left if isinstance(left, list) else [left]))
    return _by_pattern(plain, left, right, case=case)


def _order(name: str, left: Any, right: Any) -> bool:
    one, other = (left or 0), (right or 0)
    if isinstance(one, str):
        raise PsError("strings are ordered by CompareOrdinal")
    return {"gt": one > other, "ge": one >= other, "lt": one < other, "le": one <= other}[name]


def _by_pattern(name: str, left: Any, right: Any, *, case: bool) -> Any:
    flags = 0 if case else re.IGNORECASE
    if name in ("like", "notlike"):
        return (re.match(translate(text(right)), text(left), flags) is not None) == (name == "like")
    if name in ("match", "notmatch"):
        return (re.search(text(right), text(left), flags) is not None) == (name == "match")
    if name == "split":
        return [part for one in (left if isinstance(left, list) else [left]) for part in re.split(right, text(one))]
    if name == "replace":
        old, new = right if isinstance(right, list) else [right, ""]
        return re.sub(old, re.sub(r"\$(\d)", r"\\\1", new), text(left), flags=flags)
    raise PsError(f"operator -{name} is not interpreted")


def add(left: Any, right: Any) -> Any:
    if isinstance(left, list):
        return left + (right if isinstance(right, list) else [right])
    if isinstance(left, str):
        return left + text(right)
    return whole(left) + whole(right)


def formatted(pattern: str, values: list[Any]) -> str:
    return re.sub(r"\{(\d+)\}", lambda found: text(values[int(found[1])]), pattern)


def cast(kind: str, value: Any) -> Any:
    """Cast a value to a type, by its name in lower case without spaces."""
    if kind in ("string", "system.string"):
        return text(value)
    if kind in ("int", "long", "byte"):
        return whole(value)
    if kind in ("bool", "switch"):
        return truth(value)
    if kind == "pscustomobject":
        return Obj(dict(value.items()))
    if kind == "ordered":
        return Table(dict(value.items()))
    if kind.endswith("[]"):
        rows = [] if value is NOTHING or value is None else value if isinstance(value, list) else [value]
        return rows if kind == "object[]" else [cast(kind[:-2], one) for one in rows]
    raise PsError(f"type {kind} is not interpreted")
