"""Leases of ranges for others, and of others: keys, what was taken back, what was accepted."""

from maccord.alloc.records import Envelope, SigningKey
from maccord.rest import AcceptLease, DelegationsDoc, HeedRevocations, KeyNew, KeysDoc, PoolDoc, pool_document
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of

_KEY = {"key": "The key's id."}
_UNTRUSTED = ("bad-lease", "bad-key", "store-unavailable")


def _revocations(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.revocations())


def _keys(call: Call[Service]) -> Reply:
    return Reply(KeysDoc(items=call.service.authority.signing_keys()))


def _add(call: Call[Service]) -> Reply:
    asked: KeyNew = call.body
    made = call.service.authority.add_signing_key(asked.public, actor=actor_of(call))
    return Reply(made, 201, headers=((b"location", b"/v1/signing-keys"),))


def _retire(call: Call[Service]) -> Reply:
    return Reply(call.service.authority.retire_signing_key(call.path["key"], actor=actor_of(call)))


def _accept(call: Call[Service]) -> Reply:
    asked: AcceptLease = call.body
    authority = call.service.authority
    pool = authority.accept_lease(
        asked.lease, asked.keys, actor=actor_of(call), name=asked.name, allowance_s=asked.allowance_s,
        rest_s=asked.rest_s,
    )  # fmt: skip
    return Reply(pool_document(pool, authority.usage(pool.name)[0]))


def _heed(call: Call[Service]) -> Reply:
    asked: HeedRevocations = call.body
    found = call.service.authority.heed_revocations(asked.revocations, asked.keys, actor=actor_of(call))
    return Reply(DelegationsDoc(items=found))


def _list(call: Call[Service]) -> Reply:
    call.principal.require_all("reader")
    return Reply(DelegationsDoc(items=call.service.authority.delegations()))


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/revocations", id="getRevocations", tag="delegation", role="reader", run=_revocations,
        what="Give the signed list of leases that ended before their time and are not over.\n\n"
        "It names them by number alone. Whoever holds a lease heeds it.",
        answers={200: Answer("A DSSE envelope with revocations.", Envelope)},
        problems=("cannot-sign", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/signing-keys", id="listSigningKeys", tag="delegation", role="reader", run=_keys,
        what="List the public keys that sign, or signed, leases of ranges.\n\n"
        "Whoever is to trust one compares its id over another way.",
        answers={200: Answer("The keys, the oldest first.", KeysDoc)}, problems=("store-unavailable",),
    ),
    Operation(
        method="POST", path="/v1/signing-keys", id="addSigningKey", tag="delegation", role="admin", run=_add,
        body=KeyNew, what="Register a key by its public part: only what is registered signs.",
        answers={201: Answer("The key.", SigningKey)}, problems=("bad-key", "store-unavailable"),
    ),
    Operation(
        method="DELETE", path="/v1/signing-keys/{key}", id="retireSigningKey", tag="delegation", role="admin",
        run=_retire, parameters=_KEY,
        what="Retire a key: nothing is signed with it any more, and what it signed stays good.",
        answers={200: Answer("The key.", SigningKey)}, problems=("no-such-key", "store-unavailable"),
    ),
    Operation(
        method="POST", path="/v1/delegations", id="acceptLease", tag="delegation", role="admin", run=_accept,
        body=AcceptLease,
        what="Make a pool of a signed lease of a range, or prolong the one that stands on an earlier lease of it.\n\n"
        "Nothing is issued from the pool after the end of the lease.",
        answers={200: Answer("The pool.", PoolDoc)},
        problems=("lease-refused", "pool-exists", "range-overlap", "forbidden-address", "bad-address", "bad-range",
                  *_UNTRUSTED),
    ),
    Operation(
        method="GET", path="/v1/delegations", id="listDelegations", tag="delegation", role="reader", run=_list,
        what="List leases of ranges that were accepted, or are known to be taken back.\n\nTakes a token for all pools.",
        answers={200: Answer("They, by store and block.", DelegationsDoc)}, problems=("store-unavailable",),
    ),
    Operation(
        method="POST", path="/v1/delegations/revocations", id="heedRevocations", tag="delegation", role="admin",
        run=_heed, body=HeedRevocations, bulk=True,
        what="End the pools whose leases a signed list names, for ever.",
        answers={200: Answer("Those that stand on one of them.", DelegationsDoc)}, problems=_UNTRUSTED,
    ),
)  # fmt: skip
