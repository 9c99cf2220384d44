"""The service as its callers meet it: the real program, over a socket."""

import base64
import hashlib
import hmac
import json
import socket
import sqlite3
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client.parser import text_string_to_metric_families

from maccord.alloc.records import Holder
from maccord.client import Client
from maccord.client import Refused as ClientRefused
from tests.kit.certificates import made_in
from tests.kit.service import running

FIRST, LAST = "02-4D-00-00-00-00", "02-4D-00-00-FF-FF"
VM = {"kind": "vm-adapter", "id": "vm1/nic0", "host": "HV01"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("service")) as found:
        made_pool(found, "web", FIRST, LAST)
        made_pool(found, "single", "02-4D-15-00-00-00", "02-4D-15-00-00-00")
        made_pool(found, "tagged", "02-4D-12-00-00-00", "02-4D-12-00-00-FF")
        yield found


def made_pool(service, name, first, last, **more):
    pool = {"name": name, "ranges": [{"first": first, "last": last}], **more}
    answer = service.ask("POST", "/v1/pools", pool)
    assert answer.status == 201, answer.raw
    return answer.json


def allocated(service, pool="web", holder=VM, **more):
    answer = service.ask("POST", f"/v1/pools/{pool}/addresses", {"holder": holder, **more}, by="allocator")
    assert answer.status == 201, answer.raw
    return answer.json


def someone(name):
    return {"kind": "vm-adapter", "id": name}


# Allocation


def test_an_address_is_allocated_looked_up_confirmed_and_released(service):
    given = allocated(service, holder=someone("whole-life"))
    mac = given["mac"]
    assert FIRST <= mac <= LAST
    assert given["addresses"] == [{"mac": mac}]
    lease = service.ask("GET", f"/v1/addresses/{mac}", by="reader").json
    assert (lease["mac"], lease["state"], lease["pool"]) == (mac, "held", "web")
    assert lease["holders"][0]["holder"]["id"] == "whole-life"
    assert service.ask("POST", f"/v1/addresses/{mac}/confirm", by="allocator").json["state"] == "in-use"
    released = service.ask("DELETE", f"/v1/addresses/{mac}", by="allocator").json
    assert (released["lease"]["state"], released["holder"]["id"]) == ("resting", "whole-life")
    past = service.ask("GET", f"/v1/addresses/{mac}/history").json["items"]
    assert [(one["mac"], one["state"], one["confirmed_at"] is not None) for one in past] == [
        (mac, "in-use", True),
        (mac, "resting", False),
    ]


def test_the_answer_names_where_the_address_is_found(service):
    answer = service.ask("POST", "/v1/pools/web/addresses", {"holder": someone("located")})
    assert answer.status == 201
    assert service.ask("GET", answer.headers["location"]).json["holders"][0]["holder"]["id"] == "located"


def test_many_addresses_come_in_one_answer(service):
    given = allocated(service, holder=someone("many"), count=300)
    macs = [one["mac"] for one in given["addresses"]]
    assert len(set(macs)) == given["count"] == 300
    assert given["mac"] is None
    assert given["spans"][0][0] == macs[0]


def test_a_retry_with_the_same_key_gets_the_same_address(service):
    body, headers = {"holder": someone("retried")}, {"Idempotency-Key": "once-1"}
    first = service.ask("POST", "/v1/pools/web/addresses", body, headers=headers).json
    again = service.ask("POST", "/v1/pools/web/addresses", body, headers=headers)
    assert again.status == 201
    assert (again.json["mac"], again.json["replayed"], first["replayed"]) == (first["mac"], True, False)


def test_a_key_with_another_request_is_refused(service):
    headers = {"Idempotency-Key": "once-2"}
    service.ask("POST", "/v1/pools/web/addresses", {"holder": someone("one")}, headers=headers)
    other = service.ask("POST", "/v1/pools/web/addresses", {"holder": someone("other")}, headers=headers)
    assert (other.status, other.problem) == (422, "idempotency-key-reused")


def test_a_preview_moves_no_cursor(service):
    seen = [
        service.ask("POST", "/v1/pools/web/addresses", {"holder": VM, "preview": True, "count": 3}) for _ in range(2)
    ]
    assert [one.status for one in seen] == [200, 200]
    assert seen[0].json["addresses"] == seen[1].json["addresses"]
    free = service.ask("GET", f"/v1/addresses/{seen[0].json['addresses'][0]['mac']}").json
    assert free["state"] == "free"


