"""Every operation without a token, with a wrong one, with too small a role, and with the grant of another pool."""

import json
import socket

import pytest

from maccord.serve.app import OPERATIONS
from maccord.serve.v1 import addresses
from tests.kit.service import running

FIRST, LAST = "02-4D-00-00-00-00", "02-4D-00-00-00-FF"
MAC = "02-4D-00-00-00-10"
HOLDER = {"kind": "vm-adapter", "id": "vm1"}
NEW = {"name": "new", "ranges": [{"first": "02-4D-99-00-00-00", "last": "02-4D-99-00-00-0F"}]}
ROWS = {"rows": [{"mac": "02-4D-77-00-00-00", "holder": HOLDER}]}
ADAPTERS = {"adapters": [{"mac": MAC, "holder": HOLDER}]}
ENVELOPE = {"payload": "", "payloadType": "x", "signatures": []}
REPORT = {"store": "x", "block": 1, "serial": 1, "at": "2026-11-22T08:00:00Z"}
PROBATION = {"reason": "seen twice"}

# Written by hand from the contract, not read off the table: operation, the least role, whether it takes a grant for
# one pool ("pool"), for the pool of the address ("address"), for all pools ("all"), or any ("any"), and a call of it.
EXPECTED: dict[str, tuple[str | None, str | None, str, str, object]] = {
    "allocate": ("allocator", "pool", "POST", "/v1/pools/web/addresses", {"holder": HOLDER}),
    "listAddressesOfPool": ("reader", "pool", "GET", "/v1/pools/web/addresses", None),
    "listAddresses": ("reader", "pool", "GET", "/v1/addresses?pool=web", None),
    "getAddress": ("reader", "address", "GET", f"/v1/addresses/{MAC}", None),
    "release": ("allocator", "address", "DELETE", f"/v1/addresses/{MAC}", None),
    "confirm": ("allocator", "address", "POST", f"/v1/addresses/{MAC}/confirm", None),
    "share": ("allocator", "address", "POST", f"/v1/addresses/{MAC}/holders", HOLDER),
    "handOver": ("allocator", "address", "POST", f"/v1/addresses/{MAC}/hand-over", {"to": HOLDER | {"id": "vm2"}}),
    "completeHandOver": ("allocator", "address", "POST", f"/v1/addresses/{MAC}/hand-over/complete", None),
    "cancelHandOver": ("allocator", "address", "POST", f"/v1/addresses/{MAC}/hand-over/cancel", None),
    "derive": ("reader", "pool", "POST", "/v1/pools/web/derivations", {"identities": ["a"]}),
    "amendHolder": ("allocator", "address", "PATCH", f"/v1/addresses/{MAC}/holders", {"owner": "ops"}),
    "history": ("reader", "address", "GET", f"/v1/addresses/{MAC}/history", None),
    "suspect": ("admin", "all", "POST", f"/v1/addresses/{MAC}/probation", PROBATION),
    "endRest": ("admin", "all", "POST", f"/v1/addresses/{MAC}/end-rest", PROBATION),
    "health": (None, "any", "GET", "/healthz", None),
    "ready": (None, "any", "GET", "/readyz", None),
    "metrics": ("reader", "all", "GET", "/metrics", None),
    "listPools": ("reader", "any", "GET", "/v1/pools", None),
    "createPool": ("admin", "all", "POST", "/v1/pools", NEW),
    "getPool": ("reader", "pool", "GET", "/v1/pools/web", None),
    "changePool": ("admin", "pool", "PATCH", "/v1/pools/web", {"note": "x"}),
    "deletePool": ("admin", "pool", "DELETE", "/v1/pools/web", None),
    "exclude": ("admin", "pool", "POST", "/v1/pools/web/exclusions", {"first": LAST, "last": LAST, "reason": "x"}),
    "include": ("admin", "pool", "POST", "/v1/pools/web/inclusions", {"first": LAST, "last": LAST}),
    "forecastPool": ("reader", "pool", "GET", "/v1/pools/web/forecast", None),
    "verifyPools": ("reader", "all", "GET", "/v1/verification", None),
    "allocateForGroup": ("allocator", "any", "POST", "/v1/groups/allocations", {"group": "/", "holder": HOLDER}),
    "listGroups": ("reader", "any", "GET", "/v1/groups", None),
    "getGroup": ("reader", "any", "GET", "/v1/group?path=/", None),
    "setGroup": ("admin", "all", "PUT", "/v1/group?path=emea", {"pools": ["web"]}),
    "deleteGroup": ("admin", "all", "DELETE", "/v1/group?path=emea", None),
    "explainGroup": ("reader", "any", "GET", "/v1/group/explanation?path=emea/ams1", None),
    "carveBlock": ("allocator", "pool", "POST", "/v1/pools/web/blocks", {"host": "HV01", "size": 16}),
    "listBlocks": ("reader", "pool", "GET", "/v1/pools/web/blocks", None),
    "getBlock": ("reader", "pool", "GET", "/v1/pools/web/blocks/1", None),
    "returnBlock": ("allocator", "pool", "DELETE", "/v1/pools/web/blocks/1", None),
    "listDomains": ("reader", "any", "GET", "/v1/domains", None),
    "getDomain": ("reader", "any", "GET", "/v1/domains/lab", None),
    "setDomain": ("admin", "all", "PUT", "/v1/domains/lab", {"admission": "warn"}),
    "deleteDomain": ("admin", "all", "DELETE", "/v1/domains/lab", None),
    "getBlockByNumber": ("reader", "address", "GET", "/v1/blocks/1", None),
    "returnBlockByNumber": ("allocator", "address", "DELETE", "/v1/blocks/1", None),
    "renewBlock": ("allocator", "address", "POST", "/v1/blocks/1/renew", {}),
    "revokeBlock": ("admin", "address", "POST", "/v1/blocks/1/revoke", {"reason": "x"}),
    "getBlockLease": ("allocator", "address", "GET", "/v1/blocks/1/lease", None),
    "reportBlock": ("allocator", "address", "POST", "/v1/blocks/1/report", REPORT),
    "getRangeReport": ("reader", "pool", "GET", "/v1/pools/web/report", None),
    "getRevocations": ("reader", "any", "GET", "/v1/revocations", None),
    "listSigningKeys": ("reader", "any", "GET", "/v1/signing-keys", None),
    "addSigningKey": ("admin", "all", "POST", "/v1/signing-keys", {"public": "x"}),
    "retireSigningKey": ("admin", "all", "DELETE", "/v1/signing-keys/x", None),
    "acceptLease": ("admin", "all", "POST", "/v1/delegations", {"lease": ENVELOPE, "keys": ["x"]}),
    "listDelegations": ("reader", "all", "GET", "/v1/delegations", None),
    "heedRevocations": (
        "admin",
        "all",
        "POST",
        "/v1/delegations/revocations",
        {"revocations": ENVELOPE, "keys": ["x"]},
    ),
    "adopt": ("admin", "all", "POST", "/v1/adoptions", ROWS),
    "noteAbsences": ("admin", "all", "POST", "/v1/absences", {"missed": []}),
    "listLeaks": ("reader", "pool", "GET", "/v1/leaks?pool=web", None),
    "reclaim": ("admin", "all", "POST", f"/v1/addresses/{MAC}/reclaim", {}),
    "preflight": ("reader", "any", "POST", "/v1/preflight", ADAPTERS),
    "listTokens": ("admin", "all", "GET", "/v1/tokens", None),
    "createToken": ("admin", "all", "POST", "/v1/tokens", {"name": "more", "role": "admin"}),
    "getToken": ("admin", "all", "GET", "/v1/tokens/reader", None),
    "revokeToken": ("admin", "all", "DELETE", "/v1/tokens/reader", None),
    "listAudit": ("reader", "all", "GET", "/v1/audit", None),
    "verifyAudit": ("admin", "all", "GET", "/v1/audit/verification", None),
    "export": ("admin", "all", "GET", "/v1/export", None),
    "import": ("admin", "all", "POST", "/v1/import", {}),
    "listMacPools": ("reader", "any", "GET", "/networking/v1/macPools", None),
    "getMacPool": ("reader", "pool", "GET", "/networking/v1/macPools/web", None),
    "openapi": ("reader", "any", "GET", "/openapi.json", None),
}
BELOW = {"reader": (), "allocator": ("reader",), "admin": ("reader", "allocator")}
GUARDED = [name for name, (role, *_) in EXPECTED.items() if role]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("permissions")) as found:
        pools = {"web": (FIRST, LAST), "other": ("02-4D-01-00-00-00", "02-4D-01-00-00-FF")}
        for name, (first, last) in pools.items():
            body = {"name": name, "ranges": [{"first": first, "last": last}]}
            assert found.ask("POST", "/v1/pools", body).status == 201
        for role in ("reader", "allocator"):
            found.token(f"other-{role}", role, "other")
            found.token(f"web-{role}", role, "web")
        assert found.ask("POST", "/v1/pools/web/addresses", {"holder": HOLDER, "address": MAC}).status == 201
        assert found.ask("POST", "/v1/pools/web/blocks", {"host": "HV01", "size": 4, "for_s": 86400}).json["id"] == 1
        yield found


