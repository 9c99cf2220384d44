"""The page for people: well made, complete, safe, and the same for the same evidence."""

import base64
import hashlib
import json
import re
import shutil
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import msgspec
import pytest

from maccord import __version__
from maccord.app import illustrate as illustrating
from maccord.report.html_data import data_block
from maccord.report.html_form import as_html
from maccord.report.html_view import IN_BRIEF, IN_FULL, Some
from maccord.report.illustration import Illustration
from maccord.report.model import ChangedItem, ChangeItem, GoneItem, Since
from maccord.report.plain import counted
from maccord.report.prose import TEXT_MAX
from tests.kit.cases import read_case
from tests.kit.fleets import write
from tests.kit.markup import read_page
from tests.kit.page import drawn, drawn_large, page_of

ROOT = Path(__file__).parents[3]
FLEET, HEALTHY = ROOT / "examples" / "fleet", ROOT / "examples" / "healthy"
TEAM_CASES = ROOT / "tests" / "cases" / "causes" / "management-vnic-inherits-team"


@pytest.fixture(scope="module")
def fleet():
    return drawn(FLEET)


@pytest.fixture(scope="module")
def html(fleet):
    return as_html(*fleet)


@pytest.fixture(scope="module")
def page(html):
    return read_page(html)


@pytest.fixture(scope="module")
def large():
    return drawn_large(2400, pools_each=1, alike_every=2)


@pytest.fixture(scope="module")
def large_page(large):
    return read_page(as_html(*large))


def by_id(page):
    return {one.attributes["id"]: one for one in page.all() if "id" in one.attributes}


# Well made -----------------------------------------------------------------------------------------------------


def test_every_id_is_there_once(page):
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert sorted(ids) == sorted(set(ids))


def test_every_link_within_the_page_leads_somewhere(page):
    links = [one.attributes["href"] for one in page.all("a", "use")]
    assert links
    assert {link[0] for link in links} == {"#"}
    assert {link[1:] for link in links} <= by_id(page).keys()


def test_everything_that_names_another_element_names_one_that_is_there(page):
    known = by_id(page)
    for one in page.all():
        for kind in ("aria-labelledby", "aria-describedby", "for"):
            assert set(one.attributes.get(kind, "").split()) <= known.keys(), one


