"""Stores for tests: each kind that there is, a time that the test moves, and short ways to say who and what."""

import shutil
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import pytest

from maccord.alloc.records import Actor, Holder, PoolSpec, RangeSpec
from maccord.store import open_authority, opening
from tests.kit.postgres import Server, programs

ACTOR = Actor("cli:tester", "127.0.0.1")
START = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
KINDS = (
    "sqlite",
    pytest.param("sqlite-command", marks=pytest.mark.slow),
    pytest.param("postgresql", marks=pytest.mark.real),
)
"""`sqlite` and `postgresql` as a service has them, with chunks; `sqlite-command` as a command that ends at once.

Tests of the command line live through that too, so the quick tests leave its contract to those that take their time.
"""


class Time:
    """A clock and a counter: `pass_s` moves both, as real time does; `set_s` moves the clock alone, as people do."""

    def __init__(self):
        self.wall, self.count = START, 1000.0

    def clock(self):
        return self.wall

    def monotonic(self):
        return self.count

    def pass_s(self, seconds):
        self.wall += timedelta(seconds=seconds)
        self.count += seconds

    def set_s(self, seconds):
        self.wall += timedelta(seconds=seconds)


class Stores:
    """Opens stores of one kind, any number of times, and closes what is left open."""

    def __init__(self, kind, folder, server):
        self.kind, self.time = kind, Time()
        self.background = kind != "sqlite-command"
        self._folder, self._server, self._count = folder, server, 0
        self._open = ExitStack()
        self.url = self.new_url()
        self.watch_s = 0.0  # nobody else is at work on these stores, so there is nobody to watch

    def new_url(self):
        self._count += 1
        if self._server is not None:
            return self._server.url()
        return f"sqlite:///{self._folder}/store{self._count}.db"

    def open(self, url=None, *, time=None, background=None):
        """Open the store of this test, or another; each call is a process of its own as far as the store knows."""
        time = time or self.time
        opening._WATCH_S = self.watch_s
        authority = open_authority(
            url or self.url,
            clock=time.clock,
            monotonic=time.monotonic,
            background=self.background if background is None else background,
        )
        self._open.callback(authority.close)
        return authority

    def close(self):
        self._open.close()


def spec(name="web", first="02-00-00-00-10-00", last="02-00-00-00-10-FF", **more):
    return PoolSpec(name=name, ranges=(RangeSpec(first, last),), **{"rest_s": 60, **more})


def vm(name, host="HV01"):
    return Holder("vm-adapter", name, host)


@pytest.fixture(scope="session")
def postgres():
    """A server of our own, for as long as the tests run."""
    if programs() is None:
        pytest.skip("no PostgreSQL: script/system-packages postgresql")
    server = Server("-c fsync=off")
    yield server
    server.stop()
    shutil.rmtree(server.folder, ignore_errors=True)


@pytest.fixture(params=KINDS)
def stores(request, tmp_path):
    """Stores of one kind: a test that takes this runs once for each."""
    server = request.getfixturevalue("postgres") if request.param == "postgresql" else None
    made = Stores(request.param, tmp_path, server)
    yield made
    made.close()


@pytest.fixture
def authority(stores):
    """An authority on an empty store."""
    return stores.open()
