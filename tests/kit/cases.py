"""Golden cases: a small TOML file that tells evidence and what maccord must say of it (tests/cases/README.md)."""

import tomllib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.engine.duck import DuckEngine
from tests.kit import suzieq
from tests.kit.case_captures import capture_of
from tests.kit.case_exports import ends, host_export, vmm_export

CASES = Path(__file__).parents[1] / "cases"
NOW = datetime(2026, 7, 2, tzinfo=UTC)

_INPUT_KEYS = {"hosts", "vmm", "devices", "files", "captures"}
_CASE_KEYS = {"what", "incident", "now", "expect", "twin", "problems", "awaits", *_INPUT_KEYS}
_EXPECT_KEYS = {"cause", "severity", "state", "hosts", "addresses", "ranges", "allowed", "undecided"}
_TWIN_KEYS = {"kind", "address", "hosts"}


@dataclass(frozen=True)
class Case:
    """One case: `about` is the cause or the kind of twin whose folder it lies in, `fires` what its name begins with."""

    path: Path
    told: dict[str, Any]

    @property
    def name(self):
        return self.path.relative_to(CASES).with_suffix("").as_posix()

    @property
    def about(self):
        return self.path.parent.name

    @property
    def fires(self):
        return self.path.name.startswith("fires-")

    @property
    def incidents(self):
        """The numbers of the known incidents that the case re-enacts."""
        number = self.told.get("incident", [])
        return number if isinstance(number, list) else [number]

    @property
    def expected(self):
        """The incidents that maccord must report, all of them, in the form that `shown` gives."""
        return sorted(map(_wanted, self.told.get("expect", [])))

    @property
    def expected_twins(self):
        return sorted((one["kind"], one["address"], *sorted(one["hosts"])) for one in self.told.get("twin", []))

    @property
    def doubts(self):
        """For causes of which the case says so: must the incident name further evidence that would decide?"""
        return {one["cause"]: one["undecided"] for one in self.told.get("expect", []) if "undecided" in one}

    @property
    def files(self):
        """The evidence, text or bytes by file name."""
        hosts = {f"{key}.json": host_export(key, told) for key, told in self.told.get("hosts", {}).items()}
        servers = {f"{key}.json": vmm_export(key, told) for key, told in self.told.get("vmm", {}).items()}
        tables = [suzieq.device(told.get("name", key), told) for key, told in self.told.get("devices", {}).items()]
        captures = {name: capture_of(lines) for name, lines in self.told.get("captures", {}).items()}
        rest = self.told.get("files", {}) | captures
        return hosts | servers | {name: raw for one in tables for name, raw in one.items()} | rest

    def write(self, folder):
        """Write the evidence to a folder."""
        for name, text in self.files.items():
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text if isinstance(text, bytes) else text.encode())

    def diagnose(self, folder):
        """Write the evidence to a folder and return maccord's report on it, through the front door."""
        self.write(folder)
        gathered = gather([str(folder)])
        return check(gathered.snapshot, DuckEngine(), config=gathered.config, now=self.told.get("now", NOW))


def _wanted(one):
    spans = [" .. ".join(ends(text)) for text in one.get("ranges", [])]
    return (
        one["cause"],
        one["severity"],
        one.get("state", ""),
        sorted(one["hosts"]),
        sorted(one.get("addresses", [])),
        sorted(spans),
        one.get("allowed", False),
    )


def shown(report):
    """Return a report's incidents as tuples: cause, severity, state, hosts, addresses, ranges, allowed."""
    return sorted(
        (
            one.cause,
            one.severity,
            one.state or "",
            one.hosts,
            one.addresses,
            [" .. ".join(span) for span in one.ranges],
            one.allowed is not None,
        )
        for one in report.incidents
    )


def shown_twins(report):
    """Return a report's expected twins as tuples: kind, address, hosts."""
    return sorted((one.kind, one.address, *one.hosts) for one in report.expected_twins)


def read_case(path):
    """Return the case in a file; a key that means nothing is a mistake."""
    told = tomllib.loads(path.read_text(encoding="utf-8"))
    for row, known in (
        (told, _CASE_KEYS),
        *((one, _EXPECT_KEYS) for one in told.get("expect", [])),
        *((one, _TWIN_KEYS) for one in told.get("twin", [])),
    ):
        assert row.keys() <= known, f"{path}: unknown {row.keys() - known}"
    return Case(path, told)


def cases(room):
    """Return the cases of tests/cases/ROOM (`causes` or `twins`), sorted by name."""
    return [read_case(path) for path in sorted((CASES / room).glob("*/*.toml"))]