def test_a_refusal_says_who_holds_the_address_and_what_is_free(service):
    mac = allocated(service, holder=someone("owner") | {"host": "HV07"})["mac"]
    refused = service.ask("POST", "/v1/pools/web/addresses", {"holder": someone("late"), "address": mac})
    assert (refused.status, refused.problem) == (409, "address-taken")
    told = refused.json
    assert (told["holders"], told["host"], told["state"]) == (["vm-adapter:owner"], "HV07", "held")
    assert told["since"]
    assert service.ask("GET", f"/v1/addresses/{told['alternative']}").json["state"] == "free"


def test_an_address_with_two_holders_survives_the_release_of_one(service):
    mac = allocated(service, holder=someone("original"))["mac"]
    service.ask("POST", f"/v1/addresses/{mac}/holders", {"kind": "template", "id": "golden"})
    needed = service.ask("DELETE", f"/v1/addresses/{mac}")
    assert (needed.status, needed.problem) == (409, "holder-needed")
    left = service.ask("DELETE", f"/v1/addresses/{mac}?holder=vm-adapter:original").json
    assert left["lease"]["state"] == "held"
    assert service.ask("DELETE", f"/v1/addresses/{mac}?holder=golden").json["lease"]["state"] == "resting"


def test_an_address_of_two_scopes_needs_its_scope(service):
    for scope in ("site-a", "site-b"):
        made_pool(service, scope, "02-4D-11-00-00-00", "02-4D-11-00-00-0F", scope=scope)
        allocated(service, scope, holder=someone(scope), address="02-4D-11-00-00-00")
    asked = service.ask("GET", "/v1/addresses/02-4D-11-00-00-00")
    assert (asked.status, asked.problem) == (409, "scope-needed")
    found = service.ask("GET", "/v1/addresses/02-4D-11-00-00-00?scope=site-b").json
    assert found["holders"][0]["holder"]["id"] == "site-b"


@pytest.mark.parametrize(
    "address", ["01-00-5E-00-00-01", "FF-FF-FF-FF-FF-FF", "00-00-00-00-00-00", "00-00-5E-00-01-05"]
)
def test_no_group_zero_or_protocol_address_is_given(service, address):
    given = service.ask("POST", "/v1/pools/web/addresses", {"holder": VM, "address": address})
    assert given.status == 422
    pool = {"name": "bad", "ranges": [{"first": address, "last": address}]}
    assert service.ask("POST", "/v1/pools", pool).status == 422


def test_64_clients_get_64_addresses_each_once(service):
    with ThreadPoolExecutor(16) as crowd:
        given = list(crowd.map(lambda n: allocated(service, holder=someone(f"crowd-{n}"))["mac"], range(64)))
    assert len(set(given)) == 64


# Pools


def test_ranges_of_one_scope_cannot_overlap(service):
    refused = service.ask("POST", "/v1/pools", {"name": "over", "ranges": [{"first": FIRST, "last": FIRST}]})
    assert (refused.status, refused.problem) == (409, "range-overlap")
    assert refused.json["pool"] == "web"


def test_a_range_may_be_written_as_on_the_command_line(service):
    pool = {
        "name": "short",
        "ranges": ["02-4D-19-00-00-00..02-4D-19-00-00-0F"],
        "excluded": ["02:4d:19:0:0:0..024D19000001"],
    }
    made = service.ask("POST", "/v1/pools", pool).json
    assert made["ranges"][0]["size"] == 16
    assert made["usage"]["excluded"] == 2
    for wrong in ("02-4D-1A-00-00-00", "..", "02-4D-1A-00-00-00..", "x..y"):
        assert service.ask("POST", "/v1/pools", {"name": "wrong", "ranges": [wrong]}).status == 422


def test_a_change_with_an_old_etag_is_refused(service):
    first = service.ask("GET", "/v1/pools/tagged").headers["etag"]
    changed = service.ask("PATCH", "/v1/pools/tagged", {"note": "mine"}, headers={"If-Match": first})
    assert (changed.status, changed.json["pool"]["note"]) == (200, "mine")
    late = service.ask("PATCH", "/v1/pools/tagged", {"note": "lost"}, headers={"If-Match": first})
    assert (late.status, late.problem) == (412, "stale-version")
    assert service.ask("GET", "/v1/pools/tagged").json["note"] == "mine"


def _held(service, name):
    mac = allocated(service, holder=someone(name))["mac"]
    return f"/v1/addresses/{mac}", service.ask("GET", f"/v1/addresses/{mac}").headers["etag"]


