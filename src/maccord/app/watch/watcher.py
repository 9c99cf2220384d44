"""Verdicts to incidents that open, change and close. It waits for nothing: callers say what time it is.

An incident opens a moment after its threshold is crossed, so that a loop is known for one before each of its addresses
passes for a duplicate. It changes when its cause, its places or its owners do, and when its moves have doubled; it
closes when nothing new was seen for as long as the settings say, and what was held against the address is forgotten.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from maccord.app.watch.inventory import Inventory, spelled
from maccord.app.watch.model import Phase, PlaceItem, WatchItem
from maccord.app.watch.words import CAUSES, REMEDIES, explanation, moment, network
from maccord.fleet.diagnosis import short_id
from maccord.mac import show
from maccord.wire.records import Batch
from maccord.wire.track import FAULTS, Tracker, Verdict
from maccord.wire.track.tracker import AddressKey, IpKey

_NS = 1_000_000_000
HOLD_NS = 2 * _NS
OPEN_MAX = 10_000
_SEARCHED_MAX = 1000
_PLACES = 16
_ADDRESSES = 256


class OpenIncident(Struct):
    """An incident that is open: its verdict as it was told last, and the moves by then."""

    id: str
    verdict: Verdict
    told: WatchItem
    opened_ns: int
    active_ns: int


class Watcher:
    """Feeds the engine of verdicts, and tells what becomes of incidents."""

    def __init__(self, tracker: Tracker, inventory: Inventory | None = None, *, hold_ns: int = HOLD_NS) -> None:
        self.tracker = tracker
        self.inventory = inventory or Inventory()
        self.open: dict[tuple[object, ...], OpenIncident] = {}
        self.opened_total: dict[str, int] = {}
        self.suppressed = 0
        """Incidents that found no room among those that are open."""
        self._hold_ns = hold_ns
        self._waiting: dict[AddressKey | IpKey, int] = {}

    def take(self, batch: Batch, fabric: int = 0) -> None:
        """Take in what a source gave."""
        self.tracker.take(fabric, batch)

    def step(self, now_ns: int, *, last: bool = False) -> list[WatchItem]:
        """Return what happened to incidents up to `now_ns`; with `last` nothing is held back any more."""
        for key in list(self.tracker.changed):
            self._waiting.setdefault(key, now_ns)
        self.tracker.changed.clear()
        ripe = [key for key, since in self._waiting.items() if last or now_ns - since >= self._hold_ns]
        items: list[WatchItem] = []
        loops = {one.key: one for one in self.tracker.loop_verdicts()} if ripe else {}
        for verdict in loops.values():
            items += self._judged(verdict.key, verdict, now_ns)
        for key in ripe:
            del self._waiting[key]
            items += self._asked(key, now_ns)
        items += self._closed(now_ns)
        return items

    def flush(self, now_ns: int) -> list[WatchItem]:
        """Return what is still to be told when the sources have ended; open incidents stay open."""
        return self.step(now_ns, last=True)

    def _asked(self, key: AddressKey | IpKey, now_ns: int) -> list[WatchItem]:
        """Return what is new of one address: verdicts that there are, and incidents that are none any more."""
        faults = {one.key: one for one in self.tracker.verdicts_of(key) if one.kind in FAULTS}
        subject = ("ip" if isinstance(key[2], str) else "mac", *key)
        known = [one for one in self.open if one[: len(subject)] == subject] if len(self.open) < _SEARCHED_MAX else []
        items: list[WatchItem] = []
        for gone in known:
            if gone not in faults:
                items += self._judged(gone, None, now_ns)
        for one, verdict in faults.items():
            items += self._judged(one, verdict, now_ns)
        return items

    def _judged(self, subject: tuple[object, ...], verdict: Verdict | None, now_ns: int) -> list[WatchItem]:
        known = self.open.get(subject)
        if verdict is None:
            if known is None:
                return []
            del self.open[subject]
            return [self._item(known.id, known.verdict, "closed", now_ns)]
        if known is None:
            if len(self.open) >= OPEN_MAX:
                self.suppressed += 1
                return []
            number = short_id(*map(str, subject), verdict.first_ns)
            item = self._item(number, verdict, "opened", now_ns)
            self.open[subject] = OpenIncident(number, verdict, item, now_ns, verdict.last_ns)
            self.opened_total[item.cause] = self.opened_total.get(item.cause, 0) + 1
            return [item]
        known.verdict = verdict
        known.active_ns = max(known.active_ns, verdict.last_ns)
        item = self._item(known.id, verdict, "changed", now_ns)
        if not _is_news(known.told, item):
            return []
        known.told = item
        return [item]

    def _closed(self, now_ns: int) -> list[WatchItem]:
        quiet_ns = self.tracker.settings.quiet_s * _NS
        ended = [subject for subject, one in self.open.items() if now_ns - one.active_ns >= quiet_ns]
        items = []
        for subject in ended:
            one = self.open.pop(subject)
            items.append(self._item(one.id, one.verdict, "closed", now_ns))
            if one.verdict.kind == "loop":
                self.tracker.forget_loop(one.verdict)
                for mac in one.verdict.macs:
                    self.tracker.forget((one.verdict.fabric, one.verdict.domain, mac))
            else:
                self.tracker.forget(_key(one.verdict))
        return items

    def _item(self, number: str, verdict: Verdict, event: Phase, now_ns: int) -> WatchItem:
        cause, severity = CAUSES[verdict.kind]
        known, incident = self.inventory.incident_of(verdict.macs)
        if known and verdict.kind in ("duplicate", "two-minds", "loop"):
            cause, severity = known, "error"
        places = self._places(verdict)
        return WatchItem(
            event=event,
            at=moment(now_ns),
            id=number,
            cause=cause,
            severity=severity,
            addresses=spelled(verdict.macs[:_ADDRESSES]),
            ip=verdict.ip,
            vlan=verdict.domain.vlan,
            network=network(verdict.domain),
            places=places,
            moves=verdict.moves,
            first_seen=moment(verdict.first_ns),
            last_seen=moment(verdict.last_ns),
            confidence=verdict.certainty,
            explanation=explanation(verdict, places),
            remedy=REMEDIES.get(cause, REMEDIES[CAUSES[verdict.kind][0]]),
            runbook=f"maccord explain {cause}",
            reasons=list(verdict.reasons),
            undecided=list(verdict.undecided),
            seen_by=list(verdict.seen_by),
            owners=self.inventory.owners_of(verdict.macs),
            inventory_incident=incident if known else "",
        )

    def _places(self, verdict: Verdict) -> list[PlaceItem]:
        found = []
        for post in verdict.posts[:_PLACES]:
            mac = post.mac if post.mac is not None else verdict.macs[0]
            owner = next((name for ip in post.ips if (name := self.inventory.by_ip.get((mac, ip), ""))), "")
            if not owner and verdict.kind == "ip-conflict":
                owner = ", ".join(self.inventory.owners_of([mac]))
            found.append(
                PlaceItem(
                    post.at.observer,
                    post.at.port,
                    show(mac) if verdict.kind != "loop" else "",
                    list(post.ips),
                    post.visits,
                    round(post.held_ns / _NS, 3),
                    owner,
                )
            )
        return found


def _key(verdict: Verdict) -> AddressKey | IpKey:
    return (
        (verdict.fabric, verdict.domain, verdict.ip)
        if verdict.ip
        else (verdict.fabric, verdict.domain, verdict.macs[0])
    )


def _is_news(told: WatchItem, item: WatchItem) -> bool:
    if told.cause != item.cause or told.severity != item.severity or told.addresses != item.addresses:
        return True
    if _where(told.places) != _where(item.places):
        return True
    return item.moves >= 2 * max(told.moves, 1)


def _where(places: Iterable[PlaceItem]) -> Sequence[tuple[str, str]]:
    return sorted({(one.observer, one.port) for one in places})
