"""How long the diagnosis of a large flat estate takes, against one bare GROUP BY of the same file.

100,000 hosts in one layer-2 domain, 20 of them with giant ranges that cover most others, 1,000,000 adapters, and a few
hundred faults. Tables are written as Parquet once; the rounds interleave the bare query and the diagnosis, both from
the file, on the same engine.

    python bench/scale.py [--hosts 100000] [--adapters-per-host 10] [--rounds 5]
"""

import argparse
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np

from maccord.app.check import diagnose
from maccord.engine.duck import DuckEngine, columns_of
from maccord.fleet.config import FleetConfig
from maccord.fleet.records import TABLES
from maccord.fleet.snapshot import Snapshot
from maccord.report import build_report

BARE = "SELECT mac, COUNT(*) FROM read_parquet('{}') GROUP BY mac HAVING COUNT(*) > 1"
GIANTS, CLONES, COPIES, STATICS_INSIDE = 20, 200, 200, 200


def estate(hosts: int, per_host: int, folder: Path) -> None:
    """Write the tables of the estate to `folder`, one Parquet file each."""
    chance = random.Random(7)
    blocks = chance.sample(range(1 << 20), hosts)  # 256-address blocks in a space of 2^28
    base = 0x020000000000
    first = np.array([base + block * 256 for block in blocks], dtype=np.int64)
    last = first + 255
    giants = np.array(chance.sample(range(hosts), GIANTS))
    first[giants] = base + (np.arange(GIANTS) % 16) * (1 << 24)
    last[giants] = first[giants] + (1 << 24) - 1
    clones = np.array(chance.sample(range(hosts), 2 * CLONES)).reshape(-1, 2)
    first[clones[:, 1]], last[clones[:, 1]] = first[clones[:, 0]], last[clones[:, 0]]
    identity = np.arange(hosts)
    identity[clones[:, 1]] = identity[clones[:, 0]]
    count = hosts * per_host
    host = np.repeat(np.arange(hosts), per_host)
    slot = np.tile(np.arange(per_host), hosts)
    static = slot % 3 == 2
    mac = np.where(static, 0x060000000000 + np.arange(count), first[host] + slot)
    copied = chance.sample(list(np.flatnonzero(static)), COPIES + STATICS_INSIDE)
    mac[copied[:COPIES]] = mac[np.array(copied[:COPIES]) - 3]
    mac[copied[COPIES:]] = last[host[copied[COPIES:]]]
    _write(folder, "host", hosts, id=np.arange(hosts), name=_texts("HV", hosts), platform="hyperv", domain=0,
           identity=identity, machine_guid=_texts("guid-", hosts, identity), guid_at="/MachineGuid", wwpn_at="",
           collected_at="", file=_texts("HV", hosts))  # fmt: skip
    _write(
        folder, "pool", hosts, id=np.arange(hosts), host_id=np.arange(hosts), identity=identity, domain=0,
        kind="dynamic", name="dynamic", first=first, last=last, default_shaped=False, derived=False,
        file=_texts("HV", hosts), at_first="/Virtualization/MinimumMacAddress",
        at_last="/Virtualization/MaximumMacAddress", at_cursor="",
    )  # fmt: skip
    _write(
        folder, "adapter", count, id=np.arange(count), host_id=host, domain=0, kind="vm", name="Network Adapter",
        device=_texts("nic-", count), machine_id=_texts("vm-", count), machine=_texts("VM", count),
        machine_no=np.arange(count), mac=mac, zeros=False, dynamic=~static, running=True, live=True, shared=False,
        vlans=0, iov=False, parent=False, description="", created="", snapshot="",
        file=_texts("HV", count, host), place=_texts("/VMNetworkAdapter/", count, slot),
    )  # fmt: skip
    _write(folder, "vlan_set", 1, id=np.arange(1), vlans="0")
    for name in TABLES.keys() - {"host", "pool", "adapter", "vlan_set"}:
        _write(folder, name, 0)


def _texts(prefix: str, count: int, numbers: np.ndarray | None = None) -> np.ndarray:
    return np.char.add(prefix, (np.arange(count) if numbers is None else numbers).astype(str)).astype(object)


def _write(folder: Path, table: str, count: int, /, **given: object) -> None:
    con = duckdb.connect()
    columns = []
    for column, kind in columns_of(TABLES[table]).items():
        value = given.get(column)
        if isinstance(value, np.ndarray):
            con.register(f"c_{column}", {column: value})
        columns.append((column, kind, value))
    arrays = {column: value for column, _, value in columns if isinstance(value, np.ndarray)}
    if arrays:
        con.register("given", arrays)
    source = "given" if arrays else f"range({count})"
    picked = ", ".join(
        f"CAST({column if isinstance(value, np.ndarray) else _literal(value)} AS {kind}) AS {column}"
        for column, kind, value in columns
    )
    con.execute(f"COPY (SELECT {picked} FROM {source}) TO '{folder / table}.parquet'")  # noqa: S608 - our own names
    con.close()


def _literal(value: object) -> str:
    return "NULL" if value is None else f"'{value}'" if isinstance(value, str) else str(value)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--adapters-per-host", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        estate(asked.hosts, asked.adapters_per_host, folder)
        bare, whole, reported = [], [], []
        for _ in range(asked.rounds):
            start = time.perf_counter()
            con = duckdb.connect()
            con.execute(BARE.format(folder / "adapter.parquet")).fetchall()
            con.close()
            bare.append(time.perf_counter() - start)
            start = time.perf_counter()
            engine = DuckEngine(tables=folder)
            diagnosis = diagnose(engine)
            whole.append(time.perf_counter() - start)
            report = build_report(Snapshot.empty(), diagnosis.incidents, diagnosis.twins, diagnosis.facts,
                                  config=FleetConfig(), now=datetime(2026, 1, 1, tzinfo=UTC))  # fmt: skip
            reported.append(time.perf_counter() - start)
        print(f"{asked.hosts:,} pools ({GIANTS} giant), {asked.hosts * asked.adapters_per_host:,} adapters, one domain")
        print(f"incidents {len(report.incidents):,}, findings {len(report.findings):,}")
        for label, times in (("bare GROUP BY", bare), ("diagnosis", whole), ("with report", reported)):
            print(f"{label:14} {statistics.median(times):.3f} s  (min {min(times):.3f}, max {max(times):.3f})")
        print(f"ratio diagnosis / bare: {statistics.median(w / b for w, b in zip(whole, bare, strict=True)):.1f}")
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


if __name__ == "__main__":
    main()
