"""Runs rules on a snapshot. The rules are portable; an engine says how to hold tables and answer queries."""

from maccord.engine.engine import Engine
from maccord.engine.run import prepare, run_rules

__all__ = ["Engine", "prepare", "run_rules"]
