"""The audit read, anchored and verified."""

from collections.abc import Iterator

from msgspec import json

from maccord.alloc.authority import Page
from maccord.alloc.chain import START, anchored, link
from maccord.alloc.clock import micros, moment
from maccord.alloc.kinds import kind_of, parse, spell
from maccord.alloc.records import AuditFault, AuditRecord, AuditVerdict
from maccord.mac import BadAddress
from maccord.store.asking import cursor, history, uncursor
from maccord.store.database import Reader
from maccord.store.work import Tx, packed

_RECORD = "SELECT id, chain, seq, at, actor, origin, action, subject, details, key, hash FROM journal"
_FAULTS_MAX = 1000
_MOMENTS_MAX = 500


def listed(
    reader: Reader,
    after: str | None,
    limit: int,
    *,
    newest_first: bool,
    filters: dict[str, str | None],
) -> Page[AuditRecord]:
    """Return records in the order of their numbers, or against it."""
    begin = uncursor("audit", after, [int])
    where, params = ["1 = 1"], list[object]()
    if begin:
        where.append("id < ?" if newest_first else "id > ?")
        params += begin
    value = None
    for column, wanted in filters.items():
        if column == "subject" and wanted is not None:
            value = _about(reader, wanted, where, params)
        elif wanted is not None:
            where.append(f"{column} = ?")
            params.append(wanted)
    order = "DESC" if newest_first else "ASC"
    rows = reader.rows(f"{_RECORD} WHERE {' AND '.join(where)} ORDER BY id {order} LIMIT ?", (*params, limit + 1))
    items = tuple(
        AuditRecord(
            number=number,
            chain=chain,
            seq=seq,
            at=moment(at),
            actor=actor,
            origin=origin,
            action=action,
            subject=subject,
            details=json.decode(details),
            key=key.partition("\n")[2] if key else None,
            hash=bytes(digest).hex(),
        )
        for number, chain, seq, at, actor, origin, action, subject, details, key, digest in rows[:limit]
        if value is None or action not in ("allocate", "expire") or _gave(details, value)
    )
    return Page(items=items, next=cursor("audit", rows[limit - 1][0]) if len(rows) > limit else None)


def _about(reader: Reader, subject: str, where: list[str], params: list[object]) -> int | None:
    """Add the condition for records about a subject; for an address also those that gave it, perhaps with others.

    A record of an allocation is about its pool. At which moments an address was given is known from its history, in
    all scopes; others may have been given at the same moment. Return the address as a number.
    """
    try:
        kind = kind_of(subject)
        value = parse(subject, kind)
    except BadAddress:  # the name of a pool, or of a token
        where.append("subject = ?")
        params.append(subject)
        return None
    begun: set[int] = set()
    for (scope,) in reader.rows("SELECT scope FROM space WHERE kind = ?", (kind,)):
        for one in history(reader, subject, scope, None):
            if one.holder is not None:
                begun |= {micros(one.since)} if one.until is None else {micros(one.since), micros(one.until)}
    moments = sorted(begun)[-_MOMENTS_MAX:]
    marks = ", ".join("?" * len(moments)) or "NULL"
    where.append(f"(subject = ? OR (action IN ('allocate', 'adopt', 'expire') AND at IN ({marks})))")
    params += [spell(value, kind), *moments]
    return value


def _gave(details: str, value: int) -> bool:
    """Tell whether the record of an allocation, or of an expiry, is about an address, too."""
    runs: list[tuple[int, int]] = json.decode(details).get("runs", [])
    return any(lo <= value <= hi for lo, hi in runs)


