"""A client of the service: the authority of another machine, by the same calls.

    from maccord.alloc.records import Holder
    from maccord.client import Client

    with Client("https://maccord.example.org", token=Path("token").read_text().strip()) as authority:
        given = authority.allocate("web", Holder("vm-adapter", "vm17/nic0", host="HV01"), key="build-4711")
        print(given.addresses)

A client may be used from several threads. What the service refuses is raised as `Refused`, with the problem's type and
members; what could not be asked, as `Unreachable`. Calls that change nothing, and those that carry an idempotency key,
are tried again when the connection breaks or the service is busy; others are not, since they might be made twice. An
allocation without a key gets one, so that it can be.

Source: RFC 9110 (which requests may be repeated, Retry-After), RFC 9457 (problem details), RFC 6750 (bearer tokens).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import quote
from uuid import uuid4

import msgspec
import urllib3

from maccord import __version__, rest
from maccord.alloc.authority import Page
from maccord.alloc.life import State
from maccord.alloc.records import (
    GLOBAL,
    Actor,
    Adopted,
    Adoption,
    AuditRecord,
    AuditVerdict,
    Block,
    ForeignRange,
    Granted,
    Holder,
    Lease,
    NewToken,
    Pool,
    PoolChange,
    PoolChanged,
    PoolSpec,
    Question,
    RangeSpec,
    Released,
    Role,
    Tenure,
    Token,
    Usage,
    Verdict,
)
from maccord.mac.errors import MaccordError

T = TypeVar("T")
_TRIES = 4
_JSON = "application/json"
_LINES = "application/x-ndjson"
_BUSY = (429, 502, 503, 504)
_PAGE = 1000


class Refused(MaccordError):
    """The service refused. `type` is the problem's, `fields` are its members, `request` is the id in its log."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__(status, problem)
        self.status, self.fields = status, problem
        self.type = str(problem.get("type", "about:blank"))
        self.request = str(problem.get("request", ""))

    @property
    def slug(self) -> str:
        """The last part of the type: pool-exhausted."""
        return self.type.rpartition(":")[2]

    def __str__(self) -> str:
        said = str(self.fields.get("detail") or self.fields.get("title") or f"the service answered {self.status}")
        return _one_line(said)


