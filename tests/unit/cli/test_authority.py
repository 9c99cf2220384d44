"""The allocator's commands: the same on a store and through a service."""

import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from maccord.cli.main import run
from tests.kit.service import NAMES, hosted, said, told

ROOT = Path(__file__).parents[3]
RANGE = "02-4D-00-00-00-00..02-4D-00-00-FF-FF"
FIRST = "02-4D-00-00-00-00"
VM = ("--holder", "vm-adapter:vm1/nic0", "--host", "HV01")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start in an empty folder, with no store, service or setting of the user's own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(params=["store", "server"])
def book(request, tmp_path, monkeypatch):
    """Say by the environment which authority the commands ask: a store, or a service over one."""
    if request.param == "store":
        monkeypatch.setenv("MACCORD_STORE", f"sqlite:///{tmp_path / 'own.db'}")
        yield request.param
        return
    with hosted(tmp_path) as (url, token):
        monkeypatch.setenv("MACCORD_SERVER", url)
        monkeypatch.setenv("MACCORD_TOKEN", token)
        yield request.param


@pytest.mark.usefixtures("book")
def test_a_pool_is_made_changed_listed_and_deleted(capsys):
    made = told(capsys, "pool", "create", "web", "--range", RANGE, "--rest", "15m", "--note", "for web")
    assert (made["name"], made["rest_s"], made["size"], made["usage"]["free"]) == ("web", 900, 65536, 65536)
    changed = told(capsys, "pool", "change", "web", "--policy", "random", "--expect", str(made["version"]))
    assert (changed["pool"]["policy"], changed["pool"]["note"]) == ("random", "for web")
    assert run(["pool", "change", "web", "--note", "late", "--expect", str(made["version"])]) == 2
    assert "read it again" in capsys.readouterr().err
    assert [one["name"] for one in told(capsys, "pool", "list")["items"]] == ["web"]
    assert "65,536" in said(capsys, "pool", "list")
    assert "15 min" in said(capsys, "pool", "show", "web")
    assert said(capsys, "pool", "delete", "web") == "deleted  web\n"
    assert "There are no pools" in said(capsys, "pool", "list")


@pytest.mark.usefixtures("book")
def test_an_address_is_allocated_shown_shared_confirmed_and_released(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert said(capsys, "address", "allocate", "web", *VM) == f"{FIRST}\n"
    assert "HV01" in said(capsys, "address", "show", FIRST)
    assert told(capsys, "address", "confirm", FIRST)["state"] == "in-use"
    assert len(told(capsys, "address", "share", FIRST, "--holder", "template:gold")["holders"]) == 2
    assert run(["address", "release", FIRST]) == 2
    assert "name the one that lets go" in capsys.readouterr().err
    assert told(capsys, "address", "release", FIRST, "--holder", "gold")["lease"]["state"] == "in-use"
    assert told(capsys, "address", "release", FIRST)["lease"]["state"] == "resting"
    listed = told(capsys, "address", "list", "--pool", "web", "--state", "resting")["items"]
    assert [one["mac"] for one in listed] == [FIRST]
    assert told(capsys, "address", "free", FIRST, "--reason", "never used")["state"] == "free"


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    "late",
    [
        ("release", FIRST),
        ("confirm", FIRST),
        ("share", FIRST, "--holder", "template:gold"),
        ("probation", FIRST, "--reason", "seen twice"),
        ("free", FIRST, "--reason", "never used"),
    ],
)
def test_a_change_of_an_address_that_expects_what_was_there_is_refused(capsys, late):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    shown = said(capsys, "address", "show", FIRST)
    seen = shown.split("version")[1].strip()
    now = told(capsys, "address", "share", FIRST, "--holder", "snapshot:s", "--expect", seen)["version"]
    assert run(["address", *late, "--expect", seen]) == 2
    assert f"has version {now} now, not {seen}: read it again" in capsys.readouterr().err
    assert told(capsys, "address", "show", FIRST)["version"] == now


