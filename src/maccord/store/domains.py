"""Policies of scopes, kept."""

from collections.abc import Sequence

from maccord.alloc import check
from maccord.alloc.clock import moment
from maccord.alloc.errors import BadRequest, NoSuchDomain, StaleVersion
from maccord.alloc.records import ADMISSIONS, WHEN_DOWN, Actor, Admission, Domain, WhenDown
from maccord.store.database import Reader
from maccord.store.work import Tx

_ROW = "SELECT scope, admission, when_down, note, changed_at, version FROM domain"
_MANY = 10_000


def _shown(row: Sequence[object]) -> Domain:
    scope, admission, when_down, note, changed_at, version = row
    assert isinstance(changed_at, int)
    assert isinstance(version, int)
    return Domain(
        scope=str(scope),
        admission=admission,  # type: ignore[arg-type] # the database checks it
        when_down=when_down,  # type: ignore[arg-type] # the database checks it
        note=str(note),
        changed_at=moment(changed_at),
        version=changed_at + version,  # a policy that is made anew counts from one again
    )


def find(reader: Reader, scope: str) -> Domain:
    """Return the policy of a scope; raises NoSuchDomain."""
    rows = reader.rows(f"{_ROW} WHERE scope = ?", (scope,))
    if not rows:
        raise NoSuchDomain(scope)
    return _shown(rows[0])


def every(reader: Reader) -> tuple[Domain, ...]:
    """Return all policies."""
    return tuple(_shown(row) for row in reader.rows(f"{_ROW} ORDER BY scope"))


def _before(tx: Tx, scope: str, expect: int | None) -> Domain | None:
    rows = tx.rows(f"{_ROW} WHERE scope = ?{tx.db.for_update}", (scope,))
    before = _shown(rows[0]) if rows else None
    actual = before.version if before is not None else 0
    if expect is not None and expect != actual:
        raise StaleVersion(f"domain {scope!r}", expect, actual)
    return before


def put(
    tx: Tx, scope: str, admission: Admission, when_down: WhenDown, note: str, actor: Actor, expect: int | None
) -> Domain:
    """Give a scope a policy."""
    check.text("scope", scope, 128, empty=False)
    check.text("note", note, 1024)
    if "/" in scope:
        raise BadRequest("scope", "one with a slash can have no policy of its own")
    if admission not in ADMISSIONS:
        raise BadRequest("admission", f"expected one of {', '.join(ADMISSIONS)}")
    if when_down not in WHEN_DOWN:
        raise BadRequest("when_down", f"expected one of {', '.join(WHEN_DOWN)}")
    before = _before(tx, scope, expect)
    if before is not None and (before.admission, before.when_down, before.note) == (admission, when_down, note):
        return before
    if before is None and tx.rows("SELECT count(*) FROM domain")[0][0] >= _MANY:
        raise BadRequest("scope", f"there are {_MANY} policies already")
    tx.db.run(
        "INSERT INTO domain (scope, admission, when_down, note, changed_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (scope) DO UPDATE SET admission = excluded.admission, when_down = excluded.when_down,"
        " note = excluded.note, changed_at = excluded.changed_at, version = domain.version + 1",
        (scope, admission, when_down, note, tx.now),
    )
    details: dict[str, object] = {
        "before": [before.admission, before.when_down, before.note] if before is not None else None,
        "after": [admission, when_down, note],
    }
    tx.record(actor, "set-domain", scope, details)
    tx.note("domain-changed", None, facts={"scope": scope})
    return find(tx.db, scope)


def delete(tx: Tx, scope: str, actor: Actor, expect: int | None) -> None:
    """Take the policy of a scope away."""
    before = _before(tx, scope, expect)
    if before is None:
        raise NoSuchDomain(scope)
    tx.db.run("DELETE FROM domain WHERE scope = ?", (scope,))
    tx.record(actor, "delete-domain", scope, {"before": [before.admission, before.when_down, before.note]})
    tx.note("domain-changed", None, facts={"scope": scope})
