"""Whatever the evidence is, the run goes on, what is wrong with it is said by file, and the report is safe to show."""

import csv
import io
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.cli.check import _write_table
from maccord.cli.main import run
from maccord.collect import Document, fleet_toml
from maccord.engine import define_views
from maccord.engine.duck import DuckEngine
from maccord.report import Report
from maccord.report.csv_form import COLUMNS, as_csv
from maccord.report.json_form import as_json, json_schema
from tests.kit.fleets import NOW, write

Json = Any
Draw = Callable[[st.SearchStrategy[Any]], Any]

FLEET = Path(__file__).parents[2] / "examples" / "fleet"
SAMPLES = sorted(path for path in FLEET.rglob("*") if path.is_file())
FORMULA = ("=", "+", "-", "@", "\t", "\r")
SCHEMA = jsonschema.Draft202012Validator(json.loads(json_schema()))


# Through the door, and what must hold of every report ----------------------------------------------------------


_ENGINE = DuckEngine()


@contextmanager
def engine() -> Iterator[DuckEngine]:
    """Yield an engine; its tables are taken back afterwards, which is fast."""
    _ENGINE.connection.execute("BEGIN")
    try:
        yield _ENGINE
    finally:
        _ENGINE.connection.execute("ROLLBACK")


def diagnosed(*paths: Path, bytes_max: int = 1 << 20) -> Report:
    """Return the report on evidence."""
    gathered = gather([str(path) for path in paths], bytes_max=bytes_max)
    with engine() as ours:
        return check(gathered.snapshot, ours, config=gathered.config, now=NOW)


def assert_fit_to_show(report: Report, names: Iterable[str]) -> None:
    """Assert that every form renders, holds nothing that a terminal or spreadsheet obeys, and names files we gave."""
    assert {one.file for one in report.problems} <= {*names, "."}
    assert all(one.reason for one in report.problems)
    assert msgspec.json.decode(as_json(report).encode("utf-8"), type=Report) == report
    assert_fit_to_open(as_csv(report))
    report = msgspec.structs.replace(report, incidents=report.incidents[:20])  # the slow forms take long for many
    report = msgspec.structs.replace(
        report, findings=[one for one in report.findings if any(one.id in told.findings for told in report.incidents)]
    )
    SCHEMA.validate(json.loads(as_json(report)))
    with redirect_stdout(io.StringIO()) as table:
        _write_table(report, None)
    assert_fit_to_print(table.getvalue())


def assert_fit_to_print(text: str) -> None:
    """Assert that a text holds no character that steers a terminal."""
    assert {one for one in text if not one.isprintable()} <= {"\n"}
    assert text.encode("utf-8")


def assert_fit_to_open(text: str) -> None:
    """Assert that a text is CSV of our columns, and that no cell of it is a formula."""
    rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    assert rows[0] == list(COLUMNS)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert [cell for row in rows for cell in row if cell.startswith(FORMULA)] == []


