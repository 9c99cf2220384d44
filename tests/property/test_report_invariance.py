"""The report says the same of the same fleet, however its evidence is ordered, spelled, encoded or named."""

import codecs
import json
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.app.gather import gather
from maccord.mac import FORMATS
from tests.kit.fleets import (
    ENUMS,
    GUID_KEYS,
    LISTS,
    MAC_KEYS,
    REGISTRY_KEYS,
    Fleet,
    Json,
    diagnosed,
    fleet_tomls,
    fleets,
    hosts_of,
    report_bytes,
    write,
)

Respell = Callable[[Fleet, Random], Fleet]


# Respelling: each returns another spelling of the same fleet ---------------------------------------------------


def _walked(value: Json, change: Callable[[str, str, Json], Json], where: str = "") -> Json:
    """Return `value` with each property replaced by what `change(list, key, value)` makes of it."""
    if isinstance(value, list):
        return [_walked(one, change, where) for one in value]
    if not isinstance(value, dict):
        return value
    inner = where or ""
    return {key: _walked(change(inner, key, one), change, key if key in LISTS else where) for key, one in value.items()}


def _of_exports(fleet: Fleet, change: Callable[[str, str, Json], Json]) -> Fleet:
    """Change the properties of every file; the rows of a bare cmdlet are rows of Get-VMNetworkAdapter."""
    return [
        (name, _walked(value, change, "VMNetworkAdapter" if isinstance(value, list) else "")) for name, value in fleet
    ]


def _mac_notation(fleet: Fleet, chance: Random) -> Fleet:
    def change(_: str, key: str, value: Json) -> Json:
        if key not in MAC_KEYS or not isinstance(value, str) or not value:
            return value
        digits = value.replace("-", "")
        octets = [digits[at : at + 2] for at in range(0, 12, 2)]
        if key in REGISTRY_KEYS and chance.random() < 0.3:
            return [int(octet, 16) for octet in octets]
        shape = chance.choice(FORMATS)
        if shape == "x:x:x:x:x:x":
            spelled = ":".join(octet.lstrip("0") or "0" for octet in octets)
        else:
            left = iter(digits)
            spelled = "".join(next(left) if char == "x" else char for char in shape)
        return chance.choice((str.upper, str.lower, str.swapcase))(spelled)

    return _of_exports(fleet, change)


def _letter_case(fleet: Fleet, chance: Random) -> Fleet:
    def change(where: str, key: str, value: Json) -> Json:
        named = key in GUID_KEYS or (key == "Id" and where != "Event")
        if key in MAC_KEYS and isinstance(value, str):
            return chance.choice((value.lower(), value.upper()))
        if named and isinstance(value, str):
            return chance.choice((value.lower(), value.upper()))
        if key == "NetAdapterInterfaceGuid":
            return [chance.choice((one.lower(), one.upper())) for one in value]
        return value

    return _of_exports(fleet, change)


def _lists(fleet: Fleet, chance: Random) -> Fleet:
    """Write lists of one as the object in it, and empty lists as null, as nothing, or as a list still."""

    def written(export: Json) -> Json:
        if isinstance(export, list):
            return export[0] if len(export) == 1 and chance.random() < 0.5 else export
        made: Json = {}
        for key, value in export.items():
            keep, rows = chance.random() < 0.3, key in LISTS or key.startswith("SCMAC")
            if rows and value == [] and not keep:
                if chance.random() < 0.5:
                    made[key] = None
            elif rows and isinstance(value, list) and len(value) == 1 and not keep:
                made[key] = value[0]
            elif isinstance(value, dict) and not keep:
                made[key] = [value]
            else:
                made[key] = value
        for key in (*LISTS, "NetRoute"):
            if key not in made and export.get("schema") == "maccord.host/1" and chance.random() < 0.3:
                made[key] = chance.choice((None, []))
        return made

    return [(name, written(value)) for name, value in fleet]


def _unknown_properties(fleet: Fleet, chance: Random) -> Fleet:
    def more(value: Json) -> Json:
        if isinstance(value, list):
            return [more(one) for one in value]
        if not isinstance(value, dict):
            return value
        extra = {"PSShowComputerName": True, "CimSession": {"MacAddress": "nonsense"}, "Ünïcode": [1, None, {}]}
        chosen = {key: one for key, one in extra.items() if chance.random() < 0.4}
        return {**chosen, **{key: more(one) for key, one in value.items()}}

    return [(name, more(value)) for name, value in fleet]


def _enums(fleet: Fleet, chance: Random) -> Fleet:
    def change(where: str, key: str, value: Json) -> Json:
        names = ENUMS.get((where, key))
        if names is None or value not in names:
            return value
        name = names[value]
        return chance.choice((value, name, name.lower(), str(value)))

    return _of_exports(fleet, change)


def _key_order(fleet: Fleet, chance: Random) -> Fleet:
    def shuffled(value: Json) -> Json:
        if isinstance(value, list):
            return [shuffled(one) for one in value]
        if not isinstance(value, dict):
            return value
        keys = list(value)
        chance.shuffle(keys)
        return {key: shuffled(value[key]) for key in keys}

    return [(name, shuffled(value)) for name, value in fleet]


