"""Whether adapters may start."""

from collections.abc import Sequence

from msgspec.structs import replace

from maccord.alloc import guard
from maccord.alloc.errors import AddressTaken, ForbiddenAddress
from maccord.alloc.kinds import kind_of, parse, spell
from maccord.alloc.life import OWNED, State
from maccord.alloc.records import Admission, Lease, Question, Verdict
from maccord.store import domains
from maccord.store.asking.coming import preview
from maccord.store.asking.leases import look_up
from maccord.store.database import Reader


def preflight(reader: Reader, questions: Sequence[Question]) -> tuple[Verdict, ...]:
    """Answer whether adapters may start; what speaks against it is weighed by the policy of the domain."""
    found = _answers(reader, questions)
    if all(one.allowed for one in found):
        return found
    policies = {one.scope: one.admission for one in domains.every(reader)}
    return tuple(
        _by_policy(verdict, policies.get(asked.scope, "deny")) for asked, verdict in zip(questions, found, strict=True)
    )


def _by_policy(verdict: Verdict, admission: Admission) -> Verdict:
    """Return a verdict as a policy has it. What no adapter may wear is denied by every policy."""
    if verdict.allowed or verdict.reason == "forbidden" or admission == "deny":
        return verdict
    return replace(verdict, allowed=True, decision=admission)


def _answers(reader: Reader, questions: Sequence[Question]) -> tuple[Verdict, ...]:
    """Answer by what is held alone."""
    seen: dict[tuple[str, str], Question] = {}
    verdicts = []
    for asked in questions:
        verdict = _may(reader, asked)
        key = (verdict.address, asked.scope)
        other = seen.setdefault(key, asked) if verdict.allowed else asked
        if (other.holder.kind, other.holder.id) != (asked.holder.kind, asked.holder.id):
            taken = AddressTaken(
                verdict.address,
                scope=asked.scope,
                state=State.HELD,
                holders=[str(other.holder)],
                host=other.holder.host,
            )
            verdict = _refused(verdict.address, asked, "taken", taken)
        verdicts.append(verdict)
    return tuple(verdicts)


def _may(reader: Reader, asked: Question) -> Verdict:
    kind = kind_of(asked.address)
    value = parse(asked.address, kind)
    address = spell(value, kind)
    try:
        guard.forbid_address(value, kind)
    except ForbiddenAddress as e:
        return _refused(address, asked, "forbidden", e)
    lease = look_up(reader, address, asked.scope)
    names = [str(held.holder) for held in lease.holders]
    if lease.state in OWNED and str(asked.holder) in names:
        detail = f"{asked.holder} holds {address} since {lease.since:%Y-%m-%d}"
        return _allowed(address, asked, "holder", _handing_over(address, lease) or detail)
    if lease.state is State.BLOCK and lease.note.casefold() == f"host {asked.holder.host}".casefold():
        return _allowed(address, asked, "holder", f"{address} is of the block of {lease.note}")
    if lease.state is State.FREE and lease.pool is None:
        return _allowed(address, asked, "unknown", f"{address} is in no pool, and nobody holds it")
    if lease.state is State.FREE:
        detail = f"{address} is free in pool {lease.pool!r}: allocate it to {asked.holder} first"
        problem: dict[str, object] = {"type": "not-allocated", "detail": detail, "pool": lease.pool}
        return Verdict(
            address=address, holder=asked.holder, allowed=False, reason="free-of-pool", detail=detail, problem=problem
        )
    hosts = sorted({held.holder.host for held in lease.holders if held.holder.host})
    taken = AddressTaken(
        address,
        scope=lease.scope,
        state=lease.state,
        pool=lease.pool,
        holders=names or ([lease.note] if lease.note else []),
        host=lease.note.removeprefix("host ") if lease.state is State.BLOCK else ", ".join(hosts),
        since=lease.since,
        until=lease.until if lease.state not in OWNED else None,
        alternative=_alternative(reader, lease.pool),
    )
    return _refused(address, asked, "taken", taken)


def _handing_over(address: str, lease: Lease) -> str:
    """Return what is to be said while an address is handed over: both may start, and one has it by now."""
    coming = next((held for held in lease.holders if held.replaces), None)
    if coming is None:
        return ""
    until = f" until {coming.holder.until:%Y-%m-%dT%H:%M:%SZ}" if coming.holder.until is not None else ""
    return (
        f"{address} is being handed over to {coming.holder}{until}: {coming.replaces} has it by now,"
        " and both may start, never at once"
    )


def _alternative(reader: Reader, name: str | None) -> str | None:
    free = preview(reader, name, 1) if name is not None else ()
    return free[0] if free else None


def _allowed(address: str, asked: Question, reason: str, detail: str) -> Verdict:
    return Verdict(address=address, holder=asked.holder, allowed=True, reason=reason, detail=detail, decision="allow")


def _refused(address: str, asked: Question, reason: str, why: AddressTaken | ForbiddenAddress) -> Verdict:
    problem: dict[str, object] = {"type": why.slug, "title": why.title, "detail": str(why), **why.fields()}
    return Verdict(address=address, holder=asked.holder, allowed=False, reason=reason, detail=str(why), problem=problem)