def assert_survives(files: dict[str, bytes]) -> Report:
    """Assert that a folder of files gives a report that is fit to show, and a word on each file that gave nothing."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), files.items())
        report = diagnosed(Path(folder))
        assert_fit_to_show(report, files)
    silent = files.keys() - {one.file for one in report.problems}
    assert report.evidence.files <= len(files)
    assert report.evidence.files >= len([name for name in silent if worth_a_word(files[name])])
    return report


def worth_a_word(raw: bytes) -> bool:
    """Tell whether content that gives nothing is a problem: nothing at all, and what a cmdlet prints for it, is not."""
    for encoding in ("utf-8-sig", "utf-16"):
        try:
            text = raw.decode(encoding).strip()
        except UnicodeDecodeError:
            continue
        if text in ("", "null") or _is_void(text):
            return False
    return True


def _is_void(text: str) -> bool:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return text.startswith("#") or "=" in text  # a fleet.toml may hold nothing but comments and unknown keys
    return value in ({}, [], None) or (isinstance(value, dict) and value.keys() == {"incidents"})


def left(*arguments: str | Path) -> tuple[int, str, str]:
    """Return exit code, standard output and standard error of a run of the command line."""
    with redirect_stdout(io.StringIO()) as out, redirect_stderr(io.StringIO()) as errors:
        code = run([str(one) for one in arguments])
    return code, out.getvalue(), errors.getvalue()


# A host that has one of everything, and values that belong nowhere ---------------------------------------------

_GUID = "00000000-0000-4000-8000-00000000000"


def whole_host(name: str) -> Json:
    """Return an export with every list and property that is read, and with addresses that collide."""

    def nic(at: int) -> Json:
        return {
            "Name": "NIC", "Id": f"Microsoft:{_GUID}{at}\\{_GUID}{at}", "VMName": f"vm{at}", "VMId": f"{_GUID}{at}",
            "SwitchName": "LAN", "SwitchId": f"{_GUID}9", "IovWeight": 0, "IovUsage": 0, "MacAddress": "00155D0A0B05",
            "DynamicMacAddressEnabled": False, "MacAddressSpoofing": 1, "IsManagementOs": False, "VMSnapshotId": None,
            "IPAddresses": ["10.0.0.5"], "Status": [2],
        }  # fmt: skip

    def wired(at: int) -> Json:
        return {
            "Name": f"eth{at}", "InterfaceDescription": f"Intel #{at}", "InterfaceGuid": f"{_GUID}{at + 3}",
            "MacAddress": f"8C-16-45-00-00-0{at}", "PermanentAddress": f"8C164500000{at}", "Status": "Up",
            "Virtual": False,
        }  # fmt: skip

    return {
        "schema": "maccord.host/1",
        "collectedAt": "2027-01-01T00:00:00Z",
        "ComputerName": name,
        "MachineGuid": f"{_GUID}8",
        "Virtualization": {
            "MinimumMacAddress": "00155D0A0B00",
            "MaximumMacAddress": "00155D0A0BFF",
            "CurrentMacAddress": "00155D0A0C05",
        },
        "VMHost": {
            "MacAddressMinimum": "00155D0A0B00",
            "MacAddressMaximum": "00155D0A0BFF",
            "FibreChannelWwpnMinimum": "C003FF0000000000",
            "FibreChannelWwpnMaximum": "C003FF0000000001",
        },
        "VM": [
            {"Id": f"{_GUID}{at}", "Name": f"vm{at}", "State": 2, "IsClustered": False, "ReplicationMode": 0,
             "CreationTime": "2026-01-01T00:00:00Z"}
            for at in (1, 2)
        ],
        "VMNetworkAdapter": [nic(1), nic(2)],
        "ManagementVMNetworkAdapter": [
            {"Name": "MGMT", "DeviceId": f"{_GUID}7", "SwitchName": "LAN", "SwitchId": f"{_GUID}9",
             "MacAddress": "8C1645000001", "IsExternalAdapter": False, "MacAddressSpoofing": 1}
        ],
        "VMNetworkAdapterVlan": [
            {"VMName": "vm1", "ParentAdapterId": f"{_GUID}1", "OperationMode": 1, "AccessVlanId": 7},
            {"VMName": "vm2", "ParentAdapterId": f"{_GUID}2", "OperationMode": 2, "NativeVlanId": 7,
             "AllowedVlanIdListString": "5-9", "AllowedVlanIdList": [5, 6]},
            {"VMName": "vm3", "ParentAdapterId": f"{_GUID}6", "OperationMode": 3, "PrimaryVlanId": 7,
             "SecondaryVlanId": 8},
        ],
        "VMSwitch": [
            {"Name": "LAN", "Id": f"{_GUID}9", "SwitchType": 2, "EmbeddedTeamingEnabled": False,
             "NetAdapterInterfaceDescription": "Microsoft Network Adapter Multiplexor Driver",
             "NetAdapterInterfaceDescriptions": None, "NetAdapterInterfaceGuid": [f"{_GUID}4"]}
        ],
        "VMSwitchTeam": [
            {"Name": "SET", "Id": f"{_GUID}5", "NetAdapterInterfaceDescription": ["Intel #2"],
             "NetAdapterInterfaceGuid": [f"{_GUID}5"]}
        ],
        "NetAdapter": [
            wired(1),
            wired(2),
            {**wired(1), "Name": "team", "InterfaceGuid": f"{_GUID}0", "PermanentAddress": None,
             "InterfaceDescription": "Microsoft Network Adapter Multiplexor Driver", "Virtual": True},
        ],
        "NetLbfoTeam": [{"Name": "team", "Members": ["eth1"], "TeamNics": ["team"]}],
        "NetLbfoTeamMember": [{"Name": "eth1", "InterfaceDescription": "Intel #1", "Team": "team"}],
        "NetLbfoTeamNic": [{"Name": "team", "InterfaceDescription": "", "Team": "team", "Primary": True}],
        "NetIPAddress": [{"IPAddress": "10.0.10.11", "InterfaceAlias": "vEthernet (MGMT)", "PrefixLength": 24}],
        "NetAdapterVmq": [{"Name": "MGMT", "InterfaceDescription": "", "Enabled": True}],
        "VMFibreChannelHba": [
            {"VMName": "vm1", "VMId": f"{_GUID}1", "SanName": "san", "WorldWidePortNameSetA": "C003FF0000000000",
             "WorldWidePortNameSetB": "C003FF0000000001"}
        ],
        "HnsNetwork": [
            {"Name": "pods", "Type": "l2bridge",
             "MacPools": [{"StartMacAddress": "00-15-5D-0A-0B-00", "EndMacAddress": "00-15-5D-0A-0B-0F"}]}
        ],
        "Event": [
            {"ProviderName": "Microsoft-Windows-Hyper-V-VmSwitch", "Id": 28, "TimeCreated": "2027-01-01T00:00:00Z",
             "Message": "port 00-15-5D-0A-0B-05"}
        ],
    }  # fmt: skip


def whole_server(name: str) -> Json:
    """Return a VMM export with every property that is read."""
    return {
        "schema": "maccord.vmm/1",
        "collectedAt": "2027-01-01T00:00:00Z",
        "ComputerName": name,
        "SCMACAddressPool": [
            {"Name": "pool", "MACAddressRangeStart": "00:15:5D:00:00:00", "MACAddressRangeEnd": "00:15:5D:FF:FF:FF"}
        ],
        "SCMACAddress": [{"Address": "00:15:5D:0A:0B:05", "VirtualNetworkAdapter": "vm1"}],
    }


def spots(value: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the place of everything below a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, one in inner:
        yield (*at, step)
        yield from spots(one, (*at, step))


def changed(value: Json, at: tuple[str | int, ...], new: Json) -> Json:
    """Return a copy of a value in which `new` stands at a place."""
    if not at:
        return new
    copy: Json = dict(value) if isinstance(value, dict) else list(value)
    copy[at[0]] = changed(copy[at[0]], at[1:], new)
    return copy


class Raw(str):
    """JSON that Python would not write."""

    __slots__ = ()


def json_text(value: Json) -> str:
    """Return a value as JSON, `Raw` as it stands."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json_text(key)}: {json_text(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(json_text, value))}]"
    return json.dumps(value)


