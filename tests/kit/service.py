"""A service of our own on the loopback: the real program, over a socket, on a store of its own."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

from maccord import wiring
from maccord.alloc.records import ROLES, Actor, Role
from maccord.cli.main import run
from maccord.serve.logs import Log
from maccord.serve.run import listen, server_of
from maccord.serve.service import service_on
from maccord.serve.settings import Settings

HERE = Path(sys.executable).parent
NAMES = ("MACCORD_STORE", "MACCORD_SERVER", "MACCORD_TOKEN", "MACCORD_TOKEN_FILE", "MACCORD_CA")


@dataclass
class Answer:
    """What the service answered."""

    status: int
    headers: dict[str, str]
    raw: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.raw)

    @property
    def problem(self) -> str:
        """The name of the problem; the answer must be one."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return str(self.json["type"]).removeprefix("urn:maccord:problem:")


@dataclass
class Running:
    """A service that runs: where, on which store, and who may ask it."""

    url: str
    store: str
    folder: Path
    process: subprocess.Popen[bytes]
    log: list[dict[str, Any]] = field(default_factory=list)
    tokens: dict[str, str] = field(default_factory=dict)

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def ask(
        self, method: str, path: str, body: object = None, *, by: str | None = "admin",
        headers: dict[str, str] | None = None, raw: bytes | None = None,
    ) -> Answer:  # fmt: skip
        """Send one request, by the token of that name, or by a token itself, or without one."""
        told = {"content-type": "application/json"} if body is not None else {}
        if by is not None:
            told["authorization"] = f"Bearer {self.tokens.get(by, by)}"
        connection = HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            sent = raw if raw is not None else None if body is None else json.dumps(body).encode()
            connection.request(method, path, sent, told | (headers or {}))
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
        finally:
            connection.close()

    def token(self, name: str, role: Role, *pools: str) -> str:
        """Make a token beside the service, as an administrator on its machine would."""
        self.tokens |= made_tokens(self.store, {name: (role, pools)})
        return self.tokens[name]

    def stop(self) -> int:
        """Tell it to stop, and return its exit code."""
        self.process.terminate()
        return self.process.wait(20)


def made_tokens(store: str, wanted: dict[str, tuple[Role, tuple[str, ...]]]) -> dict[str, str]:
    """Return new tokens by their names."""
    authority = wiring.authority(store, background=False)
    try:
        actor = Actor("cli:test")
        return {
            name: authority.create_token(name, role, actor=actor, pools=pools or ("*",)).secret
            for name, (role, pools) in wanted.items()
        }
    finally:
        authority.close()


def plain() -> dict[str, str]:
    """Return the environment without what would name another store or service."""
    return {name: value for name, value in os.environ.items() if name not in NAMES}


@contextmanager
def running(
    folder: Path, *options: str, store: str | None = None, roles: bool = True, env: dict[str, str] | None = None
) -> Iterator[Running]:
    """Run a service for the length of a `with`, with a token for each role: reader, allocator, admin."""
    store = store or f"sqlite:///{folder / 'authority.db'}"
    tokens = made_tokens(store, {role: (role, ()) for role in ROLES}) if roles else {}
    command = [str(HERE / "maccord"), "serve", "--store", store, "--listen", "127.0.0.1:0", *options]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env=plain() | (env or {}), cwd=folder)
    service = Running("", store, folder, process, tokens=tokens)
    listening = threading.Event()

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            try:
                told = json.loads(line)
            except ValueError:
                told = {"event": "no-json", "line": line.decode(errors="replace")}
            service.log.append(told)
            if told["event"] == "listening":
                service.url = told["url"]
                listening.set()
        listening.set()

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        assert listening.wait(30), "it never listened"
        assert service.url, service.log
        yield service
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(5)
        assert process.stderr is not None
        process.stderr.close()


@contextmanager
def hosted(folder: Path, settings: Settings | None = None) -> Iterator[tuple[str, str]]:
    """Run a service in a thread of this process, which is quicker; yield its URL and a token for everything."""
    settings = settings or Settings(port=0)
    store = f"sqlite:///{folder / 'hosted.db'}"
    token = made_tokens(store, {"admin": ("admin", ())})["admin"]
    authority = wiring.authority(store, background=True)
    server = server_of(service_on(authority, settings, log=Log(None, wiring.clock), clock=wiring.clock))
    with listen(settings) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline, "it never listened"
            time.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}", token
        finally:
            server.should_exit = True
            thread.join(20)


def said(capsys: Any, *arguments: str, code: int = 0) -> str:
    """Run the command line here; return what it printed."""
    assert run(list(arguments)) == code, capsys.readouterr().err
    return str(capsys.readouterr().out)


def told(capsys: Any, *arguments: str, code: int = 0) -> Any:
    """Run the command line here with --format json; return what it printed."""
    return json.loads(said(capsys, *arguments, "--format", "json", code=code))
