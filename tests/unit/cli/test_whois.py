"""`maccord whois`: one address in any spelling, with evidence and without, and a registry that can be made newer."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import jsonschema
import pytest

from maccord.app.check import check
from maccord.cli.main import run

ROOT = Path(__file__).parents[3]
FLEET = str(ROOT / "examples" / "fleet")
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/whois-1.schema.json").read_text(encoding="utf-8")))
CLONED = "00-15-5D-63-39-01"
CSV = "Registry,Assignment,Organization Name,Organization Address\n"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no setting and no registry of the user's stands."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MACCORD_WHOIS_REGISTRY", str(tmp_path / "home" / "registry.tsv"))


def told(capsys, *arguments):
    assert run(["whois", *arguments, "--format", "json", "--now", "2027-01-01"]) == 0
    answer = json.loads(capsys.readouterr().out)
    SCHEMA.validate(answer)
    return answer


def shown(capsys, *arguments):
    assert run(["whois", *arguments, "--now", "2027-01-01"]) == 0
    return capsys.readouterr().out


@pytest.mark.parametrize(
    "spelling",
    [
        "00155d633901", "00:15:5d:63:39:01", "0015.5d63.3901", "00-15-5d-63-39-01", "00155D-633901", "0:15:5d:63:39:1",
        "0x00155D633901", " 00-15-5D-63-39-01 ",
    ],
)  # fmt: skip
def test_every_spelling_asks_for_the_same_address(spelling, capsys):
    assert told(capsys, spelling)["address"] == CLONED


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["00-15-5D-FF-FE-C8-6A-00"], "64 bits (EUI-64)"),
        (["00-15-5D"], "expected 12 hexadecimal digits"),
        (["HV01"], "expected 12 hexadecimal digits"),
        ([], "name an address"),
        ([CLONED, "no-such-folder"], "no such file"),
        ([CLONED, "--format", "csv"], "--format"),
        (["--update-registry", "no-such.csv"], "no-such.csv"),
        (["--update-registry", "."], "no .csv"),
    ],
)
def test_a_wrong_call_leaves_with_2_and_says_why(arguments, why, capsys):
    assert run(["whois", *arguments]) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert why in errors


def test_without_evidence_the_number_itself_is_told(capsys):
    answer = told(capsys, "00155dc86a00")
    assert answer["evidence"] is None
    assert answer["vendor"] == {"registry": "MA-L", "prefix": "00-15-5D/24", "name": "Microsoft Corporation"}
    assert answer["bits"] == {"group": False, "local": False, "slap": None}
    assert [(one["kind"], one["name"]) for one in answer["blocks"]] == [("issuer", "Hyper-V host, dynamic")]
    assert "x.x.200.106" in answer["blocks"][0]["means"]
    assert answer["spellings"] == ["00155DC86A00", "00:15:5d:c8:6a:00", "0015.5dc8.6a00"]


def test_a_protocols_and_a_templates_address_is_told_to_be_one(capsys):
    assert [one["kind"] for one in told(capsys, "00:00:5e:00:01:0a")["blocks"]] == ["protocol"]
    assert [one["kind"] for one in told(capsys, "525400123456")["blocks"]] == ["issuer", "constant"]
    assert told(capsys, "ffffffffffff")["bits"] == {"group": True, "local": True, "slap": "SAI"}
    assert "broadcast" in shown(capsys, "ffffffffffff")


def test_the_fleet_tells_owners_ranges_and_incidents(capsys):
    known = told(capsys, CLONED, FLEET)["evidence"]
    assert [(one["host"], one["machine"], one["running"], one["dynamic"], one["vlans"]) for one in known["owners"]] == [
        ("HQ-HV03", "HQ-CRM01", True, True, "20"),
        ("HQ-HV04", "HQ-ERP-TEST", False, True, "20"),
    ]
    assert known["owners"][0]["evidence"] == {"file": "HQ-HV03.json", "at": "/VMNetworkAdapter/1/MacAddress"}
    assert known["owners"][0]["ips"] == ["10.20.20.72"]
    assert [(one["host"], one["kind"], one["nth"], one["size"], one["derived"]) for one in known["ranges"]] == [
        ("HQ-HV03", "dynamic", 1, 256, False),
        ("HQ-HV04", "dynamic", 1, 256, False),
    ]
    assert [(one["cause"], one["by"], one["state"]) for one in known["incidents"]] == [
        ("cloned-host-image", "address", "active")
    ]
    assert {one["incident"] for one in known["findings"]} == {known["incidents"][0]["id"]}
    assert {(one["rule"], one["by"]) for one in known["findings"]} == {
        ("duplicate-address", "address"),
        ("overlapping-pools", "range"),
    }


def test_vmms_pool_its_grant_and_the_derivation_are_told(capsys):
    known = told(capsys, "00155D3C0C01", FLEET)["evidence"]
    assert [(one["kind"], one["host"], one["derived"]) for one in known["ranges"]] == [
        ("dynamic", "PLANT-HV02", True),
        ("vmm", "PLANT-VMM01", None),
    ]
    assert [(one["host"], one["ip"]) for one in known["derivedFrom"]] == [("PLANT-HV02", "10.60.60.12")]
    assert [one["server"] for one in known["grants"]] == ["PLANT-VMM01"]


def test_an_address_shared_by_design_is_told_to_be(capsys):
    known = told(capsys, "3CFDFE005391", FLEET)["evidence"]
    assert known["expectedTwins"] == [{"kind": "team-member", "hosts": ["PLANT-HV01"]}]
    assert [one["kind"] for one in known["owners"]] == ["management", "physical", "team"]


def test_an_address_that_is_in_a_range_alone_takes_part_by_the_range(capsys):
    known = told(capsys, "00-15-5D-63-39-F0", FLEET)["evidence"]
    assert known["owners"] == []
    assert [one["by"] for one in known["incidents"]] == ["range"]
    assert "by a range that holds the address" in " ".join(shown(capsys, "00-15-5D-63-39-F0", FLEET).split())


def test_an_address_that_the_evidence_does_not_know_is_answered_all_the_same(capsys):
    assert "the address is not in it (25 files of 13 hosts)" in shown(capsys, "0a0b0c0d0e0f", FLEET)


def test_evidence_that_gives_nothing_leaves_with_2_after_the_answer(tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert run(["whois", CLONED, "empty"]) == 2
    out, errors = capsys.readouterr()
    assert out.startswith(CLONED)
    assert "nothing in the evidence" in errors
    assert run(["whois", CLONED, "empty", "--quiet"]) == 2
    assert capsys.readouterr().err == ""


def test_the_fleet_is_diagnosed_once(monkeypatch, capsys):
    calls = []

    def counted(*args, **more):
        calls.append(args)
        return check(*args, **more)

    monkeypatch.setattr("maccord.app.check.check", counted)
    told(capsys, CLONED, FLEET)
    assert len(calls) == 1


def test_tables_tell_what_their_evidence_does(capsys):
    assert run(["tables", FLEET, "--output", "tables"]) == 0
    capsys.readouterr()
    for address in (CLONED, "00155D3C0C01", "0a0b0c0d0e0f"):
        assert told(capsys, address, "tables") == told(capsys, address, FLEET)


def test_the_table_is_what_it_was_when_a_person_read_it(capsys):
    assert shown(capsys, "00155D3C0C01", FLEET) == (Path(__file__).parent / "whois.txt").read_text(encoding="utf-8")


def test_names_of_the_evidence_steer_no_terminal(tmp_path, capsys):
    (tmp_path / "host.json").write_text(
        json.dumps(
            {
                "schema": "maccord.host/1",
                "ComputerName": "HV\x1b[31m01",
                "VM": [{"Name": "web\u202e", "Id": "1", "State": 2}],
                "VMNetworkAdapter": [
                    {"Name": "\x07nic", "Id": "a", "VMName": "web\u202e", "VMId": "1", "MacAddress": "00155D000001"}
                ],
            }
        )
    )
    text = shown(capsys, "00155D000001", "host.json")
    assert {char for char in text if not char.isprintable()} == {"\n"}
    assert "HV" in text


# The registry --------------------------------------------------------------------------------------------------


def test_a_registry_made_newer_is_searched_and_keeps_what_it_was_not_given(tmp_path, capsys):
    (tmp_path / "mam.csv").write_text(CSV + "MA-M,ACDE48F,Newest Vendor,\n")
    assert run(["whois", "--update-registry", "mam.csv"]) == 0
    out, errors = capsys.readouterr()
    assert out == ""
    assert "1 MA-M" in errors
    assert told(capsys, "AC-DE-48-F0-00-01")["vendor"] == {
        "registry": "MA-M", "prefix": "AC-DE-48-F/28", "name": "Newest Vendor",
    }  # fmt: skip
    answer = told(capsys, "00155D000001")
    assert answer["vendor"]["name"] == "Microsoft Corporation"
    assert answer["registry"] == str(tmp_path / "home" / "registry.tsv")


def test_a_folder_of_the_ieees_files_is_taken_whole_and_an_address_may_follow(tmp_path, capsys):
    (tmp_path / "ieee").mkdir()
    (tmp_path / "ieee" / "oui.csv").write_text(CSV + "MA-L,00155D,First,\n")
    (tmp_path / "ieee" / "oui36.csv").write_text(CSV + "MA-S,00155D639,Second,\n")
    answer = told(capsys, "00155D639001", "--update-registry", "ieee", "--quiet")
    assert answer["vendor"]["name"] == "Second"
    assert told(capsys, "00155D739001")["vendor"]["name"] == "First"


def test_a_bad_listing_leaves_the_registry_as_it_is(tmp_path, capsys):
    (tmp_path / "oui.csv").write_text(CSV + "MA-L,00155D,First,\n")
    assert run(["whois", "--update-registry", "oui.csv", "--quiet"]) == 0
    (tmp_path / "bad.csv").write_text(CSV + "MA-L,00155D,Other,\nMA-L,zz,x,\n")
    assert run(["whois", "--update-registry", "bad.csv"]) == 2
    assert "bad.csv, line 3" in capsys.readouterr().err
    assert told(capsys, "00155D000001")["vendor"]["name"] == "First"


def test_a_spoiled_registry_is_said_to_be_one(tmp_path, capsys):
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "registry.tsv").write_text("MA-L\t00155D\tx\n")
    assert run(["whois", CLONED]) == 2
    assert "not written by maccord" in capsys.readouterr().err


@pytest.fixture
def mirror():
    """Serve a listing, a redirect to a file, and nothing."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self):
            if self.path == "/oui.csv":
                body = (CSV + "MA-L,00155D,Fetched,\n").encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            elif self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "file:///etc/passwd")
                self.end_headers()
            else:
                self.send_error(404)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_url_is_fetched_on_request(mirror, monkeypatch, capsys):
    monkeypatch.setenv("no_proxy", "*")
    assert run(["whois", "--update-registry", f"{mirror}/oui.csv", "--quiet"]) == 0
    assert told(capsys, "00155D000001")["vendor"]["name"] == "Fetched"


@pytest.mark.parametrize("path", ["/away", "/none"])
def test_a_url_that_gives_nothing_or_leads_elsewhere_is_refused(path, mirror, monkeypatch, capsys):
    monkeypatch.setenv("no_proxy", "*")
    assert run(["whois", "--update-registry", mirror + path]) == 2
    assert "cannot be fetched" in capsys.readouterr().err
