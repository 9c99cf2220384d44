"""The client against a server of ours that answers as it is told: what is tried again, and what is not."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from maccord.alloc.records import Holder, PoolSpec, RangeSpec
from maccord.client import Client, Refused, Unreachable
from tests.kit.certificates import made_in
from tests.kit.service import running

VM = Holder("vm-adapter", "vm1/nic0")
GIVEN = {
    "mac": "02-4D-00-00-00-01", "addresses": [{"mac": "02-4D-00-00-00-01"}], "count": 1, "pool": "web",
    "spans": [["02-4D-00-00-00-01", "02-4D-00-00-00-01"]], "scope": "global", "kind": "mac",
    "holder": {"kind": "vm-adapter", "id": "vm1/nic0"}, "at": "2026-01-01T00:00:00Z", "until": None,
}  # fmt: skip
PROBLEM = {"type": "urn:maccord:problem:pool-exhausted", "title": "Full", "status": 409, "detail": "no\nmore\x1b[2J"}


@pytest.fixture
def server():
    """Yield a server: `answers` are given one after the other, `asked` is what came."""
    answers: list[tuple[int | None, object]] = []
    asked: list[tuple[str, str, dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            asked.append((self.command, self.path, dict(self.headers), body))
            status, told = answers.pop(0)
            if status is None:  # the connection breaks
                self.close_connection = True
                return
            raw = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(raw)))
            if status == 503:
                self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_DELETE = do_PATCH = answer  # noqa: N815 - as the base class calls them

        def log_message(self, *_):
            """Keep quiet."""

    found = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.daemon_threads = True
    found.answers, found.asked = answers, asked  # type: ignore[attr-defined] # for the tests
    threading.Thread(target=found.serve_forever, args=(0.05,), daemon=True).start()
    yield found
    found.shutdown()
    found.server_close()


@pytest.fixture
def client(server):
    with Client(f"http://127.0.0.1:{server.server_port}", token="secret-token") as made:  # noqa: S106 - of a test
        yield made


@pytest.mark.parametrize("trouble", [(None, b""), (503, PROBLEM)])
def test_an_allocation_is_tried_again_with_the_same_key(server, client, trouble):
    server.answers += [trouble, (201, GIVEN)]
    assert client.allocate("web", VM).addresses == ("02-4D-00-00-00-01",)
    keys = [headers["idempotency-key"] for _, _, headers, _ in server.asked]
    assert len(keys) == 2
    assert len(set(keys)) == 1


def test_what_cannot_be_repeated_is_asked_once(server, client):
    server.answers += [(None, b""), (201, {})]
    with pytest.raises(Unreachable):
        client.create_token("ops", "admin")
    assert len(server.asked) == 1


def test_a_refusal_carries_its_type_and_no_control_characters(server, client):
    server.answers += [(409, PROBLEM)]
    with pytest.raises(Refused) as refused:
        client.allocate("web", VM)
    assert refused.value.slug == "pool-exhausted"
    assert refused.value.status == 409
    assert str(refused.value).isprintable()


@pytest.mark.parametrize(
    "answer", [(200, b"<html>"), (200, {"name": "web"}), (404, b"nginx"), (302, b""), (200, b"null")]
)
def test_an_answer_of_something_else_is_said_to_be_that(server, client, answer):
    server.answers += [answer]
    with pytest.raises(Unreachable) as error:
        client.pool("web")
    assert "secret-token" not in str(error.value)


def test_names_are_quoted_in_paths(server, client):
    server.answers += [(404, PROBLEM)]
    with pytest.raises(Refused):
        client.pool("../tokens?x=1#y")
    assert server.asked[0][1] == "/v1/pools/..%2Ftokens%3Fx%3D1%23y"


def test_a_redirect_does_not_get_the_token(server, client):
    server.answers += [(307, b"")]
    with pytest.raises(Unreachable):
        client.pools()
    assert len(server.asked) == 1


def test_the_token_is_not_shown(client):
    assert "secret-token" not in repr(client)


def test_a_service_whose_certificate_nobody_signed_is_not_asked(tmp_path):
    files = made_in(tmp_path)
    with running(tmp_path, "--tls-certificate", str(files.server), "--tls-key", str(files.key)) as service:
        token = service.tokens["admin"]
        with Client(service.url, token=token) as stranger, pytest.raises(Unreachable, match="certificate"):
            stranger.pools()
        with Client(service.url, token=token, ca_file=str(files.authority)) as trusting:
            spec = PoolSpec(name="web", ranges=(RangeSpec("02-4D-00-00-00-00", "02-4D-00-00-00-FF"),))
            assert trusting.create_pool(spec).name == "web"
            given = trusting.allocate("web", VM, count=3)
            assert given.count == len(set(given.addresses)) == 3
            assert [one.address for one in trusting.holdings()] == list(given.addresses)
            assert trusting.usage("web")[0].allocated == 3
