"""Diagnoses an estate as it would be, and tells what is new in it."""

from collections.abc import Callable, Iterable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from maccord.app.check import check
from maccord.app.gather import Gathered, gather
from maccord.engine import Engine
from maccord.fleet.snapshot import Snapshot
from maccord.report import Report
from maccord.report.model import Since
from maccord.report.since import EarlierReport, compared

Suppose = Callable[[Snapshot], Snapshot]


def whatif(gathered: Gathered, suppose: Suppose, engine: Callable[[], Engine], *, now: datetime) -> Report:
    """Return the report on what `suppose` makes of an estate, with what is new since the estate as it is."""
    before = check(gathered.snapshot, engine(), config=gathered.config, now=now)
    after = check(suppose(gathered.snapshot), engine(), config=gathered.config, now=now)
    return only_new(compared(after, _earlier([before])))


def merged(
    first: Iterable[str],
    second: Iterable[str],
    engine: Callable[[], Engine],
    *,
    now: datetime,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Report:
    """Return the report on two fleets as one, with what is new since each of them alone."""
    one, other = tuple(first), tuple(second)
    apart = [gather(paths, tell=tell) for paths in (one, other)]
    both = gather([*one, *other], tell=tell)
    before = [check(part.snapshot, engine(), config=part.config, now=now) for part in apart]
    after = check(both.snapshot, engine(), config=both.config, now=now)
    return only_new(compared(after, _earlier(before)))


def only_new(report: Report) -> Report:
    """Return a report with the incidents that are new or worse, and what else it has."""
    since = report.since
    assert isinstance(since, Since)
    worse = {*since.new, *(one.id for one in since.changed if one.worse)}
    incidents = [one for one in report.incidents if one.id in worse]
    wanted = {number for one in incidents for number in one.findings}
    return replace(
        report,
        incidents=incidents,
        findings=[one for one in report.findings if one.id in wanted],
        since=replace(since, changed=[one for one in since.changed if one.worse]),
    )


def _earlier(reports: list[Report]) -> EarlierReport:
    """Return several reports as one earlier one."""
    whole = replace(reports[0], incidents=[one for report in reports for one in report.incidents])
    return msgspec.convert(msgspec.to_builtins(whole), EarlierReport)
