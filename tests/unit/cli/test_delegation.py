"""Ranges leased for a time, by the command line: on stores, and through a service that signs."""

import json
import os
import stat
from pathlib import Path

import pytest

from maccord.cli.main import run
from tests.kit.service import NAMES, running, said, told

RANGE = "02-4D-00-00-00-00..02-4D-00-00-00-FF"
FIRST, LAST = "02-4D-00-00-00-00", "02-4D-00-00-00-0F"


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in (*NAMES, "MACCORD_SIGNING_KEY"):
        monkeypatch.delenv(name, raising=False)


CENTRE, SITE = ("--store", "sqlite:///centre.db"), ("--store", "sqlite:///site.db")


def lent(capsys, **more):
    """Make a centre with a key in centre.key, its public part in centre.pem, and lease 16 addresses to SITE-B."""
    key = told(capsys, "block", "key", "create", "centre.key", *CENTRE)
    said(capsys, "block", "key", "show", key["id"][:8], "--output", "centre.pem", *CENTRE)
    said(capsys, "pool", "create", "web", "--range", RANGE, *CENTRE)
    block = told(capsys, "block", "carve", "web", "SITE-B", "--size", "16", "--for", more.get("for_s", "30d"), *CENTRE)
    said(capsys, "block", "lease", str(block["id"]), "--output", "lease.json", "--signing-key", "centre.key", *CENTRE)
    return block


def test_a_range_is_leased_signed_verified_accepted_reported_renewed_and_taken_back(capsys, monkeypatch):
    block = lent(capsys)
    assert (block["first"], block["last"], block["serial"]) == (FIRST, LAST, 1)
    verified = told(capsys, "block", "verify", "lease.json", "--key", "centre.pem")
    assert (verified["delegate"], verified["serial"]) == ("SITE-B", 1)
    pool = told(capsys, "pool", "accept", "lease.json", "--key", "centre.pem", "--name", "b", *SITE)
    assert (pool["name"], pool["usage"]["free"]) == ("b", 16)
    assert pool["valid_until"] < block["expires_at"]
    given = said(capsys, "address", "allocate", "b", "--holder", "vm-adapter:vm1/nic0", "--host", "HV01", *SITE)
    assert given.split()[0] == FIRST
    assert "issues until" in said(capsys, "pool", "show", "b", *SITE)

    said(capsys, "pool", "report", "b", "--output", "report.json", *SITE)
    assert told(capsys, "block", "report", "report.json", *CENTRE)["added"] == 1
    assert "vm1/nic0" in said(capsys, "address", "show", FIRST, *CENTRE)

    monkeypatch.setenv("MACCORD_SIGNING_KEY", "centre.key")
    renewed = told(capsys, "block", "renew", "1", "--for", "60d", "--expect", "1", *CENTRE)
    assert (renewed["serial"], renewed["version"]) == (2, 2)
    said(capsys, "block", "lease", "1", "--output", "second.json", *CENTRE)
    longer = told(capsys, "pool", "accept", "second.json", "--key", "centre.pem", *SITE)
    assert longer["valid_until"] > pool["valid_until"]
    assert run(["pool", "accept", "lease.json", "--key", "centre.pem", *SITE]) == 2
    assert "an older one changes nothing" in capsys.readouterr().err

    assert run(["block", "revoke", "1", "--reason", "lost", "--expect", "1", *CENTRE]) == 2
    assert "read it again" in capsys.readouterr().err
    assert told(capsys, "block", "revoke", "1", "--reason", "lost", "--expect", "2", *CENTRE)["revoked_at"]
    said(capsys, "block", "revocations", "--output", "gone.json", *CENTRE)
    assert [one["block"] for one in told(capsys, "block", "verify", "gone.json", "--key", "centre.pem")["leases"]] == [
        1
    ]
    assert [
        one["pool"] for one in told(capsys, "pool", "accept", "gone.json", "--key", "centre.pem", *SITE)["items"]
    ] == ["b"]
    assert run(["address", "allocate", "b", "--holder", "vm-adapter:vm2/nic0", *SITE]) == 2
    assert "nothing is issued since" in capsys.readouterr().err
    for where in (CENTRE, SITE):
        assert told(capsys, "pool", "verify", *where)["ok"]
        assert told(capsys, "audit", "verify", *where)["ok"]


def test_what_is_not_signed_by_a_trusted_key_is_refused(capsys):
    lent(capsys)
    said(capsys, "block", "key", "create", "other.key", "--store", "sqlite:///other.db")
    name = told(capsys, "block", "key", "list", "--store", "sqlite:///other.db")["items"][0]["id"]
    said(capsys, "block", "key", "show", name, "--output", "other.pem", "--store", "sqlite:///other.db")
    assert run(["block", "verify", "lease.json", "--key", "other.pem"]) == 1
    assert "none of the given keys has signed it" in capsys.readouterr().err
    assert run(["pool", "accept", "lease.json", "--key", "other.pem", *SITE]) == 2
    said(capsys, "block", "verify", "lease.json", "--key", "other.pem", "--key", "centre.pem")
    assert run(["block", "verify", "lease.json", "--key", "centre.key"]) == 2
    assert "must not leave its file" in capsys.readouterr().err
    forged = Path("lease.json").read_text().replace('"payload": "ey', '"payload": "fy')
    Path("forged.json").write_text(forged)
    assert run(["block", "verify", "forged.json", "--key", "centre.pem"]) == 1
    Path("noise.json").write_bytes(b"\x00\xff" * 500)
    assert run(["block", "verify", "noise.json", "--key", "centre.pem"]) == 1
    assert run(["pool", "accept", "noise.json", "--key", "centre.pem", *SITE]) == 2


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_private_key_is_for_nobody_else_and_is_never_overwritten(capsys):
    lent(capsys)
    assert stat.S_IMODE(Path("centre.key").stat().st_mode) == 0o600
    before = Path("centre.key").read_text()
    assert run(["block", "key", "create", "centre.key", *CENTRE]) == 2
    assert Path("centre.key").read_text() == before
    Path("centre.key").chmod(0o644)
    assert run(["block", "lease", "1", "--signing-key", "centre.key", *CENTRE]) == 2
    assert "chmod 600" in capsys.readouterr().err


