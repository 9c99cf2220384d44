"""`maccord risk`: planned subnets, hosts that are there, and what a wrong call is told."""

import csv
import io
import json
import shutil
import tempfile
from contextlib import suppress
from fractions import Fraction
from math import comb
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maccord import wiring
from maccord.app.risk import known_hosts
from maccord.cli.main import run
from maccord.engine.duck import DuckEngine
from maccord.mac import MaccordError

ROOT = Path(__file__).parents[3]
FLEET = str(ROOT / "examples" / "fleet")
SCHEMA = jsonschema.Draft202012Validator(json.loads((ROOT / "docs/risk-1.schema.json").read_text(encoding="utf-8")))
TWO = ["10.1.0.0/16=40", "10.2.0.0/16=35"]


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no maccord.toml stands."""
    monkeypatch.chdir(tmp_path)


def told(capsys, *arguments):
    assert run(["risk", *arguments, "--format", "json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    SCHEMA.validate(answer)
    return answer


def shown(capsys, *arguments):
    assert run(["risk", *arguments]) == 0
    return " ".join(capsys.readouterr().out.split())


def test_two_slash_16_are_told_exactly_and_with_an_example(capsys):
    answer = told(capsys, *TWO)
    exact = 1 - Fraction(comb(65534 - 40, 35), comb(65534, 35))
    assert Fraction(answer["exact"]) == exact
    assert answer["probability"] == float(exact)
    assert answer["expectedPairs"] == 40 * 35 / 65534
    assert answer["pairs"] == [
        {
            "a": "10.1.0.0/16",
            "b": "10.2.0.0/16",
            "ranges": 65534,
            "probability": float(exact),
            "expectedPairs": 40 * 35 / 65534,
            "example": ["10.1.0.1", "10.2.0.1"],
        }
    ]
    assert answer["known"] == {"hosts": 0, "addresses": 0}
    assert answer["issued"] is None


def test_the_table_says_it_in_words(capsys):
    text = shown(capsys, *TWO)
    assert "2.11 %: the probability that two of 75 hosts get one range" in text
    assert "10.1.0.1 and 10.2.0.1" in text
    assert "the last two octets of its IPv4 address" in text


def test_two_slash_24_with_one_third_octet_are_explained(capsys):
    text = shown(capsys, "10.1.5.0/24=10", "10.2.5.0/24=12", "10.3.6.0/24=9")
    assert "10.1.5.0/24 and 10.2.5.0/24 have the same third octet" in text
    assert "10.3.6.0/24" not in text


@pytest.mark.parametrize(
    ("subnets", "sentence"),
    [
        (["10.1.0.0/16=500"], "No two of 500 hosts can share a range."),
        (["10.1.5.0/24=9", "10.2.6.0/24=9"], "No two of 18 hosts can share a range."),
        (["10.1.5.20/32=1", "10.2.5.20/32=1"], "100 %: the probability that two of 2 hosts"),
        (["10.0.0.0/8=65537"], "100 %: the probability"),
        (["10.1.0.0/16=1", "10.2.0.0/16=1"], "0.0015 % (1 in 65,534)"),
        (["10.0.0.0/8=4000"], "over 99.99 %"),
        (["10.0.0.0/8=1300"], "over 99.99 %"),
        (["10.0.0.0/8=2"], "10.0.0.0/8 is wider than /16"),
    ],
)
def test_no_probability_is_rounded_to_certainty(subnets, sentence, capsys):
    assert sentence in shown(capsys, *subnets)


def test_addresses_that_were_issued_are_twice_from_the_first_on(capsys):
    answer = told(capsys, *TWO, "--issued", "20")
    assert answer["issued"] == {"each": 20, "expectedTwice": pytest.approx(20 * 40 * 35 / 65534)}
    assert "...-00 to ...-13" in shown(capsys, *TWO, "--issued", "20")


LISTED = 'name,ip\n# a remark\nHV01,10.1.5.20\n\nHV02;10.2.5.20\nHV03\t10.3.5.21\n"HV 04",10.4.9.9\n'


def test_a_list_of_hosts_tells_which_share_a_range_now(tmp_path, capsys):
    (tmp_path / "hosts.csv").write_text(LISTED)
    answer = told(capsys, "--hosts", "hosts.csv")
    assert answer["known"] == {"hosts": 4, "addresses": 4}
    assert answer["groups"] == [
        {
            "range": ["00-15-5D-05-14-00", "00-15-5D-05-14-FF"],
            "hosts": [
                {"host": "HV01", "address": "10.1.5.20", "has": None},
                {"host": "HV02", "address": "10.2.5.20", "has": None},
            ],
        }
    ]
    assert answer["subnets"] == []
    assert answer["probability"] == 0


def test_a_planned_subnet_meets_the_known_hosts_with_its_own_third_octet(tmp_path, capsys):
    (tmp_path / "hosts.csv").write_text(LISTED)
    answer = told(capsys, "10.9.5.0/24=1", "--hosts", "hosts.csv")
    assert answer["exact"] == str(Fraction(2, 254))  # .20 and .21
    assert [(one["host"], one["probability"]) for one in answer["exposed"]] == [
        ("HV01", 1 / 254), ("HV02", 1 / 254), ("HV03", 1 / 254),
    ]  # fmt: skip
    assert answer["expectedPairs"] == 3 / 254


def test_addresses_of_known_hosts_are_not_given_out_again(tmp_path, capsys):
    (tmp_path / "hosts.csv").write_text("HV01 10.9.5.20\nHV02 10.8.5.21\n")
    answer = told(capsys, "10.9.5.0/24=1", "--hosts", "hosts.csv")
    assert answer["subnets"] == [{"subnet": "10.9.5.0/24", "hosts": 1, "addresses": 254, "taken": 1}]
    assert answer["exact"] == "1/253"
    assert [one["host"] for one in answer["exposed"]] == ["HV02"]


def test_evidence_says_whose_range_it_is_now(capsys):
    (group,) = told(capsys, "--hosts", FLEET)["groups"]
    assert group["hosts"] == [
        {"host": "HQ-HV05", "address": "10.20.31.12", "has": True},
        {"host": "HQ-TEST01", "address": "172.20.31.12", "has": True},
    ]
    assert "HQ-TEST01 172.20.31.12 has this range now" in shown(capsys, "--hosts", FLEET)


def test_hosts_that_fleet_toml_keeps_apart_are_no_group(tmp_path, capsys):
    for name in ("HQ-HV05.json", "HQ-TEST01.json"):
        shutil.copy(ROOT / "examples/fleet" / name, tmp_path)
    assert len(told(capsys, "--hosts", ".")["groups"]) == 1
    (tmp_path / "fleet.toml").write_text('[[layer2]]\nname = "lab"\nhosts = ["HQ-TEST01"]\n')
    assert told(capsys, "--hosts", ".")["groups"] == []


def test_the_rows_of_csv_are_the_whole_the_pairs_the_exposed_and_the_known(tmp_path, capsys):
    (tmp_path / "hosts.csv").write_text("=HV01,10.1.5.20\nHV02,10.2.5.20\n")
    assert run(["risk", "10.9.5.0/24=1", "10.8.5.0/24=1", "--hosts", "hosts.csv", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["kind"] for row in rows] == ["all", "subnets", "exposed", "exposed", "known"]
    assert rows[-1]["a"] == "'=HV01 10.1.5.20"
    assert rows[-1]["range_first"] == "00-15-5D-05-14-00"


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([], "name subnets"),
        (["10.1.0.0/16"], "SUBNET=HOSTS"),
        (["10.1.0.0/16=many"], "SUBNET=HOSTS"),
        (["10.1.0.0/16=-1"], "SUBNET=HOSTS"),
        (["10.1.0.0=4"], "no length"),
        (["10.1.5.20/16=4"], "write 10.1.0.0/16"),
        (["10.1.0.0/33=4"], "no IPv4 subnet"),
        (["fe80::/64=4"], "not from IPv6"),
        (["10.1.5.0/30=3"], "has 2 addresses for hosts, not 3"),
        (["10.1.0.0/16=3", "10.1.5.0/24=3"], "it lies in 10.1.0.0/16"),
        (["10.1.0.0/16=3", "10.1.0.0/16=3"], "it lies in 10.1.0.0/16"),
        (["10.1.0.0/16=3", "--issued", "257"], "--issued"),
        (["--hosts", "none.csv"], "no such file"),
        (["--hosts", "bad.csv"], "bad.csv, line 3: 'HV02,10.1.5.300'"),
        (["--hosts", "empty"], "names no Hyper-V host"),
    ],
)
def test_a_wrong_call_leaves_with_2_and_says_why(arguments, why, tmp_path, capsys):
    (tmp_path / "bad.csv").write_text("name,ip\nHV01,10.1.5.20\nHV02,10.1.5.300\n")
    (tmp_path / "empty").mkdir()
    assert run(["risk", *arguments]) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert why in errors


def test_names_of_a_list_steer_no_terminal(tmp_path, capsys):
    (tmp_path / "hosts.csv").write_text("HV\x1b[31m1,10.1.5.20\nHV\u202e2,10.2.5.20\n", encoding="utf-8")
    assert run(["risk", "10.9.5.0/24=1", "--hosts", "hosts.csv"]) == 0
    assert {char for char in capsys.readouterr().out if not char.isprintable()} == {"\n"}


def test_evidence_with_problems_is_used_and_the_problems_are_counted(tmp_path, capsys):
    shutil.copy(ROOT / "examples/fleet/HQ-HV05.json", tmp_path)
    (tmp_path / "broken.json").write_text("{")
    assert run(["risk", "--hosts", "."]) == 0
    assert "1 problem with the evidence" in capsys.readouterr().err
    assert run(["risk", "--hosts", ".", "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@given(st.one_of(st.binary(max_size=200), st.text('HV01,;"\t \n#.0123456789abc', max_size=80).map(str.encode)))
@settings(max_examples=100, deadline=None)
def test_any_file_of_hosts_is_read_or_refused(raw):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "hosts"
        path.write_bytes(raw)
        with suppress(MaccordError):
            known, _ = known_hosts([str(path)], DuckEngine, wiring.engine_on)
            assert known


def test_tables_tell_of_hosts_what_their_evidence_does(capsys):
    assert run(["tables", FLEET, "--output", "tables"]) == 0
    capsys.readouterr()
    assert told(capsys, "10.9.0.0/16=4", "--hosts", "tables") == told(capsys, "10.9.0.0/16=4", "--hosts", FLEET)
