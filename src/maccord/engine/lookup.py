"""Looks up what stands around one address in the tables that an engine holds."""

from maccord.engine.engine import Engine


def pools_holding(engine: Engine, address: int) -> list[int]:
    """Return the ids of the pools whose range holds an address, in order."""
    _, rows = engine.query(f"SELECT id FROM pool WHERE first <= {address} AND last >= {address} ORDER BY id")
    return [number for (number,) in rows if isinstance(number, int)]
