"""Host exports as they were written, for whoever needs more of a host than the tables hold.

The lists keep the names, the properties and the values of the cmdlets (`maccord.host/1`); nothing is checked but that a
list is one. The output of single cmdlets is put under the name that the export has for it.
"""

from collections.abc import Iterator, Mapping

from maccord.collect.document import Document
from maccord.collect.fields import Json
from maccord.collect.hyperv import cmdlet_of, objects
from maccord.collect.hyperv_lists import ALONE
from maccord.collect.hyperv_typed import SCHEMA

VMM_SCHEMA = "maccord.vmm/1"


def exports_in(document: Document) -> Iterator[tuple[str, Mapping[str, Json]]]:
    """Yield what the document holds of each host or VMM server: its name, and an export or a part of one."""
    parts: dict[str, dict[str, Json]] = {}
    for row in objects(document.json):
        if row.get("schema") in (SCHEMA, VMM_SCHEMA):
            yield _text(row.get("ComputerName")) or document.folder, row
            continue
        cmdlet = cmdlet_of(row)
        if cmdlet is None:
            continue
        host = _text(row.get("PSComputerName")) or _text(row.get("ComputerName")) or document.folder
        part = parts.setdefault(host, {})
        if cmdlet in ALONE:
            part[cmdlet] = dict(row)
        else:
            rows = part.setdefault(cmdlet, [])
            assert isinstance(rows, list)
            rows.append(dict(row))
    yield from parts.items()


def _text(value: Json) -> str:
    return value.strip() if isinstance(value, str) else ""
