"""What every refusal is: a name that never changes, a title, a category, and facts as fields.

`slug` never changes: it is the last part of `type` in an `application/problem+json` answer (RFC 9457). `category` says
which kind of refusal it is, and so which status of HTTP: `invalid` 422, `missing` 404, `conflict` 409, `stale` 412,
`denied` 403, `unavailable` 503. `fields()` are the members that the answer has beside `title` and `detail`.
"""

from typing import ClassVar, Literal

from maccord.mac import MaccordError

Category = Literal["invalid", "missing", "conflict", "stale", "denied", "unavailable"]


class Refusal(MaccordError):
    """The allocator does not do what it was asked; nothing was changed."""

    slug: ClassVar[str] = "refused"
    title: ClassVar[str] = "The request was refused"
    category: ClassVar[Category] = "conflict"

    def fields(self) -> dict[str, object]:
        """Return what an answer says beside the text: plain values, all of JSON."""
        return {}

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (type(self), self.args, self.__dict__)


def _again(kind: type[Refusal], args: tuple[object, ...], facts: dict[str, object]) -> Refusal:
    """Return a refusal that was pickled: some take their facts by name, so none is made by calling it."""
    refusal = kind.__new__(kind, *args)
    refusal.__dict__.update(facts)
    return refusal
