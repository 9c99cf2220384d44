"""How long all rules, and the diagnosis, of a large flat estate take, against one bare GROUP BY of the same file.

Hosts in one layer-2 domain, 20 of them with giant ranges that cover most others, and a few hundred faults. Tables are
written as Parquet once; the rounds interleave the bare query and the diagnosis, both from the file, on the same engine.

    python bench/scale.py [--hosts 100000] [--adapters-per-host 10] [--rounds 5] [--spark sc://HOST:PORT]
"""

import argparse
import gc
import random
import resource
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np

from maccord.causes import explain_all
from maccord.engine import Engine, find_all
from maccord.engine.duck import DuckEngine, columns_of
from maccord.engine.spark import SparkEngine
from maccord.engine.tables import write_tables
from maccord.fleet.config import FleetConfig
from maccord.fleet.records import TABLES
from maccord.fleet.snapshot import Snapshot
from maccord.report import EvidenceCount, build_report
from maccord.rules import RULES

BARE = "SELECT mac, COUNT(*) FROM {} GROUP BY mac HAVING COUNT(*) > 1"
NOTHING = EvidenceCount(files=0, hosts=0, adapters=0, pools=0, sightings=0, frames={})
NOW = datetime(2026, 1, 1, tzinfo=UTC)
GIANTS, CLONES, COPIES, STATICS_INSIDE = 20, 200, 200, 200


class Sql(str):
    """An expression over the arrays of a table."""

    __slots__ = ()


