"""How values are spelled in an export."""

Json = dict[str, object]

ON, OFF = 0, 1
"""OnOffState: On is 0."""


def bare(mac: int | None) -> str | None:
    """Twelve digits without separators; None for a value that is not there."""
    return None if mac is None else f"{mac:012X}"


def on_off(value: bool) -> int:  # noqa: FBT001 - the value that is spelled
    """Return OnOffState's integer."""
    return ON if value else OFF
