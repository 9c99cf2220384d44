"""The report as JSON, and its published JSON Schema."""

import re

import msgspec

from maccord.report.model import SCHEMA, Report

_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that JSON may hold as they are, and that steer a terminal or the direction of writing."""


def as_json(report: Report) -> str:
    """Return the report, two blanks an indent, one newline at the end."""
    text = msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"
    return _STEERING.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of the report."""
    schema = msgspec.json.schema(Report)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **schema}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"
