"""How quick the authority is, as ratios to bare durable INSERTs of the same driver in the same run.

bench/allocate.py [--store sqlite|postgresql|both] [--rounds N] [--size ADDRESSES] [--count REQUESTS] [--bulk COUNT]

There are four stores of each kind, each with a pool that is 0, 50, 90 or 99.9 % full. Each round goes through all of
them, and measures the bare figure before and after ours, because disks stall for seconds; printed are medians of the
rounds' ratios. Bare is one connection that inserts single rows into a table with the keys of a lease (unique address,
unique idempotency key) and commits each. Ours has everything on: holder, idempotency key with its answer, audit with
hash chain. What each of these costs a single client is measured apart: by leaving it out.
"""

import argparse
import asyncio
import itertools
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, Protocol
from unittest.mock import patch

sys.path.insert(0, str(Path(__file__).parents[1]))

from maccord.alloc.authority import Authority
from maccord.alloc.records import Actor, Holder, PoolSpec, RangeSpec
from maccord.mac import show
from maccord.store import open_authority
from maccord.store.authority import StoreAuthority
from maccord.store.database import GrantRow, JournalRow
from maccord.store.work import Chain
from maccord.wiring import clock
from tests.kit.postgres import Server, programs

ACTOR = Actor("bench", "127.0.0.1")
FIRST = 0x0A0000000000
FILLS = (0.0, 0.5, 0.9, 0.999)
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


class Times(NamedTuple):
    """What some requests took: all of them together, and each, in seconds; and the addresses."""

    whole: float
    each: list[float]
    given: list[str]


