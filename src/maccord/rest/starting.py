"""May adapters start here: questions, answers, and the policies of domains."""

from typing import Annotated, Any

from msgspec import Meta, Struct, field

from maccord.alloc.records import GLOBAL, Admission, Domain, Question, Verdict, WhenDown
from maccord.rest.holders import HolderDoc
from maccord.rest.texts import Address, Asked, Long, Word


class QuestionDoc(Asked, frozen=True, kw_only=True):
    """An adapter that is to start."""

    mac: Address
    holder: HolderDoc
    scope: Word = GLOBAL

    def record(self) -> Question:
        """Return the question as the allocator knows it."""
        return Question(address=self.mac, holder=self.holder.record(), scope=self.scope)


class Preflight(Asked, frozen=True, kw_only=True):
    """Adapters that are to start here."""

    adapters: Annotated[tuple[QuestionDoc, ...], Meta(min_length=1, max_length=10_000)]


class DomainPut(Asked, frozen=True, kw_only=True):
    """The whole policy of a domain; what is left out is as by default."""

    admission: Admission = "deny"
    when_down: WhenDown = "deny"
    note: Long = ""


class DomainsDoc(Struct, frozen=True, kw_only=True):
    """The policies of all domains that have one."""

    items: tuple[Domain, ...]


class VerdictDoc(Verdict, frozen=True, kw_only=True):
    """The answer for one adapter; `problem` is the refusal, where there is one, as this service shows them."""

    address: str = field(name="mac")
    problem: dict[str, Any] | None = None


class PreflightDoc(Struct, frozen=True, kw_only=True):
    """Whether all adapters may start, and the answer for each, in the order of the questions.

    `checked` is False where a client could ask nobody, and each answer is the policy of its domain for that.
    """

    allowed: bool
    verdicts: tuple[VerdictDoc, ...]
    checked: bool = True
