"""The report as JSON, and its published JSON Schema."""

import re

import msgspec

from maccord.report.model import SCHEMA, Report

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that JSON may hold as they are, and that steer a terminal or the direction of writing."""


def as_json(report: Report) -> str:
    """Return the report, two blanks an indent, one newline at the end."""
    return pretty(report)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of the report."""
    return schema_of(Report, SCHEMA)


def pretty(answer: msgspec.Struct) -> str:
    """Return an answer as JSON that people can read, without characters that steer a terminal."""
    text = msgspec.json.format(msgspec.json.encode(answer), indent=2).decode() + "\n"
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def schema_of(shape: type[msgspec.Struct], title: str) -> str:
    """Return the JSON Schema (2020-12) of an answer."""
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **msgspec.json.schema(shape)}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"
