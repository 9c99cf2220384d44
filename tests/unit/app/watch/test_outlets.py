"""Figures for Prometheus, and webhooks that are tried until they are taken."""

import json
import re
import threading
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from maccord.app.watch.metrics import Metrics
from maccord.app.watch.sources import Followed
from maccord.app.watch.webhook import BadWebhook, Webhook
from maccord.wire.records import At
from tests.kit.watched import Run, flapping, wait_for


class Receiver(ThreadingHTTPServer):
    """Takes what is posted; `answers` are the status codes that it gives first."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.calls: list[tuple[dict[str, str], dict[str, object]]] = []
        self.answers: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        assert isinstance(self.server, Receiver)
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.calls.append((dict(self.headers), json.loads(body)))
        code = self.server.answers.pop(0) if self.server.answers else 204
        self.send_response(code)
        if code == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def hook():
    receiver = Receiver()
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    yield receiver
    receiver.shutdown()
    receiver.server_close()


@pytest.fixture
def items(tmp_path):
    file = tmp_path / "fdb.log"
    file.write_text(flapping(6))
    with Run(Followed("log", str(file), At("sw1"), capture=False, once=True)) as run:
        run.finish()
    return run.items


def test_an_incident_is_posted_as_json_with_its_token(hook, items):
    webhook = Webhook(hook.url, token="secret word")  # noqa: S106 - a test's
    webhook.put(items)
    wait_for(lambda: hook.calls)
    webhook.close()
    headers, body = hook.calls[0]
    assert headers["Authorization"] == "Bearer secret word"
    assert (body["schema"], body["event"], body["cause"]) == ("maccord.watch/1", "opened", "duplicate-on-the-wire")
    assert body["runbook"] == "maccord explain duplicate-on-the-wire"
    assert webhook.delivered == 1
    assert webhook.waiting() == []


def test_a_receiver_that_fails_is_tried_again_and_one_that_refuses_is_not(hook, items, monkeypatch):
    monkeypatch.setattr("maccord.app.watch.webhook._PAUSES_S", (0.01,))
    hook.answers = [500, 429, 204, 400, 204]
    webhook = Webhook(hook.url)
    webhook.put(items)
    wait_for(lambda: webhook.delivered == 1)
    webhook.put([*items, *items])
    wait_for(lambda: webhook.delivered == 2)
    webhook.close()
    assert len(hook.calls) == 5
    assert webhook.failed == 3


def test_nothing_follows_where_a_receiver_leads(hook, items):
    hook.answers = [302]
    webhook = Webhook(hook.url)
    webhook.put(items)
    wait_for(lambda: webhook.failed == 1)
    webhook.close(patience_s=0.1)
    assert len(hook.calls) == 1


def test_what_is_not_delivered_waits_and_is_bounded(items):
    webhook = Webhook("http://127.0.0.1:9/nobody")
    webhook.put(items * 1200)
    assert len(webhook.waiting()) == 1000
    assert webhook.dropped == 200
    webhook.close(patience_s=0.1)


@pytest.mark.parametrize("url", ["ftp://host/", "file:///etc/passwd", "host", "http://[", ""])
def test_what_is_no_address_of_http_is_refused(url):
    with pytest.raises(BadWebhook):
        Webhook(url)


def test_figures_are_in_the_form_that_prometheus_reads_and_hold_no_address(tmp_path):
    file = tmp_path / 'a "quoted" name.log'
    file.write_text(flapping(6))
    run = Run(Followed(file.name, str(file), At("sw1"), capture=False))
    server = Metrics("127.0.0.1", 0, run.watch.metrics)
    with run:
        wait_for(lambda: run.items)
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/metrics") as answer:
            text = answer.read().decode()
            assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/healthz") as answer:
            assert answer.read() == b"ok\n"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/")
    server.close()
    assert 'maccord_watch_incidents_open{cause="duplicate-on-the-wire",severity="error"} 1' in text
    assert "maccord_watch_moves_total 6" in text
    assert 'source="a \\"quoted\\" name.log"} 1' in text
    label = r'\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\}'
    for line in text.splitlines():
        assert re.fullmatch(
            rf"# (HELP|TYPE) maccord_watch_[a-z_]+ .+|maccord_watch_[a-z_]+(?:{label})? [0-9.]+", line
        ), line
    assert not re.search("([0-9A-Fa-f]{2}[-:]){5}", text)
