"""Preflight when the service may be away: what each domain wants then, as it was last heard.

    answer = Kept(authority, Path("/var/lib/hook/policies.json"), clock).preflight(questions)

While the service answers, its answers are given, and the policies of its domains kept in the file. When it does not,
nothing is checked, and each question is answered by `when_down` of its domain. A service that refuses is not away: a
token that was revoked opens nothing.
"""

import os
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import msgspec
from msgspec import Struct

from maccord.alloc import guard
from maccord.alloc.errors import ForbiddenAddress
from maccord.alloc.kinds import kind_of, parse, spell
from maccord.alloc.records import Domain, Question, Verdict, WhenDown
from maccord.client.errors import Refused, Unreachable

_SCHEMA = "maccord.policies/1"
_BYTES_MAX = 32 * 2**20


class Asked(Protocol):
    """The service that is asked: a Client."""

    url: str

    def preflight(self, questions: Sequence[Question]) -> tuple[Verdict, ...]:
        """Answer whether adapters may start."""
        ...

    def domains(self) -> tuple[Domain, ...]:
        """Return all policies."""
        ...


class Policies(Struct, frozen=True, kw_only=True):
    """The policies of a service's domains, and when they were heard: what the file holds."""

    schema: str
    server: str
    heard: datetime
    domains: tuple[Domain, ...]


class Answered(Struct, frozen=True, kw_only=True):
    """The answers. `why` is empty when the service gave them; else it says why not, and `heard` when policies were."""

    verdicts: tuple[Verdict, ...]
    why: str = ""
    heard: datetime | None = None


class Kept:
    """A service, and the file in which the policies of its domains are kept."""

    def __init__(self, service: Asked, file: Path, clock: Callable[[], datetime]) -> None:
        self._service, self._file, self._clock = service, file, clock

    def preflight(self, questions: Sequence[Question]) -> Answered:
        """Answer whether adapters may start; raises what the service raises, when no policy was ever heard of it."""
        try:
            verdicts = self._service.preflight(questions)
        except (Unreachable, Refused) as error:
            if isinstance(error, Refused) and error.status != 503:
                raise
            kept = self._read()
            if kept is None:
                raise
            return Answered(
                verdicts=tuple(_unchecked(one, kept) for one in questions), why=str(error), heard=kept.heard
            )
        self._keep()
        return Answered(verdicts=verdicts)

    def _keep(self) -> None:
        """Write the policies; when they cannot be heard just now, those of before stay."""
        try:
            heard = self._service.domains()
        except (Unreachable, Refused):
            return
        kept = Policies(schema=_SCHEMA, server=self._service.url, heard=self._clock(), domains=heard)
        handle, name = tempfile.mkstemp(prefix=f".{self._file.name}-", dir=self._file.parent)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(msgspec.json.encode(kept))
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(self._file)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    def _read(self) -> Policies | None:
        """Return what is kept of this very service; None where there is none that can be read."""
        try:
            with self._file.open("rb") as stream:
                kept = msgspec.json.decode(stream.read(_BYTES_MAX), type=Policies)
        except (OSError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        return kept if (kept.schema, kept.server) == (_SCHEMA, self._service.url) else None


def _unchecked(asked: Question, kept: Policies) -> Verdict:
    kind = kind_of(asked.address)
    value = parse(asked.address, kind)
    address = spell(value, kind)
    try:
        guard.forbid_address(value, kind)
    except ForbiddenAddress as refused:  # that needs nobody's answer, and no policy allows it
        problem: dict[str, object] = {"type": refused.slug, "title": refused.title, "detail": str(refused)}
        return Verdict(
            address=address, holder=asked.holder, allowed=False, reason="forbidden", detail=str(refused),
            problem=problem | refused.fields(), decision="deny",
        )  # fmt: skip
    wanted: WhenDown = next((one.when_down for one in kept.domains if one.scope == asked.scope), "deny")
    detail = f"nothing was checked, since nobody answers; the policy of scope {asked.scope!r} is then: {wanted}"
    return Verdict(
        address=address, holder=asked.holder, allowed=wanted == "allow", reason="unchecked", detail=detail,
        decision=wanted,
    )  # fmt: skip
