"""Values of the interpreted PowerShell: what Python has, objects with properties, and nothing at all."""

from collections.abc import Iterable, Iterator
from typing import Any


class PsError(Exception):
    """A terminating error, which `catch` catches."""


class Killed(BaseException):
    """The process is gone: neither `catch` nor `finally` runs."""


class Nothing:
    """What a command returns that returns nothing: like $null, but a pipeline gets no item from it."""

    def __repr__(self) -> str:
        return "nothing"


NOTHING = Nothing()


class Obj:
    """An object with properties, whose names are of either case. real: what it stands for in the emulated host."""

    def __init__(self, values: dict[str, Any] | None = None, real: Any = None) -> None:
        self.real = real
        self._values = {name.lower(): (name, value) for name, value in (values or {}).items()}

    def get(self, name: str) -> Any:
        """Return a property; in strict mode one that is not there is an error."""
        found = self._values.get(name.lower())
        if found is None:
            raise PsError(f"The property '{name}' cannot be found on this object.")
        return found[1]

    def put(self, name: str, value: Any) -> None:
        self._values[name.lower()] = (name, value)

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def items(self) -> Iterator[tuple[str, Any]]:
        return iter(self._values.values())


class Table(Obj):
    """A hash table: its keys are read like properties."""


class Block:
    """A script block, and the text it has."""

    def __init__(self, body: Any, text: str) -> None:
        self.body, self.text = body, text


def absent(value: Any) -> bool:
    return value is None or value is NOTHING


def items(value: Any) -> list[Any]:
    """Return what a pipeline gets from a value: an array's items, nothing, or the value."""
    if value is NOTHING:
        return []
    return list(value) if isinstance(value, list) else [value]


def collapsed(out: list[Any]) -> Any:
    """Return what an assignment keeps of a pipeline's output."""
    return NOTHING if not out else out[0] if len(out) == 1 else list(out)


def text(value: Any) -> str:
    """Return a value as a string, as a cast does."""
    if absent(value):
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, list):
        return " ".join(text(one) for one in value)
    if isinstance(value, str | int | float):
        return str(value)
    raise PsError(f"{value!r} has no text that a script should rely on")


def truth(value: Any) -> bool:
    """Return whether a condition holds: an empty string, an empty array, 0 and $null do not."""
    if absent(value):
        return False
    if isinstance(value, list):
        return bool(value) if len(value) != 1 else truth(value[0])
    return bool(value) if isinstance(value, bool | int | float | str) else True


def plain(value: Any) -> Any:
    """Return a value as JSON holds it."""
    if absent(value):
        return None
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, Obj):
        return {name: plain(one) for name, one in value.items()}
    return value


def loaded(value: Any) -> Any:
    """Return what was read from JSON as objects."""
    if isinstance(value, dict):
        return Obj({name: loaded(one) for name, one in value.items()})
    return [loaded(one) for one in value] if isinstance(value, list) else value


def whole(value: Any) -> int:
    """Return a value as a whole number."""
    try:
        return 0 if absent(value) else int(value)
    except (TypeError, ValueError) as e:
        raise PsError(f"Cannot convert value {value!r} to a number.") from e


def lower(values: Iterable[str]) -> frozenset[str]:
    return frozenset(value.lower() for value in values)
