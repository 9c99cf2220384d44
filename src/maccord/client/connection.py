"""One service, asked over HTTP: which requests are repeated, and what answers are read as."""

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote

import msgspec
import urllib3

from maccord import __version__
from maccord.alloc.authority import Page
from maccord.client.errors import Unreachable, reason, refused

T = TypeVar("T")
_TRIES = 4
_JSON = "application/json"
_BUSY = (429, 502, 503, 504)
_PAGE = 1000


class Connection:
    """The service at `url`, and how it is asked."""

    def __init__(
        self,
        url: str,
        *,
        token: str,
        ca_file: str | None = None,
        insecure: bool = False,
        timeout_s: float = 30.0,
        client_certificate: tuple[str, str] | None = None,
    ) -> None:
        self.url = url.rstrip("/")
        if not self.url.startswith(("https://", "http://")):
            raise Unreachable(url, "no URL of http or https")
        certificate, key = client_certificate or (None, None)
        retries = urllib3.Retry(
            _TRIES, connect=_TRIES, read=_TRIES, status=_TRIES, redirect=0, other=0, backoff_factor=0.2,
            backoff_jitter=0.2, status_forcelist=_BUSY, allowed_methods=None, raise_on_status=False,
            respect_retry_after_header=True,
        )  # fmt: skip
        self._retries, self._once = retries, retries.new(connect=_TRIES, read=0, status=0, total=_TRIES)
        self._http = urllib3.PoolManager(
            maxsize=16, block=False, timeout=urllib3.Timeout(connect=10.0, read=timeout_s),
            cert_reqs="CERT_NONE" if insecure else "CERT_REQUIRED", ca_certs=ca_file, cert_file=certificate,
            key_file=key, assert_hostname=False if insecure else None,
        )  # fmt: skip
        self._headers = {"authorization": f"Bearer {token}", "user-agent": f"maccord/{__version__}"}

    def __repr__(self) -> str:
        return f"Client({self.url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self, *, drain_s: float = 0.0) -> None:
        """Close the connections."""
        del drain_s
        self._http.clear()

    def _ask(
        self,
        method: str,
        path: str,
        kind: type[T],
        *,
        query: Mapping[str, object] | None = None,
        body: object = None,
        key: str | None = None,
        expect: int | None = None,
        again: bool = False,
    ) -> T:
        headers = dict(self._headers)
        raw = None
        if body is not None:
            raw = msgspec.json.encode(body)
            headers["content-type"] = _JSON
        if key is not None:
            headers["idempotency-key"] = key
        if expect is not None:
            headers["if-match"] = f'"{expect}"'
        repeatable = again or key is not None or method == "GET"
        answer = self._send(
            method, path, query or {}, raw, headers=headers, retries=self._retries if repeatable else self._once
        )
        return self._read(answer, kind)

    def _send(
        self,
        method: str,
        path: str,
        query: Mapping[str, object],
        body: bytes | None,
        *,
        headers: dict[str, str],
        retries: urllib3.Retry,
        preload: bool = True,
    ) -> urllib3.BaseHTTPResponse:
        told = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in query.items() if value is not None)
        url = f"{self.url}{path}{'?' if told else ''}{told}"
        try:
            return self._http.request(
                method, url, body=body, headers=headers, retries=retries, preload_content=preload
            )  # fmt: skip
        except urllib3.exceptions.MaxRetryError as error:
            raise Unreachable(self.url, reason(error.reason or error)) from error
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise Unreachable(self.url, reason(error)) from error

    def _read(self, answer: urllib3.BaseHTTPResponse, kind: type[T]) -> T:
        if not 200 <= answer.status < 300:
            raise refused(answer.status, answer.data, self.url)
        try:
            return msgspec.json.decode(answer.data or b"null", type=kind)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Unreachable(self.url, f"its answer is not that of a maccord service: {error}") from error


def every(listing: Callable[..., Page[T]], **wanted: object) -> Iterator[T]:
    """Return the items of all pages."""
    after = None
    while True:
        page = listing(after=after, limit=_PAGE, **wanted)
        yield from page.items
        after = page.next
        if after is None:
            return


def part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")
