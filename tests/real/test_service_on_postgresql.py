"""Two processes of the service on one PostgreSQL: one authority, whichever is asked and whichever dies."""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from tests.kit.postgres import Server, programs
from tests.kit.service import running

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(programs() is None, reason="no PostgreSQL server (apt-get install postgresql)"),
]


@pytest.fixture(scope="module")
def postgres():
    server = Server()
    yield server
    server.stop()


def holder(name):
    return {"holder": {"kind": "vm-adapter", "id": name}}


def test_two_processes_give_no_address_twice_although_one_is_killed(postgres, tmp_path):
    url = postgres.url()
    with ExitStack() as stack:
        first = stack.enter_context(running(tmp_path, store=url))
        second = stack.enter_context(running(tmp_path, store=url, roles=False))
        second.tokens = first.tokens
        pool = {"name": "web", "ranges": [{"first": "02-4D-00-00-00-00", "last": "02-4D-00-0F-FF-FF"}]}
        assert first.ask("POST", "/v1/pools", pool).status == 201
        given = {}

        def hammer(client):
            service = (first, second)[client % 2]
            for number in range(100_000):
                name = f"{client}-{number}"
                try:
                    answer = service.ask("POST", "/v1/pools/web/addresses", holder(name))
                except OSError:
                    return
                assert answer.status == 201, answer.raw
                mac = answer.json["mac"]
                assert mac not in given
                given[mac] = name
                if time.monotonic() > until:
                    return

        until = time.monotonic() + 4
        with ThreadPoolExecutor(8) as crowd:
            clients = [crowd.submit(hammer, number) for number in range(8)]
            time.sleep(2)
            first.process.kill()
        for one in clients:
            one.result()
        assert len(given) > 50
        leases: dict[str, str] = {}
        path = "/v1/addresses?pool=web&limit=1000"
        while path:
            answer = second.ask("GET", path)
            leases |= {one["mac"]: one["holders"][0]["holder"]["id"] for one in answer.json["items"]}
            path = answer.headers.get("link", "").partition("<")[2].partition(">")[0]
        assert leases.items() >= given.items()
        assert second.ask("GET", "/v1/audit/verification").json["faults"] == []


def test_a_retry_at_the_other_process_gets_the_same_address(postgres, tmp_path):
    url = postgres.url()
    with running(tmp_path, store=url) as first, running(tmp_path, store=url, roles=False) as second:
        second.tokens = first.tokens
        pool = {"name": "web", "ranges": [{"first": "02-4D-00-00-00-00", "last": "02-4D-00-00-FF-FF"}]}
        assert first.ask("POST", "/v1/pools", pool).status == 201
        key = {"Idempotency-Key": "build-1"}
        one = first.ask("POST", "/v1/pools/web/addresses", holder("vm1"), headers=key)
        other = second.ask("POST", "/v1/pools/web/addresses", holder("vm1"), headers=key)
        assert (other.status, other.json["mac"]) == (201, one.json["mac"])
        assert first.ask("DELETE", "/v1/tokens/reader").status == 200
        deadline = time.monotonic() + 3
        while second.ask("GET", "/v1/pools", by="reader").status == 200:
            assert time.monotonic() < deadline


def test_a_database_that_is_gone_is_said_and_comes_back(postgres, tmp_path):
    with running(tmp_path, store=postgres.url()) as service:
        pool = {"name": "web", "ranges": [{"first": "02-4D-00-00-00-00", "last": "02-4D-00-00-FF-FF"}]}
        assert service.ask("POST", "/v1/pools", pool).status == 201
        assert service.ask("POST", "/v1/pools/web/addresses", holder("before")).status == 201
        postgres.kill()
        assert service.ask("GET", "/healthz", by=None).status == 200
        gone = service.ask("POST", "/v1/pools/web/addresses", holder("meanwhile"), headers={"Idempotency-Key": "k"})
        assert gone.status == 503
        assert "retry-after" in gone.headers
        assert service.ask("GET", "/readyz", by=None).status == 503
        postgres.start()
        deadline = time.monotonic() + 20
        while service.ask("GET", "/readyz", by=None).status != 200:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        again = service.ask("POST", "/v1/pools/web/addresses", holder("meanwhile"), headers={"Idempotency-Key": "k"})
        assert again.status == 201
        assert not any(line["event"] == "our-fault" for line in service.log), service.log
