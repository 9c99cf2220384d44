"""Reads the machine-id of a Linux host: /etc/machine-id, or what `hostnamectl --json=short` prints.

The host is the one that the folder is named for.

Source: machine-id(5): one line of 32 lower-case hexadecimal digits; hostnamectl(1): the JSON field MachineID.
"""

import re

from maccord.collect.document import Document
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import HostSeen, Place

NAME = "linux"
_ID = re.compile("[0-9a-f]{32}")
_UNSET = "0" * 32


def claims(document: Document) -> bool:
    """Tell whether the content is a machine-id and nothing else, or hostnamectl's object."""
    if document.opening == "{":
        return isinstance(document.json, dict) and {"MachineID", "Hostname"} <= document.json.keys()
    return len(document.raw) < 256 and _ID.fullmatch(document.text.strip()) is not None


def parse(document: Document) -> Parsed:
    """Read the id; one that is not set (zeros, or hostnamectl's null) is none."""
    structured = document.opening == "{"
    told = document.json["MachineID"] if structured else document.text.strip()
    found = told.lower() if isinstance(told, str) and _ID.fullmatch(told.lower()) else None
    at = "/MachineID" if structured else "line 1"
    guid = None if found == _UNSET else found
    return Parsed(seen=[HostSeen(document.folder, Place(document.file, ""), NAME, machine_guid=guid, guid_at=at)])
