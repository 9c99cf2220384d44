"""Leases of ranges as signed documents, the list of those that were taken back, and the keys that sign them."""

import secrets
from collections.abc import Sequence

from maccord.alloc.clock import moment
from maccord.alloc.errors import BlockWithoutEnd, CannotSign, NoSuchBlock, NoSuchKey
from maccord.alloc.records import Actor, Block, Envelope, RangeLease, Revocations, RevokedLease, SigningKey
from maccord.alloc.signing import Signer, key_id, public_pem, read_public, sealed
from maccord.store import blocks
from maccord.store.database import Reader
from maccord.store.work import Tx

STORE_ID = "store_id"
_KEYS = "SELECT id, public, since, until FROM signing_key"
_LIST_MAX = 100_000


def store_id(reader: Reader) -> str | None:
    """Return what the store is called in what it signs; None before it signs for the first time."""
    rows = reader.rows("SELECT value FROM meta WHERE name = ?", (STORE_ID,))
    return str(rows[0][0]) if rows else None


def give_id(tx: Tx, chosen: str | None = None) -> str:
    """Return the store's id, which it keeps for ever; one is made, or `chosen` taken, if it has none."""
    tx.db.run(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO NOTHING",
        (STORE_ID, chosen or secrets.token_hex(16)),
    )
    found = store_id(tx.db)
    assert found is not None
    return found


def _shown(row: Sequence[object]) -> SigningKey:
    number, public, since, until = row
    assert isinstance(since, int)
    return SigningKey(
        id=str(number), public=str(public), since=moment(since), until=moment(until) if isinstance(until, int) else None
    )


def keys(reader: Reader) -> tuple[SigningKey, ...]:
    """Return all keys, retired ones too, the oldest first."""
    return tuple(_shown(row) for row in reader.rows(f"{_KEYS} ORDER BY since, id"))


def _key(reader: Reader, name: str) -> SigningKey | None:
    rows = reader.rows(f"{_KEYS} WHERE id = ?", (name,))
    return _shown(rows[0]) if rows else None


def register(tx: Tx, public: str, actor: Actor) -> SigningKey:
    """Enter a key by its public part. The same one again is the same; a retired one stays so."""
    key = read_public(public)
    name = key_id(key)
    known = _key(tx.db, name)
    if known is not None:
        return known
    tx.db.run("INSERT INTO signing_key (id, public, since) VALUES (?, ?, ?)", (name, public_pem(key), tx.now))
    give_id(tx)
    tx.record(actor, "create-signing-key", name, {"public": public_pem(key)})
    made = _key(tx.db, name)
    assert made
    return made


def retire(tx: Tx, name: str, actor: Actor) -> SigningKey:
    """Let a key sign nothing any more."""
    if _key(tx.db, name) is None:
        raise NoSuchKey(name)
    if tx.db.run("UPDATE signing_key SET until = ? WHERE id = ? AND until IS NULL", (tx.now, name)):
        tx.record(actor, "retire-signing-key", name, {})
    known = _key(tx.db, name)
    assert known
    return known


def _usable(reader: Reader, signer: Signer | None) -> tuple[Signer, str]:
    """Return the signer and the store's id; raises CannotSign."""
    if signer is None:
        raise CannotSign("no private key was given (--signing-key FILE, or MACCORD_SIGNING_KEY)")
    known = _key(reader, signer.id)
    if known is None:
        raise CannotSign(f"key {signer.id} is not registered (maccord block key register FILE)")
    if known.until is not None:
        raise CannotSign(f"key {signer.id} was retired at {known.until:%Y-%m-%dT%H:%M:%SZ}")
    own = store_id(reader)
    if own is None:
        raise CannotSign("the store has no id: register the key again")
    return signer, own


def lease(reader: Reader, number: int, signer: Signer | None, now: int) -> Envelope:
    """Return the signed lease of a block that is leased for a time; raises NoSuchBlock, BlockWithoutEnd, CannotSign."""
    block = _leased(reader, number, now)
    assert block.expires_at is not None
    private, own = _usable(reader, signer)
    document = RangeLease(
        store=own,
        block=block.id,
        serial=block.serial,
        pool=block.pool,
        scope=block.scope,
        kind=block.kind,
        delegate=block.host,
        first=block.first,
        last=block.last,
        issued=moment(now),
        not_after=block.expires_at,
    )
    return sealed(document, private)


def _leased(reader: Reader, number: int, now: int) -> Block:
    rows = reader.rows(f"{blocks.BLOCK} WHERE b.id = ?", (number,))
    if not rows:
        raise NoSuchBlock(number)
    block = blocks.shown(rows[0])
    if block.until is not None:
        raise NoSuchBlock(number, block.until)
    if block.expires_at is None:
        raise BlockWithoutEnd(number, block.host)
    if block.expires_at <= moment(now):
        raise NoSuchBlock(number, block.expires_at)
    return block


def revocations(reader: Reader, signer: Signer | None, now: int) -> Envelope:
    """Return the signed list of leases that ended before their time and are not over; raises CannotSign."""
    private, own = _usable(reader, signer)
    rows = reader.rows(
        "SELECT id, serial, until, expires_at FROM block WHERE until IS NOT NULL AND until < expires_at"
        " AND expires_at > ? ORDER BY id LIMIT ?",
        (now, _LIST_MAX + 1),
    )
    if len(rows) > _LIST_MAX:
        raise CannotSign(f"more than {_LIST_MAX} leases were taken back and are not over")
    leases = tuple(
        RevokedLease(block=number, serial=serial, revoked_at=moment(at), not_after=moment(expires))
        for number, serial, at, expires in rows
    )
    return sealed(Revocations(store=own, issued=moment(now), leases=leases), private)