def estate(hosts: int, per_host: int, folder: Path) -> None:
    """Write the tables of the estate to `folder`."""
    chance = random.Random(7)
    blocks = chance.sample(range(1 << 20), hosts)  # 256-address blocks in a space of 2^28
    base = 0x020000000000
    size = max(256, per_host * 2)  # a range has room for the machines of its host
    first = np.array([base + block * size for block in blocks], dtype=np.int64)
    last = first + size - 1
    clones = np.array(chance.sample(range(hosts), 2 * min(CLONES, hosts // 100))).reshape(-1, 2)
    first[clones[:, 1]], last[clones[:, 1]] = first[clones[:, 0]], last[clones[:, 0]]
    identity = np.arange(hosts)
    identity[clones[:, 1]] = identity[clones[:, 0]]
    issued = first.copy()
    giants = np.array(chance.sample(range(hosts), GIANTS))
    first[giants] = base + (np.arange(GIANTS) % 16) * (1 << 24)
    last[giants] = first[giants] + (1 << 24) - 1
    issued[giants] = first[giants]
    count = hosts * per_host
    host = np.repeat(np.arange(hosts), per_host)
    slot = np.tile(np.arange(per_host), hosts)
    static = slot % 3 == 2
    mac = np.where(static, 0x060000000000 + np.arange(count), issued[host] + slot)
    picked = chance.sample(range(count // 3), COPIES + STATICS_INSIDE)
    copied = np.array([(number * 3) // per_host * per_host + 2 for number in picked])  # the first static one of a host
    copied = np.unique(copied[copied >= per_host])
    half = len(copied) // 2
    mac[copied[:half]] = mac[copied[:half] - per_host]
    mac[copied[half:]] = last[host[copied[half:]]]
    write_tables(Snapshot.empty(), FleetConfig(), str(folder))
    _write(
        folder, "host", hosts, id=np.arange(hosts), name=Sql("'HV' || id"), platform="hyperv", domain=0,
        identity=identity, machine_guid=Sql("'guid-' || identity"), guid_at="/MachineGuid", wwpn_at="",
        collected_at="", file=Sql("'HV' || id || '.json'"),
    )  # fmt: skip
    _write(
        folder, "pool", hosts, id=np.arange(hosts), host_id=Sql("id"), identity=identity, domain=0,
        kind="dynamic", name="dynamic", first=first, last=last, default_shaped=False, derived=False,
        file=Sql("'HV' || id || '.json'"), at_first="/Virtualization/MinimumMacAddress",
        at_last="/Virtualization/MaximumMacAddress", at_cursor="",
    )  # fmt: skip
    _write(
        folder, "adapter", count, id=np.arange(count), host_id=host, domain=0, kind="vm", name="Network Adapter",
        device=Sql("'nic-' || id"), machine_id=Sql("'vm-' || id"), machine=Sql("'VM' || id"), machine_no=Sql("id"),
        mac=mac, zeros=False, dynamic=~static, running=True, live=True, shared=False,
        vlans=0, iov=False, parent=False, description="", created="", snapshot="", role="", bound_to="", serves="",
        file=Sql("'HV' || host_id || '.json'"), place=Sql(f"'/VMNetworkAdapter/' || (id % {per_host})"),
    )  # fmt: skip
    _write(folder, "vlan_set", 1, id=np.arange(1), vlans="0")


def _write(folder: Path, table: str, count: int, /, **given: object) -> None:
    con = duckdb.connect()
    columns = columns_of(TABLES[table])
    arrays = {column: value for column, value in given.items() if isinstance(value, np.ndarray)}
    con.register("given", arrays)
    picked = ", ".join(
        f"CAST({column if column in arrays else _literal(given.get(column))} AS {kind}) AS {column}"
        for column, kind in columns.items()
    )
    con.execute(f"COPY (SELECT {picked} FROM given) TO '{folder / table}/part-00000.parquet'")  # noqa: S608 - our own names
    (rows,) = con.execute(f"SELECT COUNT(*) FROM '{folder / table}/*.parquet'").fetchall()  # noqa: S608 - our own names
    assert rows == (count,)
    con.close()


def _literal(value: object) -> str:
    if value is None or isinstance(value, Sql):
        return str(value or "NULL")
    return f"'{value}'" if isinstance(value, str) else str(value)


class Rounds:
    """Times of several rounds, by what was timed."""

    def __init__(self) -> None:
        """Begin without any."""
        self.times: dict[str, list[float]] = {}

    def note(self, what: str, start: float) -> float:
        """Note the time since `start`, and return the time now."""
        now = time.perf_counter()
        self.times.setdefault(what, []).append(now - start)
        return now

    def show(self, bare: str) -> None:
        """Print the median of each, and of its ratio to the bare query of the same round."""
        for what, times in self.times.items():
            ratio = statistics.median(one / base for one, base in zip(times, self.times[bare], strict=True))
            spread = f"(min {min(times):.3f}, max {max(times):.3f})"
            print(f"{what:22} {statistics.median(times):7.3f} s  {spread:28} {ratio:5.1f} x")


def on_duckdb(folder: Path, rounds: int) -> None:
    """Print the figures of DuckDB in this process."""
    noted = Rounds()
    for _ in range(rounds):
        gc.collect()  # what the round before has left would slow the bare query down
        start = time.perf_counter()
        con = duckdb.connect()
        con.execute(BARE.format(f"'{folder}/adapter/*.parquet'")).fetchall()
        con.close()
        noted.note("bare GROUP BY", start)
        begun = time.perf_counter()
        engine = DuckEngine(tables=folder)
        findings = find_all(engine, RULES.values())
        noted.note("all rules", begun)
        diagnosis = explain_all(findings, engine)
        noted.note("diagnosis", begun)
        report = build_report(Snapshot.empty(), diagnosis.incidents, diagnosis.twins, diagnosis.facts,
                              evidence=NOTHING, config=FleetConfig(), now=NOW)  # fmt: skip
        noted.note("with report", begun)
        told = f"incidents {len(report.incidents):,}, findings {len(report.findings):,}"
        engine.connection.close()
        del engine, findings, diagnosis, report
    noted.show("bare GROUP BY")
    print(told)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def on_spark(folder: Path, rounds: int, connect: str) -> None:
    """Print the figures of an endpoint of Spark Connect that reads the same files."""
    noted = Rounds()
    for _ in range(rounds):
        engine: Engine = SparkEngine(connect, tables=str(folder), scratch=str(folder / "scratch"))
        start = time.perf_counter()
        engine.query(BARE.format("adapter"))
        begun = noted.note("bare GROUP BY, Spark", start)
        findings = find_all(engine, RULES.values())
        noted.note("all rules, Spark", begun)
        explain_all(findings, engine)
        noted.note("diagnosis, Spark", begun)
    noted.show("bare GROUP BY, Spark")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=100_000)
    parser.add_argument("--adapters-per-host", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--spark", metavar="sc://HOST:PORT", help="also time an endpoint of Spark Connect")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "tables"
        estate(asked.hosts, asked.adapters_per_host, folder)
        adapters = asked.hosts * asked.adapters_per_host
        print(f"{asked.hosts:,} pools ({GIANTS} giant), {adapters:,} adapters, one domain")
        on_duckdb(folder, asked.rounds)
        if asked.spark:
            on_spark(folder, asked.rounds, asked.spark)


if __name__ == "__main__":
    main()