class Unreachable(MaccordError):
    """The service could not be asked, or its answer could not be read. A change may have been made all the same."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url, self.why = url, why

    def __str__(self) -> str:
        return f"{self.url}: {self.why}"


class Client:
    """The service at `url`. `ca_file` names the certificates to trust instead of the system's.

    `actor` is taken by calls that have one elsewhere, and not used: the service knows who asks by the token.
    """

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

    # Pools

    def create_pool(self, spec: PoolSpec, *, actor: Actor | None = None) -> Pool:
        """Make a pool."""
        del actor
        return self._ask("POST", "/v1/pools", rest.PoolDoc, body=spec)

    def pool(self, name: str) -> Pool:
        """Return a pool."""
        return self._ask("GET", f"/v1/pools/{_part(name)}", rest.PoolDoc)

    def pools(self, *, after: str | None = None, limit: int = 100) -> Page[Pool]:
        """Return pools in the order of their names."""
        return self._ask("GET", "/v1/pools", Page[Pool], query={"after": after, "limit": limit})

    def change_pool(
        self,
        name: str,
        change: PoolChange,
        *,
        actor: Actor | None = None,
        expect: int | None = None,
        preview: bool = False,
    ) -> PoolChanged:
        """Change a pool, or say what the change would do; `expect` is the version that the caller saw."""
        del actor
        body = _given(change) | {"preview": preview}
        return self._ask("PATCH", f"/v1/pools/{_part(name)}", rest.PoolChangedDoc, body=body, expect=expect)

    def delete_pool(self, name: str, *, actor: Actor | None = None, expect: int | None = None) -> None:
        """Remove a pool."""
        del actor
        self._ask("DELETE", f"/v1/pools/{_part(name)}", type(None), expect=expect)

    def usage(self, pool: str | None = None) -> tuple[Usage, ...]:
        """Return the counters of one pool, or of all."""
        names = [pool] if pool is not None else [one.name for one in _all(self.pools)]
        return tuple(map(self._usage, names))

    def _usage(self, name: str) -> Usage:
        found = self._ask("GET", f"/v1/pools/{_part(name)}", rest.PoolDoc)
        counters = msgspec.structs.asdict(found.usage)
        return msgspec.convert(
            {"pool": found.name, "kind": found.kind, "scope": found.scope, "runs": 0, **counters}, Usage
        )

    def exclude(self, pool: str, span: RangeSpec, *, reason: str, actor: Actor | None = None) -> Pool:
        """Never issue these addresses."""
        del actor
        body = {"first": span.first, "last": span.last, "reason": reason}
        return self._ask("POST", f"/v1/pools/{_part(pool)}/exclusions", rest.PoolDoc, body=body, again=True)

    def include(self, pool: str, span: RangeSpec, *, actor: Actor | None = None) -> Pool:
        """Take exclusions within `span` back."""
        del actor
        return self._ask("POST", f"/v1/pools/{_part(pool)}/inclusions", rest.PoolDoc, body=span, again=True)

    # Addresses

    def allocate(
        self,
        pool: str,
        holder: Holder,
        *,
        actor: Actor | None = None,
        count: int = 1,
        address: str | None = None,
        key: str | None = None,
    ) -> Granted:
        """Give `count` addresses, or the one that is named; all or none."""
        del actor
        body = {"holder": holder, "count": count, "address": address}
        path = f"/v1/pools/{_part(pool)}/addresses"
        return self._ask("POST", path, rest.GrantedDoc, body=body, key=key or uuid4().hex).record()

    def preview(self, pool: str, *, count: int = 1) -> tuple[str, ...]:
        """Return free addresses of a pool, and reserve nothing."""
        body = {"holder": {"kind": "exception", "id": "preview"}, "count": count, "preview": True}
        path = f"/v1/pools/{_part(pool)}/addresses"
        found = self._ask("POST", path, rest.PreviewDoc, body=body, again=True)
        return tuple(one.mac for one in found.addresses)

    def share(
        self,
        address: str,
        holder: Holder,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        key: str | None = None,
    ) -> Lease:
        """Add a holder to an address that is held."""
        del actor
        path, query = f"/v1/addresses/{_part(address)}/holders", {"scope": scope}
        return self._ask("POST", path, rest.LeaseDoc, query=query, body=holder, key=key or uuid4().hex)

    def confirm(
        self, address: str, *, actor: Actor | None = None, scope: str | None = None, holder: str | None = None
    ) -> Lease:
        """Say that the address is at work: it no longer expires."""
        del actor
        path, query = f"/v1/addresses/{_part(address)}/confirm", {"scope": scope, "holder": holder}
        return self._ask("POST", path, rest.LeaseDoc, query=query, again=True)

    def release(
        self,
        address: str,
        *,
        actor: Actor | None = None,
        scope: str | None = None,
        holder: str | None = None,
        key: str | None = None,
    ) -> Released:
        """One holder lets go; when it was the last, the address rests."""
        del actor
        path, query = f"/v1/addresses/{_part(address)}", {"scope": scope, "holder": holder}
        return self._ask("DELETE", path, rest.ReleasedDoc, query=query, key=key or uuid4().hex)

    def look_up(self, address: str, *, scope: str | None = None) -> Lease:
        """Return what is known of an address, free ones too."""
        return self._ask("GET", f"/v1/addresses/{_part(address)}", rest.LeaseDoc, query={"scope": scope})

    def leases(
        self,
        *,
        pool: str | None = None,
        scope: str | None = None,
        state: State | None = None,
        holder: str | None = None,
        after: str | None = None,
        limit: int = 100,
    ) -> Page[Lease]:
        """Return addresses that have a row, in their order, filtered."""
        query = {"pool": pool, "scope": scope, "state": state, "holder": holder, "after": after, "limit": limit}
        found = self._ask("GET", "/v1/addresses", Page[rest.LeaseDoc], query=query)
        return Page(items=found.items, next=found.next)

    def probation(
        self,
        address: str,
        *,
        reason: str,
        actor: Actor | None = None,
        scope: str = GLOBAL,
        for_s: int | None = None,
    ) -> Lease:
        """Put an address that was seen in conflict on probation."""
        del actor
        body = {"reason": reason, "scope": scope, "for_s": for_s}
        return self._ask("POST", f"/v1/addresses/{_part(address)}/probation", rest.LeaseDoc, body=body, again=True)

    def end_rest(self, address: str, *, reason: str, actor: Actor | None = None, scope: str | None = None) -> Lease:
        """Free a resting address, or one on probation, before its time."""
        del actor
        path = f"/v1/addresses/{_part(address)}/end-rest"
        return self._ask("POST", path, rest.LeaseDoc, query={"scope": scope}, body={"reason": reason})

    # Blocks

    def carve_block(
        self,
        pool: str,
        host: str,
        *,
        actor: Actor | None = None,
        size: int | None = None,
        span: RangeSpec | None = None,
        align: int = 1,
        note: str = "",
        key: str | None = None,
    ) -> Block:
        """Give a host its own range."""
        del actor
        body = {"host": host, "size": size, "align": align, "note": note}
        if span is not None:
            body |= {"first": span.first, "last": span.last}
        return self._ask("POST", f"/v1/pools/{_part(pool)}/blocks", Block, body=body, key=key or uuid4().hex)

    def return_block(self, block: int, *, actor: Actor | None = None) -> Block:
        """Take a block back."""
        del actor
        for pool in _all(self.pools):
            for one in _all(self.blocks, pool=pool.name):
                if one.id == block:
                    return self._ask("DELETE", f"/v1/pools/{_part(one.pool)}/blocks/{block}", Block)
        raise Refused(404, {"type": "urn:maccord:problem:no-such-block", "detail": f"there is no block {block}"})

    def blocks(
        self, *, pool: str | None = None, host: str | None = None, after: str | None = None, limit: int = 100
    ) -> Page[Block]:
        """Return blocks that are in force. Without `pool`, those of all pools come at once."""
        if pool is None:
            found = [one for each in _all(self.pools) for one in _all(self.blocks, pool=each.name, host=host)]
            return Page(items=tuple(sorted(found, key=lambda one: one.id)))
        query = {"host": host, "after": after, "limit": limit}
        return self._ask("GET", f"/v1/pools/{_part(pool)}/blocks", Page[Block], query=query)

    # Evidence

    def adopt(
        self,
        rows: Iterable[Adoption],
        *,
        actor: Actor | None = None,
        ranges: Iterable[ForeignRange] = (),
        preview: bool = False,
    ) -> Adopted:
        """Take over what is in use, and keep off what others issue from: all of it, or nothing.

        At most as much as the service takes in one request (its `--max-bulk`).
        """
        del actor
        told = [
            {"mac": one.address, "holder": one.holder, "place": one.place, "scope": one.scope} for one in rows
        ]  # fmt: skip
        return self._ask(
            "POST",
            "/v1/adoptions",
            Adopted,
            body={"rows": told, "ranges": tuple(ranges), "preview": preview},
            again=True,
        )

    def holdings(self, *, scope: str | None = None) -> Iterator[Lease]:
        """Return every lease that has holders."""
        return (one for one in _all(self.leases, scope=scope) if one.holders)

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """Answer whether adapters may start, in the order of the questions."""
        asked = [{"mac": one.address, "holder": one.holder, "scope": one.scope} for one in questions]
        found = self._ask("POST", "/v1/preflight", rest.PreflightDoc, body={"adapters": asked}, again=True)
        return found.verdicts

    def history(self, address: str, *, scope: str | None = None, at: datetime | None = None) -> tuple[Tenure, ...]:
        """Return who had an address and when, oldest first."""
        query = {"scope": scope, "at": None if at is None else at.isoformat()}
        return self._ask("GET", f"/v1/addresses/{_part(address)}/history", rest.HistoryDoc, query=query).items

    # Audit

    def audit(
        self,
        *,
        after: str | None = None,
        limit: int = 100,
        newest_first: bool = False,
        action: str | None = None,
        subject: str | None = None,
        actor: str | None = None,
    ) -> Page[AuditRecord]:
        """Return records of changes in their order."""
        query = {
            "after": after, "limit": limit, "newest_first": "true" if newest_first else None, "action": action,
            "subject": subject, "actor": actor,
        }  # fmt: skip
        return self._ask("GET", "/v1/audit", Page[AuditRecord], query=query)

    def verify_audit(self, *, head: str | None = None) -> AuditVerdict:
        """Check every chain and anchor."""
        return self._ask("GET", "/v1/audit/verification", AuditVerdict, query={"head": head})

    # Tokens

    def create_token(
        self,
        name: str,
        role: Role,
        *,
        actor: Actor | None = None,
        pools: Sequence[str] = ("*",),
        expires_at: datetime | None = None,
    ) -> NewToken:
        """Make a token; its secret is in the answer only."""
        del actor
        body = {"name": name, "role": role, "pools": tuple(pools), "expires_at": expires_at}
        return self._ask("POST", "/v1/tokens", NewToken, body=body)

    def revoke_token(self, name: str, *, actor: Actor | None = None) -> Token:
        """Make a token invalid from now on."""
        del actor
        return self._ask("DELETE", f"/v1/tokens/{_part(name)}", Token)

    def tokens(self) -> tuple[Token, ...]:
        """Return all tokens, revoked and expired ones too."""
        return self._ask("GET", "/v1/tokens", rest.TokensDoc).items

    # Everything

    def export(self) -> Iterator[dict[str, object]]:
        """Return the whole store as plain rows."""
        answer = self._send("GET", "/v1/export", {}, None, headers=self._headers, retries=self._retries, preload=False)
        try:
            if answer.status != 200:
                raise _refused(answer.status, answer.read(), self.url)
            decode = msgspec.json.Decoder(dict[str, object]).decode
            rest = b""
            for part in answer.stream(65536):
                *lines, rest = (rest + part).split(b"\n")
                yield from map(decode, lines)
            if rest:
                raise Unreachable(self.url, "the export broke off")
        except (urllib3.exceptions.HTTPError, msgspec.MsgspecError) as error:
            raise Unreachable(self.url, f"the export broke off: {_reason(error)}") from error
        finally:
            answer.release_conn()

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor | None = None) -> int:
        """Fill an empty store with exported rows, all or none; return how many."""
        del actor
        body = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        headers = self._headers | {"content-type": _LINES}
        answer = self._send("POST", "/v1/import", {}, body, headers=headers, retries=self._once)
        return int(self._read(answer, dict[str, int])["rows"])

    # How it is done

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
            raise Unreachable(self.url, _reason(error.reason or error)) from error
        except (urllib3.exceptions.HTTPError, ValueError, OSError) as error:
            raise Unreachable(self.url, _reason(error)) from error

    def _read(self, answer: urllib3.BaseHTTPResponse, kind: type[T]) -> T:
        if not 200 <= answer.status < 300:
            raise _refused(answer.status, answer.data, self.url)
        try:
            return msgspec.json.decode(answer.data or b"null", type=kind)
        except (msgspec.DecodeError, msgspec.ValidationError) as error:
            raise Unreachable(self.url, f"its answer is not that of a maccord service: {error}") from error


def _refused(status: int, raw: bytes, url: str) -> MaccordError:
    try:
        problem = json.loads(raw)
    except (ValueError, RecursionError):
        problem = None
    if not isinstance(problem, dict):
        return Unreachable(url, f"answered {status}, and not as a maccord service does")
    return Refused(status, problem)


def _given(change: PoolChange) -> dict[str, object]:
    """Return what a change says, without what it leaves as it is."""
    told = msgspec.structs.asdict(change)
    return {name: value for name, value in told.items() if value not in (None, ())}


def _all(listing: Callable[..., Page[T]], **wanted: object) -> Iterator[T]:
    """Return the items of all pages."""
    after = None
    while True:
        page = listing(after=after, limit=_PAGE, **wanted)
        yield from page.items
        after = page.next
        if after is None:
            return


def _part(text: str) -> str:
    """Return a text as one part of a path."""
    return quote(text, safe="")


def _reason(error: BaseException) -> str:
    """Return what went wrong, in a line, without the addresses of Python's objects."""
    said = str(error).rpartition(">: ")[2] or str(error) or type(error).__name__
    return _one_line(said)


def _one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= 500 else f"{shown[:500]} ..."
