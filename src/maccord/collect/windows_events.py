"""Reads logs of Windows events as Windows keeps and exports them: `.evtx`.

Of every event the provider, the number, the time and the values are read. The message's text is not in the file, but in
the provider's own library: the values are told in its place, which name the same addresses.

Source: Microsoft, "wevtutil" and "Event Logs"; the format: libyal, "Windows XML Event Log (EVTX)".
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import msgspec

from maccord.collect.document import Document, Unreadable
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import EventSeen, HostSeen, Place
from maccord.fleet.problem import Problem
from maccord.mac import parse_value

NAME = "windows-events"
MAGIC = b"ElfFile\0"

EVENTS_MAX = 200_000
_TEXT_MAX = 500
_VALUES_MAX, _DEPTH_MAX = 64, 8
_FAULTS_MAX = 20
_SPELLED = re.compile(r"(?<![0-9A-Fa-f-])[0-9A-Fa-f]{2}(?:-[0-9A-Fa-f]{2}){5}(?![0-9A-Fa-f-])")


def claims(document: Document) -> bool:
    """Tell whether the content begins as such a log does."""
    return document.raw[:8] == MAGIC


def parse(document: Document) -> Parsed:
    """Read every event; raise Unreadable where there is none."""
    parsed = Parsed()
    hosts: dict[str, HostSeen] = {}
    for number, record in _records(document, parsed):
        event = _event(document, number, record)
        if event is not None:
            hosts.setdefault(event.host, HostSeen(event.host, Place(document.file, ""), "hyperv"))
            parsed.seen.append(event)
    if not parsed.seen and parsed.problems:
        raise Unreadable(parsed.problems[0].at, parsed.problems[0].reason)
    parsed.seen[:0] = [hosts[name] for name in sorted(hosts)]
    return parsed


def _records(document: Document, parsed: Parsed) -> Iterator[tuple[int, Any]]:
    from evtx import PyEvtxParser  # noqa: PLC0415 - few files are such logs

    try:
        records = PyEvtxParser(BytesIO(document.raw), number_of_threads=1).records_json()
    except (RuntimeError, OSError, ValueError) as error:
        raise Unreadable("", f"a log of events that is damaged: {str(error)[:120]}") from error
    for _ in range(EVENTS_MAX):
        try:
            record: Any = next(records)
            yield int(record["event_record_id"]), msgspec.json.decode(record["data"])
        except StopIteration:
            return
        except (RuntimeError, OSError, ValueError, RecursionError) as error:
            if len(parsed.problems) >= _FAULTS_MAX:
                return
            parsed.problems.append(Problem(document.file, "", f"an event that is damaged: {str(error)[:120]}"))
    parsed.problems.append(Problem(document.file, "", f"events after the first {EVENTS_MAX} are not used"))


def _event(document: Document, number: int, record: Any) -> EventSeen | None:  # noqa: ANN401 - any JSON value
    event = record.get("Event") if isinstance(record, dict) else None
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict):
        return None
    kind = system.get("EventID")
    kind = kind.get("#text") if isinstance(kind, dict) else kind
    if not isinstance(kind, int) or isinstance(kind, bool):
        return None
    message = " ".join(_values(event.get("EventData") or event.get("UserData"), 0))[:_TEXT_MAX]
    spelled = _SPELLED.search(message)
    return EventSeen(
        str(system.get("Computer") or document.folder)[:255],
        Place(document.file, f"record {number}"),
        _attribute(system.get("Provider"), "Name"),
        kind,
        parse_value(spelled.group()) if spelled else None,
        message,
        _attribute(system.get("TimeCreated"), "SystemTime"),
    )


def _attribute(element: Any, name: str) -> str:  # noqa: ANN401 - any JSON value
    attributes = element.get("#attributes") if isinstance(element, dict) else None
    value = attributes.get(name) if isinstance(attributes, dict) else None
    return value[:255] if isinstance(value, str) else ""


def _values(data: Any, depth: int) -> Iterator[str]:  # noqa: ANN401 - any JSON value
    """Yield the values of an event, whatever they are nested in."""
    if isinstance(data, str | int | float) and not isinstance(data, bool):
        yield str(data)
    elif isinstance(data, dict | list) and depth < _DEPTH_MAX:
        inner = [value for key, value in data.items() if key != "#attributes"] if isinstance(data, dict) else data
        for value in inner[:_VALUES_MAX]:
            yield from _values(value, depth + 1)