@pytest.mark.parametrize(
    ("method", "part", "body"),
    [
        ("DELETE", "", None),
        ("POST", "/confirm", None),
        ("POST", "/holders", {"kind": "snapshot", "id": "s"}),
        ("POST", "/probation", {"reason": "seen twice"}),
        ("POST", "/end-rest", {"reason": "it was a test"}),
    ],
)
def test_a_change_of_an_address_that_was_changed_meanwhile_is_refused(service, method, part, body):
    at, seen = _held(service, f"expected{part}")
    if part == "/end-rest":
        service.ask("DELETE", at)
        seen = service.ask("GET", at).headers["etag"]
    assert service.ask("POST", f"{at}/probation", {"reason": "quicker"}).status == 200
    now = service.ask("GET", at)
    late = service.ask(method, at + part, body, headers={"If-Match": seen})
    assert (late.status, late.problem) == (412, "stale-version")
    assert f'"{late.json["expected"]}.' == seen[: seen.index(".") + 1]
    assert late.json["actual"] == now.json["version"]
    assert service.ask("GET", at).json == now.json
    done = service.ask(method, at + part, body, headers={"If-Match": now.headers["etag"]})
    assert done.status == 200, done.raw
    assert service.ask("GET", at).headers["etag"] != now.headers["etag"]


def test_an_answer_to_a_change_has_the_etag_for_the_next(service):
    at, seen = _held(service, "chained")
    confirmed = service.ask("POST", f"{at}/confirm", headers={"If-Match": seen})
    assert confirmed.headers["etag"] == service.ask("GET", at).headers["etag"] != seen
    shared = service.ask("POST", f"{at}/holders", someone("other"), headers={"If-Match": confirmed.headers["etag"]})
    assert shared.status == 200
    let_go = service.ask("DELETE", f"{at}?holder=other", headers={"If-Match": shared.headers["etag"]})
    assert let_go.json["holder"]["id"] == "other"


@pytest.mark.parametrize("wrong", ["1", '"x"', 'W/"1"', '"1", "2"', '"-1"', '"\u0661"', '"' + "9" * 40 + '"'])
def test_an_if_match_that_is_no_etag_is_refused_and_changes_nothing(service, wrong):
    at, seen = _held(service, "unreadable")
    refused = service.ask("POST", f"{at}/confirm", headers={"If-Match": wrong.encode().decode("latin-1")})
    assert (refused.status, refused.problem) == (400, "unreadable")
    assert service.ask("GET", at).headers["etag"] == seen
    assert service.ask("POST", f"{at}/confirm", headers={"If-Match": "*"}).status == 200


def test_the_etag_of_an_address_that_nobody_has_changes_when_it_is_excluded(service):
    mac = "02-4D-12-00-00-F0"
    seen = service.ask("GET", f"/v1/addresses/{mac}").headers["etag"]
    assert service.ask("GET", f"/v1/addresses/{mac}", headers={"If-None-Match": seen}).status == 304
    service.ask("POST", "/v1/pools/tagged/exclusions", {"first": mac, "last": mac, "reason": "printed on a label"})
    again = service.ask("GET", f"/v1/addresses/{mac}", headers={"If-None-Match": seen})
    assert (again.status, again.json["state"]) == (200, "excluded")


def test_the_client_expects_what_it_saw(service):
    with Client(service.url, token=service.tokens["admin"]) as client:
        lease = client.look_up(allocated(service, holder=someone("by-client"))["mac"])
        mac, old = lease.address, lease.version
        lease = client.confirm(mac, expect=old)
        for change in (
            lambda: client.confirm(mac, expect=old),
            lambda: client.share(mac, Holder("snapshot", "s"), expect=old),
            lambda: client.release(mac, expect=old),
            lambda: client.probation(mac, reason="seen", expect=old),
            lambda: client.end_rest(mac, reason="seen", expect=old),
        ):
            with pytest.raises(ClientRefused) as refused:
                change()
            assert (refused.value.status, refused.value.slug) == (412, "stale-version")
        released = client.release(mac, expect=lease.version).lease
        assert client.end_rest(mac, reason="seen", expect=released.version).version == 0


def test_what_has_not_changed_is_not_sent_again(service):
    etag = service.ask("GET", "/v1/pools/tagged").headers["etag"]
    again = service.ask("GET", "/v1/pools/tagged", headers={"If-None-Match": etag})
    assert (again.status, again.raw) == (304, b"")
    allocated(service, "tagged")
    assert service.ask("GET", "/v1/pools/tagged", headers={"If-None-Match": etag}).status == 200


