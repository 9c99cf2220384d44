"""What a service does when it is asked too slowly, too much at once, or when it is wrong itself."""

import asyncio
import json
import socket
import time

import pytest

from maccord.alloc.records import Token
from maccord.cli.main import run
from maccord.serve.door import Door
from maccord.serve.guard import Guard
from maccord.serve.logs import Log
from maccord.serve.metrics import Metrics
from maccord.serve.settings import BadService, Settings
from maccord.wiring import clock
from tests.kit.service import hosted


def at(url):
    return socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=10)


def answered(sock):
    found = b""
    while part := sock.recv(65536):
        found += part
    return found


@pytest.mark.parametrize(
    "begun",
    [
        b"GET /healthz HTTP/1.1\r\nHost:",
        b"POST /v1/preflight HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer TOKEN\r\nContent-Length: 10\r\n\r\n{",
    ],
)
def test_a_request_that_does_not_arrive_is_given_up(tmp_path, begun):
    with hosted(tmp_path, Settings(port=0, request_s=0.3)) as (url, token), at(url) as sock:
        sock.sendall(begun.replace(b"TOKEN", token.encode()))
        began = time.monotonic()
        assert b"urn:maccord:problem:request-timeout" in answered(sock)
        assert 0.2 < time.monotonic() - began < 5


def test_a_connection_that_asks_nothing_is_closed(tmp_path):
    with hosted(tmp_path, Settings(port=0, request_s=0.3)) as (url, _), at(url) as sock:
        assert answered(sock) == b""


def test_a_connection_beyond_the_limit_is_told_so(tmp_path):
    with hosted(tmp_path, Settings(port=0, requests_max=2)) as (url, _), at(url) as one, at(url) as two:
        for sock in (one, two):  # both were taken before the third comes
            sock.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b" 200 " in sock.recv(65536)
        with at(url) as third:
            found = answered(third)
    assert b" 503 " in found
    assert b"urn:maccord:problem:unavailable" in found


class Recorded:
    """A stream that keeps what is written."""

    def __init__(self):
        self.raw = b""

    def write(self, raw):
        self.raw += raw

    def flush(self):
        """Keep all."""


def visited(app, stream, **settings):
    """Send one request through a door; return the status and the body of its answer."""
    token = Token(name="t", role="admin", pools=("*",), created_at=clock())
    metrics = Metrics(lambda: (), lambda: None)  # type: ignore[arg-type,return-value] # not asked here
    guard = Guard(lambda _: token, trust_s=1)
    log = Log(stream, clock)
    door = Door(app, settings=Settings(**settings), guard=guard, metrics=metrics, log=log, bulk=frozenset())
    scope = {
        "type": "http", "method": "GET", "path": "/v1/pools", "client": ("192.0.2.1", 1), "query_string": b"",
        "headers": [(b"authorization", b"Bearer x")],
    }  # fmt: skip
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request", "body": b"", "more_body": False}

    async def go():
        await door(scope, receive, send)
        log.flush()

    asyncio.run(go())
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_what_is_our_fault_is_logged_under_the_id_and_not_told():
    async def broken(_scope, _receive, _send):
        raise RuntimeError("a secret of the inside")

    stream = Recorded()
    status, told = visited(broken, stream)
    assert (status, told["type"]) == (500, "urn:maccord:problem:internal")
    assert "secret" not in json.dumps(told)
    lines = [json.loads(line) for line in stream.raw.splitlines()]
    fault = next(line for line in lines if line["event"] == "our-fault")
    assert "a secret of the inside" in fault["error"]
    assert fault["request"] == told["request"]


def test_too_many_requests_at_once_are_told_to_come_again():
    async def never(_scope, _receive, _send):
        raise AssertionError

    status, told = visited(never, Recorded(), requests_max=0)
    assert (status, told["type"]) == (503, "urn:maccord:problem:unavailable")


@pytest.mark.parametrize(
    "wrong",
    [
        {"certificate": "server.pem"},
        {"key": "server.key"},
        {"client_ca": "ca.pem"},
        {"webhooks": ("ftp://example.org",)},
        {"webhooks": ("https://example.org",)},
    ],
)
def test_settings_that_contradict_each_other_are_refused(wrong):
    with pytest.raises(BadService):
        Settings(**wrong).checked()


def test_a_port_that_is_taken_is_a_wrong_call(tmp_path, capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        where = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run(["serve", "--store", f"sqlite:///{tmp_path / 'a.db'}", "--listen", where]) == 2
    assert f"{where}: cannot listen" in capsys.readouterr().err


@pytest.mark.parametrize("store", ["sqlite:////no/such/folder/a.db", "postgresql://127.0.0.1:1/none", "nothing"])
def test_a_store_that_cannot_be_opened_is_a_wrong_call(store, capsys):
    assert run(["serve", "--store", store, "--listen", "127.0.0.1:0"]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert "store" in errors
