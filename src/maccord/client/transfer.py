"""Calls that carry a whole store."""

from collections.abc import Iterable, Iterator

import msgspec
import urllib3

from maccord.alloc.authority import Transfer
from maccord.alloc.records import Actor
from maccord.client.connection import Connection
from maccord.client.errors import Unreachable, reason, refused

_LINES = "application/x-ndjson"


class ClientTransfer(Connection, Transfer):
    """A whole store, out and in."""

    def export(self) -> Iterator[dict[str, object]]:
        """Return the whole store as plain rows."""
        answer = self._send("GET", "/v1/export", {}, None, headers=self._headers, retries=self._retries, preload=False)
        try:
            if answer.status != 200:
                raise refused(answer.status, answer.read(), self.url)
            decode = msgspec.json.Decoder(dict[str, object]).decode
            rest = b""
            for part in answer.stream(65536):
                *lines, rest = (rest + part).split(b"\n")
                yield from map(decode, lines)
            if rest:
                raise Unreachable(self.url, "the export broke off")
        except (urllib3.exceptions.HTTPError, msgspec.MsgspecError) as error:
            raise Unreachable(self.url, f"the export broke off: {reason(error)}") from error
        finally:
            answer.release_conn()

    def load(self, rows: Iterable[dict[str, object]], *, actor: Actor | None = None) -> int:
        """Fill an empty store with exported rows, all or none; return how many."""
        del actor
        body = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
        headers = self._headers | {"content-type": _LINES}
        answer = self._send("POST", "/v1/import", {}, body, headers=headers, retries=self._once)
        return int(self._read(answer, dict[str, int])["rows"])