def test_a_range_moved_away_tells_what_it_strands(service):
    made_pool(service, "moving", "02-4D-13-00-00-00", "02-4D-13-00-00-0F")
    mac = allocated(service, "moving", holder=someone("stranded"))["mac"]
    new = [{"first": "02-4D-14-00-00-00", "last": "02-4D-14-00-00-0F"}]
    seen = service.ask("PATCH", "/v1/pools/moving", {"ranges": new, "preview": True}).json["stranded"]
    assert (seen["count"], seen["leases"][0]["mac"]) == (1, mac)
    assert service.ask("PATCH", "/v1/pools/moving", {"ranges": new}).problem == "pool-in-use"


def test_a_pool_of_one_address_works_and_says_when_it_is_full(service):
    assert allocated(service, "single", holder=someone("only"))["mac"] == "02-4D-15-00-00-00"
    full = service.ask("POST", "/v1/pools/single/addresses", {"holder": someone("next")})
    assert (full.status, full.problem, full.json["size"]) == (409, "pool-exhausted", 1)


def test_lists_come_in_pages_that_link_on(service):
    made_pool(service, "listed", "02-4D-16-00-00-00", "02-4D-16-00-00-FF")
    allocated(service, "listed", holder=someone("listed"), count=25)
    path, found = "/v1/pools/listed/addresses?limit=10", []
    while path:
        answer = service.ask("GET", path)
        found += [one["mac"] for one in answer.json["items"]]
        link = answer.headers.get("link", "")
        assert bool(link) == bool(answer.json["next"])
        path = link.partition("<")[2].partition(">")[0]
    assert found == sorted(found)
    assert len(set(found)) == 25


def test_a_made_up_cursor_is_refused(service):
    for cursor in ("x", "AAAA", "WyJwb29scyIsMV0"):
        assert service.ask("GET", f"/v1/pools?after={cursor}").status == 422


def test_a_host_gets_a_range_with_the_command_that_installs_it(service):
    made_pool(service, "hosts", "02-4D-17-00-00-00", "02-4D-17-00-FF-FF")
    carved = service.ask("POST", "/v1/pools/hosts/blocks", {"host": "HV01", "size": 256, "align": 256})
    block = carved.json
    assert carved.status == 201
    assert "Set-VMHost" in block["install"]
    assert service.ask("GET", carved.headers["location"]).json == block
    assert [one["id"] for one in service.ask("GET", "/v1/pools/hosts/blocks?host=HV01").json["items"]] == [block["id"]]
    assert service.ask("DELETE", f"/v1/pools/web/blocks/{block['id']}").problem == "no-such-block"
    assert service.ask("DELETE", f"/v1/pools/hosts/blocks/{block['id']}").status == 200


def test_pools_look_like_those_of_a_network_controller(service):
    value = service.ask("GET", "/networking/v1/macPools", by="reader").json["value"]
    found = next(one for one in value if one["resourceId"] == "single")
    assert found["resourceRef"] == "/macPools/single"
    assert found["properties"]["startMacAddress"] == "02-4D-15-00-00-00"
    usage = found["properties"]["usage"]
    assert usage["numberOfMacAddresses"] == 1
    assert usage["numberofMacAddressesAllocated"] in (0, 1)
    assert service.ask("GET", "/networking/v1/macPools/single").json == found


def test_a_pool_of_two_ranges_appears_as_two_of_a_network_controller(service):
    ranges = [{"first": f"02-4D-18-00-0{n}-00", "last": f"02-4D-18-00-0{n}-0F"} for n in (1, 2)]
    assert service.ask("POST", "/v1/pools", {"name": "two_1", "ranges": ranges}).status == 201
    allocated(service, "two_1", holder=someone("second"), address="02-4D-18-00-02-05")
    value = service.ask("GET", "/networking/v1/macPools").json["value"]
    mine = [one for one in value if one["resourceId"].startswith("two_1_")]
    assert [one["properties"]["usage"]["numberofMacAddressesAllocated"] for one in mine] == [0, 1]
    assert service.ask("GET", f"/networking/v1/macPools/{mine[1]['resourceId']}").json == mine[1]


# Evidence