MISCHIEF = (
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\n=1", "\r=1", "=cmd|'/c calc'!A0", '"', '=";\n@', ";=1", ",=1"),
    *("\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\x9b31m", "\x00", "a\nb", "a\r\nb", "\x85", "\u2028", "\u202egnp.exe"),
    *(
        "[bold red]x[/]",
        "[/",
        "<script>",
        "😀",
        "\u200b",
        "\ufeff",
        "é́",
        "x" * 3000,
        "%s{0}$1",
        "'; DROP TABLE pool; --",
    ),
)
"""Texts that mean something to a terminal, a spreadsheet, a markup or a query."""

VALUES: dict[str, Json] = {
    "null": None,
    "true": True,
    "nothing": "",
    "blank": " ",
    "zero": 0,
    "minus one": -1,
    "a fraction": 0.5,
    "tiny": 5e-324,
    "4096": 4096,
    "2^31": 1 << 31,
    "2^63": 1 << 63,
    "10^30": 10**30,
    "4000 digits": Raw("9" * 4000),
    "5000 digits": Raw("9" * 5000),
    "5000 digits as text": "9" * 5000,
    "digits of another script": "٣",
    "a superscript": "²",
    "NaN": Raw("NaN"),
    "-Infinity": Raw("-Infinity"),
    "1e400": Raw("1e400"),
    "a lone surrogate": Raw('"\\ud800"'),
    "a low surrogate": Raw('"\\udc00x"'),
    "a bare zero byte": Raw('"\\u0000"'),
    "bad escape": Raw('"\\x"'),
    "an empty list": [],
    "an empty object": {},
    "lists in lists": [[[]]],
    "objects in lists": [{}, {"a": None}, 1, "x", None, [1]],
    "a list of everything": [None, True, -1, 1 << 63, 0.5, "", "x"],
    "an object with odd keys": {"\x1b[31m": 1, "": 2, "=1": 3, "a\nb": 4, "schema": 5},
    "six octets too large": [256, -1, 0, 0, 0, 0],
    "deep nesting": Raw("[" * 5000 + "]" * 5000),
    "the same key twice": Raw('{"Name": 1, "Name": "x", "MacAddress": "00155D0A0B05", "MacAddress": []}'),
    "broadcast": "FF-FF-FF-FF-FF-FF",
    "64 bits": "00-15-5D-FF-FE-0A-0B-05",
    "mischief": "\x1b[31m=1\x00",
}
"""Values by what they are, each of which stands once in the place of everything that is read."""

