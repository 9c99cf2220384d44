"""A story as `maccord.twin/1`: lists, objects, texts and numbers for programs, and the schema of that."""

import json
from collections.abc import Mapping
from dataclasses import asdict

import msgspec

from maccord.worlds.stories.telling import Story

SCHEMA = "maccord.twin/1"


def as_json(story: Story) -> str:
    """Return a story as JSON, names as in the other answers for programs: `stepsAll`, not `steps_all`."""
    told = {"schema": SCHEMA, **_named({name: _plain(one) for name, one in asdict(story).items()})}
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of a story."""
    schema = msgspec.json.schema(Story)
    for one in schema["$defs"].values():
        one["properties"] = _named(one["properties"])
        one["required"] = [_word(name) for name in one["required"]]
        one["additionalProperties"] = False
    story = schema["$defs"]["Story"]
    story["properties"] = {"schema": {"const": SCHEMA}} | story["properties"]
    story["required"].insert(0, "schema")
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"


def _named(fields: Mapping[str, object]) -> dict[str, object]:
    return {_word(name): value for name, value in fields.items()}


def _plain(value: object) -> object:
    """Return a value with the names of its fields as JSON has them, all the way down."""
    if isinstance(value, dict):
        return _named({name: _plain(one) for name, one in value.items()})
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _word(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)
