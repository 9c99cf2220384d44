"""What is new, gone and changed since an earlier report, and what is made of files that are none."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from maccord.report.json_form import as_json
from maccord.report.model import AllowedItem, EvidenceCount, IncidentItem, Report, Since
from maccord.report.since import BadReport, EarlierReport, compared, decode

NOW = datetime(2027, 1, 15, tzinfo=UTC)
A, B, C = (f"00-15-5D-00-00-0{at}" for at in "ABC")


def incident(number, *, cause="static-address-copied", hosts=("HV01", "HV02"), addresses=(A,), **more):
    told: dict[str, Any] = {
        "severity": "error",
        "state": "latent",
        "ranges": [],
        "allowed": None,
        "allowance_expired": None,
        "explanation": "why",
        "remedy": "do",
        "confidence": 1.0,
        "undecided": [],
        "evidence": [],
        "findings": [],
    }
    return IncidentItem(id=number, cause=cause, hosts=list(hosts), addresses=list(addresses), **{**told, **more})


def report(*incidents):
    return Report(
        maccord="0",
        checked_at="2027-01-15T00:00:00Z",
        evidence=EvidenceCount(1, 2, 2, 0, 0, {}),
        incidents=list(incidents),
        findings=[],
        expected_twins=[],
    )


def since(before, now):
    told = compared(now, decode(as_json(before).encode(), "before.json")).since
    assert isinstance(told, Since)
    return told


def changes(told):
    (one,) = told.changed
    return {what.field: (what.gone, what.new) for what in one.what}, one.worse


def test_the_same_report_has_nothing_new_gone_or_changed():
    told = since(report(incident("a"), incident("b")), report(incident("a"), incident("b")))
    assert (told.new, told.gone, told.changed) == ([], [], [])
    assert told.checked_at == "2027-01-15T00:00:00Z"


def test_incidents_come_and_go_by_their_id():
    told = since(report(incident("a"), incident("b", cause="pool-exhausted")), report(incident("c", hosts=["HV09"])))
    assert told.new == ["c"]
    assert [(one.id, one.cause, one.hosts, one.addresses) for one in told.gone] == [
        ("b", "pool-exhausted", ["HV01", "HV02"], [A]),
        ("a", "static-address-copied", ["HV01", "HV02"], [A]),
    ]
    assert told.changed == []


@pytest.mark.parametrize(
    ("before", "now", "change", "worse"),
    [
        ({"state": "latent"}, {"state": "active"}, {"state": (["latent"], ["active"])}, True),
        ({"state": "active"}, {"state": "latent"}, {"state": (["active"], ["latent"])}, False),
        ({"state": None}, {"state": "latent"}, {"state": ([], ["latent"])}, False),
        ({"severity": "warning"}, {"severity": "error"}, {"severity": (["warning"], ["error"])}, True),
        ({"hosts": ["HV01"]}, {"hosts": ["HV01", "HV02"]}, {"hosts": ([], ["HV02"])}, True),
        ({"addresses": [A, B]}, {"addresses": [A]}, {"addresses": ([B], [])}, False),
        ({"ranges": []}, {"ranges": [(A, C)]}, {"ranges": ([], [f"{A} to {C}"])}, True),
        ({}, {"allowed": AllowedItem("lab", None)}, {"allowed": ([], ["lab"])}, False),
        ({"allowed": AllowedItem("lab", None)}, {}, {"allowed": (["lab"], [])}, True),
    ],
)
def test_what_changed_is_told_and_whether_it_is_worse(before, now, change, worse):
    told = since(report(incident("a", **before)), report(incident("a", **now)))
    assert (told.new, told.gone) == ([], [])
    assert changes(told) == (change, worse)


def test_words_of_the_explanation_are_no_change():
    assert since(report(incident("a", explanation="then")), report(incident("a"))).changed == []


def test_an_incident_that_spread_under_a_new_id_is_the_same_one():
    told = since(report(incident("a", hosts=["HV01"])), report(incident("b", hosts=["HV01", "HV02"])))
    assert (told.new, told.gone) == ([], [])
    assert (told.changed[0].id, told.changed[0].was) == ("b", "a")
    assert changes(told) == ({"hosts": ([], ["HV02"])}, True)


def test_a_new_incident_of_another_cause_host_or_address_is_new():
    for other in ({"cause": "pool-exhausted"}, {"hosts": ["HV09"]}, {"addresses": [C]}):
        assert since(report(incident("a")), report(incident("b", **other))).new == ["b"]


def test_one_earlier_incident_is_the_same_as_one_alone():
    told = since(report(incident("a", addresses=[A, B])), report(incident("b", addresses=[A, B]), incident("c")))
    assert [one.id for one in told.changed] == ["b"]
    assert told.new == ["c"]


def failing(before, now):
    return compared(now, decode(as_json(before).encode(), "x")).failing_anew


def test_only_what_is_new_or_worse_fails_anew():
    old = report(incident("a"))
    assert not failing(old, old)
    assert failing(old, report(incident("a", state="active")))
    assert failing(report(), old)
    assert not failing(report(), report(incident("a", severity="info")))
    assert not failing(report(), report(incident("a", allowed=AllowedItem("lab", None))))
    assert not failing(report(incident("a", state="active")), old)


def test_a_report_without_comparison_says_nothing_of_it_and_fails_as_ever():
    assert "since" not in json.loads(as_json(report()))
    assert report(incident("a")).failing_anew
    assert not report().failing_anew


def test_a_report_that_was_compared_can_be_compared_with():
    once = compared(report(incident("a")), decode(as_json(report()).encode(), "x"))
    assert since(once, report(incident("a"))).new == []


GOOD = json.loads(as_json(report(incident("a"))))


def spoiled(**changed):
    return json.dumps({**GOOD, **changed}).encode()


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"", "truncated"),
        (b"\xff\xfe", "malformed"),
        (b"[]", "Expected `object`"),
        (b"{}", "missing required field `schema`"),
        (spoiled(schema="maccord.report/2"), "$.schema"),
        (spoiled(checkedAt="\x1b[31m"), "$.checkedAt"),
        (spoiled(incidents=[{}]), "$.incidents[0]"),
        (spoiled(incidents=[{**GOOD["incidents"][0], "addresses": ["HV01"]}]), "$.incidents[0].addresses[0]"),
        (spoiled(incidents=[{**GOOD["incidents"][0], "id": "x" * 101}]), "$.incidents[0].id"),
        (b'{"x":' + b"[" * 100_000, ""),
        (b'{"schema": "\\u001b]0;x\\u0007"}', "\\x1b"),
    ],
)
def test_a_file_that_is_no_report_is_refused_with_the_place(raw, why):
    with pytest.raises(BadReport) as refusal:
        decode(raw, "before.json")
    assert str(refusal.value).startswith("before.json is no earlier report")
    assert why in str(refusal.value)
    assert str(refusal.value).isprintable()
    assert len(str(refusal.value)) < 500


@given(st.binary(max_size=300))
def test_any_bytes_are_a_report_or_refused(raw):
    with suppress(BadReport):
        decode(raw, "x")


@given(
    st.lists(
        st.builds(
            incident,
            st.sampled_from("abcdef"),
            cause=st.sampled_from(["one-cause", "other-cause"]),
            hosts=st.lists(st.sampled_from(["HV01", "HV02", "HV03"]), unique=True),
            addresses=st.lists(st.sampled_from([A, B, C]), unique=True),
        ),
        max_size=6,
        unique_by=lambda one: one.id,
    ),
    st.data(),
)
def test_every_incident_is_accounted_for_once(now, data):
    before = [structs.replace(one, id=data.draw(st.sampled_from([one.id, one.id + "x"]))) for one in now]
    before = data.draw(st.permutations(before))[: data.draw(st.integers(0, 6))]
    told = since(report(*before), report(*now))
    kept = {one.was: one.id for one in told.changed}
    same = {one.id for one in before} & {one.id for one in now} - set(kept)
    assert {one.id for one in now} == {*told.new, *kept.values(), *same}
    assert {one.id for one in before} == {*(one.id for one in told.gone), *kept, *same}
    backwards = since(report(*reversed(before)), report(*now))
    assert backwards == told


def test_many_incidents_are_compared_in_reasonable_time():
    before = report(*(incident(f"a{at}", hosts=[f"HV{at}"]) for at in range(2_000)))
    now = report(*(incident(f"b{at}", hosts=[f"HV{at}"]) for at in range(200)))
    assert len(since(before, now).changed) == 200


def test_an_earlier_report_of_a_later_version_may_say_more():
    assert decode(spoiled(more={"x": 1}), "x").incidents == decode(spoiled(), "x").incidents
    assert msgspec.json.decode(spoiled(), type=EarlierReport).checked_at == "2027-01-15T00:00:00Z"
