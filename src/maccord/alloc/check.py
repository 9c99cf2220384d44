"""Texts that come from outside, checked once at the door."""

import re
from collections.abc import Sequence

from msgspec.structs import replace

from maccord.alloc.errors import BadRequest
from maccord.alloc.records import POLICIES, Actor, Holder, HolderChange, PoolSpec, RangeSpec

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62})")
_KIND = re.compile(r"[a-z][a-z0-9-]{0,31}")
PLACE_MAX = WEIGHT_MAX = 1000
_YEARS_S = 10 * 366 * 86_400
IDENTITIES_MAX = 1000
COUNT_MAX = 1_000_000
"""How many addresses one call gives at most."""


def name(field: str, text: str) -> str:
    """Return a name of letters, digits, `.`, `_` and `-`, at most 63 of them; raises BadRequest."""
    if not _NAME.fullmatch(text):
        raise BadRequest(field, "expected up to 63 letters, digits, '.', '_' or '-', the first a letter or digit")
    return text


def text(field: str, value: str, most: int, *, empty: bool = True) -> str:
    """Return a text of printable characters, at most `most` of them; raises BadRequest."""
    if len(value) > most or not value.isprintable() or not (value or empty):
        least = "0" if empty else "1"
        raise BadRequest(field, f"expected {least} to {most} printable characters")
    return value


def holder(asked: Holder) -> Holder:
    """Return a holder whose texts can be kept; its kind in its canonical spelling."""
    kind = asked.kind
    if not _KIND.fullmatch(kind):
        kind = kind.strip().lower().replace("_", "-").replace(" ", "-")
        if not _KIND.fullmatch(kind):
            raise BadRequest("holder.kind", "expected a word such as vm-adapter, host-adapter, team or template")
    whole = asked.id + asked.host + asked.note + asked.owner
    if (
        not whole.isprintable()
        or not asked.id
        or len(asked.id) > 256
        or len(asked.host) > 256
        or len(asked.note) > 1024
        or len(asked.owner) > 256
    ):
        text("holder.id", asked.id, 256, empty=False)
        text("holder.host", asked.host, 256)
        text("holder.note", asked.note, 1024)
        text("holder.owner", asked.owner, 256)
    if asked.until is not None and asked.until.tzinfo is None:
        raise BadRequest("holder.until", "expected a moment with a time zone")
    return asked if kind is asked.kind else replace(asked, kind=kind)


def holder_change(asked: HolderChange) -> HolderChange:
    """Return a change of a holder whose texts can be kept, and that does not say two things at once."""
    text("host", asked.host or "", 256)
    text("note", asked.note or "", 1024)
    text("owner", asked.owner or "", 256)
    if asked.until is not None and asked.until.tzinfo is None:
        raise BadRequest("until", "expected a moment with a time zone")
    if asked.until is not None and asked.lasting:
        raise BadRequest("lasting", "a holder has an end or none: say `until` or `lasting`, not both")
    return asked


def expiring(asked: int | None) -> int | None:
    """Return within how many seconds an end is looked for."""
    if asked is not None and not 0 <= asked <= _YEARS_S:
        raise BadRequest("expiring_s", f"expected 0 to {_YEARS_S} seconds")
    return asked


def actor(asked: Actor) -> Actor:
    """Return an actor whose texts can be kept."""
    if (
        not asked.name
        or len(asked.name) > 128
        or len(asked.origin) > 128
        or not (asked.name + asked.origin).isprintable()
    ):
        text("actor", asked.name, 128, empty=False)
        text("origin", asked.origin, 128)
    return asked


def key(asked: str | None) -> str | None:
    """Return an idempotency key that can be kept."""
    if asked is not None and (not 0 < len(asked) <= 255 or not asked.isprintable()):
        raise BadRequest("Idempotency-Key", "expected 1 to 255 printable characters")
    return asked


def identity(asked: str) -> str:
    """Return an identity that an address can be derived from."""
    return text("identity", asked, 512, empty=False)


def identities(asked: Sequence[str]) -> tuple[str, ...]:
    """Return identities that addresses can be derived from."""
    if not 1 <= len(asked) <= IDENTITIES_MAX:
        raise BadRequest("identities", f"expected 1 to {IDENTITIES_MAX:,} of them")
    return tuple(map(identity, asked))


def count(asked: int) -> int:
    """Return how many addresses are asked for."""
    if not 1 <= asked <= COUNT_MAX:
        raise BadRequest("count", f"expected 1 to {COUNT_MAX}")
    return asked


def span_s(field: str, asked: int, *, least: int = 0) -> int:
    """Return a time in seconds."""
    if not least <= asked <= _YEARS_S:
        raise BadRequest(field, f"expected {least} to {_YEARS_S} seconds")
    return asked


def thresholds(observations: int, age_s: int) -> None:
    """Raise BadRequest for what a leak cannot be known by."""
    if not 1 <= observations <= 1000:
        raise BadRequest("observations", "expected 1 to 1000")
    span_s("age_s", age_s)


def limit(asked: int) -> int:
    """Return the size of a page."""
    if not 1 <= asked <= 1000:
        raise BadRequest("limit", "expected 1 to 1000")
    return asked


def spec(asked: PoolSpec) -> PoolSpec:
    """Return a pool's specification whose plain parts can be kept; its ranges are checked elsewhere."""
    name("name", asked.name)
    text("scope", asked.scope, 128, empty=False)
    text("note", asked.note, 1024)
    text("seed", asked.seed, 256)
    settings(asked.policy, asked.rest_s, asked.confirm_s, asked.low_percent)
    if not asked.ranges:
        raise BadRequest("ranges", "a pool needs at least one")
    ranges(asked.ranges)
    if len(asked.ranges) > 10_000 or len(asked.excluded) > 10_000:
        raise BadRequest("ranges", "at most 10000 ranges and 10000 exclusions")
    return asked


def ranges(asked: Sequence[RangeSpec]) -> None:
    """Raise BadRequest for a place or a weight that cannot be."""
    for one in asked:
        if one.place is not None and not 0 <= one.place <= PLACE_MAX:
            raise BadRequest("ranges", f"{one}: expected a place from 0 to {PLACE_MAX}")
        if one.weight is not None and not 1 <= one.weight <= WEIGHT_MAX:
            raise BadRequest("ranges", f"{one}: expected a weight from 1 to {WEIGHT_MAX}")


def settings(policy: str | None, rest_s: int | None, confirm_s: int | None, low_percent: int | None) -> None:
    """Raise BadRequest for settings of a pool that cannot be; None is not looked at."""
    if policy is not None and policy not in POLICIES:
        raise BadRequest("policy", f"expected one of {', '.join(POLICIES)}")
    if rest_s is not None and not 0 <= rest_s <= _YEARS_S:
        raise BadRequest("rest_s", f"expected 0 to {_YEARS_S} seconds")
    if confirm_s is not None and not 0 <= confirm_s <= _YEARS_S:
        raise BadRequest("confirm_s", f"expected 1 to {_YEARS_S} seconds, or nothing")
    if low_percent is not None and not 0 <= low_percent <= 100:
        raise BadRequest("low_percent", "expected 0 to 100")
