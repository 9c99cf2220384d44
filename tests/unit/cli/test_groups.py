"""`maccord group`: the same on a store and through a service."""

import pytest

from maccord.cli.main import run
from tests.kit.service import said, told
from tests.unit.cli.test_authority import VM, _elsewhere, book

__all__ = ["_elsewhere", "book"]


@pytest.fixture(autouse=True)
def _pools(book, capsys):  # noqa: ARG001 - it says which authority is asked
    for number, name in enumerate(("blue", "green", "above")):
        said(capsys, "pool", "create", name, "--range", f"02-4D-00-{number:02X}-00-00..02-4D-00-{number:02X}-00-01")


def test_groups_are_set_listed_shown_as_a_tree_and_deleted(capsys):
    made = told(capsys, "group", "set", "emea/ams1", "--pool", "blue", "--pool", "green", "--no-inherit")
    assert (made["path"], made["pools"], made["inherit"]) == ("emea/ams1", ["blue", "green"], False)
    said(capsys, "group", "set", "/", "--pool", "above", "--note", "for all")
    assert [one["path"] for one in told(capsys, "group", "list")["items"]] == ["/", "emea/ams1"]
    assert "blue, green" in said(capsys, "group", "list", "--under", "emea")
    tree = [line.rstrip() for line in said(capsys, "group", "show").splitlines()]
    assert tree == ["/  above  for all", "└── emea", "    └── ams1  blue, green  does not inherit"]
    assert "groups" in said(capsys, "pool", "show", "blue")
    assert run(["pool", "delete", "blue"]) == 2
    assert "bound to emea/ams1" in capsys.readouterr().err
    assert run(["group", "set", "emea/ams1", "--expect", "0"]) == 2
    assert "read it again" in capsys.readouterr().err
    assert said(capsys, "group", "delete", "emea/ams1", "--expect", str(made["version"])) == "deleted  emea/ams1\n"
    assert [one["path"] for one in told(capsys, "group", "show")["items"]] == ["/"]


def test_an_address_is_allocated_for_a_group_and_explained(capsys):
    said(capsys, "group", "set", "emea", "--pool", "blue")
    said(capsys, "group", "set", "/", "--pool", "above")
    explained = told(capsys, "group", "explain", "emea/hv01", "--count", "2")
    assert (explained["pool"], explained["group"]) == ("blue", "emea")
    group = ("address", "allocate", "--group", "emea/hv01")
    assert "02-4D-00-00-00-00" in said(capsys, *group, *VM, "--preview")
    given = told(capsys, *group, *VM, "--key", "k1")
    assert (given["pool"], given["mac"]) == ("blue", "02-4D-00-00-00-00")
    assert told(capsys, *group, *VM, "--key", "k1")["mac"] == given["mac"]
    assert told(capsys, *group, *VM, "--count", "2")["pool"] == "above"
    shown = said(capsys, "group", "explain", "emea/hv01", "--count", "2", code=1)
    assert "none can give" in shown
    assert "exhausted" in shown
    assert run([*group, *VM, "--count", "2"]) == 2
    assert "no pool of group" in capsys.readouterr().err


@pytest.mark.parametrize(
    "wrong",
    [
        ("address", "allocate", *VM),
        ("address", "allocate", "blue", "--group", "emea", *VM),
        ("address", "allocate", "--group", "emea", "--address", "02-4D-00-00-00-00", *VM),
        ("address", "allocate", "blue", "--kind", "wwn", *VM),
        ("address", "allocate", "--group", "emea", *VM, "--preview"),
        ("group", "set", "a//b"),
    ],
)
def test_calls_that_cannot_be_meant_are_refused(capsys, wrong):
    assert run(list(wrong)) == 2
    assert capsys.readouterr().err


def test_ranges_have_places_and_weights_and_a_change_keeps_what_it_does_not_name(capsys):
    first, second = "02-4D-10-00-00-00..02-4D-10-00-00-0F", "02-4D-11-00-00-00..02-4D-11-00-00-0F"
    made = told(capsys, "pool", "create", "web", "--range", f"{first},place=1,weight=3", "--range", second)
    assert [(one["place"], one["weight"]) for one in made["ranges"]] == [(1, 3), (0, 1)]
    assert "(16, place 1, weight 3)" in said(capsys, "pool", "show", "web")
    assert said(capsys, "address", "allocate", "web", *VM).startswith("02-4D-11")
    changed = told(capsys, "pool", "change", "web", "--range", f"{first},place=0", "--range", f"{second}, place=2")
    assert [(one["place"], one["weight"]) for one in changed["pool"]["ranges"]] == [(0, 3), (2, 1)]
    assert changed["stranded"]["count"] == 0
    for wrong in ("place", "place=x", "weight=-1", "size=3", ""):
        assert run(["pool", "change", "web", "--range", f"{first},{wrong}"]) == 2
        assert "neither place=N nor weight=N" in capsys.readouterr().err
    assert run(["pool", "change", "web", "--range", f"{first},weight=0"]) == 2
    kept = told(capsys, "pool", "include", "web", second)
    assert [(one["place"], one["weight"]) for one in kept["ranges"]] == [(0, 3), (2, 1)]


def test_a_forecast_says_what_it_knows_and_what_it_does_not(capsys):
    told_all = told(capsys, "pool", "forecast")["items"]
    assert [(one["pool"], one["outlook"]) for one in told_all] == [
        (name, "unknown") for name in ("above", "blue", "green")
    ]
    said(capsys, "address", "allocate", "blue", *VM, "--count", "2")
    assert told(capsys, "pool", "forecast", "blue")["items"][0]["outlook"] == "full"
    shown = said(capsys, "pool", "forecast", "blue")
    assert "2 of 2" in shown
    assert "█" in shown
    assert "nothing is free now" in said(capsys, "pool", "show", "blue")
    assert run(["pool", "forecast", "none"]) == 2


def test_excluding_and_including_expect_the_version_that_was_seen(capsys):
    version = told(capsys, "pool", "show", "blue")["version"]
    span = ("02-4D-00-00-00-01", "--expect", str(version))
    after = told(capsys, "pool", "exclude", "blue", *span, "--reason", "printer")["version"]
    assert run(["pool", "include", "blue", *span]) == 2
    assert "read it again" in capsys.readouterr().err
    assert told(capsys, "pool", "include", "blue", "02-4D-00-00-00-01", "--expect", str(after))["excluded"] == []
