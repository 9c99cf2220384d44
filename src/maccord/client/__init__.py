"""A client of the service: the authority of another machine, by the same calls.

    from maccord.alloc.records import Holder
    from maccord.client import Client

    with Client("https://maccord.example.org", token=Path("token").read_text().strip()) as authority:
        given = authority.allocate("web", Holder("vm-adapter", "vm17/nic0", host="HV01"), key="build-4711")
        print(given.addresses)

A client may be used from several threads. What the service refuses is raised as `Refused`, with the problem's type and
members; what could not be asked, as `Unreachable`. Calls that change nothing, and those that carry an idempotency key,
are tried again when the connection breaks or the service is busy; others are not, since they might be made twice. An
allocation without a key gets one, so that it can be.

Source: RFC 9110 (which requests may be repeated, Retry-After), RFC 9457 (problem details), RFC 6750 (bearer tokens).
"""

from maccord.client.audit import ClientAudit
from maccord.client.blocks import ClientBlocks
from maccord.client.delegation import ClientDelegating
from maccord.client.domains import ClientDomains
from maccord.client.errors import Refused, Unreachable
from maccord.client.evidence import ClientEvidence
from maccord.client.groups import ClientGroups
from maccord.client.leases import ClientLeases
from maccord.client.pools import ClientPools
from maccord.client.tokens import ClientTokens
from maccord.client.transfer import ClientTransfer
from maccord.client.unchecked import Answered, Kept

__all__ = ["Answered", "Client", "Kept", "Refused", "Unreachable"]


class Client(
    ClientBlocks,
    ClientPools,
    ClientGroups,
    ClientDelegating,
    ClientDomains,
    ClientEvidence,
    ClientLeases,
    ClientAudit,
    ClientTokens,
    ClientTransfer,
):
    """The service at `url`. `ca_file` names the certificates to trust instead of the system's.

    `actor` is taken by calls that have one elsewhere, and not used: the service knows who asks by the token.
    """