class Pool:
    """One store with one pool, filled to a share of its size."""

    def __init__(self, authority: Authority, size: int, share: float, keys: "Keys") -> None:
        self.authority, self.share, self.keys = authority, share, keys
        authority.create_pool(
            PoolSpec(name="bench", ranges=(RangeSpec(show(FIRST), show(FIRST + size - 1)),), rest_s=0), actor=ACTOR
        )
        held = int(size * share)
        self.room = size - held
        for at in range(0, held, 1_000_000):
            part = min(1_000_000, held - at)
            authority.allocate("bench", Holder("vm-adapter", "filler"), actor=ACTOR, count=part)

    def one_client(self, count: int, *, keyed: bool = True) -> Times:
        """Allocate from this thread."""
        took, given = [], []
        whole = time.perf_counter()
        for _ in range(count):
            key = self.keys.next()
            began = time.perf_counter()
            got = self.authority.allocate(
                "bench", Holder("vm-adapter", key, "HV01"), actor=ACTOR, key=key if keyed else None
            )
            took.append(time.perf_counter() - began)
            given.append(show(got.runs[0][0]))
        return Times(time.perf_counter() - whole, took, given)

    def many_clients(self, clients: int, count: int) -> Times:
        """Allocate from so many tasks of one event loop, as an API process does."""
        took: list[float] = []
        given: list[str] = []

        async def client(share: int) -> None:
            aio = self.authority.aio
            for _ in range(share):
                key = self.keys.next()
                began = time.perf_counter()
                got = await aio.allocate("bench", Holder("vm-adapter", key, "HV01"), actor=ACTOR, key=key)
                took.append(time.perf_counter() - began)
                given.append(show(got.runs[0][0]))

        async def every() -> None:
            await asyncio.gather(*(client(count // clients) for _ in range(clients)))

        whole = time.perf_counter()
        asyncio.run(every())
        return Times(time.perf_counter() - whole, took, given)

    def give_back(self, given: list[str]) -> None:
        """Release what a round took, so that the pool is as full as before."""

        async def every() -> None:
            await asyncio.gather(*(self.authority.aio.release(each, actor=ACTOR) for each in given))

        asyncio.run(every())
        self.authority.tick()


class Keys:
    """Idempotency keys that were not used, their digits spread as those of a UUID are."""

    def __init__(self, name: str) -> None:
        self.name, self.count = name, 0

    def next(self) -> str:
        """Return another one."""
        self.count += 1
        return f"{self.count * 0x9E3779B97F4A7C15 % (1 << 64):016x}-{self.name}"


class Cell:
    """What the rounds of one number of clients at one fill gave."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.ratios: list[float] = []
        self.p50s: list[float] = []
        self.p99s: list[float] = []
        self.tails: list[float] = []

    def add(self, times: Times, bare: list[float]) -> None:
        """Take in a round, and the bare inserts around it."""
        took = sorted(times.each)
        self.rates.append(len(took) / times.whole)
        self.ratios.append(self.rates[-1] * sum(bare) / len(bare))
        self.p50s.append(took[len(took) // 2])
        self.p99s.append(took[int(len(took) * 0.99)])
        self.tails.append(self.p99s[-1] / statistics.median(bare))

    def __str__(self) -> str:
        rate, ratio, p50, p99, tail = map(
            statistics.median, (self.rates, self.ratios, self.p50s, self.p99s, self.tails)
        )
        return (
            f"{rate:8.0f}/s  {ratio:5.2f} x bare  p50 {p50 * 1e3:6.2f} ms  p99 {p99 * 1e3:6.2f} ms"
            f" = {tail:5.1f} x bare median"
        )


class Bench:
    """Stores of one kind, their bare neighbour, and what was measured."""

    def __init__(self, name: str, urls: Callable[[], str], bare: Bare, rounds: int, size: int) -> None:
        self.name, self.bare, self.rounds = name, bare, rounds
        self.keys = Keys(name)
        self.pools = [Pool(open_authority(urls(), clock=clock), size, share, self.keys) for share in FILLS]

    def bare_round(self, count: int) -> list[float]:
        """Return the seconds of each bare insert."""
        took = []
        for _ in range(count):
            key = self.keys.next()
            began = time.perf_counter()
            self.bare.insert((self.keys.count, key, "vm-adapter:vm/nic0", self.keys.count))
            took.append(time.perf_counter() - began)
        return took

    def around(self, count: int, measure: Callable[[], Times]) -> tuple[Times, list[float]]:
        """Measure between two stretches of bare inserts."""
        before = self.bare_round(count)
        times = measure()
        return times, before + self.bare_round(count)

    def cells(self, clients: int, count: int) -> None:
        """Measure one number of clients at every fill, and print it."""
        cells = [Cell() for _ in self.pools]
        for number in range(self.rounds + 1):
            for pool, cell in zip(self.pools, cells, strict=True):
                some = min(count, max(clients, int(pool.room * 0.8)))

                def measure(pool: Pool = pool, some: int = some) -> Times:
                    return pool.one_client(some) if clients == 1 else pool.many_clients(clients, some)

                times, bare = self.around(max(200, count // 8), measure)
                if number:  # the first is for warming up: logs grow, plans are made
                    cell.add(times, bare)
                pool.give_back(times.given)
        empty = statistics.median(cells[0].ratios)
        for pool, cell in zip(self.pools, cells, strict=True):
            print(
                f"{self.name:10} {pool.share * 100:5.1f} % full {clients:3} clients {cell}"
                f"  {statistics.median(cell.ratios) / empty:5.2f} of empty",
                flush=True,
            )

    def costs(self, count: int) -> None:
        """Measure a single client with and without what comes with an address, and print it."""
        pool = self.pools[0]
        assert isinstance(pool.authority, StoreAuthority)
        database = pool.authority._engine.db  # noqa: SLF001 - nobody else leaves out what an address comes with
        grant, add = database.grant, Chain.add
        nothing = JournalRow(0, "", "", "", "", "", None, b"")

        def lease_only(
            hands: Sequence[int], at: int, _chain: int, leases: Sequence[GrantRow], _records: object, *, who: bool
        ) -> None:
            lease = leases[0]
            database.run(
                "INSERT INTO lease (space, address, pool, state, since, due, holders) SELECT ?, ?, ?, 'held', ?, ?, ?"
                " FROM hand WHERE id = ?",
                (lease.space, lease.address, lease.pool, at, lease.due, lease.holders if who else "[]", hands[0]),
            )

        ways: dict[str, tuple[bool, Any, Any]] = {
            "everything": (True, grant, add),
            "no key": (False, grant, add),
            "no key, no audit": (False, partial(lease_only, who=True), lambda *_: nothing),
            "no key, no audit, no holder": (False, partial(lease_only, who=False), lambda *_: nothing),
        }
        cells = {way: Cell() for way in ways}
        for number in range(self.rounds + 1):
            for way, (keyed, granting, adding) in ways.items():
                measure = partial(pool.one_client, count, keyed=keyed)
                with patch.object(database, "grant", granting), patch.object(Chain, "add", adding):
                    times, bare = self.around(count // 8, measure)
                if number:
                    cells[way].add(times, bare)
        for way, cell in cells.items():
            print(f"{self.name:10} 1 client, {way:28} {cell}", flush=True)

    def bulk(self, count: int) -> None:
        """Measure one call for very many."""
        ours, theirs = [], []
        authority = self.pools[0].authority
        for number in range(min(self.rounds, 3)):
            first = FIRST + (number + 8 << 28)
            authority.create_pool(
                PoolSpec(name=f"bulk{number}", ranges=(RangeSpec(show(first), show(first + count)),)), actor=ACTOR
            )
            theirs.append(self.bare.bulk(count))
            began = time.perf_counter()
            authority.allocate(
                f"bulk{number}", Holder("vm-adapter", "bulk"), actor=ACTOR, count=count, key=f"bulk{number}"
            )
            ours.append(time.perf_counter() - began)
        ratio = statistics.median(b / a for a, b in zip(ours, theirs, strict=True))
        print(
            f"{self.name:10} {count} in one call: {statistics.median(ours):.2f} s,"
            f" bare {statistics.median(theirs):.2f} s, {ratio:.2f} x bare",
            flush=True,
        )

    def run(self, every: list[int], count: int, bulk: int) -> None:
        """Measure everything."""
        for clients in every:
            self.cells(clients, count)
        if 1 in every:
            self.costs(count)
        if bulk:
            self.bulk(bulk)
        for pool in self.pools:
            pool.authority.close()


def main() -> None:
    """Run what was asked for."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--store", choices=("sqlite", "postgresql", "both"), default="both")
    words.add_argument("--clients", type=int, nargs="*", default=[1, 8, 64])
    words.add_argument("--rounds", type=int, default=7)
    words.add_argument("--size", type=int, default=1_000_000)
    words.add_argument("--bulk", type=int, default=1_000_000)
    words.add_argument("--count", type=int, default=1500)
    asked = words.parse_args()

    if asked.store in ("sqlite", "both"):
        with tempfile.TemporaryDirectory() as folder:
            files = (f"sqlite:///{folder}/store{number}.db" for number in itertools.count())
            bare: Bare = BareSqlite(f"{folder}/bare.db")
            Bench("sqlite", files.__next__, bare, asked.rounds, asked.size).run(asked.clients, asked.count, asked.bulk)
    if asked.store in ("postgresql", "both"):
        if programs() is None:
            print("postgresql skipped: no server is installed")
            return
        server = Server()
        try:
            bare = BarePostgres(server.url())
            Bench("postgresql", server.url, bare, asked.rounds, asked.size).run(asked.clients, asked.count, asked.bulk)
        finally:
            server.stop()


if __name__ == "__main__":
    main()
