"""How long the tables of a site take to write and to read again, against reading its exports, and how large they are.

`maccord tables` keeps what it has read, so that several sites can be checked as one fleet. The rounds interleave
reading the exports, in one process and in several, with reading the same records from the tables.

    python bench/sites.py [--hosts 1000] [--machines-per-host 100] [--workers 2] [--rounds 5]
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from maccord.app.gather import assembled, read
from maccord.engine.readings import SEEN, SOURCE
from maccord.engine.tables import write_tables
from maccord.fleet.evidence import AdapterSeen

export = import_module("reading").export


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def megabytes(*folders: Path) -> float:
    """Return the size of all files in folders."""
    return sum(file.stat().st_size for folder in folders for file in folder.rglob("*") if file.is_file()) / 1e6


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--machines-per-host", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        exports, tables = Path(scratch) / "exports", Path(scratch) / "site.tables"
        exports.mkdir()
        for host in range(asked.hosts):
            (exports / f"HV{host:06}.json").write_text(json.dumps(export(host, asked.machines_per_host), indent=2))
        measure(exports, tables, asked.workers, asked.rounds)


def measure(exports: Path, tables: Path, workers: int, rounds: int) -> None:
    """Write tables of the exports, read both in turns, and print what that takes."""
    readings, config = read([str(exports)])
    adapters = sum(isinstance(one, AdapterSeen) for one in readings.seen)
    print(f"{len(readings.files):,} exports, {len(readings.seen):,} records, {adapters:,} adapters")
    snapshot = assembled(readings, config).snapshot
    model = seconds(lambda: write_tables(snapshot, config, str(tables)))
    whole = seconds(lambda: write_tables(snapshot, config, str(tables), readings))
    print(f"writing the model takes {model:.2f} s, and with what was read {whole:.2f} s")
    seen = megabytes(tables / SEEN, tables / SOURCE)
    print(f"exports {megabytes(exports):.1f} MB, model {megabytes(tables) - seen:.1f} MB, what was read {seen:.1f} MB")
    ways: dict[str, Callable[[], object]] = {
        "exports, 1 process": lambda: read([str(exports)], workers=1),
        f"exports, {workers} processes": lambda: read([str(exports)], workers=workers),
        "tables": lambda: read([str(tables)]),
    }
    times: dict[str, list[float]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, call in ways.items():
            times[way].append(seconds(call))
    for way, taken in times.items():
        print(f"{way:22} {statistics.median(taken):7.3f} s")


if __name__ == "__main__":
    main()
