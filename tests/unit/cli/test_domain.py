"""Policies of domains by the command line, and a preflight whose service is away: asked, stopped, and asked again."""

import json
from pathlib import Path

import pytest

from maccord.cli.main import run
from tests.kit.service import NAMES, running, said, told

FIRST = "02-4D-00-00-00-00"
RANGE = f"{FIRST}..02-4D-00-00-00-FF"
GROUP = "01-00-5E-00-00-01"
ASK = ("--holder", "vm-adapter:vm2/nic0")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


def test_a_policy_is_set_listed_shown_and_deleted_and_weighs_a_preflight(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("MACCORD_STORE", f"sqlite:///{tmp_path / 'own.db'}")
    assert "all of them deny" in said(capsys, "domain", "list")
    said(capsys, "pool", "create", "web", "--range", RANGE, "--scope", "lab")
    said(capsys, "address", "allocate", "web", "--holder", "vm-adapter:vm1/nic0")
    ask = ("preflight", FIRST, *ASK, "--scope", "lab")
    assert run([*ask]) == 1
    capsys.readouterr()
    made = told(capsys, "domain", "set", "lab", "--admission", "warn", "--when-down", "allow", "--note", "students")
    assert (made["admission"], made["when_down"]) == ("warn", "allow")
    assert run([*ask]) == 0
    shown = capsys.readouterr()
    assert "may start" in shown.out
    assert "warning" in shown.err
    assert "vm-adapter:vm1/nic0" in shown.err
    answer = told(capsys, *ask)
    assert (answer["allowed"], answer["checked"], answer["verdicts"][0]["decision"]) == (True, True, "warn")
    assert answer["verdicts"][0]["problem"]["holders"] == ["vm-adapter:vm1/nic0"]
    said(capsys, "domain", "set", "lab", "--admission", "allow", "--expect", str(made["version"]))
    assert run([*ask]) == 0
    assert capsys.readouterr().err == ""
    assert run(["preflight", GROUP, *ASK, "--scope", "lab"]) == 1
    assert run(["domain", "delete", "lab", "--expect", str(made["version"])]) == 2
    assert "read it again" in capsys.readouterr().err
    assert told(capsys, "domain", "delete", "lab") == {"deleted": "lab"}
    assert run(["domain", "show", "lab"]) == 2
    assert "maccord domain set" in capsys.readouterr().err
    assert run(["preflight", FIRST, *ASK, "--policies", "p.json"]) == 2
    assert "--server" in capsys.readouterr().err


def test_when_the_service_is_away_each_domain_says_what_is_done(capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("maccord.client.connection._TRIES", 0)  # so that nobody waits for what does not come
    with running(tmp_path) as service:
        monkeypatch.setenv("MACCORD_SERVER", service.url)
        monkeypatch.setenv("MACCORD_TOKEN", service.tokens["reader"])
        for scope, when in (("open", "allow"), ("closed", "deny")):
            body = {"admission": "warn", "when_down": when}
            made = service.ask("PUT", f"/v1/domains/{scope}", body)
            assert made.status == 200
            assert service.ask("GET", f"/v1/domains/{scope}").headers["etag"] == made.headers["etag"]
        late = service.ask("PUT", "/v1/domains/open", {"admission": "deny"}, headers={"if-match": '"1"'})
        assert (late.status, late.problem) == (412, "stale-version")
        late = service.ask("DELETE", "/v1/domains/open", headers={"if-match": '"1"'})
        assert (late.status, late.problem) == (412, "stale-version")
        assert service.ask("DELETE", "/v1/domains/none").problem == "no-such-domain"
        pool = {"name": "web", "ranges": [RANGE], "scope": "open"}
        assert service.ask("POST", "/v1/pools", pool).status == 201
        assert run(["preflight", FIRST, *ASK, "--scope", "open", "--policies", "p.json"]) == 0  # with a warning
        capsys.readouterr()
        metrics = service.ask("GET", "/metrics").raw.decode()
        assert 'maccord_admissions_total{decision="warn"} 1.0' in metrics
        (line,) = [one for one in service.log if one["event"] == "admitted"]
        assert (line["address"], line["decision"], line["scope"]) == (FIRST, "warn", "open")
        kept = json.loads(Path("p.json").read_text())
        assert [one["scope"] for one in kept["domains"]] == ["closed", "open"]
        service.stop()

    ask = ("preflight", FIRST, *ASK, "--scope")
    assert run([*ask, "open"]) == 2  # without a file it is an error, as for every command
    capsys.readouterr()
    assert run([*ask, "open", "--policies", "p.json"]) == 0
    shown = capsys.readouterr()
    assert "NOTHING was checked" in shown.err
    assert kept["heard"][:10] in shown.err
    answer = told(capsys, *ask, "open", "--policies", "p.json")
    assert (answer["allowed"], answer["checked"], answer["verdicts"][0]["reason"]) == (True, False, "unchecked")
    for scope in ("closed", "unheard-of"):
        assert run([*ask, scope, "--policies", "p.json"]) == 1
    assert run(["preflight", GROUP, *ASK, "--scope", "open", "--policies", "p.json"]) == 1  # nobody need be asked
    capsys.readouterr()
    for damaged in (b"", b"\xff", b"[" * 9999, b"{}", json.dumps(kept | {"server": "http://127.0.0.1:1"}).encode()):
        Path("p.json").write_bytes(damaged)
        assert run([*ask, "open", "--policies", "p.json"]) == 2
    assert run([*ask, "open", "--policies", "never.json"]) == 2
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".p.json-")]


def test_a_service_that_refuses_is_not_away(capsys, tmp_path, monkeypatch):
    with running(tmp_path) as service:
        monkeypatch.setenv("MACCORD_SERVER", service.url)
        monkeypatch.setenv("MACCORD_TOKEN", service.tokens["reader"])
        service.ask("PUT", "/v1/domains/open", {"when_down": "allow"})
        ask = ["preflight", FIRST, *ASK, "--scope", "open", "--policies", "p.json"]
        assert run(ask) == 0
        monkeypatch.setenv("MACCORD_TOKEN", "maccord_nobody")
        assert run(ask) == 2
        assert "not valid" in capsys.readouterr().err
        (tmp_path / "sub").mkdir()
        monkeypatch.setenv("MACCORD_TOKEN", service.tokens["reader"])
        assert run([*ask[:-1], "sub/none/p.json"]) == 2
        assert "cannot write" in capsys.readouterr().err


def test_tokens_have_etags(tmp_path):
    with running(tmp_path) as service:
        made = service.ask("POST", "/v1/tokens", {"name": "ops", "role": "reader"})
        seen = service.ask("GET", made.headers["location"])
        assert seen.headers["etag"] == made.headers["etag"]
        assert "secret" not in seen.json
        tag = {"if-none-match": seen.headers["etag"]}
        assert service.ask("GET", "/v1/tokens/ops", headers=tag).status == 304
        late = service.ask("DELETE", "/v1/tokens/ops", headers={"if-match": '"1"'})
        assert (late.status, late.problem) == (412, "stale-version")
        gone = service.ask("DELETE", "/v1/tokens/ops", headers={"if-match": seen.headers["etag"]})
        assert gone.status == 200
        assert gone.headers["etag"] != seen.headers["etag"]
        assert service.ask("GET", "/v1/tokens/nobody").problem == "no-such-token"
