"""A PostgreSQL server of our own: a data folder made for it, on the loopback, as a user that is not root."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

USERS = ("postgres", "nobody", "daemon")


def programs() -> Path | None:
    """Return the folder of the server's programs, or None where there is no server."""
    asked = shutil.which("pg_config")
    if asked:
        told = subprocess.run([asked, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        if told and Path(told, "initdb").exists():
            return Path(told)
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


class Server:
    """One server. `url(name)` is that of a new, empty database; `kill()` is kill -9 of all its processes."""

    def __init__(self, settings: str = "") -> None:
        found = programs()
        assert found, "no PostgreSQL"
        self._bin = found
        self.folder = Path(tempfile.mkdtemp(prefix="maccord-pg-"))
        self._data = self.folder / "data"
        self._user = self._who()
        if self._user:
            os.chown(self.folder, *self._user)
        self._run("initdb", "-D", self._data, "-U", "maccord", "-A", "trust", "-E", "UTF8", "--locale", "C", "-N")
        self.port = _free_port()
        self._settings = settings
        self._program: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self.start()

    @staticmethod
    def _who() -> tuple[int, int] | None:
        """Return the user and group to run as: the server refuses root."""
        if os.geteuid() != 0:
            return None
        for name in USERS:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return entry.pw_uid, entry.pw_gid
        return 65534, 65534

    def _as(self) -> dict[str, object]:
        who = self._user
        return {"user": who[0], "group": who[1], "extra_groups": []} if who else {}

    def _run(self, program: str, *words: object) -> None:
        subprocess.run(
            [str(self._bin / program), *map(str, words)],
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            cwd=self.folder,
            **self._as(),  # type: ignore[call-overload]
        )

    def start(self) -> None:
        """Start the server, and return when it answers."""
        words = [self._bin / "postgres", "-D", self._data, "-p", self.port, "-h", "127.0.0.1", "-k", self.folder]
        more = ["-c", "max_connections=300", "-c", "shared_buffers=128MB", *self._settings.split()]
        with (self.folder / "log").open("ab") as log:
            self._program = subprocess.Popen(  # type: ignore[call-overload]
                [str(word) for word in (*words, *more)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.folder,
                process_group=0,
                **self._as(),
            )
        until = time.monotonic() + 60
        while not self._answers():
            assert time.monotonic() < until, (self.folder / "log").read_text()[-2000:]
            time.sleep(0.05)

    def _answers(self) -> bool:
        import psycopg  # noqa: PLC0415 - only where there is a server

        try:
            psycopg.connect(f"postgresql://maccord@127.0.0.1:{self.port}/postgres", connect_timeout=5).close()
        except psycopg.Error:
            return False
        return True

    def url(self) -> str:
        """Make an empty database and return its URL."""
        import psycopg  # noqa: PLC0415

        self._databases += 1
        name = f"store{self._databases}"
        with psycopg.connect(f"postgresql://maccord@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return f"postgresql://maccord@127.0.0.1:{self.port}/{name}"

    def kill(self) -> None:
        """Kill -9 of the server and its backends, by their process group."""
        program = self._program
        assert program
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()

    def cut(self) -> None:
        """Cut every connection of a client."""
        import psycopg  # noqa: PLC0415

        with psycopg.connect(f"postgresql://maccord@127.0.0.1:{self.port}/postgres", autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend'"
                " AND pid <> pg_backend_pid()"
            )

    def stop(self) -> None:
        """Shut the server down at once, and remove its folder."""
        program = self._program
        if program and program.poll() is None:
            program.send_signal(signal.SIGQUIT)
            program.wait(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
