"""Folding SQLite's write-ahead log into the file beside the work, so that no commit waits for it.

By itself SQLite does that within the commit that made the log too long, which then takes ten times as long as others
(https://www.sqlite.org/wal.html, "Performance Considerations"). Here a thread with a connection of its own does most of
it while the writer goes on; only what came in the meantime is left to the writer, a few milliseconds now and then, and
needed for the log to begin anew from its start, which nobody may do while there is something in it.
"""

import sqlite3
import threading
from collections.abc import Callable
from contextlib import suppress

_ROWS = 6000
"""Fold after so many changed rows: each is a page of the log or less."""
_FRAMES_MAX = 100_000
"""The writer folds by itself when the log has so many pages all the same: nobody else seems to."""
_SIZE_MAX = 64 * 2**20
"""Bytes that the log keeps on the disk once it is folded."""
_FOLD = "PRAGMA wal_checkpoint(PASSIVE)"


class Folder:
    """A thread that folds the log of one writer. `opened` makes a connection for it."""

    def __init__(self, writer: sqlite3.Connection, opened: Callable[[], sqlite3.Connection]) -> None:
        self._writer, self._opened = writer, opened
        self._seen = writer.total_changes
        self._wake, self._end = threading.Event(), False
        self._rest = False
        writer.execute(f"PRAGMA wal_autocheckpoint = {_FRAMES_MAX}")
        writer.execute(f"PRAGMA journal_size_limit = {_SIZE_MAX}")
        self._thread = threading.Thread(target=self._run, name="maccord-folder", daemon=True)
        self._thread.start()

    def committed(self) -> None:
        """Note that the writer has committed; to be called by whoever has the writer, outside of a transaction."""
        if self._writer.total_changes - self._seen >= _ROWS:
            self._seen = self._writer.total_changes
            self._wake.set()
        if self._rest:
            self._rest = False
            with suppress(sqlite3.Error):
                self._writer.execute(_FOLD).fetchall()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        while self._wake.wait() and not self._end:
            self._wake.clear()
            try:
                connection = connection or self._opened()
                connection.execute(_FOLD).fetchall()
            except sqlite3.Error:  # a full disk, say: the log stays, and it is tried again
                continue
            self._rest = True
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """End the thread."""
        self._end = True
        self._wake.set()
        self._thread.join()
