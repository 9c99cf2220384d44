"""Tells other systems, by HTTP, that a pool runs out of addresses.

A message goes out when a pool becomes low or exhausted, and while that lasts every quarter of an hour at most. It is
signed, tried again for a few minutes while the receiver fails, and then dropped with a line in the log: a
receiver that is gone holds nothing up. Redirects are not followed, so a message goes where it was meant to or nowhere.

Source: the Standard Webhooks specification for the headers and the signature (HMAC-SHA256 over id, time and body).
"""

import base64
import hashlib
import hmac
import queue
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

import msgspec
import urllib3

from maccord.reach.answer import Secret
from maccord.serve.logs import Log
from maccord.serve.metrics import Metrics

_WAITS_S = (0.0, 1.0, 5.0, 30.0, 120.0)
_QUEUE_MAX = 1000


@dataclass(frozen=True, slots=True)
class Message:
    """One event; `id` is the same however often it is sent."""

    id: str
    body: bytes


def signature(secret: Secret, message_id: str, timestamp: str, body: bytes) -> str:
    """Return the value of the header `webhook-signature`."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(secret.reveal().encode(), signed, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


class Webhooks:
    """Sends events to all receivers, each from a thread of its own, so that a slow one delays no other."""

    def __init__(
        self,
        urls: Iterable[str],
        secret: Secret | None,
        *,
        clock: Callable[[], datetime],
        log: Log,
        metrics: Metrics,
        waits_s: tuple[float, ...] = _WAITS_S,
    ) -> None:
        self._clock = clock
        self._receivers = [
            _Receiver(url, secret, clock=clock, log=log, metrics=metrics, waits_s=waits_s) for url in urls
        ]

    def start(self) -> None:
        """Begin to send."""
        for one in self._receivers:
            one.thread.start()

    def stop(self, patience_s: float = 2.0) -> None:
        """Send what can be sent within `patience_s`, then give up the rest."""
        for one in self._receivers:
            one.finish()
        for one in self._receivers:
            one.end(patience_s)

    def tell(self, event: str, data: dict[str, object]) -> None:
        """Queue an event for all receivers; never waits."""
        now = self._clock()
        body = msgspec.json.encode({"type": event, "timestamp": now.isoformat(), "data": data})
        for one in self._receivers:
            one.take(Message(f"msg_{uuid4().hex}", body))


class _Receiver:
    """One URL, what waits for it, and the thread that sends it."""

    def __init__(
        self,
        url: str,
        secret: Secret | None,
        *,
        clock: Callable[[], datetime],
        log: Log,
        metrics: Metrics,
        waits_s: tuple[float, ...],
    ) -> None:
        self._url, self._secret, self._clock = url, secret, clock
        self._log, self._metrics, self._waits_s = log, metrics, waits_s
        self._queue: queue.Queue[Message | None] = queue.Queue(_QUEUE_MAX)
        self._stop = threading.Event()
        self._http = urllib3.PoolManager(timeout=urllib3.Timeout(10), retries=False, cert_reqs="CERT_REQUIRED")
        self.thread = threading.Thread(target=self._work, name="webhook", daemon=True)

    def take(self, message: Message) -> None:
        """Queue a message, or drop it when too many wait."""
        try:
            self._queue.put_nowait(message)
        except queue.Full:
            self._dropped("too many are waiting")

    def finish(self) -> None:
        """Send what waits, and then no more."""
        try:
            self._queue.put_nowait(None)
        except queue.Full:
            self._stop.set()

    def end(self, patience_s: float) -> None:
        """Wait so long for the last message, and stop trying."""
        if self.thread.is_alive():
            self.thread.join(patience_s)
            self._stop.set()
        self._http.clear()

    def _work(self) -> None:
        while not self._stop.is_set():
            message = self._queue.get()
            if message is None:
                return
            self._deliver(message)

    def _deliver(self, message: Message) -> None:
        why = ""
        for wait_s in self._waits_s:
            if wait_s and self._stop.wait(wait_s):
                break
            why = self._send(message)
            if not why:
                self._metrics.webhooks.labels("delivered").inc()
                return
        self._dropped(why or "the service stops")

    def _send(self, message: Message) -> str:
        """Try once; return why it failed, or nothing."""
        timestamp = str(int(self._clock().timestamp()))
        headers = {
            "content-type": "application/json",
            "user-agent": "maccord",
            "webhook-id": message.id,
            "webhook-timestamp": timestamp,
        }
        if self._secret is not None:
            headers["webhook-signature"] = signature(self._secret, message.id, timestamp, message.body)
        try:
            answer = self._http.request("POST", self._url, body=message.body, headers=headers, redirect=False)
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            return type(error).__name__
        return "" if 200 <= answer.status < 300 else f"answered {answer.status}"

    def _dropped(self, why: str) -> None:
        self._metrics.webhooks.labels("dropped").inc()
        host = urllib3.util.parse_url(self._url).host  # a path or query may hold a key
        self._log.tell("webhook-dropped", level="warning", receiver=host, why=why)
