"""A small HTTPS server on the loopback that answers GET with JSON, and remembers what it was asked."""

import json
import ssl
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from tests.kit.certificates import Certificates

Answer = Callable[[str, dict[str, str]], Any]
"""Returns what to send for a path and its parameters; None is "not found"."""


class Served:
    """A server for the length of a `with`; each request must carry `authorization`."""

    def __init__(self, certificates: Certificates, authorization: str, answer: Answer) -> None:
        self.asked: list[str] = []
        served = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                served.asked.append(self.path)
                found = None
                if self.headers.get("Authorization") == authorization:
                    found = answer(parts.path, dict(parse_qsl(parts.query)))
                status = (
                    401 if self.headers.get("Authorization") != authorization else 200 if found is not None else 404
                )
                raw = json.dumps({"detail": "no"} if found is None else found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.end_headers()
                self.wfile.write(raw)

            def log_message(self, *_: object) -> None:
                """Keep quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificates.server, certificates.key)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def at(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self._server.server_address[1]}"
