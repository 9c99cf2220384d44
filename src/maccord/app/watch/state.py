"""What a watcher knows, on disk: a restart neither forgets incidents nor tells them twice.

The file is replaced as a whole, and only when all of it is written: a kill at any moment leaves the old one or the new
one. A file that cannot be read is put aside, and watching starts anew.
"""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct, field

from maccord.app.watch.model import WatchItem
from maccord.app.watch.watcher import OpenIncident, Watcher
from maccord.mac import MaccordError
from maccord.wire.records import At, Domain
from maccord.wire.track.judge import AddressState
from maccord.wire.track.owners import Contest

_KEPT_MAX = 50_000
_BYTES_MAX = 256 * 2**20


class BadState(MaccordError):
    """The state cannot be kept where it was asked for."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(path, why)
        self.path, self.why = path, why

    def __str__(self) -> str:
        return f"cannot keep the state in {self.path}: {self.why}"


class SourceMark(Struct, frozen=True):
    """How far a source was read: the file's number on its device, the byte, and the time of the last record."""

    inode: int = 0
    offset: int = 0
    through_ns: int = 0


class Saved(Struct):
    """Everything of one run. Places of ports are `ground`, incidents by their subject are `open`."""

    schema: Literal["maccord.watch-state/1"]
    now_ns: int
    addresses: list[tuple[int, Domain, int, AddressState]]
    ips: list[tuple[int, Domain, str, Contest]]
    ground: list[tuple[At, str, str, bool]]
    open: list[OpenIncident]
    opened_total: dict[str, int]
    marks: dict[str, SourceMark] = field(default_factory=dict)
    waiting: list[WatchItem] = field(default_factory=list)
    """What the webhook has not taken yet."""


def save(path: str, watcher: Watcher, marks: dict[str, SourceMark], waiting: list[WatchItem]) -> None:
    """Write the state; raises BadState."""
    tracker = watcher.tracker
    addresses = [(*key, state) for key, state in tracker.addresses.items()][-_KEPT_MAX:]
    ips = [(*key, contest) for key, contest in tracker.ips.items()][-_KEPT_MAX:]
    state = Saved(
        "maccord.watch-state/1",
        tracker.now_ns,
        addresses,
        ips,
        tracker.ground.dump(),
        list(watcher.open.values()),
        watcher.opened_total,
        marks,
        waiting,
    )
    target = Path(path)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.msgpack.encode(state))
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise BadState(path, error.strerror or str(error)) from error


@dataclass(slots=True)
class Left:
    """What an earlier run left beside what the watcher knows: how far it read, what was not delivered, a remark."""

    marks: dict[str, SourceMark]
    waiting: list[WatchItem]
    remark: str = ""


def load(path: str, watcher: Watcher) -> Left:
    """Fill a watcher with what an earlier run knew, and return what else it left.

    Raises BadState for a file that cannot be opened; one whose content is no state is put aside.
    """
    target = Path(path)
    try:
        if not target.exists():
            return Left({}, [])
        if target.stat().st_size > _BYTES_MAX:
            return Left({}, [], _aside(target, "it is too large"))
        saved = msgspec.msgpack.decode(target.read_bytes(), type=Saved)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return Left({}, [], _aside(target, "it holds no state of this version"))
    except OSError as error:
        raise BadState(path, error.strerror or str(error)) from error
    tracker = watcher.tracker
    tracker.now_ns = saved.now_ns
    tracker.ground.load(saved.ground)
    for fabric, domain, mac, state in saved.addresses:
        tracker.addresses.put((fabric, domain, mac), state)
    for fabric, domain, ip, contest in saved.ips:
        tracker.ips.put((fabric, domain, ip), contest)
    for one in saved.open:
        watcher.open[one.verdict.key] = one
    watcher.opened_total.update(saved.opened_total)
    return Left(saved.marks, saved.waiting)


def _aside(target: Path, why: str) -> str:
    aside = target.with_name(f"{target.name}.unreadable")
    try:
        target.replace(aside)
    except OSError as error:
        raise BadState(str(target), error.strerror or str(error)) from error
    return f"{target} was put aside as {aside.name}: {why}; watching starts anew"
