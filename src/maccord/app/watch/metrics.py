"""Figures of a watcher for Prometheus. Addresses are no labels: their number has no bound.

Source: Prometheus, "Exposition formats" (text format 0.0.4) and "Metric and label naming".
"""

import threading
from collections import Counter
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from maccord import __version__
from maccord.app.watch.sources import NoSource
from maccord.app.watch.watcher import Watcher

_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_TIMEOUT_S = 10


def exposition(watcher: Watcher, totals: Mapping[str, int], sources: Mapping[str, bool]) -> str:
    """Return all figures as text."""
    tracker = watcher.tracker
    lines: list[str] = []

    def figure(name: str, kind: str, what: str, values: Mapping[str, float]) -> None:
        lines.append(f"# HELP maccord_watch_{name} {what}")
        lines.append(f"# TYPE maccord_watch_{name} {kind}")
        lines.extend(f"maccord_watch_{name}{labels} {value}" for labels, value in values.items())

    is_open = Counter((one.told.cause, one.told.severity) for one in list(watcher.open.values()))
    figure(
        "incidents_open",
        "gauge",
        "Incidents that are open.",
        {f'{{cause="{cause}",severity="{severity}"}}': count for (cause, severity), count in sorted(is_open.items())},
    )
    figure(
        "incidents_opened_total",
        "counter",
        "Incidents that were opened.",
        {f'{{cause="{cause}"}}': count for cause, count in sorted(watcher.opened_total.items())},
    )
    figure("incidents_suppressed_total", "counter", "Incidents beyond the bound.", {"": watcher.suppressed})
    figure("frames_heard_total", "counter", "Frames and table entries that were followed.", {"": tracker.counts.heard})
    figure("records_told_total", "counter", "Packets and log lines that told something.", {"": tracker.counts.told})
    figure("moves_total", "counter", "Moves of addresses between ports.", {"": tracker.counts.moves})
    figure("addresses", "gauge", "MAC addresses that are followed.", {"": len(tracker.addresses)})
    figure("ip_addresses", "gauge", "IP addresses that are followed.", {"": len(tracker.ips)})
    figure(
        "forgotten_total",
        "counter",
        "Addresses that made way for others.",
        {'{kind="mac"}': tracker.addresses.dropped, '{kind="ip"}': tracker.ips.dropped},
    )
    for name, count in sorted(totals.items()):
        figure(name, "counter", f"{name.removesuffix('_total').replace('_', ' ').capitalize()}.", {"": count})
    figure(
        "source_up",
        "gauge",
        "Whether a source can be read.",
        {f'{{source="{_escaped(name)}"}}': int(up) for name, up in sorted(sources.items())},
    )
    figure("build_info", "gauge", "The version that runs.", {f'{{version="{__version__}"}}': 1})
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


class Metrics:
    """An HTTP server with two pages: /metrics and /healthz."""

    def __init__(self, host: str, port: int, read: Callable[[], str]) -> None:
        """Listen; raises NoSource."""

        class Handler(BaseHTTPRequestHandler):
            timeout = _TIMEOUT_S
            server_version = f"maccord/{__version__}"
            sys_version = ""

            def do_GET(self) -> None:
                page = read() if self.path == "/metrics" else "ok\n" if self.path == "/healthz" else None
                body = ("not here: /metrics and /healthz are\n" if page is None else page).encode()
                self.send_response(404 if page is None else 200)
                self.send_header("Content-Type", _TYPE if self.path == "/metrics" else "text/plain; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing: the terminal is not this server's."""

        try:
            self._server = ThreadingHTTPServer((host, port), Handler)
        except OSError as error:
            raise NoSource(f"{host}:{port}", f"cannot serve metrics there: {error.strerror or error}") from error
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
