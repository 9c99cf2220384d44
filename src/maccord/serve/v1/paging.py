"""Lists come in pages: a cursor leads on, and stays good while the list changes."""

from collections.abc import Callable
from typing import Annotated, TypeVar
from urllib.parse import quote, urlencode

from msgspec import Meta

from maccord.alloc.authority import Page
from maccord.rest import Asked, document
from maccord.serve.operations import Call, Reply
from maccord.serve.service import Service

T = TypeVar("T")
Cursor = Annotated[str, Meta(min_length=1, max_length=512, description="`next` of the page before.")]
Limit = Annotated[int, Meta(ge=1, le=1000, description="How many items at most.")]


class Paged(Asked, frozen=True, kw_only=True):
    """A page of a list."""

    after: Cursor | None = None
    limit: Limit = 100


def page(call: Call[Service], found: Page[T], kind: type[T], keep: Callable[[T], bool] | None = None) -> Reply:
    """Return a page as an answer, with the link to the next one (RFC 8288). `kind` is the document of an item."""
    items = found.items if keep is None else tuple(one for one in found.items if keep(one))
    answer = Page(items=tuple(document(one, kind) for one in items), next=found.next)
    if found.next is None:
        return Reply(answer)
    asked = {name: getattr(call.query, name) for name in call.query.__struct_fields__}
    asked = {name: value for name, value in asked.items() if value is not None} | {"after": found.next}
    path = call.visit.route
    for name, value in call.path.items():
        path = path.replace(f"{{{name}}}", quote(value, safe=""))
    return Reply(answer, headers=((b"link", f'<{path}?{urlencode(asked)}>; rel="next"'.encode()),))
