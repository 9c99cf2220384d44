"""How quick the authority is, as ratios to bare durable INSERTs of the same driver in the same run.

bench/allocate.py [--store sqlite|postgresql|both] [--rounds N] [--size ADDRESSES] [--bulk COUNT]

Each round measures the bare figure and ours in turn, because disks stall for seconds; printed are medians. Bare is one
connection that inserts single rows into a table with the keys of a lease (unique address, unique idempotency key) and
commits each. Ours has everything on: holder, idempotency key with its answer, audit with hash chain.
"""

import argparse
import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

sys.path.insert(0, str(Path(__file__).parents[1]))

from maccord.alloc.authority import Authority
from maccord.alloc.records import Actor, Holder, PoolSpec, RangeSpec
from maccord.mac import show
from maccord.store import open_authority
from maccord.wiring import clock
from tests.kit.postgres import Server, programs

ACTOR = Actor("bench", "127.0.0.1")
FIRST = 0x0A0000000000
FILLS = (0.0, 0.5, 0.9, 0.999)
CLIENTS = (1, 8, 64)
BARE = """CREATE TABLE bare (domain bigint NOT NULL, mac bigint NOT NULL, idem varchar(64) UNIQUE, pool bigint NOT NULL,
  owner varchar(64) NOT NULL, state varchar(16) NOT NULL, since bigint NOT NULL, free_at bigint,
  PRIMARY KEY (domain, mac))"""


class Bare(Protocol):
    """Single durable INSERTs on one connection."""

    def insert(self, values: tuple[Any, ...]) -> None:
        """Insert a row and commit."""

    def bulk(self, count: int) -> float:
        """Insert many rows in one transaction, as the database does best; return the seconds."""


class BareSqlite:
    """The standard library's driver; write-ahead log, synced at each commit."""

    def __init__(self, path: str) -> None:
        self.raw = sqlite3.connect(path, isolation_level=None)
        self.raw.execute("PRAGMA journal_mode = WAL")
        self.raw.execute("PRAGMA synchronous = FULL")
        self.raw.execute(BARE)

    def insert(self, values: tuple[Any, ...]) -> None:
        """Insert a row; each statement is a transaction."""
        self.raw.execute("INSERT INTO bare VALUES (1, ?, ?, 1, ?, 'held', ?, NULL)", values)

    def bulk(self, count: int) -> float:
        """Insert a series."""
        self.raw.execute("DROP TABLE IF EXISTS heap")
        self.raw.execute(BARE.replace("bare", "heap"))
        began = time.perf_counter()
        self.raw.execute(
            "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
            " INSERT INTO heap SELECT 1, i, NULL, 1, 'vm-adapter:bulk', 'held', 1, NULL FROM n",
            (count,),
        )
        return time.perf_counter() - began


class BarePostgres:
    """psycopg, autocommit, prepared statements."""

    def __init__(self, url: str) -> None:
        import psycopg  # noqa: PLC0415 - only for this store

        self.raw = psycopg.connect(url, autocommit=True, prepare_threshold=2)
        self.raw.execute(BARE.encode())

    def insert(self, values: tuple[Any, ...]) -> None:
        """Insert a row; each statement is a transaction."""
        self.raw.execute("INSERT INTO bare VALUES (1, %s, %s, 1, %s, 'held', %s, NULL)", values)

    def bulk(self, count: int) -> float:
        """Insert a series."""
        self.raw.execute("DROP TABLE IF EXISTS heap")
        self.raw.execute(BARE.replace("bare", "heap").encode())
        began = time.perf_counter()
        self.raw.execute(
            "INSERT INTO heap SELECT 1, i, NULL, 1, 'vm-adapter:bulk', 'held', 1, NULL"
            " FROM generate_series(1, %s) AS i",
            (count,),
        )
        return time.perf_counter() - began


