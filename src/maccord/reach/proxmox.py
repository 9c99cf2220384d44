"""Asks a Proxmox VE cluster for the configuration of all its machines and containers, as nodes keep it in files.

Source: Proxmox VE, "API viewer" (`/cluster/resources`, `/nodes/{node}/qemu/{vmid}/config`, `pending` and `snapshot`,
and the same of `lxc`), and the manual pages qm.conf(5) and pct.conf(5) for the form of the files.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Collected, Secret, Trust, reason_of
from maccord.reach.library import library
from maccord.reach.names import file_name
from maccord.reach.server import BadServer, Server

PORT = 8006
_USER = re.compile(r"([^\s!:/]+@[^\s!@:/]+)(?:!([^\s!@:/]+))?")
_LISTED = ("vmid", "name", "node", "type", "status", "template", "lock")
_NOT_IN_FILES = {"digest"}
_PRIVATE = {"cipassword", "sshkeys", "description"}
"""Keys of cloud-init and notes that no check needs and that may hold secrets: they stay on the node."""

Api = Any
Guest = Mapping[str, Any]


class BadUser(MaccordError):
    """Neither a user's name nor that of an API token."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f"{self.text!r}: expected USER@REALM, such as audit@pve, or USER@REALM!TOKEN, such as audit@pve!maccord"


def collect(
    server: Server,
    user: str,
    secret: Secret,
    trust: Trust,
    *,
    timeout_s: float,
    tell: Callable[[int, int], None] = lambda _done, _all: None,
) -> Collected:
    """Return the configuration of every machine and container of the cluster, in a folder per node.

    With it goes a list per node of which of them run. `user` is a user, `secret` then the password, or the full name
    of an API token with its own secret. `tell` hears how many of how many are done. One that cannot be read, since it
    went away or may not be seen, is a remark.

    Raises: MissingLibrary; BadUser; what proxmoxer raises when the server refuses.
    """
    named = _USER.fullmatch(user)
    if named is None:
        raise BadUser(user)
    if server.scheme != "https":
        raise BadServer(server.url, "Proxmox VE speaks https alone")
    library("requests", "proxmox")  # proxmoxer ends the whole program where it is missing
    proxmoxer = library("proxmoxer", "proxmox")
    name, token = named.groups()
    credentials = {"token_name": token, "token_value": secret.reveal()} if token else {"password": secret.reveal()}
    api = proxmoxer.ProxmoxAPI(
        server.host,
        port=server.port,
        path_prefix=server.path.strip("/") or None,
        user=name,
        **credentials,
        verify_ssl=trust.verify,
        timeout=timeout_s,
    )
    guests = sorted(api.cluster.resources.get(type="vm"), key=lambda one: int(one["vmid"]))
    files: dict[str, str] = {}
    remarks: list[str] = []
    unread: set[str] = set()
    for at, guest in enumerate(guests):
        try:
            files[_path(guest)] = _text(_guest_api(api, guest), guest)
        except proxmoxer.ResourceException as error:
            unread.add(_path(guest))
            remarks.append(f"{guest['type']} {guest['vmid']} on {guest['node']}: {reason_of(error, (secret,))}")
        tell(at + 1, len(guests))
    files.update(_lists(guests))
    if not guests:
        remarks.append(f"{user} may see no machine; the role PVEAuditor on / would show all (Datacenter, Permissions)")
    nodes = tuple(sorted(file_name(str(one["node"])) for one in api.nodes.get()))
    return Collected(server.name, files, nodes, tuple(remarks), frozenset(unread))


def _lists(guests: Iterable[Guest]) -> Iterator[tuple[str, str]]:
    """Yield a list per node of which guests run; their files do not tell."""
    nodes: dict[str, list[Guest]] = {}
    for guest in guests:
        row = {key: guest[key] for key in _LISTED if key in guest}
        nodes.setdefault(str(guest["node"]), []).append(row)
    for node, rows in nodes.items():
        yield f"{file_name(node)}/guests.json", json.dumps(rows, indent=1, sort_keys=True) + "\n"


def _path(guest: Guest) -> str:
    folder = "lxc" if guest["type"] == "lxc" else "qemu-server"
    return f"{file_name(str(guest['node']))}/{folder}/{int(guest['vmid'])}.conf"


def _guest_api(api: Api, guest: Guest) -> Api:
    return getattr(api.nodes(guest["node"]), "lxc" if guest["type"] == "lxc" else "qemu")(guest["vmid"])


def _text(api: Api, guest: Guest) -> str:
    """Return a configuration as the node's file has it: current values, pending ones, then each snapshot."""
    lines = list(_lines(api.config.get(current=1), guest))
    pending = list(_pending(api.pending.get()))
    if pending:
        lines += ["", "[pve:pending]" if guest["type"] == "lxc" else "[PENDING]", *pending]
    for name in sorted(str(one["name"]) for one in api.snapshot.get() if one.get("name") != "current"):
        lines += ["", f"[{name}]", *_lines(api.config.get(snapshot=name), guest)]
    return "\n".join(lines) + "\n"


def _lines(config: Mapping[str, Any], guest: Guest) -> Iterator[str]:
    """Yield `key: value` lines; raw settings of a container, a list in the API, are lines of their own."""
    for key in sorted(config):
        if key in _NOT_IN_FILES | _PRIVATE:
            continue
        if key == "lxc" and guest["type"] == "lxc":
            yield from (f"{_one_line(pair[0])}: {_one_line(pair[1])}" for pair in config[key])
        else:
            yield f"{_one_line(key)}: {_one_line(config[key])}"


def _pending(changes: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    gone = sorted(str(one["key"]) for one in changes if one.get("delete"))
    if gone:
        yield f"delete: {','.join(gone)}"
    for one in sorted(changes, key=lambda one: str(one["key"])):
        if "pending" in one and one["key"] not in _PRIVATE:
            yield f"{_one_line(one['key'])}: {_one_line(one['pending'])}"


def _one_line(value: object) -> str:
    return " ".join(str(value).split("\n"))
