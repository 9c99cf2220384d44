"""Golden cases: for every cause and every expected twin, evidence on which it shows and on which it must not."""

import json
import re

import pytest

from maccord.causes import CAUSES, TWINS
from maccord.collect import parquet
from maccord.report import Report
from maccord.rules import RULES
from tests.kit.cases import CASES, cases, shown, shown_twins

OF_CAUSES, OF_TWINS = cases("causes"), cases("twins")
ALL = [*OF_CAUSES, *OF_TWINS]
KNOWN_INCIDENTS = range(1, 40)


REPORTS: dict[str, Report] = {}


def name(case):
    return case.name


@pytest.fixture(scope="session")
def report_on(tmp_path_factory):
    """Return the report on a case, made once."""

    def of(case):
        if case.name not in REPORTS:
            REPORTS[case.name] = case.diagnose(tmp_path_factory.mktemp("evidence"))
        return REPORTS[case.name]

    return of


def judged():
    """Return all cases; one that waits for a defect to be mended is expected to fail, and must when it is mended."""
    for case in ALL:
        reason = case.told.get("awaits")
        yield pytest.param(case, id=case.name, marks=[pytest.mark.xfail(reason=reason)] if reason else [])


@pytest.mark.parametrize("case", list(judged()))
def test_case_gets_the_answer_that_was_judged_right(case, report_on):
    report = report_on(case)
    assert shown(report) == case.expected, case.told["what"]
    assert shown_twins(report) == case.expected_twins, case.told["what"]
    assert len(report.problems) == case.told.get("problems", 0), report.problems


@pytest.mark.parametrize("case", [case for case in ALL if case.doubts], ids=name)
def test_incident_says_what_would_decide_when_something_would(case, report_on):
    told = {one.cause: bool(one.undecided) for one in report_on(case).incidents}
    assert {cause: told[cause] for cause in case.doubts} == case.doubts


@pytest.mark.parametrize("case", ALL, ids=name)
def test_every_finding_of_a_case_cites_a_value_that_stands_there(case, report_on):
    report = report_on(case)
    for finding in report.findings:
        assert finding.evidence, finding
        for one in finding.evidence:
            assert_stands_there(case.files[one.file], one)
    for incident in report.incidents:
        assert incident.findings, incident


def assert_stands_there(text, evidence):
    if evidence.file.endswith(".parquet"):
        _, row, column = evidence.at.split("/")
        with parquet.opened(text) as table:
            found = list(table.rows({column: "text"}))[int(row)]
        assert found[0] == int(row)
        assert bare(found[1]) == bare(evidence.value), evidence
        return
    if not evidence.file.endswith(".json"):
        assert evidence.at
        return
    found = json.loads(text)
    for step in evidence.at.split("/")[1:]:
        found = one_step(found, step)
    if isinstance(found, str | int):
        assert bare(found) == bare(evidence.value), evidence


def one_step(found, step):
    """Go one step down a pointer: an object counts as a list of one, and a list of one as the object in it."""
    if isinstance(found, list):
        return found[int(step)] if step.isdigit() else found[0][step]
    return found if step == "0" else found[step]


def bare(value):
    return re.sub("[-:.]", "", str(value)).upper()


@pytest.mark.parametrize("case", OF_CAUSES, ids=name)
def test_case_of_a_cause_expects_what_its_name_says(case):
    expected = {one[0] for one in case.expected}
    assert (case.about in expected) == case.fires


@pytest.mark.parametrize("case", OF_TWINS, ids=name)
def test_case_of_a_twin_expects_what_its_name_says(case):
    kinds = {one[0] for one in case.expected_twins}
    assert (case.about in kinds) == case.fires


@pytest.mark.parametrize("case", ALL, ids=name)
def test_case_says_in_a_sentence_what_happened(case):
    assert re.fullmatch(r"[A-Za-z0-9].*[.]", case.told["what"].strip(), flags=re.DOTALL)
    assert case.path.name.startswith(("fires-", "silent-"))


@pytest.mark.parametrize("cause", CAUSES)
def test_every_cause_has_cases_that_fire_and_cases_that_stay_silent(cause):
    own = [case for case in OF_CAUSES if case.about == cause]
    assert sum(case.fires for case in own) >= 2
    assert sum(not case.fires for case in own) >= 2


@pytest.mark.parametrize("kind", TWINS)
def test_every_twin_has_cases_that_fire_and_cases_that_stay_silent(kind):
    own = [case for case in OF_TWINS if case.about == kind]
    assert any(case.fires for case in own)
    assert any(not case.fires for case in own)


def test_every_folder_of_cases_is_a_cause_or_a_twin():
    assert {case.about for case in OF_CAUSES} == CAUSES.keys()
    assert {case.about for case in OF_TWINS} == TWINS.keys()


def test_every_rule_finds_something_in_a_case(report_on):
    missing = set(RULES)
    for case in ALL:
        if not missing:
            break
        missing -= {finding.rule for finding in report_on(case).findings}
    assert not missing


def test_every_known_incident_is_in_a_case_or_excused_with_a_reason():
    shown_in_cases = {number for case in ALL for number in case.incidents}
    table = re.findall(r"^\| *(\d+) *\|.*\|.*\w.*\|$", (CASES / "README.md").read_text(), flags=re.MULTILINE)
    excused = {int(number) for number in table}
    assert shown_in_cases <= set(KNOWN_INCIDENTS)
    assert not shown_in_cases & excused
    assert shown_in_cases | excused == set(KNOWN_INCIDENTS)
