"""Groups over the wire: paths in the query, grants, ETags, and a webhook's worth of facts when they are exhausted."""

from urllib.parse import quote

import pytest

from tests.kit.service import running

HOLDER = {"kind": "vm-adapter", "id": "vm1"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with running(tmp_path_factory.mktemp("groups")) as found:
        for number, name in enumerate(("web", "other", "tiny")):
            first, last = f"02-4D-00-{number:02X}-00-00", f"02-4D-00-{number:02X}-00-{'00' if name == 'tiny' else 'FF'}"
            body = {"name": name, "ranges": [{"first": first, "last": last}]}
            assert found.ask("POST", "/v1/pools", body).status == 201
        found.token("only-other", "allocator", "other")
        found.token("only-tiny", "allocator", "tiny")
        yield found


def put(service, path, *pools, **headers):
    where = f"/v1/group?path={quote(path, safe='')}"
    return service.ask("PUT", where, {"pools": pools}, headers={k.replace("_", "-"): v for k, v in headers.items()})


def test_a_group_is_made_changed_shown_and_removed_with_its_etag(service):
    made = put(service, "emea/ams1", "web", if_match='"0"')
    assert (made.status, made.json["pools"], made.json["inherit"]) == (200, ["web"], True)
    assert put(service, "emea/ams1", if_match='"0"').problem == "stale-version"
    where = "/v1/group?path=EMEA%2Fams1"
    shown = service.ask("GET", where, by="reader")
    assert (shown.json, shown.headers["etag"]) == (made.json, made.headers["etag"])
    assert service.ask("GET", where, headers={"if-none-match": shown.headers["etag"]}).status == 304
    listed = service.ask("GET", "/v1/groups?under=emea", by="reader").json
    assert [one["path"] for one in listed["items"]] == ["emea/ams1"]
    assert service.ask("DELETE", where, headers={"if-match": '"77"'}).problem == "stale-version"
    assert service.ask("DELETE", where, headers={"if-match": shown.headers["etag"]}).status == 204
    assert service.ask("GET", where).problem == "no-such-group"


def test_the_etag_of_a_pool_changes_with_the_groups_that_it_is_bound_to(service):
    before = service.ask("GET", "/v1/pools/web")
    put(service, "tagged", "web")
    after = service.ask("GET", "/v1/pools/web")
    assert (before.json["groups"], after.json["groups"]) == ([], ["tagged"])
    assert before.headers["etag"] != after.headers["etag"]
    assert service.ask("DELETE", "/v1/pools/web").problem == "pool-bound"
    service.ask("DELETE", "/v1/group?path=tagged")


def test_a_path_is_given_addresses_of_the_pool_that_is_granted(service):
    put(service, "/", "tiny", "web", "other")
    asked = {"group": "emea/ams1/hv01", "holder": HOLDER}
    key = {"idempotency-key": "k1"}
    given = service.ask("POST", "/v1/groups/allocations", asked, by="only-other", headers=key)
    assert (given.status, given.json["pool"]) == (201, "other")
    put(service, "/", "web")
    again = service.ask("POST", "/v1/groups/allocations", asked, by="only-other", headers=key)
    assert (again.json["mac"], again.json["replayed"]) == (given.json["mac"], True)
    refused = service.ask("POST", "/v1/groups/allocations", asked, by="only-other")
    assert (refused.status, refused.problem) == (403, "group-not-granted")
    told = service.ask("GET", "/v1/group/explanation?path=emea/ams1&count=2", by="only-other").json
    assert (told["pool"], [one["standing"] for one in told["candidates"]]) == (None, ["not-granted"])
    assert told["candidates"][0]["available"] is None


def test_an_exhausted_group_names_each_pool_and_why(service):
    put(service, "edge", "tiny")
    service.ask("DELETE", "/v1/group?path=/")
    asked = {"group": "edge/hv01", "holder": HOLDER, "count": 2}
    refused = service.ask("POST", "/v1/groups/allocations", asked, by="allocator")
    assert (refused.status, refused.problem) == (409, "group-exhausted")
    assert refused.json["candidates"] == [{"pool": "tiny", "why": "1 of 1 are free"}]
    missing = service.ask("POST", "/v1/groups/allocations", {**asked, "group": "elsewhere"}, by="allocator")
    assert (missing.status, missing.problem) == (404, "no-pool-for-group")
    assert any(line["event"] == "group-exhausted" and line["group"] == "edge/hv01" for line in service.log)


@pytest.mark.parametrize("path", ["", "a//b", "..", "a%0A", "%00", "a%20b"])
def test_what_is_no_path_is_refused(service, path):
    answer = service.ask("PUT", f"/v1/group?path={path}", {"pools": []})
    assert (answer.status, answer.problem) in ((422, "bad-request"), (400, "unreadable"))


def test_ranges_of_a_pool_have_places_and_weights(service):
    ranges = [
        {"first": "02-4D-20-00-00-00", "last": "02-4D-20-00-00-0F", "place": 1},
        {"first": "02-4D-21-00-00-00", "last": "02-4D-21-00-00-0F", "weight": 5},
    ]
    made = service.ask("POST", "/v1/pools", {"name": "ordered", "ranges": ranges})
    assert [(one["place"], one["weight"]) for one in made.json["ranges"]] == [(1, 1), (0, 5)]
    given = service.ask("POST", "/v1/pools/ordered/addresses", {"holder": HOLDER}, by="allocator").json
    assert given["mac"].startswith("02-4D-21")
    for wrong in ({"place": -1}, {"weight": 0}, {"place": 1001}, {"weight": "3"}):
        answer = service.ask("PATCH", "/v1/pools/ordered", {"ranges": [{**ranges[0], **wrong}]})
        assert (answer.status, answer.problem) == (422, "bad-request")
    span = {"first": "02-4D-21-00-00-00", "last": "02-4D-21-00-00-00", "place": 1}
    assert service.ask("POST", "/v1/pools/ordered/inclusions", span).status == 422
