"""Bearer tokens: made, listed, revoked."""

from maccord.alloc.records import NewToken, Token
from maccord.rest import TokenNew, TokensDoc
from maccord.serve.operations import Answer, Call, Operation, Reply
from maccord.serve.service import Service, actor_of, etag, expected

_NAME = {"token": "The token's name."}


def _list(call: Call[Service]) -> Reply:
    return Reply(TokensDoc(items=call.service.authority.tokens()))


def _create(call: Call[Service]) -> Reply:
    asked: TokenNew = call.body
    made = call.service.authority.create_token(
        asked.name, asked.role, actor=actor_of(call), pools=asked.pools, expires_at=asked.expires_at
    )
    location = ((b"location", f"/v1/tokens/{made.token.name}".encode()),)
    return Reply(made, 201, etag(made.token.version), location)


def _get(call: Call[Service]) -> Reply:
    found = call.service.authority.token(call.path["token"])
    return Reply(found, etag=etag(found.version))


def _revoke(call: Call[Service]) -> Reply:
    revoked = call.service.authority.revoke_token(
        call.path["token"], actor=actor_of(call), expect=expected(call.if_match)
    )
    call.service.guard.forget()
    return Reply(revoked, etag=etag(revoked.version))


OPERATIONS: tuple[Operation[Service], ...] = (
    Operation(
        method="GET", path="/v1/tokens", id="listTokens", tag="tokens", role="admin", run=_list,
        what="List all tokens, without their secrets.", answers={200: Answer("The tokens, by name.", TokensDoc)},
        problems=("store-unavailable",),
    ),
    Operation(
        method="POST", path="/v1/tokens", id="createToken", tag="tokens", role="admin", run=_create, body=TokenNew,
        what="Make a token.\n\nIts secret is in this answer and nowhere else: only a digest of it is kept.",
        answers={201: Answer("The token and its secret.", NewToken, etag=True)},
        problems=("token-exists", "no-such-pool", "store-unavailable"),
    ),
    Operation(
        method="GET", path="/v1/tokens/{token}", id="getToken", tag="tokens", role="admin", run=_get, parameters=_NAME,
        what="Show a token, without its secret.", answers={200: Answer("The token.", Token, etag=True)},
        problems=("no-such-token", "store-unavailable"),
    ),
    Operation(
        method="DELETE", path="/v1/tokens/{token}", id="revokeToken", tag="tokens", role="admin", run=_revoke,
        parameters=_NAME, conditional=True, what="Revoke a token: within a second or two, no process accepts it.",
        answers={200: Answer("The token.", Token, etag=True)}, problems=("no-such-token", "store-unavailable"),
    ),
)  # fmt: skip