def test_adoption_takes_all_rows_or_none(service):
    rows = [{"mac": f"02-4D-20-00-00-0{n}", "holder": someone(f"old-{n}")} for n in range(3)]
    assert service.ask("POST", "/v1/adoptions", {"rows": rows}).json["added"] == 3
    clash = [{"mac": "02-4D-20-00-00-09", "holder": someone("new")}, {"mac": rows[0]["mac"], "holder": someone("twin")}]
    refused = service.ask("POST", "/v1/adoptions", {"rows": clash})
    assert (refused.status, refused.problem, refused.json["total"]) == (409, "adoption-conflicts", 1)
    assert service.ask("GET", "/v1/addresses/02-4D-20-00-00-09").json["state"] == "free"


def test_preflight_says_which_adapters_may_start(service):
    mac = allocated(service, holder=someone("running"))["mac"]
    asked = [{"mac": mac, "holder": someone("running")}, {"mac": mac, "holder": someone("copy")}]
    answer = service.ask("POST", "/v1/preflight", {"adapters": asked}, by="reader").json
    assert [one["allowed"] for one in answer["verdicts"]] == [True, False]
    assert not answer["allowed"]
    assert answer["verdicts"][1]["problem"]["type"].startswith("urn:maccord:problem:")


def test_preflight_does_not_tell_of_pools_that_are_not_granted(service):
    mac = allocated(service, holder=someone("secret-owner") | {"host": "SECRET01"})["mac"]
    service.token("single-only", "reader", "single")
    asked = {"adapters": [{"mac": mac, "holder": someone("copy")}]}
    answer = service.ask("POST", "/v1/preflight", asked, by="single-only")
    assert not answer.json["allowed"]
    assert b"secret-owner" not in answer.raw
    assert b"SECRET01" not in answer.raw


# Audit


def test_every_change_is_in_the_audit_with_who_and_from_where(service):
    answer = service.ask("POST", "/v1/pools/web/addresses", {"holder": someone("audited")}, by="allocator")
    newest = service.ask("GET", "/v1/audit?newest_first=true&action=allocate&limit=1", by="reader").json["items"][0]
    assert newest["actor"] == "token:allocator"
    assert newest["origin"] == f"127.0.0.1 {answer.headers['x-request-id']}"
    assert "audited" in json.dumps(newest["details"])
    verdict = service.ask("GET", "/v1/audit/verification").json
    assert verdict["faults"] == []


# Running


def test_health_needs_no_token_and_metrics_do(service):
    assert service.ask("GET", "/healthz", by=None).json == {"status": "ok"}
    assert service.ask("GET", "/readyz", by=None).json == {"status": "ok"}
    assert service.ask("GET", "/metrics", by=None).status == 401


def test_metrics_are_what_prometheus_reads(service):
    mac = allocated(service, holder=someone("counted"))["mac"]
    service.ask("GET", f"/v1/addresses/{mac}")
    service.ask("GET", "/v1/pools/none")
    answer = service.ask("GET", "/metrics", by="reader")
    found = {one.name: one for one in text_string_to_metric_families(answer.raw.decode())}
    fill = {sample.labels["state"]: sample.value for sample in found["maccord_pool_addresses"].samples
            if sample.labels["pool"] == "web"}  # fmt: skip
    size = next(one.value for one in found["maccord_pool_addresses_max"].samples if one.labels["pool"] == "web")
    assert sum(fill.values()) == size == 65536
    ranges = {one.labels["state"]: one.value for one in found["maccord_range_addresses"].samples
              if (one.labels["pool"], one.labels["range"]) == ("web", FIRST)}  # fmt: skip
    assert sum(ranges.values()) == size
    assert ranges["taken"] >= 1
    assert any(one.labels["scope"] == "global" for one in found["maccord_scope_addresses"].samples)
    assert "maccord_pool_days_to_full" in found
    assert any(one.labels == {"pool": "web"} and one.value > 0 for one in found["maccord_allocations"].samples)
    assert any(one.labels["problem"] == "no-such-pool" for one in found["maccord_refusals"].samples)
    routes = {one.labels.get("route") for one in found["maccord_http_requests"].samples}
    assert "/v1/addresses/{mac}" in routes
    assert not any("02-4D" in str(route) for route in routes)
    assert found["maccord_http_request_seconds"].type == "histogram"


def test_a_request_keeps_the_id_it_came_with(service):
    assert service.ask("GET", "/healthz", headers={"X-Request-Id": "abc-1"}).headers["x-request-id"] == "abc-1"
    for wrong in ("a b", "x" * 65, "é", "a;b"):
        answer = service.ask("GET", "/healthz", headers={"X-Request-Id": wrong.encode("latin-1")})
        assert answer.headers["x-request-id"] != wrong