def _encoding(fleet: Fleet, chance: Random) -> Fleet:
    forms = (
        (b"", "utf-8"),
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    )

    def encoded(value: Json) -> Json:
        bom, encoding = chance.choice(forms)
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=chance.random() < 0.5)
        return bom + text.encode(encoding)

    return [(name, encoded(value)) for name, value in fleet]


def _white_space(fleet: Fleet, chance: Random) -> Fleet:
    def spaced(value: Json) -> Json:
        text = json.dumps(
            value, indent=chance.choice((None, 0, 1, 4, "\t")), separators=chance.choice((None, (",", ":")))
        )
        text = text.replace("\n", chance.choice(("\n", "\r\n")))
        return chance.choice(("", " ", "\n\n", "\r\n\t")) + text + chance.choice(("", "\n", " \r\n"))

    return [(name, spaced(value)) for name, value in fleet]


RESPELLINGS: dict[str, Respell] = {
    "MAC notation": _mac_notation,
    "letter case of MACs and GUIDs": _letter_case,
    "one object for a list, null for nothing": _lists,
    "unknown properties": _unknown_properties,
    "enumerations as integers or names": _enums,
    "order of keys": _key_order,
    "white space": _white_space,
    "encoding": _encoding,
}
"""Every respelling, in an order in which all of them can be applied one after the other."""


def assert_same_report(one: Path, other: Path) -> None:
    """Assert that two folders give one report: the estate read is the same, or else what is said of it."""
    before, after = gather([str(one)]), gather([str(other)])
    if before == after:
        return
    assert report_bytes(other).decode() == report_bytes(one).decode()


@pytest.fixture
def folders():
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        yield Path(one), Path(other)


def _with_config(fleet: Fleet, config: str) -> Fleet:
    return [*fleet, ("fleet.toml", config)]


@st.composite
def configured_fleets(draw: Any) -> Fleet:
    fleet = draw(fleets())
    return _with_config(fleet, draw(fleet_tomls(hosts_of(fleet)))) if draw(st.booleans()) else fleet


def _respelled(fleet: Fleet, names: list[str], seed: int) -> Fleet:
    chance = Random(seed)
    config = [(name, value) for name, value in fleet if isinstance(value, str)]
    changed = [(name, value) for name, value in fleet if not isinstance(value, str)]
    for name in names:
        changed = RESPELLINGS[name](changed, chance)
    return [*changed, *config]


@pytest.mark.parametrize("respelling", RESPELLINGS)
@settings(max_examples=12)
@given(fleet=fleets(hosts_max=4), seed=st.integers(0, 2**32))
def test_the_report_does_not_change_with_one_spelling(respelling, fleet, seed):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        write(Path(one), fleet)
        write(Path(other), _respelled(fleet, [respelling], seed))
        assert_same_report(Path(one), Path(other))


@settings(max_examples=8)
@given(fleet=configured_fleets(), seed=st.integers(0, 2**32))
def test_the_bytes_of_the_report_do_not_change_with_all_spellings_at_once(fleet, seed):
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        write(Path(one), fleet)
        write(Path(other), _respelled(fleet, list(RESPELLINGS), seed))
        assert report_bytes(other).decode() == report_bytes(one).decode()


@settings(max_examples=25)
@given(fleet=configured_fleets(), order=st.randoms(use_true_random=False))
def test_the_report_does_not_change_with_the_order_of_arguments(fleet, order):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        flat = [str(Path(folder, name)) for name, _ in fleet if "/" not in name]
        deep = sorted({str(Path(folder, name.partition("/")[0])) for name, _ in fleet if "/" in name})
        arguments = [*flat, *deep]
        before = gather(arguments)
        order.shuffle(arguments)
        after = gather(arguments)
        if before != after:
            shuffled = report_bytes(*arguments)
            order.shuffle(arguments)
            assert shuffled.decode() == report_bytes(*arguments).decode()


@settings(max_examples=6)
@given(fleet=configured_fleets(), order=st.randoms(use_true_random=False))
def test_a_folder_and_its_files_as_arguments_give_the_same_bytes(fleet, order):
    flat = [(name, value) for name, value in fleet if "/" not in name]
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), flat)
        arguments = [str(Path(folder, name)) for name, _ in flat]
        order.shuffle(arguments)
        assert report_bytes(*arguments).decode() == report_bytes(folder).decode()


@settings(max_examples=6)
@given(fleet=fleets())
def test_the_same_evidence_gives_the_same_bytes_again(fleet):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        assert report_bytes(folder) == report_bytes(folder)


# Renaming ------------------------------------------------------------------------------------------------------

NEW_NAMES = ("zulu-1", "Alpha.9", "mike 5", "NODE_x", "bb", "Ärger", "QQ-77", "hv 0", "k8s", "YY")


