"""YAML on its way in: documents of plain values, no tags, no aliases, and within bounds.

Values are built from the parser's events, so that nothing but text, Booleans, null, lists and mappings can come of
them. Plain scalars stay text: YAML 1.1 would read an address such as 10:20:30:40:50:59 as a number to the base of 60.

Source: YAML 1.1, chapters 3.1 (events of the serialization) and 10.2 (sexagesimal integers); PyYAML's event API.
"""

from collections.abc import Iterable, Iterator

import yaml

from maccord.collect.document import Unreadable
from maccord.collect.fields import Json

TEXT_MAX = 16 * 1024 * 1024
"""Longer YAML is not read: it takes a minute, and kubectl writes JSON just as well."""

DEPTH_MAX = 100
"""Lists and mappings may stand this deep inside one another; a KubeVirt object needs about fifteen levels."""

_WORDS = {"": None, "~": None, "null": None, "true": True, "false": False}


def documents(text: str) -> tuple[list[Json], Unreadable | None]:
    """Return the documents that are complete, and what broke the text after them, if anything did."""
    if len(text) > TEXT_MAX:
        reason = f"YAML of more than {TEXT_MAX >> 20} MB is not read: write it as JSON (kubectl -o json)"
        return [], Unreadable("", reason)
    found: list[Json] = []
    try:
        found.extend(_built(yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))))
    except Unreadable as broken:
        return found, broken
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return found, Unreadable(f"line {mark.line + 1}" if mark else "", f"not readable as YAML: {error.problem}")
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        return found, Unreadable("", f"not readable as YAML: {str(error)[:120]}")
    return found, None


class _Builder:
    """Puts values into the list or mapping that is open."""

    def __init__(self) -> None:
        self.root: Json = None
        self._open: list[Json] = []
        self._keys: list[str | None] = []

    def put(self, value: Json) -> None:
        if not self._open:
            self.root = value
        elif isinstance(self._open[-1], list):
            self._open[-1].append(value)
        elif self._keys[-1] is None:
            self._keys[-1] = value if isinstance(value, str) else ""  # a list or mapping as key names nothing we read
        else:
            self._open[-1][self._keys[-1]] = value
            self._keys[-1] = None

    def scalar(self, event: yaml.ScalarEvent) -> None:
        key = bool(self._open) and isinstance(self._open[-1], dict) and self._keys[-1] is None
        self.put(_WORDS.get(event.value, event.value) if event.implicit[0] and not key else event.value)

    def begin(self, event: yaml.CollectionStartEvent) -> None:
        if len(self._open) >= DEPTH_MAX:
            raise Unreadable(_line(event), f"nested more than {DEPTH_MAX} deep: that is no evidence")
        value: Json = {} if isinstance(event, yaml.MappingStartEvent) else []
        self.put(value)
        self._open.append(value)
        self._keys.append(None)

    def end(self) -> None:
        self._open.pop()
        self._keys.pop()


def _built(events: Iterable[yaml.Event]) -> Iterator[Json]:
    """Yield one value per document."""
    builder = _Builder()
    for event in events:
        if isinstance(event, yaml.ScalarEvent):
            builder.scalar(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            builder.begin(event)
        elif isinstance(event, yaml.CollectionEndEvent):
            builder.end()
        elif isinstance(event, yaml.AliasEvent):
            raise Unreadable(_line(event), "YAML with aliases is not read: a small file could stand for a huge one")
        elif isinstance(event, yaml.DocumentEndEvent):
            yield builder.root
            builder = _Builder()


def _line(event: yaml.Event) -> str:
    mark = event.start_mark
    return f"line {mark.line + 1}" if mark else ""
