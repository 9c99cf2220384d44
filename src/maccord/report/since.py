"""What is new, gone and changed since an earlier report.

An incident is known again by its id. Where the id went with what it stood for (an incident of one host spread to a
second, or its first address was mended), the one of the same cause that has a host and an address or range in common
is taken for the same.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct, structs

from maccord.mac import MaccordError
from maccord.report.model import (
    Address,
    AllowedItem,
    ChangedItem,
    ChangeItem,
    GoneItem,
    IncidentItem,
    Report,
    Severity,
    Since,
    State,
)
from maccord.report.plain import plain

_Word = Annotated[str, Meta(min_length=1, max_length=100)]
_Moment = Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{4,16}Z$")]
_WHY_MAX = 300
_GRAVITY = {"info": 0, "warning": 1, "error": 2}


class BadReport(MaccordError):
    """A file is no earlier report that can be compared with."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"{self.path} is no earlier report (maccord check --format json): {self.why}"


class EarlierIncident(Struct, frozen=True):
    """An incident as an earlier report tells it: what is compared, and no more."""

    id: _Word
    cause: _Word
    severity: Severity
    state: State
    hosts: list[str]
    addresses: list[Address]
    ranges: list[tuple[Address, Address]]
    allowed: AllowedItem | None


class EarlierReport(Struct, frozen=True, rename="camel"):
    """An earlier `maccord.report/1`; fields that are not compared may be missing or of any later version."""

    schema: Literal["maccord.report/1"]
    checked_at: _Moment
    incidents: list[EarlierIncident]


def decode(raw: bytes, path: str) -> EarlierReport:
    """Return the report that `raw` holds; raise BadReport, naming `path` and the place, for anything else."""
    try:
        return msgspec.json.decode(raw, type=EarlierReport)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadReport(path, plain(str(error) or type(error).__name__)[:_WHY_MAX]) from error


def compared(report: Report, earlier: EarlierReport) -> Report:
    """Return the report with what is different from the earlier one."""
    before = {one.id: one for one in reversed(earlier.incidents)}
    was = {one.id: before[one.id] for one in report.incidents if one.id in before}
    left = {one.id: one for one in before.values() if one.id not in was}
    about = _by_thing(left.values())
    for one in report.incidents:
        if one.id not in was and (kin := _kin(one, about, left)):
            was[one.id] = left.pop(kin)
    changed = [item for one in report.incidents if one.id in was and (item := _changed(was[one.id], one))]
    gone = sorted(left.values(), key=lambda one: (-_GRAVITY[one.severity], one.cause, one.id))
    since = Since(
        earlier.checked_at,
        [one.id for one in report.incidents if one.id not in was],
        [GoneItem(one.id, one.cause, one.severity, one.state, one.hosts, one.addresses, one.ranges) for one in gone],
        changed,
    )
    return structs.replace(report, since=since)


def _things(one: EarlierIncident | IncidentItem) -> set[str]:
    return {*one.addresses, *_spelled(one.ranges)}


def _by_thing(left: Iterable[EarlierIncident]) -> dict[tuple[str, str], list[str]]:
    """Return the ids of incidents by their cause and each address or range of theirs."""
    about: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in left:
        for thing in _things(one):
            about[one.cause, thing].append(one.id)
    return about


def _kin(
    one: IncidentItem, about: Mapping[tuple[str, str], list[str]], left: Mapping[str, EarlierIncident]
) -> str | None:
    """Return the id of the earlier incident that has most in common with one whose id is new."""
    alike = Counter(id_ for thing in _things(one) for id_ in about.get((one.cause, thing), ()) if id_ in left)
    shared = {id_: len({*one.hosts} & {*left[id_].hosts}) for id_ in alike}
    return max((id_ for id_ in alike if shared[id_]), key=lambda id_: (alike[id_], shared[id_], id_), default=None)


def _changed(was: EarlierIncident, now: IncidentItem) -> ChangedItem | None:
    what = [
        _change("severity", [was.severity], [now.severity]),
        _change("state", _maybe(was.state), _maybe(now.state)),
        _change("allowed", _reason(was.allowed), _reason(now.allowed)),
        _change("hosts", was.hosts, now.hosts),
        _change("addresses", was.addresses, now.addresses),
        _change("ranges", _spelled(was.ranges), _spelled(now.ranges)),
    ]
    told = [one for one in what if one is not None]
    return ChangedItem(now.id, was.id, _worse(was, now, told), told) if told or was.id != now.id else None


def _change(field: str, before: list[str], now: list[str]) -> ChangeItem | None:
    gone, new = sorted({*before} - {*now}), sorted({*now} - {*before})
    return ChangeItem(field, gone, new) if gone or new else None


def _maybe(value: str | None) -> list[str]:
    return [] if value is None else [value]


def _reason(allowed: AllowedItem | None) -> list[str]:
    return [] if allowed is None else [allowed.reason]


def _spelled(ranges: list[tuple[str, str]]) -> list[str]:
    return [f"{first} to {last}" for first, last in ranges]


def _worse(was: EarlierIncident, now: IncidentItem, what: list[ChangeItem]) -> bool:
    """Tell whether an incident is graver, answers now, is no longer accepted, or has spread."""
    graver = _GRAVITY[now.severity] > _GRAVITY[was.severity] or (now.state == "active" and was.state != "active")
    spread = any(one.new for one in what if one.field in ("hosts", "addresses", "ranges"))
    return graver or spread or (was.allowed is not None and now.allowed is None)
