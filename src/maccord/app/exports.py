"""Finds the host exports among the evidence again: a repair needs more of a host than a check does."""

from collections.abc import Callable, Iterable, Mapping

from maccord.app.batches import read_document
from maccord.app.gather import files_of
from maccord.collect import BYTES_MAX
from maccord.collect.document import Unreadable
from maccord.collect.fields import Json
from maccord.collect.hyperv_export import exports_in
from maccord.fleet.problem import Problem

Export = Mapping[str, Json]


def host_exports(
    paths: Iterable[str],
    wanted: Callable[[str], bool] = lambda _: True,
    *,
    bytes_max: int = BYTES_MAX,
) -> dict[str, Export]:
    """Return the exports of the hosts and VMM servers that are wanted, by name as the evidence spells it.

    Of several exports of a host the newest counts (`collectedAt`), and lists that it lacks are taken from single
    cmdlets. What cannot be read is passed over here: the check of the same evidence tells of it.
    """
    whole: dict[str, Export] = {}
    parts: dict[str, dict[str, Json]] = {}
    problems: list[Problem] = []
    for file in files_of(paths, problems):
        document = read_document(file, bytes_max)
        if isinstance(document, Problem):
            continue
        try:
            if document.is_binary or document.opening not in ("{", "["):
                continue
            found = [(host, export) for host, export in exports_in(document) if wanted(host)]
        except Unreadable:
            continue
        for host, export in found:
            if "schema" not in export:
                for key, rows in export.items():
                    parts.setdefault(host, {}).setdefault(key, rows)
            elif host not in whole or _moment(whole[host]) < _moment(export):
                whole[host] = export
    names = sorted({*whole, *parts})
    return {name: {**parts.get(name, {}), **_told(whole.get(name, {}))} for name in names}


def _moment(export: Export) -> str:
    told = export.get("collectedAt")
    return told if isinstance(told, str) else ""


def _told(export: Export) -> dict[str, Json]:
    return {key: value for key, value in export.items() if value is not None}
