"""How a station finds the MAC address of an IPv4 neighbour, and remembers it.

Source: RFC 826 (who updates what), RFC 5227, 1.1 and 3 (announcements), and Windows for the times: three requests one
second apart; an entry lasts 15 to 45 s there ("Description of Address Resolution Protocol caching behavior in Windows",
KB949589). One fixed time, a parameter, stands for that span, and the entry is then asked for anew by broadcast.
"""

from collections import deque
from collections.abc import Callable

from maccord.worlds.l2.agenda import Agenda

AGE_US = 30_000_000
"""An entry's life: the base of Windows' span of 15 to 45 s."""
ATTEMPTS = 3
RETRY_US = 1_000_000
QUEUE_MAX = 3
"""So many packets wait for one neighbour; a further one pushes the oldest out (Linux `unres_qlen` was 3)."""

Send = Callable[[int], None]
"""What to do with the address, once known."""
Fail = Callable[[], None]


class Waiting:
    """Packets that wait for one neighbour's address."""

    __slots__ = ("asked", "queue")

    def __init__(self) -> None:
        self.asked = 0
        self.queue: deque[tuple[Send, Fail]] = deque()


class Neighbours:
    """An ARP cache with what waits for it. `ask` broadcasts one request; `age_us` None: entries last for good."""

    __slots__ = ("_waiting", "_written", "age_us", "agenda", "ask", "known")

    def __init__(self, agenda: Agenda, ask: Callable[[int], None], age_us: int | None) -> None:
        self.agenda = agenda
        self.ask = ask
        self.age_us = age_us
        self.known: dict[int, tuple[int, int | None]] = {}
        self._written: set[int] = set()
        self._waiting: dict[int, Waiting] = {}

    def find(self, ip: int) -> int | None:
        """The address of a neighbour, while it is remembered."""
        entry = self.known.get(ip)
        if entry is None:
            return None
        mac, until_us = entry
        if until_us is not None and self.agenda.now_us > until_us:
            del self.known[ip]
            return None
        return mac

    def write(self, ip: int, mac: int) -> None:
        """Write an entry that never ages, as `netsh interface ipv4 add neighbors` does."""
        self._written.add(ip)
        self.known[ip] = (mac, None)

    def hear(self, ip: int, mac: int, *, addressed: bool) -> None:
        """Take what an ARP packet says of its sender: an entry is updated always, made only when it was for us."""
        if ip in self._written:
            return
        waiting = self._waiting.pop(ip, None)
        if ip in self.known or addressed or waiting is not None:
            self.known[ip] = (mac, None if self.age_us is None else self.agenda.now_us + self.age_us)
        if waiting is not None:
            for send, _ in waiting.queue:
                send(mac)

    def resolve(self, ip: int, send: Send, fail: Fail) -> None:
        """Call `send` with the address of a neighbour, now or when it answers; `fail` when it never does."""
        mac = self.find(ip)
        if mac is not None:
            send(mac)
            return
        waiting = self._waiting.get(ip)
        if waiting is None:
            waiting = self._waiting[ip] = Waiting()
            waiting.queue.append((send, fail))
            self._ask(ip, waiting)
            return
        if len(waiting.queue) >= QUEUE_MAX:
            waiting.queue.popleft()[1]()
        waiting.queue.append((send, fail))

    def _ask(self, ip: int, waiting: Waiting) -> None:
        if self._waiting.get(ip) is not waiting:
            return
        if waiting.asked == ATTEMPTS:
            del self._waiting[ip]
            for _, fail in waiting.queue:
                fail()
            return
        waiting.asked += 1
        self.ask(ip)
        self.agenda.after(RETRY_US, self._ask, ip, waiting)