_TOO_LARGE = {"2^63", "10^30", "4000 digits", "5000 digits as text"}
_NO_VLAN = {"minus one", "4096", "2^31", *_TOO_LARGE}
_NUMBERS = {"State", "ReplicationMode", "MacAddressSpoofing", "OperationMode", "SwitchType", "Id", "IovWeight"}
_NUMBERS |= {"IovUsage", "AccessVlanId", "NativeVlanId", "PrimaryVlanId", "SecondaryVlanId"}


def _with_each(value_at: Callable[[int, tuple[str | int, ...]], str]) -> dict[str, bytes]:
    """Return an export for each spot of a host and of a VMM server, a value in it, each in a fabric of its own."""
    files = {}
    for make in (whole_host, whole_server):
        for number, at in enumerate(spots(make(""))):
            name = value_at(number, at)
            host = f"{make.__name__}-{number}"
            files[f"{host}.json"] = json_text(changed(make(host), at, VALUES[name])).encode()
    fabrics = [f'[[layer2]]\nname = "{name}"\nhosts = ["{name.removesuffix(".json")}"]\n' for name in files]
    return {**files, "fleet.toml": "".join(fabrics).encode()}


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_belongs_nowhere_reaches_the_engine_without_harm_wherever_it_stands(name, tmp_path):
    files = _with_each(lambda *_: name)
    assert len(files) > 120
    write(tmp_path, files.items())
    with engine() as ours:
        gathered = gather([str(tmp_path)])
        ours.load(gathered.snapshot)
        define_views(ours)
    assert {one.file for one in gathered.snapshot.problems} <= files.keys()


@pytest.mark.parametrize("turn", [0, 11, 23])
def test_values_that_belong_nowhere_give_a_report_that_is_fit_to_show(turn):
    names = [name for name in VALUES if not isinstance(VALUES[name], Raw)]
    report = assert_survives(_with_each(lambda number, _: names[(7 * number + turn) % len(names)]))
    assert report.findings


@pytest.mark.parametrize("name", VALUES)
def test_a_value_that_belongs_nowhere_alone_in_a_file_does_not_end_the_run(name):
    value = VALUES[name]
    assert_survives({
        "value.json": json_text(value).encode(),
        "list.json": json_text([value, {"schema": "maccord.host/1"}]).encode(),
        "schema.json": json_text({"schema": value}).encode(),
        "only.json": json_text({"schema": "maccord.host/1", "ComputerName": value}).encode(),
        "folder/nic.json": json_text([{"MacAddress": value, "VMName": value, "PSComputerName": value}]).encode(),
        "folder/pool.json": json_text({"MACAddressRangeStart": value, "MACAddressRangeEnd": value}).encode(),
    })  # fmt: skip


