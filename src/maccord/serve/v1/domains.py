"""Policies of domains."""

from maccord.alloc.records import Domain
from maccord.rest import DomainPut, DomainsDoc
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of, etag, expected

_SCOPE = {"scope": "`global`, or a layer-2 domain."}
_SHOWN = {200: Answer("The policy.", Domain, etag=True)}


def _reply(domain: Domain) -> Reply:
    return Reply(domain, etag=etag(domain.version))


def _list(call: Call[Service]) -> Reply:
    return Reply(DomainsDoc(items=call.service.authority.domains()))


def _get(call: Call[Service]) -> Reply:
    return _reply(call.service.authority.domain(call.path["scope"]))


def _set(call: Call[Service]) -> Reply:
    asked: DomainPut = call.body
    return _reply(
        call.service.authority.set_domain(
            call.path["scope"], actor=actor_of(call), admission=asked.admission, when_down=asked.when_down,
            note=asked.note, expect=expected(call.if_match),
        )
    )  # fmt: skip


def _delete(call: Call[Service]) -> Reply:
    call.service.authority.delete_domain(call.path["scope"], actor=actor_of(call), expect=expected(call.if_match))
    return Reply(status=204)


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/domains", id="listDomains", tag="domains", role="reader", run=_list,
        what="List the policies of all domains that have one.\n\n"
        "A hook keeps them for the time when nobody answers it.",
        answers={200: Answer("The policies, by scope.", DomainsDoc)}, problems=("store-unavailable",),
    ),
    Operation(
        method="GET", path="/v1/domains/{scope}", id="getDomain", tag="domains", role="reader", run=_get,
        parameters=_SCOPE, what="Show the policy of a domain.", answers=_SHOWN,
        problems=("no-such-domain", "store-unavailable"),
    ),
    Operation(
        method="PUT", path="/v1/domains/{scope}", id="setDomain", tag="domains", role="admin", run=_set,
        body=DomainPut, parameters=_SCOPE, conditional=True,
        what="Say what is done in a domain with an adapter whose address is not its own.", answers=_SHOWN,
        problems=("store-unavailable",),
    ),
    Operation(
        method="DELETE", path="/v1/domains/{scope}", id="deleteDomain", tag="domains", role="admin", run=_delete,
        parameters=_SCOPE, conditional=True, what="Take the policy of a domain away: it denies then.",
        answers={204: Answer("It has none any more.")}, problems=("no-such-domain", "store-unavailable"),
    ),
)  # fmt: skip
