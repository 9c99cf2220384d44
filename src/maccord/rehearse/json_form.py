"""A rehearsal as JSON, and its published JSON Schema."""

from maccord.rehearse.rehearsal import Rehearsal
from maccord.report.json_form import pretty, schema_of


def as_json(told: Rehearsal) -> str:
    """Return the rehearsal, two blanks an indent, one newline at the end."""
    return pretty(told)


def json_schema() -> str:
    """Return the JSON Schema (2020-12) of a rehearsal."""
    return schema_of(Rehearsal, "maccord.rehearsal/1")
