"""A host export read column by column gives what it gives field by field: the same records, the same problems."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.collect import Document, Unreadable, hyperv, hyperv_words, read, read_together
from maccord.collect.hyperv_quick import READERS
from maccord.collect.hyperv_values import Odd
from maccord.collect.parsed import Parsed
from maccord.fleet.evidence import MachineSeen
from maccord.fleet.problem import Problem
from tests.kit.fleets import host_exports

FLEET = Path(__file__).parents[2] / "examples" / "fleet"

GUIDS = ["8F617E77-1068-5F57-B224-D40E7A589B5E", "{8f617e77-1068-5f57-b224-d40e7a589b5e}", " {0-0} ", "0000-00", "{ }"]
TEXTS = ["", " ", "Network Adapter", " a\tb\u00a0", "\u0130", r"Microsoft:8F61\{6B79}", "x\\", "a|b", "| "]
WORDS = ["Ok", "Running", "?", "off"]
MACS = ["00155D100B03", "00155d100bfe", "00-15-5D-10-0B-03", "000000000000"]
NO_MACS = ["00155d100b0g", "0x155D100B03", "00 15 5D 10 0", "١٢٣٤٥٦٧٨٩٠١٢"]
IPS = ["10.0.0.1", " 10.1.1.1 ", "fe80::1", "10.0.0.256", "010.0.0.1", "1.2.3"]
VLANS = ["1-10,20", "7", "20-10", "4096", "1-", ";3"]
WWPNS = ["C003FFBCE62B0000", "0000000000000000", "C003"]
NUMBERS = [-1, 0, 1, 2, 3, 20, 4095, 4096, 32779, 2**63 - 1, 2**63, 2**70]

PLAIN_GUIDS = ["8F610001-0000-4000-8000-00000000ABCD", "8f610001-0000-4000-8000-00000000abce"]
PLAIN = [*PLAIN_GUIDS, "00000000-0000-0000-0000-000000000000", *(f"Microsoft:{end}\\{end}" for end in PLAIN_GUIDS)]
words = st.sampled_from([*GUIDS, *TEXTS, *WORDS, *MACS, *NO_MACS, *IPS, *VLANS, *WWPNS])
numbers = st.sampled_from(NUMBERS)
likely = {
    "Text": st.sampled_from([*GUIDS, *TEXTS]),
    "Mac": st.sampled_from(MACS),
    "Ip": st.sampled_from(IPS[:3]),
    "Vlan": st.sampled_from([0, 7, 20]),
    "Flag": st.booleans(),
    "Enum": st.sampled_from([0, 1, 2, 3, 6, "On", "Access", "trunk", "External", 99]),
    "Texts": st.lists(words, max_size=3),
    "Numbers": st.lists(st.sampled_from([5, 7, 20]), max_size=2),
    "Vlans": st.sampled_from(VLANS[:2]),
    "Wwpn": st.sampled_from(WWPNS[:2]),
}
scalars = st.one_of(words, numbers)
anything = st.one_of(scalars, st.booleans(), st.none(), st.floats(), st.lists(scalars, max_size=3))


def kind_of(key):
    """Return what a property holds as a rule, by its name."""
    for part, kind in (
        ("MacAddressS", "Enum"), ("DynamicMac", "Flag"), ("Mac", "Mac"), ("PermanentAddress", "Mac"), ("Wwpn", "Wwpn"),
        ("IPAddresses", "Texts"), ("IPAddress", "Ip"), ("InterfaceGuid", "Text"), ("Descriptions", "Texts"),
        ("ListString", "Vlans"), ("AllowedVlanIdList", "Numbers"), ("VlanId", "Vlan"), ("Iov", "Vlan"),
        ("Is", "Flag"), ("Enabled", "Flag"), ("Virtual", "Flag"),
        ("State", "Enum"), ("Mode", "Enum"), ("SwitchType", "Enum"), ("Status", "Enum"),
    ):  # fmt: skip
        if part in key:
            return kind
    return "Text"


PROPERTIES = {
    "Virtualization": ["MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress"],
    "VMHost": ["MacAddressMinimum", "MacAddressMaximum", "FibreChannelWwpnMinimum", "FibreChannelWwpnMaximum"],
    "VM": ["Id", "VMId", "Name", "VMName", "State", "ReplicationMode", "IsClustered", "CreationTime"],
    "VMNetworkAdapter": [
        "Name", "Id", "AdapterId", "VMName", "VMId", "SwitchName", "SwitchId", "IovWeight", "IovUsage", "MacAddress",
        "DynamicMacAddressEnabled", "MacAddressSpoofing", "IsManagementOs", "IPAddresses", "Status", "VMSnapshotId",
    ],
    "ManagementVMNetworkAdapter": [
        "Name", "Id", "DeviceId", "SwitchName", "SwitchId", "MacAddress", "MacAddressSpoofing", "IsExternalAdapter",
    ],
    "VMNetworkAdapterVlan": [
        "VMName", "ParentAdapterId", "OperationMode", "AccessVlanId", "NativeVlanId", "AllowedVlanIdListString",
        "AllowedVlanIdList", "PrimaryVlanId", "SecondaryVlanId",
    ],
    "VMSwitch": [
        "Name", "Id", "SwitchType", "EmbeddedTeamingEnabled", "NetAdapterInterfaceDescription",
        "NetAdapterInterfaceDescriptions", "NetAdapterInterfaceGuid",
    ],
    "VMSwitchTeam": ["Name", "Id", "NetAdapterInterfaceDescription", "NetAdapterInterfaceGuid"],
    "NetAdapter": [
        "Name", "InterfaceDescription", "InterfaceGuid", "MacAddress", "PermanentAddress", "Status", "Virtual",
    ],
    "NetIPAddress": ["IPAddress", "InterfaceAlias"],
    "NetRoute": ["DestinationPrefix"],
    "DnsClientServerAddress": ["ServerAddresses"],
    "NetAdapterVmq": ["Name", "InterfaceDescription", "Enabled"],
}  # fmt: skip


def rows(key, *, odd):
    values = {name: anything if odd else st.one_of(st.none(), likely[kind_of(name)]) for name in PROPERTIES[key]}
    row = st.fixed_dictionaries({}, optional=values)
    return row if key in ("Virtualization", "VMHost") else st.one_of(st.lists(row, max_size=4), row, st.none())


@st.composite
def exports(draw, *, odd=False):
    """An export with rows in every list that is typed; `odd`: one list holds values of any kind."""
    where = draw(st.sampled_from(sorted(PROPERTIES))) if odd else ""
    lists = {key: draw(rows(key, odd=key == where)) for key in PROPERTIES}
    head = {"schema": "maccord.host/1", "ComputerName": draw(st.sampled_from([" HV01 ", "hv01.corp", "", None]))}
    return {**head, "MachineGuid": draw(st.sampled_from([*GUIDS, None])), **lists, "notes": [draw(anything)]}


def document(export, name="HV01.json"):
    return Document(name, "folder", json.dumps(export).encode())


def field_by_field(one):
    try:
        return hyperv.parse(one)
    except Unreadable as broken:
        return Parsed(problems=[Problem(one.file, broken.at, broken.reason)])


def read_somehow(one):
    parsed = read(one)
    assert parsed is not None
    return parsed


def is_quick(one):
    typed = hyperv.typed(one)
    if typed is None:
        return False
    try:
        hyperv.parse_typed([typed])
    except Odd:
        return False
    return True


def assert_both_ways_agree(one):
    quick, slow = read_somehow(one), field_by_field(one)
    assert quick.seen == slow.seen
    assert quick.problems == slow.problems


def test_every_list_that_is_read_in_columns_is_tried_here():
    assert PROPERTIES.keys() == READERS.keys()


@pytest.mark.parametrize("sample", sorted(FLEET.rglob("*HV*.json")), ids=lambda path: path.stem)
def test_the_sample_exports_are_read_in_columns_and_give_the_same(sample):
    one = Document(sample.name, "folder", sample.read_bytes())
    assert is_quick(one)
    assert_both_ways_agree(one)


@given(exports())
@settings(max_examples=150)
def test_exports_with_likely_values_give_the_same_both_ways(export):
    assert_both_ways_agree(document(export))


@given(exports(odd=True))
@settings(max_examples=150)
def test_exports_with_values_that_belong_nowhere_give_the_same_both_ways(export):
    assert_both_ways_agree(document(export))


@given(st.data())
@settings(max_examples=60)
def test_exports_of_living_hosts_are_read_in_columns_and_give_the_same(data):
    one = document(data.draw(host_exports("HV01", 1)))
    assert is_quick(one)
    assert_both_ways_agree(one)


@given(st.lists(exports(), max_size=4), st.lists(exports(odd=True), max_size=1))
@settings(max_examples=50)
def test_exports_read_together_give_what_they_give_one_by_one(plain, odd):
    several = [document(export, f"HV{at:02}.json") for at, export in enumerate([*plain, *odd])]
    together = read_together(several).unpack()
    alone = [read_somehow(one) for one in several]
    assert sorted(map(repr, together.seen)) == sorted(repr(record) for one in alone for record in one.seen)
    assert sorted(together.problems) == sorted(problem for one in alone for problem in one.problems)
    assert together.used == sum(bool(one.seen) for one in alone)


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: b"\xff\xfe" + text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode(),
        lambda text: text.encode("cp1252"),
        lambda text: "\u00a0".encode() + text.encode() + b"\r\n",
    ],
    ids=["utf-8 marked", "utf-16", "utf-16 unmarked", "utf-8", "windows-1252", "blanks around"],
)
def test_an_export_gives_the_same_both_ways_in_any_encoding(written):
    vm = {"Name": "Bücher", "Id": GUIDS[0], "State": 2}
    text = json.dumps({"schema": "maccord.host/1", "ComputerName": "HV01", "VM": [vm]}, ensure_ascii=False)
    one = Document("HV01.json", "folder", written(text))
    assert_both_ways_agree(one)
    assert [record.name for record in read_somehow(one).seen if isinstance(record, MachineSeen)] == ["Bücher"]


@given(
    st.lists(
        st.one_of(
            st.sampled_from(PLAIN),
            words,
            st.text(st.sampled_from("aA0-{}|\\ \t\n\x1f\x85\u2028\u0130\ud800"), max_size=4),
        )
    )
)
def test_texts_that_are_cleaned_together_are_as_if_each_had_been_alone(texts):
    stripped = [text.strip() for text in texts]
    bare = [text.strip("{}").lower() for text in stripped]
    assert hyperv_words.stripped(texts) == stripped
    assert hyperv_words.bare_guids(texts) == [text if text.strip("0-") else "" for text in bare]
    devices = [text.rpartition("\\")[2].strip("{}").lower() for text in stripped]
    assert hyperv_words.devices(texts) == devices


def test_pointers_beyond_those_that_are_kept_are_right():
    vms = [{"Name": f"VM{at}", "State": 2} for at in range(10_003)]
    one = document({"schema": "maccord.host/1", "ComputerName": "HV01", "VM": vms})
    assert is_quick(one)
    assert_both_ways_agree(one)
