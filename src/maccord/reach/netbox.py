"""Asks NetBox for the addresses that it documents: those of devices' and of machines' interfaces.

Writes the answers of `/api/dcim/interfaces/` and `/api/virtualization/interfaces/` as one list each, rows as they were
served, without the interfaces that have no address. The short form in which a row names its device or machine says
nothing of site, cluster, host and virtual chassis; these are added to it from `/api/dcim/devices/` and
`/api/virtualization/virtual-machines/`, under the keys that those have there.

Source: NetBox documentation, "REST API Overview" (lists, paging, tokens) and "MAC Addresses" (since 4.2 an object of
its own, before that a field of the interface).
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Collected, Secret, Trust
from maccord.reach.library import library
from maccord.reach.names import file_name
from maccord.reach.server import Server

Row = dict[str, Any]
_PAGE = 500
_KEPT = (
    *("id", "url", "display", "device", "virtual_machine", "name", "enabled", "mac_address", "primary_mac_address"),
    "mac_addresses",
)
_OWNER_KEPT = ("site", "cluster", "device", "virtual_chassis")


class NotNetBox(MaccordError):
    """The server answered, and not as NetBox does."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url, self.why = url, why

    def __str__(self) -> str:
        return f"{self.url}: {self.why}"


def collect(
    server: Server,
    token: Secret,
    trust: Trust,
    *,
    timeout_s: float,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Collected:
    """Return the documented addresses, in a folder named for the server; `tell` hears of the rows.

    Raises: MissingLibrary; what pynetbox and requests raise when the server refuses.
    """
    requests, pynetbox = library("requests", "netbox"), library("pynetbox", "netbox")
    api = pynetbox.api(server.url, token=token.reveal())
    api.http_session = _session(requests, server, trust, timeout_s)
    folder = file_name(server.host)
    files = {}
    for title, owner, interfaces, owners in (
        ("interfaces", "device", api.dcim.interfaces, api.dcim.devices),
        ("vm-interfaces", "virtual_machine", api.virtualization.interfaces, api.virtualization.virtual_machines),
    ):
        rows = [_kept(row, _KEPT) for row in _all(interfaces, tell) if _has_address(row)]
        wanted = {row[owner]["id"] for row in rows if isinstance(row.get(owner), dict)}
        known = {row["id"]: row for row in _all(owners, tell) if row["id"] in wanted} if wanted else {}
        for row in rows:
            if isinstance(row.get(owner), dict):
                row[owner] = {**row[owner], **_kept(known.get(row[owner]["id"], {}), _OWNER_KEPT)}
        files[f"{folder}/{title}.json"] = _text(rows)
    return Collected(server.name, files)


def _session(requests: Any, server: Server, trust: Trust, timeout_s: float) -> Any:  # noqa: ANN401 - of requests
    """Return a session that waits no longer than `timeout_s` and speaks to `server` alone.

    The token goes with every request, and a list names the address of its next page itself: were it another server's,
    the token would go there.
    """

    class Session(requests.Session):  # type: ignore[misc]
        def request(self, method: str, url: str, **settings: Any) -> Any:  # noqa: ANN401 - of requests
            if not server.holds(url):
                raise NotNetBox(url, f"the next page of a list is not on {server.url}: not followed")
            settings.update(timeout=timeout_s, verify=trust.verify, allow_redirects=False)
            return super().request(method, url, **settings)

    if trust.insecure:
        requests.packages.urllib3.disable_warnings()  # it was asked for, and --help says what it means
    session = Session()
    session.auth = lambda request: request  # else a .netrc would take the token's place
    return session


def _all(endpoint: Any, tell: Callable[[int, int], None]) -> Iterator[Row]:  # noqa: ANN401 - of pynetbox
    """Yield every row of a list once, as it was served: pynetbox's records would drop what they do not know."""
    query = library("pynetbox.core.query", "netbox")
    request = query.Request(
        base=endpoint.url, token=endpoint.token, http_session=endpoint.api.http_session, limit=_PAGE
    )
    told: set[int] = set()
    for row in request.get():
        if row["id"] not in told:
            told.add(row["id"])
            yield row
        if len(told) % _PAGE == 0:
            tell(len(told), request.count)


def _has_address(row: Row) -> bool:
    return bool(row.get("mac_address") or row.get("mac_addresses") or row.get("primary_mac_address"))


def _kept(row: Row, keys: Iterable[str]) -> Row:
    return {key: row[key] for key in keys if key in row}


def _text(rows: list[Row]) -> str:
    """Return rows as NetBox serves a list, in the order of their ids."""
    rows.sort(key=lambda row: int(row["id"]))
    return json.dumps({"count": len(rows), "next": None, "previous": None, "results": rows}, indent=1) + "\n"
