"""The report as JSON, and its published JSON Schema."""

import msgspec

from maccord.report.model import SCHEMA, Report


def as_json(report: Report) -> str:
    """Return the report, two blanks an indent, one newline at the end."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2).decode() + "\n"


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of the report."""
    schema = msgspec.json.schema(Report)
    whole = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": SCHEMA, **schema}
    return msgspec.json.format(msgspec.json.encode(whole, order="sorted"), indent=2).decode() + "\n"
