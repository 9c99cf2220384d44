"""The loop of `maccord watch`: takes in what sources bring, and gives out what becomes of incidents."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from maccord.app.watch.metrics import exposition
from maccord.app.watch.model import WatchItem
from maccord.app.watch.order import Order
from maccord.app.watch.sources import Heard, Inbox, Source
from maccord.app.watch.state import SourceMark, save
from maccord.app.watch.watcher import Watcher
from maccord.app.watch.webhook import Webhook

_STEP_S = 0.5
_SAVE_S = 30.0
_NS = 1_000_000_000
_HELD_MAX = 200_000


@dataclass
class Watch:
    """One run. `monotonic` is a clock in seconds that never goes back; `tell` hears items, `say` remarks.

    Incidents live in the time of what is heard: between two records it passes as on the clock, so that an old capture
    is judged as if it came in now, and a silent network grows older all the same.
    """

    watcher: Watcher
    sources: Sequence[Source]
    tell: Callable[[Sequence[WatchItem]], None]
    say: Callable[[str], None]
    monotonic: Callable[[], float]
    webhook: Webhook | None = None
    state: str | None = None
    marks: dict[str, SourceMark] = field(default_factory=dict)
    inbox: Inbox = field(default_factory=Inbox)
    packets: int = 0
    kernel_lost: int = 0
    broken: int = 0
    up: dict[str, bool] = field(default_factory=dict)
    _taken: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._order = Order(self.watcher.tracker)

    def run(self) -> None:
        """Listen until every source has ended, or `stop` was called."""
        running = self._start()
        heard_at = stepped_at = saved_at = self.monotonic()
        while not self.inbox.stopped.is_set() and (running or not self.inbox.empty):
            heard = self.inbox.take(_STEP_S)
            now = self.monotonic()
            if heard is not None:
                self._take(heard)
                heard_at = now if heard.batch.told or heard.batch.presences else heard_at
                running -= {heard.source} if heard.ended else set()
            if now - stepped_at >= _STEP_S or heard is None:
                stepped_at = now
                self._order.release(int((now - heard_at) * _NS))
                self._give(self.watcher.step(self._time(now - heard_at)))
                self._make_room()
            if now - saved_at >= _SAVE_S:
                saved_at = now
                self.save()
        self.inbox.stopped.set()
        self._order.release(everything=True)
        self._give(self.watcher.flush(self._time(self.monotonic() - heard_at)))
        self.save()

    def _start(self) -> set[str]:
        running = {source.name for source in self.sources}
        self.up = dict.fromkeys(running, True)
        for source in self.sources:
            if getattr(source, "begins_behind", False):
                self._order.expect(source.name)
            self.inbox.begin(source.name)
        for source in self.sources:
            threading.Thread(target=_guarded, args=(source, self.inbox), daemon=True, name=source.name).start()
        return running

    def stop(self) -> None:
        """End soon; may be called from a signal's handler."""
        self.inbox.stopped.set()

    def save(self) -> None:
        """Write the state, if there is a place for it; raises BadState."""
        if self.state is not None:
            waiting = self.webhook.waiting() if self.webhook is not None else []
            save(self.state, self.watcher, self.marks, waiting)

    def metrics(self) -> str:
        """Return the figures of the run."""
        totals = {
            "packets_total": self.packets,
            "packets_dropped_by_kernel_total": self.kernel_lost,
            "messages_lost_total": self.inbox.lost,
            "faults_total": self.broken,
        }
        if self.webhook is not None:
            totals["webhook_delivered_total"] = self.webhook.delivered
            totals["webhook_failures_total"] = self.webhook.failed
            totals["webhook_dropped_total"] = self.webhook.dropped
        return exposition(self.watcher, totals, dict(self.up))

    def _take(self, heard: Heard) -> None:
        if heard.failure is not None:
            self.inbox.stopped.set()
            raise heard.failure
        batch = heard.batch
        self.packets += batch.packets
        self.kernel_lost += batch.dropped
        self.broken += len(batch.faults)
        self.up[heard.source] = heard.up
        if heard.mark is not None:
            self.marks[heard.source] = heard.mark
        if heard.remark:
            self.say(heard.remark)
        for fault in batch.faults[:1]:
            self.say(f"{heard.source}, {fault.at}: {fault.reason}")
        self._order.take(heard.source, batch)
        if heard.caught_up:
            self._order.caught_up(heard.source)
        self._taken.append(heard.source)
        self._order.release()
        if len(self._order) <= _HELD_MAX or len(set(self._taken)) > 1:
            self._make_room()

    def _make_room(self) -> None:
        for source in self._taken:
            self.inbox.done(source)
        self._taken.clear()

    def _give(self, items: Sequence[WatchItem]) -> None:
        if items:
            self.tell(items)
            if self.webhook is not None:
                self.webhook.put(items)

    def _time(self, passed_s: float) -> int:
        return self._order.newest_ns + int(max(0.0, passed_s) * _NS)


def _guarded(source: Source, inbox: Inbox) -> None:
    """Run a source; what goes wrong in it is the whole run's failure, not one that nobody hears of."""
    try:
        source.run(inbox)
    except BaseException as error:  # noqa: BLE001 - told where it can be handled
        inbox.put(Heard(source.name, failure=error, ended=True))
