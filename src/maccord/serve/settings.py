"""What a service can be told: where it listens, whom it trusts, and its limits."""

from dataclasses import dataclass
from pathlib import Path

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Secret

MB = 2**20


class BadService(MaccordError):
    """The service cannot run as it was told to."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(what, why)
        self.what, self.why = what, why

    def __str__(self) -> str:
        return f"{self.what}: {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Settings of one service process. Times are seconds, sizes bytes."""

    host: str = "127.0.0.1"
    port: int = 8047
    certificate: Path | None = None
    """The server's certificate with its chain, PEM; with `key` it turns TLS on."""
    key: Path | None = None
    client_ca: Path | None = None
    """Whose client certificates are let in; without it, none is asked for."""
    body_bytes_max: int = MB
    bulk_bytes_max: int = 64 * MB
    """The same for the operations that take lists: adoption, preflight, import."""
    headers_bytes_max: int = 32 * 1024
    request_s: float = 30.0
    """How long a request may take to arrive, and a new connection to begin one."""
    requests_max: int = 1024
    """How many connections and requests are served at a time; beyond, 503."""
    grace_s: int = 30
    """How long requests in flight may take to finish when the service is told to stop."""
    token_s: float = 1.0
    """How long a token that was looked up is trusted: a revoked one is refused after that everywhere."""
    webhooks: tuple[str, ...] = ()
    webhook_secret: Secret | None = None
    webhook_again_s: float = 900.0
    """How long the same pool's same trouble is not told again."""

    filling_days: int = 30
    """Receivers are told when a pool will be full in fewer days; 0, never."""

    def checked(self) -> "Settings":
        """Return the settings; raises BadService where they contradict each other."""
        if (self.certificate is None) != (self.key is None):
            raise BadService("TLS", "a certificate and its key belong together")
        if self.client_ca is not None and self.certificate is None:
            raise BadService("TLS", "client certificates are asked for over TLS alone: give a certificate and a key")
        for file in (self.certificate, self.key, self.client_ca):
            if file is not None and not file.is_file():
                raise BadService(str(file), "no such file")
        for url in self.webhooks:
            if not url.startswith(("https://", "http://")):
                raise BadService(f"webhook {url!r}", "not a URL of http or https")
        if self.webhooks and self.webhook_secret is None:
            raise BadService("webhooks", "need a secret to sign with, so that receivers can tell whose word it is")
        return self