def _renamed(fleet: Fleet, names: dict[str, str]) -> Fleet:
    made: Fleet = []
    for name, value in fleet:
        if isinstance(value, str):
            swapped = re.sub(r'"([^"]*)"', lambda found: json.dumps(names.get(found[1], found[1])), value)
            made.append((name, swapped))
        elif isinstance(value, list):
            folder, _, file = name.rpartition("/")
            made.append((f"{names[folder]}/{file}", value))
        else:
            made.append((name, {**value, "ComputerName": names[value["ComputerName"]]}))
    return made


class _Mapped:
    """A report, host names replaced, in a form whose order does not depend on names."""

    def __init__(self, report: bytes, names: dict[str, str]) -> None:
        pattern = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        self._names, self._pattern = names, re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
        self.value = self._swap(json.loads(report))

    def _swap(self, value: Json) -> Json:
        if isinstance(value, str):
            return self._pattern.sub(lambda found: self._names[found[0]], value)
        if isinstance(value, list):
            return [self._swap(one) for one in value]
        return {key: self._swap(one) for key, one in value.items()} if isinstance(value, dict) else value

    def exact(self) -> Json:
        """Return the whole report without ids."""
        known = {one["id"]: [one["rule"], one["subjects"], one["ranges"]] for one in self.value["findings"]}
        for incident in self.value["incidents"]:
            incident["findings"] = sorted(json.dumps(known[one]) for one in incident["findings"])
        for one in (*self.value["incidents"], *self.value["findings"]):
            del one["id"]
        return self.value

    def loose(self) -> list[str]:
        """Return the parts of the report, sorted; words instead of sentences, for names are sorted in those.

        Of several nodes that know one machine a sentence names the first, so there it counts only that one is named.
        """
        report = self.value
        parts = []
        hosts = re.compile("|".join(re.escape(name) for name in sorted(self._names.values(), key=len, reverse=True)))
        known = {one["id"]: one["rule"] for one in report["findings"]}
        for one in report["incidents"]:
            told = one["explanation"]
            kept = {
                **{key: one[key] for key in ("cause", "severity", "state", "addresses", "ranges", "confidence")},
                **{key: one[key] for key in ("allowed", "allowanceExpired")},
                "hosts": sorted(one["hosts"]),
                "evidence": sorted(map(json.dumps, one["evidence"])),
                "findings": sorted(known[finding] for finding in one["findings"]),
                "undecided": sorted(re.findall(r"\w+", hosts.sub("NAME", " ".join(one["undecided"])))),
                "explanation": None if " more" in told else sorted(re.findall(r"\w+", hosts.sub("NAME", told))),
            }
            parts.append(kept)
        for one in report["findings"]:
            kept = {key: one[key] for key in ("rule", "severity", "addresses", "ranges")}
            kept |= {key: sorted(map(json.dumps, one[key])) for key in ("subjects", "evidence")}
            parts.append(kept)
        parts += [{**one, "hosts": sorted(one["hosts"])} for one in report["expectedTwins"]]
        parts += report["problems"]
        parts.append(report["evidence"])
        return sorted(json.dumps(one, sort_keys=True, ensure_ascii=False) for one in parts)


@settings(max_examples=6)
@given(fleet=configured_fleets(), order=st.randoms(use_true_random=False))
def test_renamed_hosts_rename_the_report_and_nothing_else(fleet, order):
    olds, news = hosts_of(fleet), list(NEW_NAMES)
    order.shuffle(news)
    names = dict(zip(olds, news, strict=False))
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        write(Path(one), fleet)
        write(Path(other), _renamed(fleet, names))
        before = _Mapped(report_bytes(one), names)
        after = _Mapped(report_bytes(other), {new: new for new in names.values()})
        assert after.loose() == before.loose()


@settings(max_examples=6)
@given(fleet=configured_fleets())
def test_names_that_keep_their_order_keep_every_sentence(fleet):
    names = {old: f"X-{old}" for old in hosts_of(fleet)}
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        write(Path(one), fleet)
        write(Path(other), _renamed(fleet, names))
        before, after = report_bytes(one), report_bytes(other)
        assert _Mapped(after, {new: new for new in names.values()}).exact() == _Mapped(before, names).exact()


def test_a_fleet_is_told_apart_from_another_one(folders):
    """The comparison above can fail: a host that is off changes the report."""
    one, other = folders
    rows: Json = {"schema": "maccord.host/1", "VM": [{"Id": "1", "Name": "a", "State": 2}]}
    rows["Virtualization"] = {"MinimumMacAddress": "00155D010100", "MaximumMacAddress": "00155D0101FF"}
    rows["VMNetworkAdapter"] = [{"VMId": "1", "VMName": "a", "MacAddress": "00155D010100", "SwitchName": "S"}]
    rows["VMNetworkAdapter"][0]["DynamicMacAddressEnabled"] = True
    write(one, [(f"{name}.json", {**rows, "ComputerName": name}) for name in "AB"])
    rows["VM"] = [{"Id": "1", "Name": "a", "State": 3}]
    write(other, [(f"{name}.json", {**rows, "ComputerName": name}) for name in "AB"])
    assert report_bytes(one) != report_bytes(other)
    assert diagnosed(one).failing
