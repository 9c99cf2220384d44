"""The address of a server, as a person writes it: a name, with a port or without, or a URL."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from maccord.mac.errors import MaccordError

_PORTS = {"https": 443, "http": 80}


class BadServer(MaccordError):
    """What was given as a server is not the address of one."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(text, why)
        self.text, self.why = text, why

    def __str__(self) -> str:
        return f"server {self.text!r}: {self.why}"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to connect. `path` is empty or begins with `/` and ends without one."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def name(self) -> str:
        """The server as messages name it."""
        return self.host

    @property
    def url(self) -> str:
        """The server as a URL."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        port = "" if self.port == _PORTS[self.scheme] else f":{self.port}"
        return f"{self.scheme}://{host}{port}{self.path}"

    def holds(self, url: str) -> bool:
        """Tell whether a URL leads to this server."""
        parts = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme)
        return (parts.scheme, parts.hostname, port) == (self.scheme, self.host, self.port)


def server_of(text: str, *, port: int = 443, insecure: bool = False) -> Server:
    """Return the server that `text` names; `port` is that of its platform.

    Raises: BadServer when it is none, holds a password, or would have one sent in the clear.
    """
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        given = parts.port
    except ValueError as error:
        raise BadServer("...", str(error)) from error
    if parts.username is not None or parts.password is not None:
        raise BadServer(parts.hostname or "", "no name or password belongs in an address, where others can read it")
    if not parts.hostname or parts.query or parts.fragment:
        raise BadServer(text, "expected a name such as vc01.example.org, name:port or https://name/path")
    if parts.scheme not in _PORTS:
        raise BadServer(text, f"cannot speak {parts.scheme}; there is https")
    if parts.scheme == "http" and not insecure:
        raise BadServer(text, "http would send the password for anybody to read; say --insecure if that is meant")
    return Server(
        parts.scheme, parts.hostname, given or (port if parts.scheme == "https" else 80), parts.path.rstrip("/")
    )
