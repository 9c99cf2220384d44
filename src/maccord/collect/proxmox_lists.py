"""Reads which guests of Proxmox VE run: `pvesh get /nodes/HOST/qemu` (or `lxc`) `--output-format json`.

`pvesh get /cluster/resources --type vm --output-format json` and the body of the API's own answer (`{"data": [...]}`)
are read as well. They hold no addresses; those are in the guests' configuration files.

Source: Proxmox VE API, nodes/{node}/qemu, nodes/{node}/lxc and cluster/resources.
"""

from maccord.collect.document import Document
from maccord.collect.fields import Json, rows_of
from maccord.collect.parsed import Parsed
from maccord.collect.proxmox import NAME as PROXMOX
from maccord.collect.proxmox import host_of
from maccord.fleet.evidence import HostSeen, MachineSeen, Place
from maccord.fleet.problem import Problem

NAME = "proxmox-list"
_RUNS = {"running": True, "paused": True, "stopped": False}


def claims(document: Document) -> bool:
    """Tell whether the content is a list of guests: each has a number and a status."""
    if document.opening not in ("{", "["):
        return False
    rows, _ = _rows(document.json)
    first = next((one for one in rows if isinstance(one, dict)), {}) if isinstance(rows, list) else {}
    return first.keys() >= {"vmid", "status"}


def parse(document: Document) -> Parsed:
    """Read the state of each guest."""
    parsed = Parsed()
    rows, pointer = _rows(document.json)
    for row in rows_of(rows, Place(document.file, pointer), parsed.problems):
        host = row.text("node") or host_of(document)
        number, status = row.text("vmid"), row.text("status")
        if not number:
            continue
        running = False if row.text("template") in ("1", "True") else _RUNS.get(status)
        if running is None and status != "unknown":
            parsed.problems.append(Problem(document.file, row.at("status"), f"{status[:60]!r} is no state of a guest"))
        parsed.seen.append(HostSeen(host, row.place, PROXMOX))
        parsed.seen.append(MachineSeen(host, row.place, "", row.text("name") or number, running, status, number=number))
    return parsed


def _rows(value: Json) -> tuple[Json, str]:
    if isinstance(value, dict):
        return value.get("data"), "/data"
    return value, ""
