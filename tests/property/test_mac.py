"""Addresses and ranges: every spelling is read back as the number it is, and nothing else is taken for one."""

import doctest
import importlib
import pkgutil
import re
from ipaddress import IPv4Address

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import maccord.mac
from maccord.mac import (
    CONSTANTS,
    FORMATS,
    PROTOCOL_BLOCKS,
    BadAddress,
    BadRange,
    Mac,
    MaccordError,
    MacRange,
    block_of,
    default_pool,
    from_octets,
    nlb_addresses,
    parse_value,
    parse_wwn,
    show,
)

TOP = 1 << 48
VALUES = st.integers(0, TOP - 1) | st.sampled_from((0, 1, 0xFF, 0x00155DC86A00, 0x0A0B0C0D0E0F, TOP - 1))
CASES = st.sampled_from((str.upper, str.lower, str.swapcase))
RANGES = st.tuples(VALUES, VALUES).map(lambda ends: MacRange(*sorted(ends)))


def spelled(value: int, shape: str) -> str:
    """Spell a value in one of FORMATS, without asking the code under test."""
    if shape == "x:x:x:x:x:x":
        return ":".join(f"{value >> at & 0xFF:x}" for at in range(40, -8, -8))
    digits = iter(f"{value:012x}")
    return "".join(next(digits) if char == "x" else char for char in shape)


def refused(text: str) -> None:
    with pytest.raises(BadAddress):
        parse_value(text)
    with pytest.raises(BadAddress):
        Mac.parse(text)


@pytest.mark.parametrize("shape", FORMATS)
@given(value=VALUES, case=CASES)
def test_every_spelling_is_read_back(shape, value, case):
    text = case(spelled(value, shape))
    assert parse_value(text) == value
    assert Mac.parse(f" {text}\t") == Mac(value)


@given(VALUES)
def test_the_canonical_spelling_is_unique_and_read_back(value):
    text = str(Mac(value))
    assert re.fullmatch("[0-9A-F]{2}(-[0-9A-F]{2}){5}", text)
    assert text == show(value)
    assert Mac.parse(text).value == value
    assert Mac.parse(Mac(value).bare) == Mac(value)


@given(VALUES, VALUES)
def test_addresses_are_ordered_and_hashed_as_the_numbers_they_are(one, other):
    assert (Mac(one) < Mac(other)) == (one < other)
    assert (Mac(one) == Mac(other)) == (one == other)
    assert (str(Mac(one)) < str(Mac(other))) == (one < other)
    assert len({Mac(one), Mac(other)}) == len({one, other})