def test_the_log_is_json_and_holds_no_token(service):
    mac = allocated(service, holder=someone("logged"))["mac"]
    service.ask("GET", f"/v1/addresses/{mac}?holder=secret-in-query")
    assert service.ask("GET", "/v1/pools/x%0Ay").status == 404
    deadline = time.monotonic() + 5
    while not any(mac in str(line.get("path")) for line in service.log) and time.monotonic() < deadline:
        time.sleep(0.02)
    whole = json.dumps(service.log)
    assert not any(line["event"] in ("no-json", "our-fault") for line in service.log), whole[:500]
    assert not any(token in whole for token in service.tokens.values())
    assert "secret-in-query" not in whole


def test_tokens_are_unreadable_in_the_database_and_in_exports(service):
    service.ask("GET", "/v1/pools")
    export = service.ask("GET", "/v1/export")
    assert export.headers["content-type"] == "application/x-ndjson"
    rows = [json.loads(line) for line in export.raw.splitlines()]
    assert len(rows) > 10
    files = b"".join(path.read_bytes() for path in service.folder.glob("authority.db*"))
    for token in service.tokens.values():
        assert token.encode() not in files
        assert token.partition("_")[2].encode() not in files
        assert token.encode() not in export.raw


def test_the_document_is_served_and_names_every_operation(service):
    document = service.ask("GET", "/openapi.json", by="reader").json
    assert document["openapi"].startswith("3.1")
    assert "post" in document["paths"]["/v1/pools/{pool}/addresses"]
    kept = Path(__file__).parents[3] / "docs" / "openapi.json"
    assert document == json.loads(kept.read_text(encoding="utf-8"))


# Limits


def connected(service):
    return socket.create_connection(("127.0.0.1", service.port), timeout=10)


def answered(sock):
    found = b""
    while part := sock.recv(65536):
        found += part
    return found


def test_a_body_of_a_gigabyte_is_refused_before_it_is_sent(service):
    connection = HTTPConnection("127.0.0.1", service.port, timeout=10)
    headers = {
        "Authorization": f"Bearer {service.tokens['allocator']}", "Content-Type": "application/json",
        "Content-Length": str(2**30),
    }  # fmt: skip
    connection.putrequest("POST", "/v1/pools/web/addresses")
    for name, value in headers.items():
        connection.putheader(name, value)
    connection.endheaders()
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["type"]) == (413, "urn:maccord:problem:body-too-large")
    connection.close()


@pytest.mark.parametrize(
    ("path", "token"),
    [("/v1/pools/web/addresses", "admin"), ("/v1/import", "admin"), ("/v1/adoptions", None), ("/healthz", None)],
)
def test_a_gigabyte_in_chunks_is_cut_off(service, path, token):
    with connected(service) as sock:
        head = f"POST {path} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n"
        head += f"Authorization: Bearer {service.tokens[token]}\r\n" if token else ""
        sock.sendall(head.encode() + b"\r\n")
        chunk, sent = b"100000\r\n" + b" " * 0x100000 + b"\r\n", 0
        try:
            while sent < 1024:
                sock.sendall(chunk)
                sent += 1
        except (ConnectionError, TimeoutError):
            pass
        assert sent < 200  # 64 MB for imports, and what the socket's buffers take
    assert service.ask("GET", "/healthz", by=None).status == 200


def test_a_client_that_sends_it_all_at_once_still_gets_the_answer(service):
    answer = service.ask("POST", "/v1/pools/web/addresses", raw=b" " * (8 * 2**20), body={})
    assert (answer.status, answer.problem) == (413, "body-too-large")


def test_headers_without_end_are_refused(service):
    with connected(service) as sock:
        sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")
        try:
            for _ in range(64):
                sock.sendall(b"X-Long: " + b"a" * 4096 + b"\r\n")
            found = answered(sock)
        except ConnectionError:
            return
    assert b" 431 " in found
    assert b"urn:maccord:problem:headers-too-large" in found


