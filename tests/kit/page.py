"""From evidence to the page for people."""

from datetime import UTC, datetime

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.app.illustrate import illustrate
from maccord.engine.duck import DuckEngine
from maccord.fleet.config import FleetConfig
from maccord.report.html_form import as_html
from tests.kit.large import large_estate

NOW = datetime(2027, 1, 15, 12, tzinfo=UTC)


def drawn(*paths, now=NOW):
    """Return the report on evidence, and what a page draws beside it."""
    gathered = gather([str(path) for path in paths])
    return _drawn(gathered.snapshot, gathered.config, now)


def drawn_large(hosts, **shape):
    """Return the report on a large estate, and what a page draws beside it."""
    return _drawn(large_estate(hosts, **shape), FleetConfig(), NOW)


def _drawn(snapshot, config, now):
    engine = DuckEngine()
    try:
        report = check(snapshot, engine, config=config, now=now)
        return report, illustrate(report, engine)
    finally:
        engine.connection.close()


def page_of(*paths, now=NOW):
    """Return the page on evidence."""
    return as_html(*drawn(*paths, now=now))