@given(VALUES)
def test_the_two_bits_of_the_first_octet_are_told(value):
    first = int(str(Mac(value))[:2], 16)
    assert Mac(value).is_group == (first % 2 == 1)
    assert Mac(value).is_local == (first // 2 % 2 == 1)


@given(st.integers().filter(lambda value: not 0 <= value < TOP))
def test_no_number_beyond_48_bits_is_an_address(value):
    with pytest.raises(BadAddress):
        Mac(value)


# What is no address -----------------------------------------------------------------------------------------------

DIGITS = st.text("0123456789abcdefABCDEF", min_size=1, max_size=24)


@given(DIGITS.filter(lambda text: len(text) != 12))
def test_more_or_fewer_than_twelve_digits_are_refused(digits):
    refused(digits)


@given(st.lists(st.integers(0, 255), min_size=8, max_size=8), st.sampled_from("-:. "))
def test_eui_64_is_refused_and_named(octets, separator):
    text = separator.join(f"{octet:02X}" for octet in octets)
    refused(text)
    refused(text.replace(separator, ""))
    with pytest.raises(BadAddress, match="EUI-64"):
        parse_value(text)


@given(VALUES, st.lists(st.sampled_from(("-", ":", ".", " ", "", "_", "/")), min_size=5, max_size=5))
def test_mixed_separators_are_refused(value, separators):
    octets = [f"{value >> at & 0xFF:02x}" for at in range(40, -8, -8)]
    text = octets[0] + "".join(map("".join, zip(separators, octets[1:], strict=True)))
    known = {spelled(value, shape) for shape in FORMATS} | {spelled(value, FORMATS[0]).replace("-", ":")}
    assume(text not in known)
    refused(text)


ZEROS = {"Arabic-Indic": 0x0660, "fullwidth": 0xFF10, "Devanagari": 0x0966, "mathematical bold": 0x1D7CE}


@pytest.mark.parametrize("zero", ZEROS.values(), ids=ZEROS)
@pytest.mark.parametrize("shape", FORMATS)
@given(value=VALUES, at=st.integers(0, 11))
def test_digits_of_other_scripts_are_refused(zero, shape, value, at):
    text = spelled(value, shape)
    places = [spot for spot, char in enumerate(text) if char.isdigit()]
    assume(places)
    spot = places[at % len(places)]
    refused(text[:spot] + chr(zero + int(text[spot])) + text[spot + 1 :])


@pytest.mark.parametrize("char", ["\n", "\r\n", "\0", "\u200b", "\u2010", "\ufeff", "\x1b"])
@given(value=VALUES, shape=st.sampled_from(FORMATS), at=st.integers(1, 11))
def test_a_line_break_or_an_unseen_character_inside_is_refused(char, value, shape, at):
    text = spelled(value, shape)
    refused(text[:at] + char + text[at:])


@given(VALUES, st.sampled_from(FORMATS), st.integers(0, 16), st.characters())
@example(0x00155DC86A00, FORMATS[3], 0, "x")
def test_one_character_too_much_is_never_guessed_away(value, shape, at, char):
    text = spelled(value, shape)
    at = min(at, len(text))
    longer = text[:at] + char + text[at:]
    assume(longer.strip() not in (text, text.strip()))
    if shape == "x:x:x:x:x:x" and char in "0123456789abcdefABCDEF":
        return  # an octet may have one digit or two
    refused(longer)


@given(st.text(max_size=40))
def test_any_text_is_an_address_or_refused_with_a_sentence(text):
    try:
        value = parse_value(text)
    except BadAddress as error:
        refusal = error
    else:
        digits = re.sub("[-:. ]|^0[xX]", "", text.strip())
        assert value == int(digits, 16) or ":" in text
        return
    assert isinstance(refusal, MaccordError)
    assert "is no MAC address: " in str(refusal)
    assert len(str(refusal)) < 400


@given(st.lists(st.integers(0, 255), min_size=6, max_size=6))
def test_six_octets_are_one_address(octets):
    assert show(from_octets(octets)) == "-".join(f"{octet:02X}" for octet in octets)


@given(st.lists(st.integers(-1, 256) | st.booleans() | st.none() | st.floats() | st.text(max_size=2), max_size=8))
def test_anything_but_six_octets_is_refused(octets):
    if len(octets) == 6 and all(type(octet) is int and 0 <= octet <= 255 for octet in octets):
        assert 0 <= from_octets(octets) < TOP
        return
    with pytest.raises(BadAddress):
        from_octets(octets)


# World Wide Names -------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**64 - 1), st.sampled_from(("", ":", "-", " ")), CASES)
def test_world_wide_names_are_read_whole(value, separator, case):
    digits = f"{value:016x}"
    text = separator.join(digits[at : at + 2] for at in range(0, 16, 2))
    assert parse_wwn(case(text)) == digits.upper()


LIGATURE = "\ufb00"  # its upper case is FF


@pytest.mark.parametrize(
    "text", ["", "0" * 15, "0" * 17, LIGATURE * 8, chr(0x0660) * 16, chr(0xFF10) * 16, "00155DC86A00", "g" * 16]
)
def test_what_has_not_sixteen_digits_is_no_world_wide_name(text):
    with pytest.raises(BadAddress):
        parse_wwn(text)


# Ranges -----------------------------------------------------------------------------------------------------------


@given(VALUES, VALUES)
def test_a_range_holds_both_its_ends_and_all_between(one, other):
    first, last = sorted((one, other))
    run = MacRange(first, last)
    assert first in run
    assert last in run
    assert (first + last) // 2 in run
    assert first - 1 not in run
    assert last + 1 not in run
    assert len(run) == last - first + 1
    assert str(run) == f"{show(first)} to {show(last)}"


@given(VALUES, VALUES)
def test_a_range_that_runs_backwards_is_refused(one, other):
    assume(one != other)
    first, last = sorted((one, other))
    with pytest.raises(BadRange, match="runs backwards"):
        MacRange(last, first)


@given(st.integers(0, TOP - 300), st.integers(1, 300))
def test_walking_a_range_meets_each_address_once_in_order(first, size):
    walked = list(MacRange(first, first + size - 1))
    assert len(walked) == size
    assert walked == sorted(set(walked))
    assert walked[0].value == first


@given(RANGES, RANGES)
def test_ranges_are_ordered_by_their_first_address(one, other):
    assert (one < other) == ((one.first, one.last) < (other.first, other.last))


@given(st.ip_addresses(v=4))
def test_the_default_pool_is_256_addresses_of_the_low_two_octets(ip):
    run = default_pool(ip)
    third, fourth = str(ip).split(".")[2:]
    assert show(run.first) == f"00-15-5D-{int(third):02X}-{int(fourth):02X}-00"
    assert show(run.last) == f"00-15-5D-{int(third):02X}-{int(fourth):02X}-FF"
    assert len(run) == 256
    assert run.is_default_shaped


@given(st.ip_addresses(v=4), st.ip_addresses(v=4))
def test_default_pools_are_equal_or_apart(one, other):
    left, right = default_pool(one), default_pool(other)
    alike = int(one) % 2**16 == int(other) % 2**16
    assert (left == right) == alike
    assert (left.first in right or left.last in right) == alike


@given(RANGES)
def test_only_a_whole_default_pool_is_default_shaped(run):
    derived = default_pool(IPv4Address(run.first >> 8 & 0xFFFF))
    assert run.is_default_shaped == (run == derived)


# Blocks -----------------------------------------------------------------------------------------------------------


@given(VALUES | st.sampled_from([end for block in PROTOCOL_BLOCKS for end in (block.first, block.last)]))
def test_an_address_is_in_the_first_block_that_holds_it(value):
    holding = [block for block in PROTOCOL_BLOCKS if value in MacRange(block.first, block.last)]
    assert block_of(value) == (holding[0] if holding else None)


@given(st.ip_addresses(v=4))
def test_the_addresses_of_a_cluster_lie_in_its_blocks(ip):
    blocks = [block_of(value) for value in nlb_addresses(int(ip))]
    assert [block and block.twin for block in blocks] == ["nlb-cluster"] * 3


def test_constants_are_plain_addresses_of_no_block():
    assert [show(value) for value in CONSTANTS if block_of(value) or Mac(value).is_group] == []


def test_the_examples_in_the_room_run():
    rooms = [maccord.mac, *(importlib.import_module(f"maccord.mac.{one.name}") for one in _modules())]
    results = [doctest.testmod(room, raise_on_error=False) for room in rooms]
    assert sum(result.failed for result in results) == 0
    assert sum(result.attempted for result in results) >= 2


def _modules():
    return pkgutil.iter_modules(maccord.mac.__path__)
