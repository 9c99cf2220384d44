"""What holds for every collector: its documents are its own, and no change to them raises anything or takes long."""

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord.collect import Document, Unreadable
from maccord.collect.kinds import COLLECTORS
from maccord.fleet.assemble import assemble
from tests.kit.reading import read
from tests.kit.samples import BINARY, SAMPLES

NAMES = sorted(SAMPLES)


def document(raw, file="100.conf", folder="host1"):
    return Document(file, folder, raw if isinstance(raw, bytes) else raw.encode("utf-8", "replace"), ("nodes", "pve"))


def claims(name, one):
    try:
        return COLLECTORS[name].claims(one)
    except Unreadable:
        return False


def survives(*raws):
    """Read documents as the program does, and join what they say."""
    parsed = [read(document(raw, f"{at}/100.conf")) for at, raw in enumerate(raws)]
    assemble(record for one in parsed for record in one.seen)


def test_every_collector_has_a_sample():
    assert set(SAMPLES) | BINARY == set(COLLECTORS)


@pytest.mark.parametrize("name", NAMES)
def test_a_document_is_claimed_by_its_own_collector_alone_and_read_without_a_problem(name):
    claimed = [other for other in COLLECTORS if claims(other, document(SAMPLES[name]))]
    assert claimed[0] == name
    assert set(claimed) - {name} <= {"switch-templates"}  # which is for tables that nobody else knows
    result = read(document(SAMPLES[name]))
    assert result.problems == []
    assert result.seen or result.fabrics


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("name", NAMES)
def test_a_document_with_a_mark_reads_the_same_in_every_encoding(name, encoding):
    mark = "\ufeff" if encoding.endswith("e") else ""
    other = read(document((mark + SAMPLES[name]).encode(encoding)))
    assert other.seen == read(document(SAMPLES[name])).seen


@pytest.mark.parametrize("name", NAMES)
def test_a_document_cut_off_anywhere_raises_nothing(name):
    raw = SAMPLES[name].encode()
    for end in range(0, len(raw), 3):
        survives(raw[:end])


@settings(max_examples=60)
@given(st.data())
def test_a_document_with_anything_in_any_place_raises_nothing(data):
    raw = SAMPLES[data.draw(st.sampled_from(NAMES))].encode()
    first, last = sorted((data.draw(st.integers(0, len(raw))), data.draw(st.integers(0, len(raw)))))
    put = data.draw(st.binary(max_size=30) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace")))
    survives(raw[:first] + put + raw[last:], raw)


@settings(max_examples=40)
@given(st.data())
def test_two_documents_grown_together_raise_nothing(data):
    one, other = (SAMPLES[data.draw(st.sampled_from(NAMES))].encode() for _ in range(2))
    cut = data.draw(st.integers(0, len(one)))
    survives(one[:cut] + other + one[cut:], other)


@pytest.mark.parametrize("filling", [" ", "\n", "\t", "a", '"', "[", "(", ",", ";", "=", ":", "0", "\r", "<", "#", "|"])
@pytest.mark.parametrize("name", NAMES)
def test_a_document_followed_or_split_by_a_long_run_is_done_with_at_once(name, filling):
    text = SAMPLES[name]
    half = text.index("\n") if "\n" in text else len(text) // 2
    started = process_time()
    read(document(text + filling * 300_000))
    read(document(text[:half] + filling * 300_000 + text[half:]))
    read(document(filling * 300_000 + text))
    assert process_time() - started < 3
