"""What a refusal looks like on the wire: `application/problem+json` with a type that never changes.

Source: RFC 9457, "Problem Details for HTTP APIs"; RFC 9110 section 15 for what each status says.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import msgspec

from maccord.alloc import errors
from maccord.alloc.errors import Category, Refusal
from maccord.mac import BadAddress, BadRange

MEDIA_TYPE = "application/problem+json"
PREFIX = "urn:maccord:problem:"
"""What every `type` begins with; the rest is the name of a Kind."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of refusal: its name, which clients may rely on, the status it comes with, and what it means."""

    name: str
    status: int
    title: str

    @property
    def type(self) -> str:
        """The URI that names it."""
        return PREFIX + self.name


_OURS = (
    Kind("unreadable", 400, "The request cannot be read"),
    Kind("no-token", 401, "A bearer token is needed"),
    Kind("bad-token", 401, "The token is not valid"),
    Kind("forbidden", 403, "The token does not allow this"),
    Kind("not-found", 404, "There is no such thing"),
    Kind("method-not-allowed", 405, "This cannot be done here"),
    Kind("request-timeout", 408, "The request did not come in time"),
    Kind("body-too-large", 413, "The request is too large"),
    Kind("unsupported-media-type", 415, "The body must be JSON"),
    Kind("bad-address", 422, "This is no address"),
    Kind("bad-range", 422, "This is no range of addresses"),
    Kind("headers-too-large", 431, "The headers are too large"),
    Kind("internal", 500, "This is our fault"),
    Kind("unavailable", 503, "The service cannot answer now"),
)
_STATUS: dict[Category, int] = {
    "invalid": 422, "missing": 404, "conflict": 409, "stale": 412, "denied": 403, "unavailable": 503,
}  # fmt: skip


def _kinds() -> dict[str, Kind]:
    theirs = (
        one for one in map(vars(errors).get, errors.__all__)
        if isinstance(one, type) and issubclass(one, Refusal) and one is not Refusal
    )  # fmt: skip
    found = {one.slug: Kind(one.slug, _STATUS[one.category], one.title) for one in theirs}
    return found | {kind.name: kind for kind in _OURS}


KINDS = _kinds()
"""Every kind by its name: those of HTTP, and every refusal of the allocator."""


@dataclass(slots=True)
class Refused(Exception):
    """A request that is answered with a problem.

    `detail` says what is wrong with this one; `more` are members beside it, for programs; `headers` go with it.
    """

    name: str
    detail: str = ""
    more: Mapping[str, object] = field(default_factory=dict)
    headers: tuple[tuple[bytes, bytes], ...] = ()

    @property
    def kind(self) -> Kind:
        """What kind of refusal it is."""
        return KINDS[self.name]

    def body(self, request: str) -> bytes:
        """Return the problem as JSON; `request` is the id of the request that it answers."""
        kind = self.kind
        problem: dict[str, object] = {"type": kind.type, "title": kind.title, "status": kind.status}
        if self.detail:
            problem["detail"] = self.detail
        problem.update((key, value) for key, value in self.more.items() if value is not None)
        problem["request"] = request
        return msgspec.json.encode(problem)


def refused_by(error: BaseException) -> Refused | None:
    """Return the problem that an exception of the allocator is; None for what is our fault."""
    if isinstance(error, Refusal):
        headers = ((b"retry-after", b"1"),) if error.category == "unavailable" else ()
        return Refused(error.slug, str(error), error.fields(), headers)
    if isinstance(error, BadAddress):
        return Refused("bad-address", str(error))
    return Refused("bad-range", str(error)) if isinstance(error, BadRange) else None
