"""Asks a vCenter Server or an ESXi host for the adapters of all its machines, and writes them as sheets.

The columns are those of the sheets vNetwork and vPort that RVTools exports, as far as they tell of addresses. A port
group of a distributed switch has a row in vPort for each host on which a machine is plugged into it.

Source: RVTools' documentation, "vNetwork" and "vPort"; for the rest see `vsphere_inventory`.
"""

import csv
import io
from collections.abc import Iterable
from typing import Any

from maccord.reach.answer import Collected, Secret, Trust
from maccord.reach.library import library
from maccord.reach.names import file_name
from maccord.reach.server import Server
from maccord.reach.vsphere_inventory import Inventory, all_objects

ADAPTER_COLUMNS = (
    *("VM", "Powerstate", "Template", "SRM Placeholder", "NIC label", "Adapter", "Network", "Switch", "Connected"),
    *("Starts Connected", "Mac Address", "Type", "IPv4 Address", "IPv6 Address", "Datacenter", "Cluster", "Host"),
    *("VM ID", "VM UUID", "VM Instance UUID", "VI SDK Server type", "VI SDK API Version", "VI SDK Server"),
    "VI SDK UUID",
)
PORT_COLUMNS = (
    *("Host", "Datacenter", "Cluster", "Port Group", "Switch", "VLAN", "Promiscuous Mode", "Mac Changes"),
    *("Forged Transmits", "VI SDK Server", "VI SDK UUID"),
)

_FORMULA = ("=", "+", "-", "@")


def collect(server: Server, user: str, password: Secret, trust: Trust, *, timeout_s: float) -> Collected:
    """Return the sheets of everything that `user` may see on the server, in a folder of the server's name.

    Raises: MissingLibrary; what pyvmomi raises when the server refuses, or is none.
    """
    connect = library("pyVim.connect", "vsphere")
    instance = connect.SmartConnect(
        protocol=server.scheme,
        host=server.host,
        port=server.port,
        user=user,
        pwd=password.reveal(),
        sslContext=trust.context() if server.scheme == "https" else None,
        httpConnectionTimeout=timeout_s,
    )
    try:
        content = instance.RetrieveContent()
        inventory = Inventory(all_objects(content))
        about = _about(content.about, server.host)
    finally:
        connect.Disconnect(instance)
    folder = file_name(server.host)
    files = {
        f"{folder}/vNetwork.csv": _sheet(ADAPTER_COLUMNS, ({**row, **about} for row in inventory.adapters())),
        f"{folder}/vPort.csv": _sheet(PORT_COLUMNS, ({**row, **about} for row in inventory.ports())),
    }
    return Collected(server.name, files, remarks=inventory.remarks)


def _about(about: Any, server: str) -> dict[str, str]:  # noqa: ANN401 - of pyvmomi
    return {
        "VI SDK Server type": str(about.fullName or ""),
        "VI SDK API Version": str(about.apiVersion or ""),
        "VI SDK Server": server,
        "VI SDK UUID": str(about.instanceUuid or ""),
    }


def _sheet(columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> str:
    """Return rows as CSV (RFC 4180), each on one line; no name becomes a formula where a spreadsheet opens it."""
    text = io.StringIO()
    sheet = csv.DictWriter(text, columns, restval="", extrasaction="ignore")
    sheet.writeheader()
    sheet.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return text.getvalue()


def _cell(value: str) -> str:
    text = " ".join(value.split())
    return f"'{text}" if text.startswith(_FORMULA) else text