@settings(max_examples=10)
@given(st.data())
def test_exports_with_several_wrong_values_do_not_end_the_run(data):
    files = {}
    for number in range(data.draw(st.integers(1, 3))):
        make = data.draw(st.sampled_from((whole_host, whole_host, whole_server)))
        value = make(f"H{number}")
        for _ in range(data.draw(st.integers(1, 5))):
            places = [at for at in spots(value) if not isinstance(value, Raw)]
            at = data.draw(st.sampled_from(places))
            names = [name for name in VALUES if not isinstance(VALUES[name], Raw)]
            new = data.draw(st.sampled_from([VALUES[name] for name in names]) | st.sampled_from(MISCHIEF))
            value = changed(value, at, new)
        files[f"{number}.json"] = json_text(value).encode()
    assert_survives(files)


@settings(max_examples=10)
@given(st.lists(st.binary(max_size=200), min_size=1, max_size=8))
def test_any_bytes_do_not_end_the_run(contents):
    assert_survives({f"{at}/{'fleet.toml' if at % 3 == 2 else 'x.json'}": raw for at, raw in enumerate(contents)})


_BEGINNINGS = (
    '{"schema": "maccord.host/1", ',
    '[{"MacAddress": "',
    "<domain type='kvm'><name>",
    '[{"url": "https://netbox/api/dcim/interfaces/1/", "mac_address": "02:00:00:00:10:01", "device": {"name": "',
    "[[allow]]\n",
    "[[layer2]]\n",
    "\ufeff{",
    "Vlan    Mac Address       Type        Ports\n  10  0015.5dc8.6a00  DYNAMIC  Gi1/0/1\n",
    "00:15:5d:c8:6a:00 dev p-a master br0\n",
    "Address           Age(min)   Hardware Addr      Interface\n10.1.0.1   0   00:15:5d:c8:6a:00 wan1\n",
)


@settings(max_examples=10)
@given(st.lists(st.tuples(st.sampled_from(_BEGINNINGS), st.text(max_size=100)), min_size=1, max_size=8))
def test_any_text_after_a_good_beginning_does_not_end_the_run(contents):
    assert_survives({f"{at}.x": (start + text).encode() for at, (start, text) in enumerate(contents)})


# What names may be ---------------------------------------------------------------------------------------------


def _documented(number: int, name: str) -> Json:
    url = f"https://netbox/api/dcim/interfaces/{number}/"
    owner = {"id": number, "name": name}
    return {"id": number, "url": url, "name": name, "device": owner, "mac_address": "06:00:00:00:10:01"}


@pytest.mark.parametrize("text", MISCHIEF, ids=ascii)
def test_a_name_that_steers_a_terminal_or_a_spreadsheet_does_so_nowhere(text):
    files = {f"{at}.json": json_text(_named(whole_host(f"{text}{at}"), text)).encode() for at in range(2)}
    files["vmm.json"] = json_text(_named(whole_server(text), text)).encode()
    files["netbox.json"] = json_text([_documented(at, f"{text}{at}") for at in range(2)]).encode()
    allow = f'[[allow]]\ncause = "cloned-host-image"\nreason = {json.dumps(text)}\n'.replace("\\ud83d\\ude00", "😀")
    report = assert_survives({**files, "fleet.toml": allow.encode()})
    assert report.findings
    if text.strip():
        assert any(text.strip() in one.host for finding in report.findings for one in finding.subjects)


def _named(export: Json, text: str) -> Json:
    """Put a text in the place of every name."""
    for at in [at for at in spots(export) if at[-1] in ("Name", "VMName", "SwitchName", "ProviderName", "Team")]:
        export = changed(export, at, text)
    return export


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ["=1", "-1", "@x", "\t", "a\nb", "\x1b[2J", "[bold]", "\u202ecod.nosj", "x" * 200])
def test_a_file_may_be_called_anything(name, tmp_path):
    files = {f"{name}.json": json_text(whole_host("A")).encode(), f"{name}/fleet.toml": b"x = 1", f"{name}.x": b"?"}
    report = assert_survives(files)
    assert report.findings
    assert {one.file for one in report.problems} >= {f"{name}/fleet.toml", f"{name}.x"}
    code, _, errors = left("check", tmp_path / name)
    assert (code, "Traceback" in errors) == (2, False)


# fleet.toml ----------------------------------------------------------------------------------------------------