@pytest.mark.parametrize(
    "request_",
    [b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n", b"\x00" * 100],
)
def test_what_is_no_http_is_answered_with_a_problem(service, request_):
    with connected(service) as sock:
        sock.sendall(request_)
        assert b"urn:maccord:problem:unreadable" in answered(sock)


def test_two_lengths_are_refused(service):
    with connected(service) as sock:
        sock.sendall(b"POST /v1/pools HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello")
        assert b" 400 " in answered(sock)


# Injection


HOSTILE = [
    "'; DROP TABLE lease; --",
    '" OR 1=1',
    "%00",
    "../../etc/passwd",
    "%2e%2e%2fetc",
    "a\u202eb",
    "x" * 300,
    "💥",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_data_everywhere(service, text):
    part = quote(text, safe="")
    for path in (f"/v1/pools/{part}", f"/v1/addresses/{part}", f"/v1/addresses?holder={part}",
                 f"/v1/pools?after={part}",
                 f"/v1/addresses/02-4D-00-00-00-00?scope={part}", f"/networking/v1/macPools/{part}",
                 f"/v1/audit?subject={part}", f"/v1/pools/web/blocks/{part}"):  # fmt: skip
        answer = service.ask("GET", path)
        assert answer.status in (200, 404, 422), (path, answer.raw)
    answer = service.ask("POST", "/v1/pools/web/addresses", {"holder": {"kind": "vm-adapter", "id": text}})
    assert answer.status in (201, 422), answer.raw
    assert service.ask("GET", "/v1/pools/web").status == 200


def test_a_key_cannot_split_headers(service):
    with connected(service) as sock:
        body = b'{"holder":{"kind":"vm-adapter","id":"a"}}'
        head = b"POST /v1/pools/web/addresses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        head += b"Connection: close\r\n"
        head += b"Authorization: Bearer " + service.tokens["allocator"].encode() + b"\r\n"
        sock.sendall(head + b"Idempotency-Key: a\tb\r\nContent-Length: %d\r\n\r\n" % len(body) + body)
        assert b" 400 " in answered(sock)


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400), (b"{", 400), (b"[]", 422), (b"null", 422),
        (b'{"holder":{"kind":"vm","id":"a"},"count":1e999}', 422),
        (b'{"holder":{"kind":"vm","id":"a"},"count":99999999999999999999}', 422), (b"\xff\xfe", 400),
        (b'{"holder":{"kind":"vm","id":"\\u0000"}}', 422), (b'{"holder":{"kind":"vm","id":"\\ud800"}}', 400),
        (b"[" * 100_000, 422), (b'{"holder":' * 50_000, 422), (b'{"holder":{"kind":"vm","id":"a"},"more":1}', 422),
    ],
)  # fmt: skip
def test_a_bad_body_is_refused_and_not_our_fault(service, raw, status):
    answer = service.ask("POST", "/v1/pools/web/addresses", {}, raw=raw)
    assert answer.status in {status, 400, 422}, answer.raw
    assert answer.problem in ("unreadable", "bad-request")


def test_a_body_that_is_not_json_by_its_own_word_is_refused(service):
    answer = service.ask("POST", "/v1/pools", raw=b"name=x", headers={"content-type": "text/plain"})
    assert (answer.status, answer.problem) == (415, "unsupported-media-type")


# On its own


def test_it_stops_in_order_and_starts_where_it_stopped(tmp_path):
    with running(tmp_path) as first:
        made_pool(first, "web", FIRST, LAST)
        given = [allocated(first, holder=someone(f"vm{n}"))["mac"] for n in range(20)]
        assert first.stop() == 0
    with running(tmp_path, roles=False) as second:
        second.tokens = first.tokens
        found = [one["mac"] for one in second.ask("GET", "/v1/addresses?limit=100").json["items"]]
        assert found == sorted(given)
        assert allocated(second, holder=someone("after"))["mac"] not in given


def test_what_was_acknowledged_survives_a_kill(tmp_path):
    given = {}
    with running(tmp_path) as first:
        made_pool(first, "web", FIRST, LAST)

        def hammer(client):
            for number in range(10_000):
                name = f"{client}-{number}"
                try:
                    given[allocated(first, holder=someone(name))["mac"]] = name
                except (OSError, ConnectionError):
                    return

        with ThreadPoolExecutor(8) as crowd:
            for client in range(8):
                crowd.submit(hammer, client)
            time.sleep(1)
            first.process.kill()
    assert len(given) > 20
    with running(tmp_path, roles=False) as second:
        second.tokens = first.tokens
        for mac, name in given.items():
            lease = second.ask("GET", f"/v1/addresses/{mac}").json
            assert lease["holders"][0]["holder"]["id"] == name
        assert allocated(second, holder=someone("after"))["mac"] not in given


