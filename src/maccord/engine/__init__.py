"""Runs rules on a snapshot. The rules are portable; an engine says how to hold tables and answer queries."""

from maccord.engine.engine import Engine
from maccord.engine.run import count_rows, define_views, find_all, run_rules

__all__ = ["Engine", "count_rows", "define_views", "find_all", "run_rules"]
