"""Windows hosts over WinRM: how a call signs in, and the connection that follows from it.

Source: Microsoft, [MS-PSRP] and [MS-WSMV]; "Making remote connections" about_Remote_Requirements for who may connect.
"""

from dataclasses import dataclass, field
from typing import Any

from maccord.reach.answer import Secret, Trust
from maccord.reach.library import library

_PORT_TLS, _PORT_PLAIN = 5986, 5985


@dataclass(frozen=True, slots=True)
class Access:
    """How to sign in. Without `tls` messages are encrypted by Kerberos or NTLM, or not sent.

    `timeout_s` bounds a connection and the wait for the next bytes, not what is run.
    """

    user: str | None
    password: Secret | None
    auth: str = "negotiate"
    tls: bool = True
    port: int | None = None
    trust: Trust = field(default_factory=Trust)
    timeout_s: float = 30

    def connection(self, host: str) -> Any:  # noqa: ANN401 - pypsrp's
        """Return a connection to a host, which is made when it is used. Raises MissingLibrary."""
        return library("pypsrp.wsman", "windows").WSMan(
            host,
            port=self.port or (_PORT_TLS if self.tls else _PORT_PLAIN),
            username=self.user,
            password=self.password.reveal() if self.password else None,
            ssl=self.tls,
            auth=self.auth,
            cert_validation=self.trust.verify,
            encryption="auto" if self.tls else "always",
            connection_timeout=int(self.timeout_s),
            operation_timeout=int(self.timeout_s),
            read_timeout=int(self.timeout_s) + 10,
        )