@pytest.mark.usefixtures("book")
def test_what_ends_soon_is_listed_with_who_answers_for_it(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    asked = ("--holder", "reservation:web-2", "--owner", "anna", "--note", "new cluster", "--until")
    given = told(capsys, "address", "allocate", "web", *asked, "3d")
    assert (given["holder"]["owner"], given["until"]) == ("anna", None)
    said(capsys, "address", "allocate", "web", *VM)
    drill = ("--holder", "exception:drill", "--until", "2d", "--owner", "ben")
    said(capsys, "address", "share", "02-4D-00-00-00-01", *drill)
    said(capsys, "address", "allocate", "web", "--holder", "reservation:later", "--until", "2199-01-01T12:00Z")
    soon = said(capsys, "address", "list", "--expiring", "7d").splitlines()
    assert [line.split()[2] for line in soon[1:]] == ["02-4D-00-00-00-01", FIRST]
    assert "reservation:web-2" in soon[2]
    assert soon[2].endswith("anna   new cluster")
    listed = told(capsys, "address", "list", "--expiring", "60h")["items"]
    assert [one["mac"] for one in listed] == ["02-4D-00-00-00-01"]
    assert "until" in said(capsys, "address", "show", FIRST)


@pytest.mark.usefixtures("book")
def test_the_end_of_a_holder_is_moved_and_taken_off(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM, "--until", "1h")
    changed = told(capsys, "address", "amend", FIRST, "--until", "2199-01-01", "--owner", "net team")
    moved = changed["holders"][0]["holder"]
    assert (moved["until"], moved["owner"], moved["host"]) == ("2199-01-01T00:00:00Z", "net team", "HV01")
    assert "until 2199-01-01 00:00:00Z, owner net team" in " ".join(said(capsys, "address", "show", FIRST).split())
    kept = told(capsys, "address", "amend", FIRST, "--until", "never", "--holder", "vm1/nic0")["holders"][0]["holder"]
    assert (kept["until"], kept["owner"]) == (None, "net team")
    assert run(["address", "amend", FIRST, "--until", "2020-01-01"]) == 2
    assert "it is over" in capsys.readouterr().err
    assert run(["address", "amend", FIRST, "--until", "soon"]) == 2
    assert "12h or 7d" in capsys.readouterr().err


@pytest.mark.usefixtures("book")
def test_an_address_is_handed_over_in_two_steps(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    over = ("address", "hand-over", FIRST)
    shown = said(capsys, *over, "--to", "vm-adapter:vm9/nic0", "--host", "HV09", "--until", "2h")
    assert "takes over from vm-adapter:vm1/nic0" in " ".join(shown.split())
    assert run(["preflight", FIRST, "--holder", "vm-adapter:vm9/nic0", "--host", "HV09"]) == 0
    assert "vm-adapter:vm1/nic0 has it by now" in " ".join(capsys.readouterr().out.split())
    assert len(told(capsys, *over, "--cancel")["holders"]) == 1
    said(capsys, *over, "--to", "vm-adapter:vm9/nic0", "--host", "HV09")
    done = told(capsys, *over, "--to", "vm-adapter:vm9/nic0", "--complete")["holders"]
    assert [(one["holder"]["id"], one["holder"]["until"]) for one in done] == [("vm9/nic0", None)]
    assert run([*over, "--complete"]) == 2
    assert "is not being handed over" in capsys.readouterr().err
    for wrong in ((), ("--complete", "--cancel"), ("--complete", "--host", "HV01")):
        assert run([*over, *wrong]) == 2


@pytest.mark.usefixtures("book")
def test_many_addresses_come_one_a_line_and_a_preview_gives_none(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    seen = said(capsys, "address", "allocate", "web", *VM, "--count", "5", "--preview")
    given = said(capsys, "address", "allocate", "web", *VM, "--count", "5")
    assert seen == given
    assert len(set(given.split())) == 5


@pytest.mark.usefixtures("book")
def test_as_many_as_there_are_come_with_a_word_on_how_many_were_wanted(capsys):
    said(capsys, "pool", "create", "web", "--range", "02-4D-00-00-00-00..02-4D-00-00-00-04")
    assert run(["address", "allocate", "web", *VM, "--count", "8", "--at-least", "2"]) == 0
    out, errors = capsys.readouterr()
    assert (len(out.split()), errors) == (5, "maccord: 5 of 8: the pool has no more\n")
    assert run(["address", "allocate", "web", *VM, "--count", "8", "--at-least", "2"]) == 2


@pytest.mark.usefixtures("book")
def test_an_identity_has_the_address_that_was_derived_with_no_store(capsys, tmp_path):
    (tmp_path / "ids.txt").write_text("prod/web-01/nic0\n\nprod/web-02/nic0\n")
    offline = ("address", "derive", "--range", RANGE, "--seed", "global/web", "--file", str(tmp_path / "ids.txt"))
    told_ = told(capsys, *offline)["items"]
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert told(capsys, "address", "derive", "web", "prod/web-01/nic0", "prod/web-02/nic0")["items"] == told_
    for one in told_:
        asked = ("address", "allocate", "web", *VM, "--identity", one["identity"])
        assert said(capsys, *asked) == said(capsys, *asked) == f"{one['mac']}\n"
    assert "prod/web-01/nic0" in said(capsys, "address", "show", told_[0]["mac"])
    assert "has it" in said(capsys, "address", "derive", "web", "prod/web-01/nic0")
    assert told(capsys, "pool", "show", "web")["seed"] == "global/web"


def test_identities_that_collide_are_shown(capsys):
    small = ("address", "derive", "--range", "02-4D-00-00-00-00..02-4D-00-00-00-01", "--seed", "s", "--format", "json")
    assert run([*small, "a", "b", "c"]) == 1
    items = json.loads(capsys.readouterr().out)["items"]
    assert [one["mac"] is None for one in items] == [False, False, True]
    assert any(one["in_the_way"].startswith("identity ") for one in items)
    assert run(["address", "derive", "--range", RANGE, "a"]) == 2
    assert run(["address", "derive", "--range", "01-00-5E-00-00-00..01-00-5E-00-00-FF", "--seed", "s", "a"]) == 2


@pytest.mark.usefixtures("book")
def test_a_key_makes_a_repeated_call_the_same_allocation(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    first = told(capsys, "address", "allocate", "web", *VM, "--count", "3", "--key", "build-1")
    again = told(capsys, "address", "allocate", "web", *VM, "--count", "3", "--key", "build-1")
    assert again["addresses"] == first["addresses"]
    assert again["replayed"]


@pytest.mark.usefixtures("book")
def test_a_refusal_is_one_line_that_says_who_and_what_is_free(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    assert run(["address", "allocate", "web", "--holder", "vm-adapter:vm2", "--address", FIRST]) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert errors.count("\n") == 1
    assert "vm-adapter:vm1/nic0 on HV01" in errors
    assert " is free" in errors


@pytest.mark.usefixtures("book")
def test_history_tells_who_had_an_address_when(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE, "--rest", "0")
    said(capsys, "address", "allocate", "web", *VM)
    said(capsys, "address", "release", FIRST)
    past = told(capsys, "address", "history", FIRST)
    assert (past["mac"], past["items"][0]["holder"]["id"]) == (FIRST, "vm1/nic0")
    assert told(capsys, "address", "history", FIRST, "--at", "2020-01-01")["items"] == []
    assert "vm-adapter:vm1/nic0" in said(capsys, "address", "history", FIRST)


@pytest.mark.usefixtures("book")
def test_an_address_on_probation_is_not_given(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert told(capsys, "address", "probation", FIRST, "--reason", "seen twice")["state"] == "probation"
    assert said(capsys, "address", "allocate", "web", *VM) == "02-4D-00-00-00-01\n"


@pytest.mark.usefixtures("book")
def test_excluded_addresses_are_not_given_before_they_are_included(capsys):
    said(capsys, "pool", "create", "web", "--range", "02-4D-00-00-00-00..02-4D-00-00-00-01")
    said(capsys, "pool", "exclude", "web", FIRST, "--reason", "gateway")
    assert "gateway" in said(capsys, "pool", "show", "web")
    assert said(capsys, "address", "allocate", "web", *VM) == "02-4D-00-00-00-01\n"
    assert told(capsys, "pool", "include", "web", FIRST)["usage"]["free"] == 1


@pytest.mark.usefixtures("book")
def test_a_block_comes_with_the_command_that_installs_it(capsys):
    said(capsys, "pool", "create", "hosts", "--range", RANGE)
    carved = said(capsys, "block", "carve", "hosts", "HV01", "--size", "256", "--align", "256")
    assert carved.splitlines()[-1].startswith("Set-VMHost -ComputerName 'HV01' -MacAddressMinimum '024D")
    found = told(capsys, "block", "list", "hosts")["items"]
    assert (found[0]["host"], found[0]["size"]) == ("HV01", 256)
    assert told(capsys, "block", "list")["items"] == found
    assert told(capsys, "block", "return", str(found[0]["id"]))["host"] == "HV01"
    assert told(capsys, "block", "list")["items"] == []
    assert run(["block", "return", "99"]) == 2


@pytest.mark.usefixtures("book")
def test_a_token_is_printed_last_and_never_shown_again(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    token = said(capsys, "token", "create", "--role", "allocator", "--pool", "web").splitlines()[-1]
    listed = said(capsys, "token", "list")
    assert token not in listed
    assert "allocator" in listed
    name = told(capsys, "token", "list")["items"][-1]["name"]
    names = [one["name"] for one in told(capsys, "token", "list")["items"] if one["pools"] == ["web"]]
    assert said(capsys, "token", "revoke", names[0]).startswith("revoked  ")
    assert name
    revoked = [one for one in told(capsys, "token", "list")["items"] if one["name"] == names[0]]
    assert revoked[0]["revoked_at"]


def test_the_audit_has_every_change_and_is_whole(book, capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    found = told(capsys, "audit", "list")["items"]
    assert [one["action"] for one in found][-2:] == ["create-pool", "allocate"]
    assert found[-1]["actor"].startswith("cli:" if book == "store" else "token:")
    assert told(capsys, "audit", "verify")["ok"]
    assert "whole" in said(capsys, "audit", "verify")
    assert run(["audit", "verify", "--head", "f" * 64]) == 1


@pytest.mark.usefixtures("book")
def test_pools_are_verified(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    found = told(capsys, "pool", "verify", "web")
    assert (found["ok"], found["pools"], found["leases"], found["faults"]) == (True, 1, 1, [])
    assert said(capsys, "pool", "verify").startswith("store    whole")
    assert run(["pool", "verify", "none"]) == 2
    assert "none" in capsys.readouterr().err


def test_a_pool_that_does_not_agree_with_itself_is_told_with_the_place(capsys, tmp_path, monkeypatch):
    store = tmp_path / "harmed.db"
    monkeypatch.setenv("MACCORD_STORE", f"sqlite:///{store}")
    said(capsys, "pool", "create", "web", "--range", RANGE)
    with closing(sqlite3.connect(store)) as raw, raw:
        raw.execute("DELETE FROM extent")
    assert run(["pool", "verify"]) == 1
    shown = " ".join(capsys.readouterr().out.split())
    assert "NOT whole: 1 fault, the first 1 below" in shown
    assert "uncovered web" in shown
    assert run(["pool", "verify", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["faults"][0]["rule"] == "uncovered"


@pytest.mark.usefixtures("book")
def test_preflight_answers_for_hooks(capsys, tmp_path):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    assert told(capsys, "preflight", FIRST, *VM)["allowed"]
    refused = said(capsys, "preflight", FIRST, "--holder", "vm-adapter:copy", code=1)
    assert "may NOT start" in refused
    asked = tmp_path / "adapters.json"
    asked.write_text(json.dumps({"adapters": [{"mac": FIRST, "holder": {"kind": "vm-adapter", "id": "copy"}}]}))
    assert not told(capsys, "preflight", "--from", str(asked), code=1)["allowed"]
    asked.write_text("{")
    assert run(["preflight", "--from", str(asked)]) == 2
    assert run(["preflight", FIRST]) == 2


@pytest.mark.usefixtures("book")
def test_adoption_lists_conflicts_and_takes_nothing_half(capsys):
    refused = told(capsys, "address", "adopt", str(ROOT / "examples" / "fleet"), code=1)
    assert refused["total"] == len(refused["conflicts"]) > 5
    assert all(one["detail"] for one in refused["conflicts"])
    assert told(capsys, "address", "list")["items"] == []


@pytest.mark.usefixtures("book")
def test_what_was_adopted_is_never_given_to_others(capsys):
    healthy = str(ROOT / "examples" / "healthy")
    seen = told(capsys, "address", "adopt", healthy, "--preview")
    assert told(capsys, "address", "list")["items"] == []
    done = told(capsys, "address", "adopt", healthy)
    assert done["adopted"]["added"] == seen["adopted"]["added"] > 5
    again = told(capsys, "address", "adopt", healthy)
    assert (again["adopted"]["added"], again["adopted"]["known"]) == (0, done["adopted"]["rows"])
    held = [one["mac"] for one in told(capsys, "address", "list")["items"]]
    prefix = next(one for one in held if one.startswith("00-15-5D"))[:11]
    around = told(capsys, "pool", "create", "around", "--range", f"{prefix}-00-00..{prefix}-FF-FF", "--allow-foreign")
    assert all(one["reason"].startswith("issued from by") for one in around["excluded"])
    assert around["excluded"]  # hosts issue from there, although the pool was made later
    given = said(capsys, "address", "allocate", "around", *VM, "--count", "1000").split()
    assert not set(given) & set(held)
    assert not any(one["first"] <= mac <= one["last"] for mac in given for one in around["excluded"])


@pytest.mark.usefixtures("book")
def test_ranges_that_hosts_issue_from_are_excluded_from_pools(capsys, tmp_path):
    evidence = tmp_path / "evidence"
    shutil.copytree(ROOT / "examples" / "healthy", evidence)
    said(capsys, "pool", "create", "hyperv", "--range", "00-15-5D-00-00-00..00-15-5D-FF-FF-FF", "--allow-foreign")
    done = told(capsys, "address", "adopt", str(evidence))
    assert done["excluded"]
    assert all(one["reason"].startswith("issued from by") for one in done["excluded"])
    ranges = [(one["first"], one["last"]) for one in told(capsys, "pool", "show", "hyperv")["excluded"]]
    free = said(capsys, "address", "allocate", "hyperv", *VM, "--count", "1000", "--preview").split()
    assert not any(first <= mac <= last for mac in free for first, last in ranges)
    again = told(capsys, "address", "adopt", str(evidence))
    assert again["excluded"] == []
    # A host gives a new machine an address of its own range: the next adoption takes it over.
    exports = sorted(evidence.rglob("*.json"))
    issued = next(first for first, _ in ranges)
    for path in exports:
        host = json.loads(path.read_text(encoding="utf-8-sig"))
        adapters = host.get("VMNetworkAdapter") or []
        first = next((one for one in adapters if one.get("DynamicMacAddressEnabled")), None)
        if first is None:
            continue
        vm = next(one for one in host["VM"] if one["Id"] == first["VMId"])
        number = "11111111-2222-3333-4444-555555555555"
        host["VM"].append(vm | {"Id": number, "Name": "NEW01"})
        host["VMNetworkAdapter"].append(
            first
            | {"VMId": number, "VMName": "NEW01", "Id": f"Microsoft:{number}\\1", "MacAddress": issued.replace("-", "")}
        )
        path.write_text(json.dumps(host), encoding="utf-8")
        break
    assert told(capsys, "address", "adopt", str(evidence), "--preview")["adopted"]["added"] == 1
    assert told(capsys, "address", "adopt", str(evidence))["adopted"]["added"] == 1
    assert told(capsys, "address", "show", issued)["state"] == "in-use"


@pytest.mark.usefixtures("book")
def test_reconciling_tells_the_three_ways_in_which_leases_and_evidence_differ(capsys):
    healthy = str(ROOT / "examples" / "healthy")
    said(capsys, "address", "adopt", healthy)
    assert told(capsys, "address", "reconcile", healthy)["differences"] == []
    held = [
        one for one in told(capsys, "address", "list")["items"] if one["holders"][0]["holder"]["kind"] == "vm-adapter"
    ]
    said(capsys, "pool", "create", "web", "--range", RANGE)
    said(capsys, "address", "allocate", "web", *VM)
    one, other = held[0]["mac"], held[1]["mac"]
    said(capsys, "address", "release", one)
    said(capsys, "address", "free", one, "--reason", "test")
    said(capsys, "pool", "create", "around", "--range", one, "--allow-foreign")
    said(capsys, "address", "release", other)
    said(capsys, "address", "free", other, "--reason", "test")
    said(capsys, "pool", "create", "beside", "--range", other, "--allow-foreign")
    said(capsys, "pool", "include", "beside", other)  # a host issues from there
    said(capsys, "address", "allocate", "beside", "--holder", "vm-adapter:another", "--host", "HV99")
    found = told(capsys, "address", "reconcile", healthy, code=1)["differences"]
    assert {each["mac"]: each["difference"] for each in found} == {
        FIRST: "never-seen",
        one: "never-leased",
        other: "seen-elsewhere",
    }


@pytest.mark.usefixtures("book")
def test_what_is_missed_again_and_again_is_listed_and_reclaimed_into_quarantine(capsys, tmp_path):
    evidence = tmp_path / "evidence"
    shutil.copytree(ROOT / "examples" / "healthy", evidence)
    said(capsys, "address", "adopt", str(evidence))
    path = evidence / "OFFICE-HV01.json"
    host = json.loads(path.read_text(encoding="utf-8-sig"))
    gone = "-".join(host["VMNetworkAdapter"][0]["MacAddress"][at : at + 2] for at in range(0, 12, 2))
    host["VMNetworkAdapter"] = host["VMNetworkAdapter"][1:]
    record = ("address", "reconcile", str(evidence), "--record", "--apart", "0")
    path.write_text(json.dumps(host), encoding="utf-8")
    assert run([*record]) == 1  # taken before the adoption
    assert "held since after the evidence was taken" in capsys.readouterr().err
    path.write_text(json.dumps(host | {"collectedAt": "2199-01-01T00:00:00Z"}), encoding="utf-8")
    thresholds = ("--observations", "3", "--age", "0")
    for turn in range(3):
        assert told(capsys, "address", "leaks", *thresholds)["items"] == []
        assert run([*record]) == 1
        assert "1 leases were missed where they should be" in capsys.readouterr().err, turn
    assert "Nothing was missed" in said(capsys, "address", "leaks")
    leaks = told(capsys, "address", "leaks", *thresholds, code=1)["items"]
    assert [(one["lease"]["mac"], one["times"]) for one in leaks] == [(gone, 3)]
    assert told(capsys, "address", "reclaim", *thresholds, code=1)["items"] == leaks
    assert told(capsys, "address", "show", gone)["state"] == "in-use"
    assert "There is nothing to reclaim" in said(capsys, "address", "reclaim", FIRST, *thresholds, "--yes")
    assert told(capsys, "address", "show", gone)["state"] == "in-use"
    assert run(["address", "reclaim", gone, *thresholds, "--yes"]) == 0
    out, errors = capsys.readouterr()
    assert gone in out
    assert "1 are on probation" in errors
    shown = told(capsys, "address", "show", gone)
    assert (shown["state"], shown["holders"]) == ("probation", [])
    assert "There is nothing to reclaim" in said(capsys, "address", "reclaim", *thresholds, "--yes")


@pytest.mark.usefixtures("book")
def test_addresses_seen_in_conflict_go_on_probation(capsys):
    fleet = str(ROOT / "examples" / "fleet")
    said(capsys, "pool", "create", "hyperv", "--range", "00-15-5D-00-00-00..00-15-5D-FF-FF-FF", "--allow-foreign")
    found = told(capsys, "address", "reconcile", fleet, code=1)["differences"]
    clash = {one["mac"] for one in found if one["difference"] == "in-conflict"}
    assert clash
    assert told(capsys, "address", "list", "--state", "probation")["items"] == []  # so far it was only told
    held = min(clash)
    said(capsys, "address", "allocate", "hyperv", *VM, "--address", held)
    told(capsys, "address", "reconcile", fleet, "--probation", code=1)
    waiting = {one["mac"]: one["note"] for one in told(capsys, "address", "list", "--state", "probation")["items"]}
    assert clash - {held} <= set(waiting)
    assert all(note.startswith(("in-conflict: vm-adapter:", "seen-elsewhere: ")) for note in waiting.values())
    assert told(capsys, "address", "show", held)["state"] == "held"
    assert told(capsys, "address", "release", held)["lease"]["state"] == "probation"
    assert run(["address", "reconcile", fleet, "--for", "60"]) == 2


@pytest.mark.usefixtures("book")
def test_an_export_fills_an_empty_store_and_no_other(capsys, tmp_path, monkeypatch):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    given = said(capsys, "address", "allocate", "web", *VM, "--count", "10").split()
    said(capsys, "pool", "export", "--output", "all.jsonl")
    assert run(["pool", "import", "all.jsonl"]) == 2
    capsys.readouterr()
    monkeypatch.delenv("MACCORD_SERVER", raising=False)
    monkeypatch.setenv("MACCORD_STORE", f"sqlite:///{tmp_path / 'second.db'}")
    assert told(capsys, "pool", "import", "all.jsonl")["rows"] >= 20
    assert [one["mac"] for one in told(capsys, "address", "list")["items"]] == given
    assert said(capsys, "address", "allocate", "web", "--holder", "vm-adapter:next").strip() not in given


@pytest.mark.usefixtures("book")
def test_the_audit_is_told_to_people_with_addresses_and_to_programs_as_it_is(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE, "--confirm-within", "1h")
    said(capsys, "address", "allocate", "web", *VM, "--count", "3")
    said(capsys, "address", "share", FIRST, "--holder", "snapshot:s1")
    assert "x0a" not in said(capsys, "address", "list")  # one holder a line, not a line break spelled out
    shown = said(capsys, "audit", "list", "--subject", FIRST)
    assert "x0a" not in shown
    assert "until: 20" in shown
    assert f"{FIRST}.." in shown
    assert "request" not in shown
    assert told(capsys, "audit", "list", "--subject", FIRST)["items"][0]["details"]["request"][0] == "web"


@pytest.mark.usefixtures("book")
def test_what_ends_something_says_so_to_people_and_programs(capsys):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert "web" in said(capsys, "pool", "delete", "web")
    said(capsys, "token", "create", "ci", "--role", "reader")
    assert told(capsys, "token", "revoke", "ci")["revoked_at"]


def test_serve_offers_no_option_of_a_client(capsys):
    shown = said(capsys, "serve", "--help")
    assert "--store" in shown
    assert "--server" not in shown


# Where the authority is


def test_a_store_may_be_named_before_or_behind_a_command(capsys, tmp_path):
    one, other = (f"sqlite:///{tmp_path / name}.db" for name in ("one", "other"))
    said(capsys, "pool", "--store", one, "create", "web", "--range", RANGE)
    assert len(told(capsys, "pool", "list", "--store", one)["items"]) == 1
    assert told(capsys, "pool", "--store", one, "list", "--store", other)["items"] == []


def test_without_a_store_there_is_one_in_the_users_folder(capsys, tmp_path):
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert [path.name for path in (tmp_path / "home").rglob("*.db")] == ["maccord.db"]
    assert len(told(capsys, "pool", "list")["items"]) == 1


def test_settings_may_name_the_store_for_all_commands(capsys, tmp_path):
    Path("maccord.toml").write_text(f'store = "sqlite:///{tmp_path / "set.db"}"\n', encoding="utf-8")
    said(capsys, "pool", "create", "web", "--range", RANGE)
    assert (tmp_path / "set.db").exists()
    assert len(told(capsys, "pool", "list")["items"]) == 1


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["pool", "create", "web"], "--range"),
        (["pool", "create", "a b", "--range", RANGE], "name"),
        (["pool", "create", "web", "--range", "x..y"], "no MAC address"),
        (["pool", "create", "web", "--range", f"{FIRST}.."], "no range"),
        (["pool", "create", "web", "--range", "02-00-00-00-00-05..02-00-00-00-00-01"], "backwards"),
        (["pool", "create", "web", "--range", RANGE, "--rest", "soon"], "no time"),
        (["address", "allocate", "none", "--holder", "vm-adapter:x"], "no pool 'none'"),
        (["address", "allocate", "none", "--holder", "x"], "no holder"),
        (["address", "show", "HV01"], "no MAC address"),
        (["pool", "list", "--store", "mysql://x"], "store"),
        (["pool", "list", "--store", "sqlite:///a.db", "--server", "https://x"], "not both"),
        (["pool", "list", "--server", "https://127.0.0.1:1"], "no token"),
        (["pool", "list", "--server", "http://example.org"], "http would send"),
        (["block", "carve", "web", "HV01"], "--size"),
        (["serve", "--listen", "nowhere"], "no address"),
        (["address", "adopt", "no-such-folder"], "no such file"),
    ],
)
def test_a_wrong_call_leaves_with_2_and_says_why(arguments, why, capsys):
    assert run(arguments) == 2
    out, errors = capsys.readouterr()
    assert out == ""
    assert why in errors


def test_a_service_that_is_not_there_is_said_in_one_line(capsys, monkeypatch):
    monkeypatch.setenv("MACCORD_TOKEN", "x")
    assert run(["pool", "list", "--server", "http://127.0.0.1:1"]) == 2
    errors = capsys.readouterr().err
    assert errors.count("\n") == 1
    assert "127.0.0.1:1" in errors
    assert "0x" not in errors
