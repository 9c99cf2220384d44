"""Seven scenarios that were recorded with their truth known, and captures and fleets in which nothing is wrong."""

import shutil

import pytest

from maccord.app.check import check
from maccord.app.gather import gather
from maccord.engine.duck import DuckEngine
from tests.kit.cases import NOW
from tests.kit.recorded import RECORDED, needs_recorded

pytestmark = needs_recorded

TWIN = "00-15-5D-C8-6A-00"
TRUTH = {
    "01-healthy": ([], []),
    "02-duplicate-mac-both-talk": ([("duplicate-on-the-wire", [TWIN])], [("duplicate-on-the-wire", [TWIN])]),
    "03-duplicate-mac-owner-silent": ([("duplicate-on-the-wire", [TWIN])], [("duplicate-on-the-wire", [TWIN])]),
    "04-ip-conflict": ([("ip-conflict", ["00-15-5D-C8-6A-10", "00-15-5D-C8-6B-11"])], []),
    "05-migration-with-garp": ([], []),
    "06-team-two-uplinks-no-lag": ([("lag-mismatch", [TWIN])], [("duplicate-on-the-wire", [TWIN])]),
    "07-vrrp-failover": ([], []),
}
"""Incidents from the captures of the ports, and from the bridge's log alone: there an IP conflict does not show, and a
team without link aggregation looks like two owners."""


def report_on(*paths):
    gathered = gather([str(path) for path in paths])
    return check(gathered.snapshot, DuckEngine(), config=gathered.config, now=NOW)


def told(report):
    return [(one.cause, one.addresses) for one in report.incidents]


@pytest.fixture
def scenario(tmp_path):
    """Return a folder with some files of a scenario, named like it."""

    def of(name, pattern):
        folder = tmp_path / name
        folder.mkdir()
        for file in (RECORDED / "lab" / name).glob(pattern):
            shutil.copy(file, folder)
        return tmp_path

    return of


@pytest.mark.parametrize("name", TRUTH)
def test_captures_of_ports_give_the_verdict_that_is_true(name, scenario):
    report = report_on(scenario(name, "*.pcap"))
    assert told(report) == TRUTH[name][0]
    assert all(one.hosts == [name] and one.state == "active" for one in report.incidents)


@pytest.mark.parametrize("name", TRUTH)
def test_the_bridges_log_alone_gives_six_of_seven(name, scenario):
    assert told(report_on(scenario(name, "fdb-monitor.txt"))) == TRUTH[name][1]


def test_all_scenarios_at_once_are_told_apart():
    found = {(one.cause, tuple(one.hosts)) for one in report_on(RECORDED / "lab").incidents}
    assert found == {
        ("duplicate-on-the-wire", ("02-duplicate-mac-both-talk", "03-duplicate-mac-owner-silent")),
        ("ip-conflict", ("04-ip-conflict",)),
        ("lag-mismatch", ("06-team-two-uplinks-no-lag",)),
    }


def test_an_incident_tells_the_moment_the_switch_and_the_ports(scenario):
    (found,) = report_on(scenario("02-duplicate-mac-both-talk", "*.pcap")).incidents
    for word in (
        "2026-11-21T10:28:53",
        "port p-a of 02-duplicate",
        "198.18.0.1",
        "port p-b of",
        "198.18.0.2",
        "35 times",
    ):
        assert word in found.explanation


@pytest.mark.parametrize("folder", ["pcap/zeek", "pcap/tcpdump", "fleet/suzieq"])
def test_what_is_shared_by_design_is_no_incident(folder):
    assert told(report_on(RECORDED / folder)) == []


def test_logs_of_devices_name_what_the_devices_saw():
    report = report_on(RECORDED / "syslog")
    assert {(one.cause, tuple(one.hosts)) for one in report.incidents} == {
        ("duplicate-on-the-wire", ("acc-sw1", "leaf01")),
        ("ip-conflict", ("rtr1",)),
        ("pinned-port-conflict", ("HV07",)),
        ("unexplained-move", ("hv7",)),
    }