class Bench:
    """One store, its bare neighbour, and what was measured."""

    def __init__(self, name: str, authority: Authority, bare: Bare, rounds: int, size: int) -> None:
        self.name, self.authority, self.bare, self.rounds, self.size = name, authority, bare, rounds, size
        self.keys = 0
        self.first_rate: dict[int, float] = {}

    def fill(self, share: float, have: int) -> int:
        """Hold so much of the pool; return how many that are."""
        want = int(self.size * share)
        while have < want:
            part = min(1_000_000, want - have)
            self.authority.allocate("bench", Holder("vm-adapter", "filler"), actor=ACTOR, count=part)
            have += part
        return have

    def key(self) -> str:
        """Return a key that was not used, its digits spread as those of a UUID are."""
        self.keys += 1
        return f"{self.keys * 0x9E3779B97F4A7C15 % (1 << 64):016x}-{self.name}"

    def bare_round(self, count: int) -> list[float]:
        """Return the seconds of each bare insert."""
        took = []
        for _ in range(count):
            key = self.key()
            began = time.perf_counter()
            self.bare.insert((self.keys, key, "vm-adapter:vm/nic0", self.keys))
            took.append(time.perf_counter() - began)
        return took

    def one_client(self, count: int) -> tuple[float, list[float], list[str]]:
        """Allocate from this thread; return the whole time, each time, and the addresses."""
        took, given = [], []
        whole = time.perf_counter()
        for _ in range(count):
            key = self.key()
            began = time.perf_counter()
            got = self.authority.allocate("bench", Holder("vm-adapter", key, "HV01"), actor=ACTOR, key=key)
            took.append(time.perf_counter() - began)
            given.append(show(got.runs[0][0]))
        return time.perf_counter() - whole, took, given

    def many_clients(self, clients: int, count: int) -> tuple[float, list[float], list[str]]:
        """Allocate from so many tasks of one event loop, as an API process does."""
        took: list[float] = []
        given: list[str] = []

        async def client(share: int) -> None:
            aio = self.authority.aio
            for _ in range(share):
                key = self.key()
                began = time.perf_counter()
                got = await aio.allocate("bench", Holder("vm-adapter", key, "HV01"), actor=ACTOR, key=key)
                took.append(time.perf_counter() - began)
                given.append(show(got.runs[0][0]))

        async def every() -> None:
            await asyncio.gather(*(client(count // clients) for _ in range(clients)))

        whole = time.perf_counter()
        asyncio.run(every())
        return time.perf_counter() - whole, took, given

    def give_back(self, given: list[str]) -> None:
        """Release what a round took, so that the pool is as full as before."""

        async def every() -> None:
            await asyncio.gather(*(self.authority.aio.release(each, actor=ACTOR) for each in given))

        asyncio.run(every())
        self.authority.tick()

    def cell(self, fill: float, clients: int, count: int) -> None:
        """Measure one number of clients at one fill, and print it."""
        ratios, rates, p50s, p99s, worst = [], [], [], [], []
        for _ in range(self.rounds):
            bare = self.bare_round(max(200, count // 4))
            measure: Callable[[], tuple[float, list[float], list[str]]] = (
                (lambda: self.one_client(count)) if clients == 1 else (lambda: self.many_clients(clients, count))
            )
            whole, took, given = measure()
            again = self.bare_round(max(200, count // 4))
            bare_rate = (len(bare) + len(again)) / (sum(bare) + sum(again))
            rates.append(len(given) / whole)
            ratios.append(rates[-1] / bare_rate)
            took.sort()
            p50s.append(took[len(took) // 2])
            p99s.append(took[int(len(took) * 0.99)])
            worst.append(p99s[-1] / statistics.median(bare + again))
            self.give_back(given)
        ratio = statistics.median(ratios)
        base = self.first_rate.setdefault(clients, ratio)
        print(
            f"{self.name:10} {fill * 100:5.1f} % full {clients:3} clients {statistics.median(rates):8.0f}/s"
            f"  {ratio:5.2f} x bare  p50 {statistics.median(p50s) * 1e3:6.2f} ms"
            f"  p99 {statistics.median(p99s) * 1e3:6.2f} ms"
            f"  p99 = {statistics.median(worst):5.1f} x bare median  {ratio / base:5.2f} of empty",
            flush=True,
        )

    def bulk(self, count: int) -> None:
        """Measure one call for very many."""
        ours, theirs = [], []
        for number in range(min(self.rounds, 3)):
            first = FIRST + (number + 8 << 28)
            self.authority.create_pool(
                PoolSpec(name=f"bulk{number}", ranges=(RangeSpec(show(first), show(first + count)),)), actor=ACTOR
            )
            theirs.append(self.bare.bulk(count))
            began = time.perf_counter()
            self.authority.allocate(
                f"bulk{number}", Holder("vm-adapter", "bulk"), actor=ACTOR, count=count, key=f"bulk{number}"
            )
            ours.append(time.perf_counter() - began)
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        print(
            f"{self.name:10} {count} in one call: {statistics.median(ours):.2f} s,"
            f" bare {statistics.median(theirs):.2f} s, {ratio:.2f} x bare",
            flush=True,
        )

    def run(self, counts: dict[int, int], bulk: int) -> None:
        """Measure everything."""
        have = 0
        for fill in FILLS:
            have = self.fill(fill, have)
            room = self.size - have
            for clients in CLIENTS:
                self.cell(fill, clients, min(counts[clients], max(clients, int(room * 0.8))))
        if bulk:
            self.bulk(bulk)


def main() -> None:
    """Run what was asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    words.add_argument("--rounds", type=int, default=5)
    words.add_argument("--size", type=int, default=4_000_000)
    words.add_argument("--bulk", type=int, default=1_000_000)
    words.add_argument("--count", type=int, default=3000)
    asked = words.parse_args()
    counts = {1: asked.count, 8: asked.count, 64: asked.count}
    spec = PoolSpec(name="bench", ranges=(RangeSpec(show(FIRST), show(FIRST + asked.size - 1)),), rest_s=0)

    def run(name: str, url: str, bare: Bare) -> None:
        authority = open_authority(url, clock=clock)
        authority.create_pool(spec, actor=ACTOR)
        Bench(name, authority, bare, asked.rounds, asked.size).run(counts, asked.bulk)
        authority.close()

    if asked.store in ("sqlite", "both"):
        with tempfile.TemporaryDirectory() as folder:
            run("sqlite", f"sqlite:///{folder}/store.db", BareSqlite(f"{folder}/bare.db"))
    if asked.store in ("postgresql", "both"):
        if programs() is None:
            print("postgresql skipped: no server is installed")
            return
        server = Server()
        try:
            url = server.url()
            run("postgresql", url, BarePostgres(url))
        finally:
            server.stop()


if __name__ == "__main__":
    main()
