"""Watchers under test: a clock that is set by hand, and logs of a bridge."""

import threading
import time
from datetime import UTC, datetime, timedelta

from maccord.app.watch.model import WatchItem
from maccord.app.watch.run import Watch
from maccord.app.watch.watcher import Watcher
from maccord.wire.track import Settings, Tracker

MAC, OTHER = "00:15:5d:c8:6a:00", "00:15:5d:c8:6b:11"
START = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def learned(seconds, port, mac=MAC):
    """Return the two lines that `bridge -t monitor fdb` prints when an address is learned at a port."""
    at = START + timedelta(seconds=seconds)
    return f"Timestamp: {at:%a %b %d %H:%M:%S %Y} {at.microsecond:06} usec\n{mac} dev {port} master br0\n"


def flapping(moves, *, start=0, mac=MAC, every_s=2):
    return "".join(learned(start + step * every_s, f"p{1 + step % 2}", mac) for step in range(moves + 1))


class Run:
    """A watch that runs in a thread; `items` are what it told."""

    def __init__(self, *sources, settings=None, **options):
        self.items: list[WatchItem] = []
        self.remarks: list[str] = []
        self.watcher = options.pop("watcher", None) or Watcher(Tracker(settings or Settings()), hold_ns=0)
        self.watch = Watch(
            self.watcher,
            sources,
            self.items.extend,
            self.remarks.append,
            options.pop("monotonic", time.monotonic),
            **options,
        )
        self._thread = threading.Thread(target=self.watch.run, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.watch.stop()
        self._thread.join(10)
        assert not self._thread.is_alive()

    def finish(self):
        """Wait until all sources have ended."""
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def told(self):
        return [(one.event, one.cause) for one in self.items]


def wait_for(condition, seconds=10):
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen in time")
