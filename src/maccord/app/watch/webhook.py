"""Incidents by webhook: each is posted as JSON, in order, and tried again until it is taken.

What could not be delivered waits, in memory and in the state on disk; of too many the oldest make way, and are counted.
"""

import threading
import urllib.error
import urllib.request
from collections import deque
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from maccord import __version__
from maccord.app.watch.model import WatchItem
from maccord.mac import MaccordError

_WAITING_MAX = 1000
_TIMEOUT_S = 10
_PAUSES_S = (1, 2, 5, 15, 60)
_REFUSED = range(400, 500)
_TRY_AGAIN = {408, 425, 429}


class BadWebhook(MaccordError):
    """What was given is no address that incidents can be posted to."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return f"the webhook {self.why}: write https://HOST/PATH"


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:  # noqa: ANN401 - as the library calls it
        """Follow nothing: what is posted goes where the call said, and nowhere else."""


class Webhook:
    """Posts items in a thread of its own."""

    def __init__(self, url: str, *, token: str = "", waiting: Sequence[WatchItem] = ()) -> None:
        """`token` is sent as a bearer token; raises BadWebhook."""
        try:
            parts = urlsplit(url)
        except ValueError as error:
            raise BadWebhook("has no address that can be read") from error
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise BadWebhook("is no address of HTTP")
        self._url, self._token = url, token
        self.host = parts.hostname
        self._waiting: deque[WatchItem] = deque(waiting, _WAITING_MAX)
        self._changed = threading.Condition()
        self._stopped = False
        self.delivered = self.failed = self.dropped = 0
        self._opener = urllib.request.build_opener(_NoRedirects, urllib.request.ProxyHandler())
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, items: Sequence[WatchItem]) -> None:
        """Have some items posted."""
        with self._changed:
            for item in items:
                self.dropped += len(self._waiting) == _WAITING_MAX
                self._waiting.append(item)
            self._changed.notify()

    def waiting(self) -> list[WatchItem]:
        """Return what is not delivered yet."""
        with self._changed:
            return list(self._waiting)

    def close(self, patience_s: float = 5.0) -> None:
        """Deliver what can be delivered in a moment, and end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, patience_s)
            self._stopped = True
            self._changed.notify()
        self._thread.join(patience_s)

    def _run(self) -> None:
        tries = 0
        while True:
            with self._changed:
                self._changed.wait_for(lambda: bool(self._waiting) or self._stopped)
                if self._stopped:
                    return
                item = self._waiting[0]
            if self._post(item):
                tries = 0
                with self._changed:
                    if self._waiting and self._waiting[0] is item:
                        self._waiting.popleft()
                    self._changed.notify()
                continue
            with self._changed:
                self._changed.wait_for(lambda: self._stopped, _PAUSES_S[min(tries, len(_PAUSES_S) - 1)])
            tries += 1

    def _post(self, item: WatchItem) -> bool:
        """Return whether an item is done with: it was taken, or refused for good."""
        headers = {"Content-Type": "application/json", "User-Agent": f"maccord/{__version__}"}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        request = urllib.request.Request(  # noqa: S310 - HTTP alone, as __init__ has seen to
            self._url, data=msgspec.json.encode(item), headers=headers, method="POST"
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S):
                self.delivered += 1
                return True
        except urllib.error.HTTPError as error:
            self.failed += 1
            error.close()
            return error.code in _REFUSED and error.code not in _TRY_AGAIN
        except (OSError, ValueError):
            self.failed += 1
            return False
