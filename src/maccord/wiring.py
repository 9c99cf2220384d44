"""Chooses the concrete parts: the one file that knows every class which could be another."""

from datetime import UTC, datetime

from maccord.engine import Engine


def clock() -> datetime:
    """Return the time now, in UTC."""
    return datetime.now(UTC)


def engine() -> Engine:
    """Return the engine that rules run on."""
    from maccord.engine.duck import DuckEngine

    return DuckEngine()
