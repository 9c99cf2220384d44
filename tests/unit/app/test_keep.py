"""A folder of evidence: files are whole or not there, and what is out of date goes, but nobody else's."""

import os
from pathlib import Path

import pytest

from maccord.app.gather import gather
from maccord.app.keep import CannotKeep, Keeper
from maccord.reach import Collected


def tree(folder):
    """Return the text of each file that is not hidden, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".")
    }


def test_files_stand_where_they_were_named(tmp_path):
    files = {"HV01.json": "{}\n", "pve1/qemu-server/100.conf": "name: web\n", "pve1/guests.json": "[]\n"}
    assert Keeper(str(tmp_path)).keep(Collected("x", files)) == 3
    assert tree(tmp_path) == files


def test_a_second_collection_replaces_the_first_and_removes_what_is_gone(tmp_path):
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": "1", "kvm01/db.xml": "1", "kvm02/old.xml": "1"}))
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": "2", "kvm01/new.xml": "2"}))
    assert tree(tmp_path) == {"kvm01/web.xml": "2", "kvm01/new.xml": "2", "kvm02/old.xml": "1"}


def test_a_node_that_holds_nothing_any_more_is_emptied(tmp_path):
    Keeper(str(tmp_path)).keep(Collected("x", {"pve1/qemu-server/100.conf": "name: web\n"}, ("pve1", "pve2")))
    Keeper(str(tmp_path)).keep(Collected("x", {"pve2/qemu-server/100.conf": "name: web\n"}, ("pve1", "pve2")))
    assert tree(tmp_path) == {"pve2/qemu-server/100.conf": "name: web\n"}


def test_what_could_not_be_read_this_time_stays_until_it_is_known_to_be_gone(tmp_path):
    old, other = "pve1/qemu-server/100.conf", "pve1/qemu-server/101.conf"
    Keeper(str(tmp_path)).keep(Collected("x", {old: "1", other: "1"}, ("pve1",)))
    Keeper(str(tmp_path)).keep(Collected("x", {}, ("pve1",), (), frozenset({old})))
    assert tree(tmp_path) == {old: "1"}
    Keeper(str(tmp_path)).keep(Collected("x", {}, ("pve1",)))
    assert tree(tmp_path) == {}


def test_an_interruption_while_replacing_leaves_whole_files_and_the_next_run_knows_them_all(tmp_path, monkeypatch):
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/a.xml": "1", "kvm01/b.xml": "1"}))
    replace = Path.replace

    def interrupted(self, target):
        if Path(target).name == "d.xml":
            raise KeyboardInterrupt
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/a.xml": "2", "kvm01/c.xml": "2", "kvm01/d.xml": "2"}))
    monkeypatch.undo()
    assert tree(tmp_path) == {"kvm01/a.xml": "2", "kvm01/b.xml": "1", "kvm01/c.xml": "2"}
    assert [path.name for path in tmp_path.iterdir()] == ["kvm01"]
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/a.xml": "3"}))
    assert tree(tmp_path) == {"kvm01/a.xml": "3"}


def test_what_somebody_else_put_there_stays(tmp_path):
    (tmp_path / "kvm01").mkdir()
    (tmp_path / "kvm01/notes.txt").write_text("mine")
    for text in "12":
        Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": text}))
    assert tree(tmp_path) == {"kvm01/notes.txt": "mine", "kvm01/web.xml": "2"}


def test_two_connections_to_one_host_in_one_run_add_up(tmp_path):
    keeper = Keeper(str(tmp_path))
    keeper.keep(Collected("qemu:///system", {"kvm01/web.xml": "1"}))
    keeper.keep(Collected("lxc:///system", {"kvm01/box.xml": "1"}))
    assert tree(tmp_path) == {"kvm01/web.xml": "1", "kvm01/box.xml": "1"}


@pytest.mark.parametrize("name", ["../victim", "/victim", "a/../../victim"])
def test_a_list_of_old_files_that_was_tampered_with_leads_nowhere_else(name, tmp_path):
    root = tmp_path / "evidence"
    root.mkdir()
    Keeper(str(root)).keep(Collected("x", {"kvm01/web.xml": "1"}))
    victim = tmp_path / "victim"
    victim.write_text("keep me")
    (root / "kvm01/.maccord-collected").write_text(f"{name}\n{victim}\n")
    Keeper(str(root)).keep(Collected("x", {"kvm01/web.xml": "2"}))
    assert victim.read_text() == "keep me"


def test_an_interruption_while_writing_leaves_no_half_of_a_host(tmp_path, monkeypatch):
    written: list[Path] = []

    def interrupted(path, text):
        if written:
            raise KeyboardInterrupt
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        written.append(path)

    monkeypatch.setattr("maccord.app.keep._write", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/a.xml": "1", "kvm01/b.xml": "1"}))
    assert written
    assert list(tmp_path.iterdir()) == []


def test_a_text_with_half_a_character_is_written_all_the_same(tmp_path):
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/a.xml": "\ud800"}))
    assert tree(tmp_path) == {"kvm01/a.xml": "?"}


def test_what_is_hidden_is_no_evidence(tmp_path):
    Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": ""}))
    assert gather([str(tmp_path)]).snapshot.problems == ()


@pytest.mark.skipif(os.name == "nt", reason="needs permissions of POSIX")
def test_what_is_written_has_the_permissions_of_any_new_file(tmp_path):
    old = os.umask(0o027)
    try:
        Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": "1", "HV01.json": "1"}))
    finally:
        os.umask(old)
    assert (tmp_path / "kvm01").stat().st_mode & 0o777 == 0o750
    assert (tmp_path / "kvm01/web.xml").stat().st_mode & 0o777 == 0o640
    assert (tmp_path / "HV01.json").stat().st_mode & 0o777 == 0o640


def test_a_place_that_cannot_be_written_is_known_before_anybody_is_asked(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotKeep, match="file"):
        Keeper(str(tmp_path / "file" / "evidence")).prepare()


def test_a_file_in_the_place_of_a_folder_is_a_refusal(tmp_path):
    (tmp_path / "kvm01").write_text("")
    with pytest.raises(CannotKeep):
        Keeper(str(tmp_path)).keep(Collected("x", {"kvm01/web.xml": "1"}))