def test_headings_go_down_one_level_at_a_time(page):
    levels = [int(one.name[1]) for one in page.all("h1", "h2", "h3", "h4", "h5", "h6")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_the_page_has_its_landmarks_and_a_way_past_the_first_ones(page):
    assert [one.name for one in page.all("header", "nav", "main", "footer") if one.name != "header"] == [
        "nav",
        "main",
        "footer",
    ]
    skip = page.all("body")[0].children[0]
    assert (skip.name, skip.attributes["href"]) == ("a", "#main")
    assert page.all("html")[0].attributes["lang"] == "en"
    assert all("aria-label" in one.attributes for one in page.all("nav"))


def test_every_table_says_what_its_headings_head(page):
    assert page.all("table")
    assert all(one.attributes.get("scope") in ("row", "col") for one in page.all("th"))


def test_every_button_and_region_has_a_name_and_buttons_submit_nothing(page):
    for one in page.all("button"):
        assert one.attributes["type"] == "button"
        assert one.text or one.attributes.get("aria-label")
    for one in page.all():
        if one.attributes.get("role") in ("region", "application", "group", "search"):
            assert {"aria-label", "aria-labelledby"} & one.attributes.keys(), one.attributes


def test_every_drawing_is_told_in_words_or_hidden_from_readers(page):
    for one in page.all("svg"):
        if one.attributes.get("role") == "img":
            assert one.all("desc")[0].text
        else:
            assert one.attributes.get("aria-hidden") == "true"


def test_nothing_but_a_script_needs_the_script(page):
    for one in page.all("form"):
        assert "needs-script" in one.attributes["class"]


# Complete ------------------------------------------------------------------------------------------------------


def test_every_incident_is_there_with_its_cause_hosts_remedy_and_evidence(fleet, page):
    report, _ = fleet
    known = by_id(page)
    findings = {one.id: one for one in report.findings}
    assert [one.attributes["id"] for one in page.of_class("incident")] == [one.id for one in report.incidents]
    for incident in report.incidents:
        text = known[incident.id].text
        for said in (incident.cause, incident.explanation, incident.remedy, f"{incident.confidence:.0%}"):
            assert re.sub(r"\W", "", said) in re.sub(r"\W", "", text)
        for said in (*incident.hosts, *incident.addresses, *(end for span in incident.ranges for end in span)):
            assert said in text
        cited = [*incident.evidence, *(one for each in incident.findings for one in findings[each].evidence)]
        assert {one.file for one in cited} <= {cell.text for cell in known[incident.id].all("td")}
        assert {one.at for one in cited} <= {cell.text for cell in known[incident.id].all("td")}


def test_the_chain_begins_with_the_cause_and_names_each_rule(fleet, page):
    report, _ = fleet
    rules = {one.id: one.rule for one in report.findings}
    for incident in report.incidents:
        (chain,) = by_id(page)[incident.id].of_class("chain")
        heads = [one.text for one in chain.all("h4")]
        assert heads[0] == f"Cause: {incident.cause}"
        assert heads[1:] == [f"Finding: {rules[number]}" for number in incident.findings]


def test_the_page_of_the_cause_tells_how_to_confirm_and_fix(fleet, page):
    report, _ = fleet
    for incident in report.incidents:
        (fold,) = by_id(page)[incident.id].of_class("page-fold")
        assert {"Confirm", "Fix", "Source"} <= {one.text for one in fold.all("h4")}


def test_the_overview_counts_what_was_found_and_what_was_read(fleet, page):
    report, _ = fleet
    assert page.all("h1")[0].text == "5 errors, 1 warning, 1 info"
    read = page.of_class("read")[0].text
    assert "13 hosts, 86 adapters and 15 ranges in 25 files" in read
    assert report.checked_at[:10] in read
    assert [one.text for one in page.of_class("tile")] == [
        "5 Errors", "1 Warnings", "1 For information", "1 Allowed", "0 Problems with the evidence",
    ]  # fmt: skip


def test_an_allowed_incident_says_why_and_until_when(page):
    allowed = [one for one in page.of_class("incident") if "allowed" in one.attributes["class"].split()]
    assert ["Allowed until 2027-06-30:" in one.text for one in allowed] == [True]


def test_expected_twins_and_problems_are_listed(tmp_path):
    shutil.copytree(FLEET, tmp_path / "fleet")
    (tmp_path / "fleet" / "broken.json").write_text('{"schema": "maccord.host/1", ')
    page = read_page(page_of(tmp_path / "fleet"))
    known = by_id(page)
    assert "team-member 4" in known["twins"].text
    assert "3C-FD-FE-00-53-91" in known["twins"].text
    assert "broken.json" in known["problems"].text


def test_a_healthy_fleet_is_told_so(tmp_path):
    page = read_page(page_of(HEALTHY))
    assert page.all("h1")[0].text == "Nothing collides"
    assert "incidents" not in by_id(page)
    assert read_page(page_of(tmp_path)).all("h1")[0].text == "Nothing was read"


def test_a_cause_that_occurs_again_is_marked_so_that_paper_has_its_page_once(large_page):
    folds = large_page.of_class("page-fold")
    assert ["again" in one.attributes["class"].split() for one in folds] == [False] + [True] * (len(folds) - 1)


def test_what_is_new_changed_and_gone_since_an_earlier_report_is_told(fleet):
    report, illustration = fleet
    old = report.incidents[1]
    since = Since(
        checked_at="2027-01-14T12:00:00Z",
        new=[report.incidents[0].id],
        gone=[GoneItem("0" * 12, "pool-exhausted", "error", "active", ["HQ-HV09"], [], [])],
        changed=[ChangedItem(old.id, old.id, worse=True, what=[ChangeItem("hosts", ["HQ-OLD"], ["HQ-NEW"])])],
    )
    page = read_page(as_html(msgspec.structs.replace(report, since=since), illustration))
    known = by_id(page)
    assert "1 new, 1 changed, 1 gone" in page.of_class("since")[0].text
    assert [one.text for one in page.of_class("fresh")] == ["New since the last report", "Worse since the last report"]
    assert [one.text for one in known[old.id].all("del", "ins")] == ["HQ-OLD", "HQ-NEW"]
    assert "pool-exhausted HQ-HV09" in known["gone"].text


# Drawings ------------------------------------------------------------------------------------------------------


def boxes(figure):
    rows = [one.all("th", "td") for one in figure.all("tbody")[0].all("tr")]
    return {row[0].text: [cell.text for cell in row[1:]] for row in rows}


def test_the_drawing_of_a_team_tells_which_nic_the_address_comes_from(tmp_path):
    read_case(TEAM_CASES / "fires-vmm-converged-network-with-vmq.toml").diagnose(tmp_path)
    (figure,) = read_page(page_of(tmp_path)).of_class("stack")
    told = boxes(figure)
    team = next(row for row in told.values() if row[0] == "team")
    vnic = next(row for row in told.values() if row[0].startswith("management vNIC"))
    nic = next(name for name, row in told.items() if row[0] == "NIC" and row[1] == team[1])
    team_name = next(name for name, row in told.items() if row[0] == "team")
    assert team[2] == f"from member {nic}"
    assert vnic[2] == f"inherited from {team_name}"
    assert vnic[1] == team[1] == told[nic][1]
    assert [row[4] for row in (team, vnic, told[nic])] == ["yes"] * 3


def test_lines_follow_the_shared_address_from_the_nic_to_the_vnic(tmp_path):
    read_case(TEAM_CASES / "fires-vmm-converged-network-with-vmq.toml").diagnose(tmp_path)
    (figure,) = read_page(page_of(tmp_path)).of_class("stack")
    marked = [one for one in figure.of_class("wire") if "twice" in one.attributes["class"].split()]
    assert len(marked) == 3  # NIC to team, team to switch, switch to vNIC
    assert all(one.attributes["marker-end"] == "url(#flow-twice)" for one in marked)
    plain = [one for one in figure.of_class("wire") if "carries" not in one.attributes["class"].split()]
    assert len(plain) >= 1


def test_clones_are_drawn_both_and_their_twins_are_marked_on_both(page):
    (clones,) = [one for one in page.of_class("incident") if one.all("h3")[0].text == "cloned-host-image"]
    figures = clones.of_class("stack")
    assert [one.all("strong")[0].text for one in figures] == ["HQ-HV03", "HQ-HV04"]
    shared = [{row[1] for row in boxes(figure).values() if row[4] == "yes"} for figure in figures]
    assert shared[0] == shared[1] == {f"00-15-5D-63-39-0{number}" for number in range(3)}


def test_a_drawing_stays_small_on_a_host_of_many_machines(tmp_path):
    rows = [
        {"Name": "NIC", "Id": f"n{at}", "VMName": f"vm{at:03}", "VMId": f"v{at}", "SwitchName": "LAN",
         "MacAddress": f"00155D0101{at:02X}", "DynamicMacAddressEnabled": True}
        for at in range(200)
    ]  # fmt: skip
    machines = [{"Id": f"v{at}", "Name": f"vm{at:03}", "State": 2} for at in range(200)]
    twin = {**rows[150], "Id": "other", "VMName": "stranger", "VMId": "x", "DynamicMacAddressEnabled": False}
    export = {"schema": "maccord.host/1", "VMSwitch": [{"Name": "LAN", "SwitchType": 2}]}
    hosts = [
        {**export, "ComputerName": "HV01", "VM": machines, "VMNetworkAdapter": rows},
        {**export, "ComputerName": "HV02", "VM": [{"Id": "x", "Name": "stranger", "State": 2}],
         "VMNetworkAdapter": [twin]},
    ]  # fmt: skip
    write(tmp_path, [(f"{at}.json", value) for at, value in enumerate(hosts)])
    first = read_page(page_of(tmp_path)).of_class("stack")[0]
    told = boxes(first)
    assert "vm150" in told  # the one that it is about is never left out
    assert len(told) == 9
    assert "192 more adapters not drawn" in first.text


# Safe ----------------------------------------------------------------------------------------------------------


def hashes(page, name, kind):
    """Return the hash of each element's content, as a policy names it."""
    inline = [one for one in page.all(name) if one.attributes.get("type", kind) == kind]
    digests = [hashlib.sha256("".join(one.texts).encode()).digest() for one in inline]
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


def test_the_policy_allows_our_own_style_and_scripts_and_nothing_else(page):
    (meta,) = [one for one in page.all("meta") if one.attributes.get("http-equiv") == "Content-Security-Policy"]
    policy = dict(part.strip().split(" ", 1) for part in meta.attributes["content"].split(";"))
    assert policy == {
        "default-src": "'none'",
        "style-src": " ".join(hashes(page, "style", "")),
        "script-src": " ".join(hashes(page, "script", "")),
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_nothing_is_loaded_and_nothing_runs_from_an_attribute(page):
    for one in page.all():
        assert not [key for key in one.attributes if key.startswith("on") or key in ("style", "src", "srcset")], one
    assert [one.attributes["href"][:5] for one in page.all("link")] == ["data:"]
    script = "".join("".join(one.texts) for one in page.all("script") if "type" not in one.attributes)
    forbidden = ("eval", "Function", "innerHTML", "outerHTML", "insertAdjacentHTML", "write", "fetch", "XMLHttpRequest")
    assert not set(forbidden) & set(re.findall(r"\w+", script))


def test_the_block_of_data_holds_no_character_that_html_could_take_for_its_own(fleet):
    report, illustration = fleet
    hostile = "</script><!--<script>&\u2028\u2029"
    strips = [msgspec.structs.replace(one, host=hostile, name=hostile) for one in illustration.strips]
    block = data_block(report, msgspec.structs.replace(illustration, strips=strips))
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block)["hosts"][0].startswith("</script>")


def test_a_long_text_is_cut_and_the_rest_is_counted(fleet):
    report, illustration = fleet
    long = msgspec.structs.replace(report.incidents[0], explanation="x" * 10_000)
    page = read_page(as_html(msgspec.structs.replace(report, incidents=[long]), illustration))
    assert f"({10_000 - TEXT_MAX:,} more characters)" in page.of_class("why")[0].text


# The same for the same -----------------------------------------------------------------------------------------


def test_the_same_evidence_gives_the_same_bytes_whatever_the_order_of_files():
    files = sorted(path for path in FLEET.rglob("*") if path.is_file())
    assert page_of(*files[::-1]) == page_of(*files)


def test_only_the_moment_of_the_check_differs_from_run_to_run(html):
    later = page_of(FLEET, now=datetime(2027, 1, 15, 13, 14, 15, tzinfo=UTC))
    changed = later.replace("2027-01-15T13:14:15Z", "2027-01-15T12:00:00Z")
    assert changed.replace("2027-01-15 13:14:15", "2027-01-15 12:00:00") == html


def test_the_page_names_the_version_that_wrote_it(page):
    assert f"maccord {__version__}" in page.all("footer")[0].text


# Bounded -------------------------------------------------------------------------------------------------------


def test_a_large_fleet_gives_a_page_of_bounded_size_that_says_what_it_leaves_out(large, large_page):
    page = large_page
    assert len(large[0].incidents) == 1200
    assert len(page.of_class("incident")) == IN_FULL
    assert len(page.of_class("brief")[0].all("tr")) == IN_BRIEF + 1
    assert len(page.all()) < 45_000
    left_out = page.of_class("note")[0].text
    assert "1,000 incidents after the worst 100 are listed as one row each." in left_out
    assert "100 further incidents are not on this page" in left_out


def test_ranges_that_the_map_has_no_room_for_are_counted_and_those_of_incidents_stay(monkeypatch):
    monkeypatch.setattr(illustrating, "STRIPS_MAX", 100)
    monkeypatch.setattr(illustrating, "_FIRSTS", illustrating._FIRSTS.replace("LIMIT 120000", "LIMIT 100"))
    report, illustration = drawn_large(400, pools_each=1, alike_every=20)
    assert len(illustration.strips) == 100
    assert illustration.strips_left_out == 300
    assert {host for one in report.incidents for host in one.hosts} <= {one.host for one in illustration.strips}
    assert illustration.strips == sorted(illustration.strips)
    assert "300 ranges are not on the map" in read_page(as_html(report, illustration)).of_class("note")[0].text


def test_the_data_of_the_map_says_where_each_range_is(fleet):
    report, illustration = fleet
    told = json.loads(data_block(report, illustration))["map"]
    at, found = 0, []
    for step, size, host in zip(told["first"], told["size"], told["host"], strict=True):
        at += step
        found.append((at, at + size - 1, host))
    hosts = json.loads(data_block(report, illustration))["hosts"]
    assert [(first, last, hosts[host]) for first, last, host in found] == [
        (one.first, one.last, one.host) for one in illustration.strips
    ]


def test_only_ranges_that_a_finding_names_are_marked_as_shared(fleet):
    report, illustration = fleet
    shared = json.loads(data_block(report, illustration))["map"]["shared"]
    named = [(illustration.strips[at].host, illustration.strips[at].kind) for at in shared]
    assert sorted(named) == [
        ("HQ-HV03", "dynamic"), ("HQ-HV04", "dynamic"), ("HQ-HV05", "dynamic"), ("HQ-TEST01", "dynamic"),
        ("PLANT-HV02", "dynamic"), ("PLANT-VMM01", "vmm"),
    ]  # fmt: skip


def test_a_report_without_anything_drawn_still_makes_a_page(fleet):
    page = read_page(as_html(fleet[0], Illustration()))
    assert len(page.of_class("incident")) == 8
    assert not page.of_class("stack")


def test_one_is_never_left_out_alone():
    assert Some.of([1, 2, 3], 2) == Some([1, 2, 3], 0)
    assert Some.of([1, 2, 3, 4], 2) == Some([1, 2], 2)


@pytest.mark.parametrize(
    ("number", "word", "shown"),
    [(1, "host", "1 host"), (2000, "host", "2,000 hosts"), (2, "info", "2 info"), (2, "address", "2 addresses")],
)
def test_numbers_are_counted_in_words(number, word, shown):
    assert counted(number, word) == shown