TOML_VALUES = (
    *("0", "-1", "1e400", "nan", "inf", "true", '""', "'x'", '"\\u001b[31m=1"', "[]", "[[]]", "{}", "[1, 'x', {}]"),
    *("1979-05-27", "1979-05-27T07:32:00Z", "07:32:00", "0001-01-01", "9999-12-31T23:59:59-12:00", "'\ufffd'"),
    *("'FF'", "['*', '[', '[!', '**?']", "'00-15-5D-0A-0B-05'", "9" * 4000, "'''\n'''", "'unclosed", "2027-02-30"),
)


def test_any_value_in_a_fleet_toml_does_not_end_the_run():
    files = {"host.json": json_text(whole_host("A")).encode()}
    for value in TOML_VALUES:
        for key in ("cause", "hosts", "addresses", "reason", "until", "name", "more", '"=1\\u001b"'):
            sane = {"cause": "'cloned-host-image'", "reason": "'r'", "name": "'n'", "hosts": "['*']"}
            lines = "\n".join(f"{one} = {text}" for one, text in {**sane, key: value}.items())
            for table in ("allow", "layer2"):
                files[f"{len(files)}/fleet.toml"] = f"[[{table}]]\n{lines}\n".encode()
    for text in (
        "allow = 1",
        "layer2 = 'x'",
        "[allow]",
        "[layer2.x]",
        "allow = [1, [], {}]",
        "\x00",
        "[[allow]]\n[" * 9,
    ):
        files[f"{len(files)}/fleet.toml"] = text.encode()
    assert_survives(files)


# Broken files, and other encodings -----------------------------------------------------------------------------


