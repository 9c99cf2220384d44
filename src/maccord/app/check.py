"""Diagnoses an estate: rules on an engine, causes on what they found, a report of it all."""

from collections.abc import Callable
from datetime import datetime

from maccord.causes import Diagnosis, explain_all
from maccord.engine import Engine, count_rows, find_all
from maccord.engine.tables import read_about, reading
from maccord.fleet.config import FleetConfig
from maccord.fleet.snapshot import Snapshot
from maccord.report import EvidenceCount, Report, build_report
from maccord.rules import RULES


def diagnose(engine: Engine, *, tell: Callable[[str], None] = lambda _: None) -> Diagnosis:
    """Return what the causes make of the tables that the engine holds; `tell` hears each rule before it runs."""
    return explain_all(find_all(engine, RULES.values(), tell=tell), engine)


def check(
    snapshot: Snapshot,
    engine: Engine,
    *,
    config: FleetConfig,
    now: datetime,
    tell: Callable[[str], None] = lambda _: None,
) -> Report:
    """Return the report on `snapshot`; `tell` hears each rule before it runs."""
    engine.load(snapshot)
    return _report(snapshot, engine, config, now, tell)


def check_tables(engine: Engine, where: str, *, now: datetime, tell: Callable[[str], None] = lambda _: None) -> Report:
    """Return the report on the tables that the engine stands on, which `write_tables` wrote; `where` names them.

    Raises NotTables.
    """
    with reading(where):
        snapshot, config = read_about(engine, where)
        return _report(snapshot, engine, config, now, tell)


def _report(
    snapshot: Snapshot, engine: Engine, config: FleetConfig, now: datetime, tell: Callable[[str], None]
) -> Report:
    total, arp = snapshot.frames
    diagnosis = diagnose(engine, tell=tell)
    return build_report(
        snapshot,
        diagnosis.incidents,
        diagnosis.twins,
        diagnosis.facts,
        evidence=EvidenceCount(files=snapshot.files, **count_rows(engine), frames={"total": total, "arp": arp}),
        config=config,
        now=now,
    )
