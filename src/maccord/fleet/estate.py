"""Sorts what was seen by host: which records speak of one machine, and which export of it counts."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from maccord.fleet.evidence import AdapterSeen, HostSeen, Seen
from maccord.fleet.fabrics import plain_names
from maccord.fleet.history import newest
from maccord.fleet.problem import Problem

T = TypeVar("T")


@dataclass(slots=True)
class HostRecords:
    """All records of one host, by their class, each list in an order that files and arguments do not change."""

    name: str
    fabric: str = ""
    """The network that the evidence itself puts the host in."""
    by_class: dict[type, list[Seen]] = field(default_factory=lambda: defaultdict(list))

    def of(self, wanted: type[T]) -> list[T]:
        """Return the records of one class."""
        return [record for record in self.by_class.get(wanted, ()) if isinstance(record, wanted)]


def by_host(seen: Iterable[Seen]) -> tuple[list[HostRecords], list[Problem]]:
    """Group records by host, whatever the letter case of its name; hosts come sorted by name.

    Of two exports of one host the newer counts, and the other is a problem. Two machines that merely carry one name
    (different MachineGuid, or no NIC in common) stay two hosts; the second is shown as `NAME (2)`.
    """
    grouped: dict[str, list[Seen]] = defaultdict(list)
    for record in newest(seen):
        grouped[record.host.casefold()].append(record)
    names = plain_names(grouped)
    _join_long_names(grouped)
    hosts: list[HostRecords] = []
    problems: list[Problem] = []
    for key in sorted(grouped):
        known, fabric = names.get(key, ("", ""))
        for name, records in _machines(known, grouped[key], problems):
            host = HostRecords(name, fabric)
            for record in sorted(records, key=lambda record: (record.place.file, _natural(record.place.at))):
                host.by_class[type(record)].append(record)
            hosts.append(host)
    return hosts, problems


def _join_long_names(grouped: dict[str, list[Seen]]) -> None:
    """Put HV01.corp.example to HV01 where one such long name exists and nothing says that they are two machines."""
    long: dict[str, list[str]] = defaultdict(list)
    for key in grouped:
        long[key.partition(".")[0]].append(key)
    for short, keys in long.items():
        if len(keys) == 2 and short in keys:
            other = max(keys, key=len)
            both = [*grouped[short], *grouped[other]]
            hardware = _hardware(both)
            mine, theirs = (
                [one for one in grouped[key] if isinstance(one, HostSeen) and one.whole] for key in (short, other)
            )
            if all(_one_machine(one, two, hardware) for one in mine for two in theirs):
                grouped[short] = both
                del grouped[other]


@lru_cache(100_000)  # files of one kind have the same pointers
def _natural(pointer: str) -> tuple[tuple[int, int, str], ...]:
    """Return what sorts `/2` before `/10`, and `line 2` before `line 10`."""
    steps = pointer.split(" " if pointer.startswith("line ") else "/")
    return tuple((0, int(step), "") if step.isdecimal() and step.isascii() else (1, 0, step) for step in steps)


def _machines(known: str, records: list[Seen], problems: list[Problem]) -> list[tuple[str, list[Seen]]]:
    name = known or min(record.host for record in records)
    exports = [record for record in records if isinstance(record, HostSeen) and record.whole]
    if len(exports) < 2:
        return [(name, records)]
    hardware = _hardware(records)
    machines: list[list[HostSeen]] = []
    for export in sorted(exports, key=lambda one: (one.collected_at, one.place), reverse=True):
        same = next((one for one in machines if _one_machine(one[0], export, hardware)), None)
        if same is None:
            machines.append([export])
            continue
        same.append(export)
        problems.append(Problem(export.place.file, "", f"a newer export of {name} was read: this one is not used"))
    return _split(name, records, [[one.place.file for one in machine] for machine in machines])


def _hardware(records: list[Seen]) -> dict[str, set[int]]:
    found: dict[str, set[int]] = defaultdict(set)
    for record in records:
        if isinstance(record, AdapterSeen) and record.kind == "physical" and record.permanent:
            found[record.place.file].add(record.permanent)
    return found


def _one_machine(one: HostSeen, other: HostSeen, hardware: dict[str, set[int]]) -> bool:
    if one.machine_guid and other.machine_guid and one.machine_guid != other.machine_guid:
        return False
    mine, theirs = hardware.get(one.place.file, set()), hardware.get(other.place.file, set())
    return not mine or not theirs or bool(mine & theirs)


def _split(name: str, records: list[Seen], machines: list[list[str]]) -> list[tuple[str, list[Seen]]]:
    used = {files[0]: at for at, files in enumerate(sorted(machines, key=lambda files: files[0]))}
    dropped = {file for files in machines for file in files[1:]}
    parts: list[list[Seen]] = [[] for _ in machines]
    for record in records:
        if record.place.file not in dropped:
            parts[used.get(record.place.file, 0)].append(record)
    return [(name if at == 0 else f"{name} ({at + 1})", part) for at, part in enumerate(parts)]