@settings(max_examples=10)
@given(st.data())
def test_sample_files_that_are_cut_off_or_have_flipped_bits_do_not_end_the_run(data):
    files = {}
    for _ in range(data.draw(st.integers(1, 4))):
        sample = data.draw(st.sampled_from(SAMPLES))
        raw = bytearray(sample.read_bytes())
        for _ in range(data.draw(st.integers(0, 6))):
            raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
        if data.draw(st.booleans()):
            del raw[data.draw(st.integers(0, len(raw))) :]
        if data.draw(st.integers(0, 4)) == 0:
            raw += data.draw(st.sampled_from(SAMPLES)).read_bytes()
        files[sample.relative_to(FLEET).as_posix()] = bytes(raw)
    assert_survives(files)


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda path: path.name)
def test_a_sample_file_that_was_cut_off_is_named(sample):
    whole = sample.read_bytes()
    pieces = {f"{at}/{sample.name}": whole[: len(whole) * at // 9] for at in range(1, 9)}
    report = assert_survives(pieces)
    if sample.suffix != ".toml":
        assert {one.file for one in report.problems} == pieces.keys()


ENCODINGS = {
    "UTF-8 with a mark": (b"\xef\xbb\xbf", "utf-8"),
    "UTF-16 LE with a mark": (b"\xff\xfe", "utf-16-le"),
    "UTF-16 BE with a mark": (b"\xfe\xff", "utf-16-be"),
    "UTF-16 LE": (b"", "utf-16-le"),
}


def _encoded(folder: Path, bom: bytes, encoding: str) -> Path:
    for sample in SAMPLES:
        path = folder / sample.relative_to(FLEET)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bom + Document("", "", sample.read_bytes()).text.encode(encoding))
    return folder


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_report_is_the_same_in_every_encoding_that_windows_writes(name, tmp_path):
    assert as_json(diagnosed(_encoded(tmp_path, *ENCODINGS[name]))) == as_json(diagnosed(FLEET))


def test_utf_16_that_nothing_marks_as_big_endian_is_a_problem_by_file(tmp_path):
    report = diagnosed(_encoded(tmp_path, b"", "utf-16-be"))
    assert {one.file for one in report.problems} == {path.relative_to(FLEET).as_posix() for path in SAMPLES}
    assert report.evidence.files == 0


@pytest.mark.parametrize("bom", [b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("rest", [b"", b"\x00", b"\xd8", b"\x00\xd8\x00\xd8", b"{\x00\xff", b"\xff\xff\xff"])
def test_a_mark_that_the_rest_belies_is_a_problem_or_nothing(bom, rest):
    assert assert_survives({"x.json": bom + rest}).evidence.files == 0


# XML -----------------------------------------------------------------------------------------------------------

_DOMAIN = (
    "<domain type='kvm'><name>{}</name><devices>"
    "<interface type='bridge'><mac address='{}'/></interface></devices></domain>"
)


@pytest.mark.parametrize(
    "head",
    [
        "<!DOCTYPE d [" + "".join(f'<!ENTITY l{at} "{f"&l{at - 1};" * 10}">' for at in range(1, 12)) + "]>",
        "<!DOCTYPE d SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE d [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE d [<!ENTITY % p SYSTEM 'http://127.0.0.1:9/'> %p;]>",
    ],
    ids=["billion laughs", "external subset", "external entity", "parameter entity"],
)
def test_xml_with_a_document_type_is_refused_by_file_and_at_once(head):
    text = head + _DOMAIN.format("&l11;&x;", "52:54:00:aa:bb:cc")
    started = time.process_time()
    report = assert_survives({"kvm/a.xml": text.encode(), "kvm/b.xml": f"<?xml version='1.0'?>\n{text}".encode()})
    assert time.process_time() - started < 3
    assert ["DTD" in one.reason for one in report.problems] == [True, True]
    assert "root:" not in as_json(report)


def test_anything_in_xml_does_not_end_the_run():
    texts = (
        "",
        "é",
        "=1",
        "&#x9b;31m",
        "&#x1b;",
        "&#0;",
        "&#xd800;",
        "&x;",
        "x" * 5000,
        "9" * 5000,
        "\x1b",
        "]]>",
        "<b/>",
        "-1",
    )
    files: dict[str, bytes] = {}
    for text in texts:
        sample = (FLEET / "PLANT-KVM01" / "plcgw01.xml").read_text(encoding="utf-8")
        for at, quoted in enumerate(sample.split("'")[1::2]):
            files[f"kvm{len(files)}/{at}.xml"] = sample.replace(f"'{quoted}'", f"'{text}'").encode()
        files[f"kvm{len(files)}/name.xml"] = _DOMAIN.format(text, "52:54:00:aa:bb:cc").encode()
    assert_survives(files)


# Folders -------------------------------------------------------------------------------------------------------


def test_an_empty_folder_leaves_with_2_and_a_table(tmp_path):
    code, out, errors = left("check", tmp_path)
    assert code == 2
    assert "Nothing was read" in out
    assert "nothing in the evidence could be used" in errors


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_evidence_that_is_all_broken_leaves_with_2_in_every_form(form, tmp_path):
    write(tmp_path, [("a.json", "{"), ("b.xml", "<domain type='kvm'>"), ("c.bin", b"\x00\x01"), ("fleet.toml", "[")])
    code, out, errors = left("check", tmp_path, "--format", form)
    assert code == 2
    assert out
    assert "Traceback" not in errors


@pytest.mark.parametrize(("strict", "expected"), [(False, 0), (True, 2)])
def test_bad_evidence_beside_good_changes_the_exit_code_only_when_strict(strict, expected, tmp_path):
    write(tmp_path, [("host.json", {"schema": "maccord.host/1", "ComputerName": "A"}), ("bad.json", "{")])
    code, out, _ = left("check", tmp_path, *(["--strict"] if strict else []))
    assert code == expected
    assert "bad.json" in out


def test_a_file_over_the_limit_is_named_and_not_read(tmp_path):
    write(tmp_path, [("host.json", whole_host("A"))])
    with (tmp_path / "large.json").open("wb") as large:
        large.truncate((1 << 20) + 1)
    code, out, _ = left("check", tmp_path, "--max-file-size", "1", "--format", "json")
    assert code == 1
    assert [one["file"] for one in json.loads(out)["problems"]] == ["large.json"]
    assert "larger than 1 MB" in out


posix = pytest.mark.skipif(os.name == "nt", reason="needs links, pipes and permissions of POSIX")


@posix
def test_a_pipe_among_files_is_not_waited_for(tmp_path):
    write(tmp_path, [("host.json", whole_host("A"))])
    os.mkfifo(tmp_path / "pipe.json")
    assert diagnosed(tmp_path).evidence.files == 1
    code, out, errors = left("check", tmp_path / "pipe.json")
    assert (code, out) == (2, "")
    assert "pipe.json" in errors


@posix
def test_a_link_that_leads_out_is_named_and_not_followed(tmp_path):
    write(tmp_path, [("out.json", whole_host("OUT")), ("in/host.json", whole_host("A"))])
    (tmp_path / "in" / "out.json").symlink_to(tmp_path / "out.json")
    (tmp_path / "in" / "up").symlink_to(tmp_path)
    (tmp_path / "in" / "here").symlink_to(tmp_path / "in")
    (tmp_path / "in" / "gone.json").symlink_to(tmp_path / "in" / "nowhere")
    report = diagnosed(tmp_path / "in")
    assert report.evidence.hosts == 1
    assert {one.file for one in report.problems} == {"out.json", "up"}


@contextmanager
def nobodys_rights():
    """Give up root's rights for a while, since root reads everything; others keep theirs."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@posix
def test_what_may_not_be_read_is_named():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, [("host.json", whole_host("A")), ("locked.json", "{}"), ("shut/x.json", "{}")])
        folder.chmod(0o755)
        (folder / "locked.json").chmod(0)
        (folder / "shut").chmod(0)
        try:
            with nobodys_rights():
                report = diagnosed(folder)
        finally:
            (folder / "shut").chmod(0o700)
    assert {one.file for one in report.problems} == {"locked.json", "shut/"}
    assert report.evidence.files == 1


@pytest.mark.skipif(not Path("/proc/self/mem").is_file(), reason="needs a file that opens and cannot be read")
def test_a_file_that_fails_to_read_is_named():
    report = diagnosed(Path("/proc/self/mem"))
    assert [one.file for one in report.problems] == ["mem"]
    assert "cannot be read" in report.problems[0].reason


# What once ended a run --------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(_NUMBERS - {"NativeVlanId", "PrimaryVlanId", "SecondaryVlanId"}))
def test_a_number_of_5000_digits_in_quotes_does_not_end_the_run(key):
    places = [at for at in spots(whole_host("")) if at[-1] == key]
    places = [at for at in places if key != "Id" or at[0] == "Event"]
    made = [changed(whole_host(f"H{number}"), at, "9" * 5000) for number, at in enumerate(places)]
    assert_survives({f"{number}.json": json_text(one).encode() for number, one in enumerate(made)})


@pytest.mark.parametrize("key", ["FibreChannelWwpnMinimum", "FibreChannelWwpnMaximum"])
def test_a_range_of_port_names_that_runs_backwards_or_is_huge_does_not_end_the_run(key):
    export = changed(whole_host("A"), ("VMHost", key), "00155DFFFE0A0B05")
    assert_survives({"a.json": json_text(export).encode()})


@pytest.mark.parametrize("name", sorted(_TOO_LARGE - {"5000 digits as text"}))
def test_an_event_with_a_huge_id_does_not_end_the_run(name):
    assert_survives({"a.json": json_text(changed(whole_host("A"), ("Event", 0, "Id"), VALUES[name])).encode()})


@pytest.mark.parametrize("name", sorted(_NO_VLAN - {"5000 digits as text"}))
def test_an_access_vlan_that_is_none_does_not_end_the_run(name):
    at = ("VMNetworkAdapterVlan", 0, "AccessVlanId")
    assert_survives({"a.json": json_text(changed(whole_host("A"), at, VALUES[name])).encode()})


def test_a_number_of_5000_digits_in_a_fleet_toml_does_not_end_the_run():
    assert_survives({"fleet.toml": b"[[allow]]\nx = " + b"9" * 5000})


@posix
@pytest.mark.skipif(sys.platform == "darwin", reason="macOS refuses such names")
def test_a_file_whose_name_is_no_utf_8_does_not_end_the_run(tmp_path):
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.json")).write_bytes(b"?")
    code, _, _ = left("check", tmp_path, "--format", "json")
    assert code == 2


@posix
@pytest.mark.parametrize("argument", [".", "a"])
def test_links_that_lead_in_a_circle_do_not_end_the_run(argument, tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    code, _, _ = left("check", tmp_path / argument)
    assert code == 2


def test_many_blank_lines_are_passed_over_at_once():
    document = Document("x.txt", "", b"x" + b"\n" * 20_000 + b"y")
    started = time.process_time()
    assert not fleet_toml.claims(document)
    assert time.process_time() - started < 1