def test_keys_are_listed_retired_and_registered(capsys):
    lent(capsys)
    (key,) = told(capsys, "block", "key", "list", *CENTRE)["items"]
    assert told(capsys, "block", "key", "register", "centre.key", *CENTRE)["id"] == key["id"]
    assert told(capsys, "block", "key", "retire", key["id"], *CENTRE)["until"]
    assert run(["block", "lease", "1", "--signing-key", "centre.key", *CENTRE]) == 2
    assert "retired" in capsys.readouterr().err
    assert told(capsys, "block", "key", "register", "centre.pem", "--store", "sqlite:///n.db")["id"] == key["id"]
    assert run(["block", "lease", "1", *CENTRE]) == 2
    assert "--signing-key" in capsys.readouterr().err


def test_what_has_no_end_is_said_to_be_so(capsys):
    lent(capsys)
    plain = said(capsys, "block", "carve", "web", "HV01", "--size", "4", *CENTRE)
    assert "Leased until" not in plain
    assert "# Leased until" in said(capsys, "block", "show", "1", *CENTRE)
    for call in (["revoke", "2", "--reason", "x"], ["renew", "2"]):
        assert run(["block", *call, *CENTRE]) == 2
        assert "maccord block return 2" in capsys.readouterr().err
    assert "leased until" in said(capsys, "block", "list", *CENTRE)


@pytest.mark.parametrize(
    "raw",
    [b"", b"{}", b"[]", b"\xff\xfe", b"[" * 9999, b'{"store": 1}', b'{"store":"x","block":-1,"serial":0,"at":"x"}'],
)
def test_a_report_of_any_bytes_is_refused(capsys, tmp_path, raw):
    (tmp_path / "r.json").write_bytes(raw)
    assert run(["block", "report", "r.json", *CENTRE]) == 2
    assert "no report of a range" in capsys.readouterr().err


def test_a_service_signs_leases_and_takes_reports(capsys, tmp_path, monkeypatch):
    store = f"sqlite:///{tmp_path / 'authority.db'}"
    said(capsys, "block", "key", "create", "centre.key", "--store", store)
    with running(tmp_path, "--signing-key", str(tmp_path / "centre.key"), store=store) as service:
        monkeypatch.setenv("MACCORD_SERVER", service.url)
        monkeypatch.setenv("MACCORD_TOKEN", service.tokens["admin"])
        (key,) = told(capsys, "block", "key", "list")["items"]
        said(capsys, "block", "key", "show", key["id"], "--output", "centre.pem")
        said(capsys, "pool", "create", "web", "--range", RANGE)
        block = told(capsys, "block", "carve", "web", "SITE-B", "--size", "16", "--for", "1d")
        said(capsys, "block", "lease", str(block["id"]), "--output", "lease.json")
        said(capsys, "pool", "accept", "lease.json", "--key", "centre.pem", *SITE)
        said(capsys, "address", "allocate", "web", "--holder", "vm-adapter:vm1/nic0", *SITE)
        said(capsys, "pool", "report", "web", "--output", "report.json", *SITE)
        assert told(capsys, "block", "report", "report.json")["added"] == 1

        seen = service.ask("GET", "/v1/blocks/1")
        assert seen.headers["etag"] == '"1"'
        assert service.ask("GET", "/v1/pools/web/blocks/1", headers={"if-none-match": '"1"'}).status == 304
        assert service.ask("GET", "/v1/pools/other/blocks/1").problem == "no-such-block"
        assert told(capsys, "block", "renew", "1", "--expect", "1")["version"] == 2
        for method, path, body in (
            ("DELETE", "/v1/blocks/1", None),
            ("DELETE", "/v1/pools/web/blocks/1", None),
            ("POST", "/v1/blocks/1/renew", {}),
            ("POST", "/v1/blocks/1/revoke", {"reason": "x"}),
        ):
            late = service.ask(method, path, body, headers={"if-match": '"1"'})
            assert (late.status, late.problem) == (412, "stale-version"), path
        gone = service.ask("POST", "/v1/blocks/1/revoke", {"reason": "x"}, headers={"if-match": '"2"'})
        assert (gone.status, gone.headers["etag"]) == (200, '"3"')
        assert gone.json["revoked_at"]
        said(capsys, "block", "revocations", "--output", "gone.json")
        assert told(capsys, "pool", "accept", "gone.json", "--key", "centre.pem", *SITE)["items"]
        assert told(capsys, "block", "show", "1")["until"]
        mine = json.loads((tmp_path / "lease.json").read_text())
        made = service.ask("POST", "/v1/delegations", {"lease": mine, "keys": [key["public"]], "name": "again"})
        assert made.problem == "range-overlap"  # it is the centre's own
        assert service.ask("GET", "/v1/delegations").json == {"items": []}
        assert service.ask("POST", "/v1/signing-keys", {"public": "x"}).problem == "bad-key"
    assert not [line for line in service.log if line["event"] == "our-fault"]
    assert "PRIVATE" not in json.dumps(service.log)