def anchor(tx: Tx, *, force: bool = False) -> str:
    """Anchor the chains that grew since they were anchored last; return the hash of the last anchor."""
    tx.db.lock_space(0)
    last = tx.one("SELECT hash FROM anchor ORDER BY id DESC LIMIT 1")
    before = bytes(last[0]) if last else START
    since = tx.one("SELECT value FROM meta WHERE name = 'anchored_up_to'")
    done = int(since[0]) if since else 0
    newest = tx.rows("SELECT coalesce(max(id), 0) FROM journal")[0][0]
    if newest <= done and not (force and last is None):
        return before.hex()
    # Numbers of rows are given before they are committed: look a little further back than where we were.
    heads = [
        (chain, seq, bytes(digest).hex())
        for chain, seq, digest in tx.rows(
            "SELECT j.chain, j.seq, j.hash FROM journal j JOIN (SELECT chain, max(seq) AS seq FROM journal WHERE id > ?"
            " GROUP BY chain) AS h ON h.chain = j.chain AND h.seq = j.seq ORDER BY j.chain",
            (max(0, done - 10_000),),
        )
    ]
    text = packed(heads)
    digest = anchored(before, tx.now, text)
    tx.db.run("INSERT INTO anchor (at, heads, hash) VALUES (?, ?, ?)", (tx.now, text, digest))
    tx.db.run("DELETE FROM meta WHERE name = 'anchored_up_to'")
    tx.db.run("INSERT INTO meta (name, value) VALUES ('anchored_up_to', ?)", (str(newest),))
    return digest.hex()


class _Check:
    """One verification: what was seen, and what is wrong."""

    def __init__(self) -> None:
        self.faults: list[AuditFault] = []
        self.records = self.chains = self.anchors = 0
        self.last: dict[int, int] = {}
        self.named: dict[int, dict[int, str]] = {}

    def fault(self, chain: int, seq: int, reason: str) -> None:
        if len(self.faults) < _FAULTS_MAX:
            self.faults.append(AuditFault(chain=chain, seq=seq, reason=reason))


def verify(reader: Reader, head: str | None) -> AuditVerdict:
    """Check every record, chain and anchor."""
    check = _Check()
    last, known = _anchors(reader, check)
    _records(reader, check)
    for chain, heads in check.named.items():
        most = max(heads)
        if check.last.get(chain, 0) < most:
            check.fault(chain, most, "an anchor names a record that is no longer there")
    if head is not None and head.lower() not in known:
        check.fault(0, 0, f"no anchor has the hash {head[:64]}: the audit was replaced or shortened")
    return AuditVerdict(
        records=check.records, chains=check.chains, anchors=check.anchors, head=last, faults=tuple(check.faults)
    )


def _anchors(reader: Reader, check: _Check) -> tuple[str, set[str]]:
    before, known = START, {START.hex()}
    for number, at, heads, digest in reader.stream("SELECT id, at, heads, hash FROM anchor ORDER BY id"):
        check.anchors += 1
        if anchored(before, at, heads) != bytes(digest):
            check.fault(0, number, "the anchor does not follow from the one before it")
        before = bytes(digest)
        known.add(before.hex())
        try:
            for chain, seq, named in json.decode(heads, type=list[tuple[int, int, str]]):
                check.named.setdefault(chain, {})[seq] = named
        except ValueError:
            check.fault(0, number, "the anchor cannot be read")
    return before.hex(), known


def _records(reader: Reader, check: _Check) -> None:
    chain, before, seq = -1, START, 0
    for row in _in_chains(reader):
        check.records += 1
        if row[0] != chain:
            chain, before, seq = row[0], START, 0
            check.chains += 1
        expected = link(before, *row[:9])
        if row[1] != seq + 1:
            check.fault(chain, seq + 1, f"records {seq + 1} to {row[1] - 1} are missing")
        elif expected != bytes(row[9]):
            check.fault(chain, row[1], "the record was changed, or the one before it")
        anchor_named = check.named.get(chain, {}).get(row[1])
        if anchor_named is not None and anchor_named != bytes(row[9]).hex():
            check.fault(chain, row[1], "an anchor names another hash for this record")
        seq, before = row[1], bytes(row[9])
        check.last[chain] = seq


def _in_chains(reader: Reader) -> Iterator[tuple[int, int, int, str, str, str, str, str, str | None, bytes]]:
    for row in reader.stream(
        "SELECT chain, seq, at, actor, origin, action, subject, details, key, hash FROM journal ORDER BY chain, seq"
    ):
        yield row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7], row[8], row[9]
