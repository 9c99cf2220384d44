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
