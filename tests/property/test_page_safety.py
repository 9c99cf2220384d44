"""Whatever hosts, machines and switches are called, the page shows it as text: none of it becomes markup or script."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kit.fleets import fleets, write
from tests.kit.markup import read_page
from tests.kit.page import page_of

OURS = {
    "", "html", "head", "meta", "title", "link", "script", "style", "body", "a", "header", "nav", "main", "footer",
    "section", "article", "form", "div", "p", "span", "strong", "h1", "h2", "h3", "h4", "ul", "ol", "li", "dl", "dt",
    "dd", "table", "caption", "thead", "tbody", "tr", "th", "td", "code", "kbd", "bdi", "time", "button", "input",
    "label", "meter", "details", "summary", "figure", "figcaption", "svg", "symbol", "marker", "pattern", "use",
    "ins", "del", "path", "rect", "circle", "g", "text", "desc",
}  # fmt: skip
NASTY = (
    "</script><script>alert(1)</script>", "<!--<script>", '"><img src=x onerror=alert(1)>', "' onload='alert(1)",
    "]]>", "</title></style>", "{{ 7 * 7 }}", "{% raw %}", "\u202egnp.exe", "\u2066\u2028\u2029", "a\x00b\x1b[31m",
    "&lt;b&gt;&amp;", "javascript:alert(1)", "x" * 10_000, "\ud83d", "é" * 300, "=cmd|' /C calc'!A0", "`${1}`",
)  # fmt: skip
names = st.one_of(st.sampled_from(NASTY), st.text(max_size=40), st.tuples(*[st.sampled_from(NASTY)] * 2).map("".join))


def estate(host, machine, switch, nic):
    """Return two hosts that issue from one range, with a twin, a team and everything else named as told."""
    ends = {"MinimumMacAddress": "00155D010100", "MaximumMacAddress": "00155D0101FF", "CurrentMacAddress": None}
    lan = [{"Name": nic, "InterfaceDescription": f"d{at}", "MacAddress": f"8C-16-45-00-00-0{at}"} for at in (1, 2)]
    team = {"Name": f"{nic}T", "InterfaceDescription": "Microsoft Network Adapter Multiplexor Driver",
            "MacAddress": "8C-16-45-00-00-01"}  # fmt: skip
    adapter = {"Name": nic, "VMName": machine, "SwitchName": switch, "MacAddress": "00155D010105"}
    rows = {
        "schema": "maccord.host/1",
        "Virtualization": ends,
        "NetAdapter": [*lan, team],
        "NetLbfoTeam": [{"Name": f"{nic}T", "Members": [nic], "TeamNics": [f"{nic}T"]}],
        "NetLbfoTeamNic": [{**team, "Team": f"{nic}T", "VlanID": 0}],
        "NetLbfoTeamMember": [{"Name": nic, "InterfaceDescription": "d1", "Team": f"{nic}T"}],
        "VMSwitch": [{"Name": switch, "SwitchType": 2, "NetAdapterInterfaceDescription": team["InterfaceDescription"]}],
        "ManagementVMNetworkAdapter": [{"Name": nic, "SwitchName": switch, "MacAddress": "8C1645000001"}],
    }
    return [
        (
            f"{letter}.json",
            {
                **rows,
                "ComputerName": f"{letter}{host}",
                "VM": [{"Name": machine, "Id": letter, "State": 2}],
                "VMNetworkAdapter": [{**adapter, "VMId": letter}],
            },
        )
        for letter in "AB"
    ]


def assert_safe(html):
    """Assert that a page is well nested, of our elements only, with our scripts only, and steers nobody's terminal."""
    assert all(char.isprintable() or char == "\n" for char in html)
    html.encode("utf-8")
    page = read_page(html)
    assert {one.name for one in page.all()} <= OURS | {"title"}
    assert [one.attributes.get("type", "") for one in page.all("script")] == ["", "application/json", ""]
    for one in page.all():
        assert not [key for key in one.attributes if key.startswith("on") or key == "style"]
        assert one.attributes.get("href", "#").startswith(("#", "data:image/svg+xml,"))
    (block,) = [one for one in page.all("script") if one.attributes.get("type")]
    assert json.loads("".join(block.texts)).keys() >= {"hosts", "map", "incidents", "search"}
    ids = [one.attributes["id"] for one in page.all() if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    return page


def shown(fleet):
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), fleet)
        return page_of(folder)


@pytest.mark.slow
@settings(max_examples=60)
@given(names, names, names, names)
@example(NASTY[0], NASTY[2], NASTY[13], NASTY[1])
def test_hostile_names_are_shown_and_do_nothing(host, machine, switch, nic):
    assert_safe(shown(estate(host, machine, switch, nic)))


@pytest.mark.slow
@settings(max_examples=40)
@given(fleets())
def test_every_fleet_has_a_page_with_all_its_incidents(fleet):
    page = assert_safe(shown(fleet))
    counted = page.of_class("tile")
    assert bool(counted) == bool(page.of_class("incident"))


@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_one_hostile_name_everywhere_does_nothing(name):
    assert_safe(shown(estate(name, name, name, name)))


def test_a_name_that_is_markup_is_read_as_it_is_written():
    page = assert_safe(shown(estate(NASTY[2], "web", "LAN", "NIC")))
    chips = {one.text for one in page.of_class("chip")}
    assert f"A{NASTY[2]}".upper() in {text.upper() for text in chips}