def test_every_operation_is_expected_here():
    assert {one.id for one in OPERATIONS} == set(EXPECTED)
    assert len({one.id for one in OPERATIONS}) == len(OPERATIONS)


def whole(service):
    """Return all that a refused call could have changed."""
    rows = map(json.loads, service.ask("GET", "/v1/export").raw.splitlines())
    return [row for row in rows if row.get("table") not in ("process", "anchor", "fill")]  # which tell that it is alive


@pytest.mark.parametrize("name", GUARDED)
def test_without_a_token_there_is_no_answer(service, name):
    _, _, method, path, body = EXPECTED[name]
    answer = service.ask(method, path, body, by=None)
    assert (answer.status, answer.problem) == (401, "no-token")
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("name", GUARDED)
def test_a_token_that_nobody_made_is_refused(service, name):
    _, _, method, path, body = EXPECTED[name]
    known = service.tokens["admin"]
    for token in ("nobody", known[:-1], known + "A", known.upper(), "x" * 5000, "'; --"):
        answer = service.ask(method, path, body, by=token)
        assert (answer.status, answer.problem) == (401, "bad-token"), token


@pytest.mark.parametrize("name", [name for name in GUARDED if EXPECTED[name][0] != "reader"])
def test_a_role_that_is_too_small_is_refused_and_changes_nothing(service, name):
    role, _, method, path, body = EXPECTED[name]
    before = whole(service)
    for lower in BELOW[str(role)]:
        answer = service.ask(method, path, body, by=lower)
        assert (answer.status, answer.problem) == (403, "forbidden"), lower
    assert whole(service) == before