def test_requests_in_flight_are_finished_when_it_is_told_to_stop(tmp_path):
    with running(tmp_path) as service:
        made_pool(service, "web", FIRST, LAST)
        raw = json.dumps({"holder": VM}).encode()
        with connected(service) as sock:
            head = b"POST /v1/pools/web/addresses HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            head += b"Authorization: Bearer " + service.tokens["allocator"].encode()
            sock.sendall(head + b"\r\nContent-Length: %d\r\n\r\n" % len(raw) + raw[:5])
            time.sleep(0.3)
            service.process.terminate()
            time.sleep(0.5)
            with pytest.raises(OSError, match="refused"):
                connected(service)
            sock.sendall(raw[5:])
            assert b" 201 " in answered(sock)
        assert service.process.wait(20) == 0


def test_a_revoked_token_ends_within_two_seconds(service):
    service.token("short", "reader")
    assert service.ask("GET", "/v1/pools", by="short").status == 200
    assert service.ask("DELETE", "/v1/tokens/short").status == 200
    deadline = time.monotonic() + 2
    while (answer := service.ask("GET", "/v1/pools", by="short")).status == 200:
        assert time.monotonic() < deadline
    assert (answer.status, answer.problem) == (401, "bad-token")
    assert "Bearer" in answer.headers["www-authenticate"]


def test_tls_by_two_files(tmp_path):
    files = made_in(tmp_path)
    with running(tmp_path, "--tls-certificate", str(files.server), "--tls-key", str(files.key), roles=False) as service:
        assert service.url.startswith("https://")
        context = ssl.create_default_context(cafile=str(files.authority))
        raw = socket.create_connection(("127.0.0.1", service.port), timeout=10)
        with context.wrap_socket(raw, server_hostname="localhost") as sock:
            assert sock.version() in ("TLSv1.2", "TLSv1.3")
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            assert b'{"status":"ok"}' in answered(sock)
        with connected(service) as sock:
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" not in (sock.recv(1000) or b"")


def test_a_webhook_tells_when_a_pool_is_exhausted(tmp_path):
    heard = []
    failed = threading.Event()

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            first = not failed.is_set()
            failed.set()
            self.send_response(500 if first else 204)  # the first try fails, and is made again
            self.end_headers()
            if not first:
                heard.append((dict(self.headers), body))

        def log_message(self, *_):
            """Keep quiet."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}/hook?key=hidden"
    secret = {"MACCORD_WEBHOOK_SECRET": "s3cret"}
    try:
        with running(tmp_path, "--webhook", url, env=secret) as service:
            made_pool(service, "tiny", FIRST, FIRST)
            much = service.ask("POST", "/v1/pools/tiny/addresses", {"holder": someone("much"), "count": 2})
            assert much.problem == "pool-exhausted"  # which is no reason to wake somebody
            allocated(service, "tiny", holder=someone("one"))
            for _ in range(3):
                service.ask("POST", "/v1/pools/tiny/addresses", {"holder": someone("two")})
            deadline = time.monotonic() + 10
            while not any(b"pool-exhausted" in body for _, body in heard) and time.monotonic() < deadline:
                time.sleep(0.05)
        told = [(headers, body) for headers, body in heard if b"pool-exhausted" in body]
        assert len(told) == 1
        headers = {name.lower(): value for name, value in told[0][0].items()}
        body = told[0][1]
        assert json.loads(body)["data"] == {
            "pool": "tiny",
            "size": 1,
            "wanted": 1,
            "free": 0,
            "resting": 0,
            "nextFreeAt": None,
        }
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        right = base64.b64encode(hmac.new(b"s3cret", signed, hashlib.sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{right}"
        assert "hidden" not in json.dumps(service.log)
    finally:
        server.shutdown()
        server.server_close()


def test_an_export_fills_an_empty_store(service, tmp_path):
    whole = service.ask("GET", "/v1/export").raw
    with running(tmp_path) as other:
        refused = other.ask("POST", "/v1/import", raw=whole, headers={"content-type": "application/x-ndjson"})
        assert refused.status in (200, 422), refused.raw


def test_the_store_of_a_service_is_readable_by_nobody_else(tmp_path):
    with running(tmp_path, roles=False) as service:
        assert service.ask("GET", "/readyz", by=None).status == 200
        assert (tmp_path / "authority.db").stat().st_mode & 0o077 == 0
        assert sqlite3.connect(tmp_path / "authority.db").execute("SELECT 1").fetchone() == (1,)
