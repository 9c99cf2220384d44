"""Diagnoses an estate: rules on an engine, causes on what they found, a report of it all."""

from collections.abc import Callable
from datetime import datetime

from maccord.causes import explain_all
from maccord.engine import Engine, prepare, run_rules
from maccord.fleet.config import FleetConfig
from maccord.fleet.snapshot import Snapshot
from maccord.report import Report, build_report
from maccord.rules import RULES


def check(
    snapshot: Snapshot,
    engine: Engine,
    *,
    config: FleetConfig,
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Return the report on `snapshot`; `tell` hears the name of each rule before it runs."""
    prepare(engine, snapshot)
    findings = run_rules(engine, RULES.values(), tell=tell)
    diagnosis = explain_all(findings, engine.fetch)
    return build_report(snapshot, diagnosis.incidents, diagnosis.twins, diagnosis.facts, config=config, now=now)