@pytest.mark.parametrize("name", [name for name in GUARDED if EXPECTED[name][1] in ("pool", "address", "all")])
def test_the_grant_of_another_pool_is_refused_and_changes_nothing(service, name):
    _, _, method, path, body = EXPECTED[name]
    before = whole(service)
    for other in ("other-reader", "other-allocator"):
        answer = service.ask(method, path, body, by=other)
        assert (answer.status, answer.problem) == (403, "forbidden"), other
        assert b"vm1" not in answer.raw
    assert whole(service) == before


@pytest.mark.parametrize(
    "name", [name for name in GUARDED if EXPECTED[name][1] in ("pool", "address") and EXPECTED[name][0] == "reader"]
)
def test_the_grant_of_the_pool_is_enough_to_read(service, name):
    _, _, method, path, body = EXPECTED[name]
    answer = service.ask(method, path, body, by="web-reader")
    assert answer.status in (200, 404) or (name, answer.status) == ("getRangeReport", 422)  # it stands on no lease


def test_lists_show_only_what_is_granted(service):
    assert [one["name"] for one in service.ask("GET", "/v1/pools", by="other-reader").json["items"]] == ["other"]
    shown = service.ask("GET", "/networking/v1/macPools", by="other-reader").json["value"]
    assert [one["resourceId"] for one in shown] == ["other"]
    assert service.ask("GET", "/v1/addresses", by="other-reader").status == 403


def test_an_allocator_of_a_pool_allocates_there_alone(service):
    given = service.ask("POST", "/v1/pools/other/addresses", {"holder": HOLDER}, by="other-allocator")
    assert given.status == 201
    mac = given.json["mac"]
    assert service.ask("DELETE", f"/v1/addresses/{mac}", by="web-allocator").status == 403
    assert service.ask("DELETE", f"/v1/addresses/{mac}", by="other-allocator").status == 200


def test_an_address_of_no_pool_is_for_those_who_have_all(service):
    assert service.ask("GET", "/v1/addresses/02-4D-55-00-00-00", by="web-reader").status == 403
    assert service.ask("GET", "/v1/addresses/02-4D-55-00-00-00", by="reader").json["state"] == "free"


def test_a_header_with_two_tokens_is_no_ones(service):
    with socket.create_connection(("127.0.0.1", service.port), timeout=10) as sock:
        told = f"Authorization: Bearer {service.tokens['admin']}\r\n" * 2
        sock.sendall(f"GET /v1/pools HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{told}\r\n".encode())
        assert b" 401 " in sock.recv(65536)


@pytest.mark.parametrize("scheme", ["Basic", "bearer", "BEARER", "Token"])
def test_the_scheme_is_bearer_in_any_case(service, scheme):
    answer = service.ask("GET", "/v1/pools", by=None, headers={"Authorization": f"{scheme} {service.tokens['admin']}"})
    assert answer.status == (200 if scheme.lower() == "bearer" else 401)


def test_what_stands_in_the_table_for_the_quick_answer_is_never_called():
    described = next(one for one in addresses.OPERATIONS if one.id == "allocate")
    assert described.fast is not None
