"""Listens, and stops in order: no new work, what was begun is finished, then the store is let go of."""

import logging
import signal
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn

from maccord.serve.app import application
from maccord.serve.logs import Handler
from maccord.serve.protocol import protocol_for
from maccord.serve.service import Service
from maccord.serve.settings import BadService, Settings


class Server(uvicorn.Server):
    """The server, which says where it listens, and no longer says that it is ready once it was told to stop."""

    def __init__(self, config: uvicorn.Config, service: Service) -> None:
        super().__init__(config)
        self._service = service

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, and say where."""
        await super().startup(sockets)
        settings = self._service.settings
        if self.started and sockets:
            scheme = "https" if settings.certificate else "http"
            host = f"[{settings.host}]" if ":" in settings.host else settings.host
            port = sockets[0].getsockname()[1]
            self._service.log.tell("listening", url=f"{scheme}://{host}:{port}")
            self._service.log.flush()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Take signals while serving. A signal that was obeyed is done with, and no reason to leave with an error."""
        if threading.current_thread() is not threading.main_thread():  # signals are another's
            yield
            return
        before = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Obey a signal: no longer be ready, take nothing new, finish what was begun."""
        self._service.draining = True
        super().handle_exit(sig, frame)


def serve(service: Service) -> None:
    """Serve until SIGTERM or SIGINT; raises BadService where it cannot listen."""
    _take_logs(service)
    with listen(service.settings) as listening:
        try:
            server_of(service).run(sockets=[listening])
        except ssl.SSLError as error:
            certificate = str(service.settings.certificate)
            raise BadService(certificate, f"cannot be used: {error.reason or error}") from error


def server_of(service: Service) -> Server:
    """Return the server; it runs on a socket of `listen`."""
    settings = service.settings
    config = uvicorn.Config(
        application(service),
        http=protocol_for(settings),
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=True,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=settings.grace_s,
        ssl_certfile=settings.certificate,
        ssl_keyfile=settings.key,
        ssl_ca_certs=settings.client_ca,
        ssl_cert_reqs=ssl.CERT_REQUIRED if settings.client_ca else ssl.CERT_NONE,
    )
    return Server(config, service)


def listen(settings: Settings) -> socket.socket:
    """Return the socket to listen on; raises BadService."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        found = socket.socket(family, kind, protocol)
        try:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            found.bind(address)
        except OSError:
            found.close()
            raise
    except OSError as error:
        raise BadService(f"{settings.host}:{settings.port}", f"cannot listen: {error.strerror or error}") from error
    return found


def _take_logs(service: Service) -> None:
    handler = Handler(service.log)
    for name in ("uvicorn.error", "uvicorn", "asyncio", "maccord"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
        logger.setLevel(logging.WARNING)
