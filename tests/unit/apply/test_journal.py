"""The journal: each entry on disk, each bound to the one before, nobody beside us, and what a crash leaves."""

import json
import subprocess
import sys

import pytest

from maccord.apply.journal import NAME, BadJournal, Journal

DIGEST = "ab" * 32


def written(folder, *events):
    with Journal(folder, DIGEST) as journal:
        for event in events:
            journal.write(event, "2027-01-15T12:00:00+00:00", step="HV01/1")
    return folder / NAME


def test_entries_come_back_in_order(tmp_path):
    written(tmp_path, "begun")
    written(tmp_path, "ended")
    with Journal(tmp_path, DIGEST) as journal:
        assert [line["event"] for line in journal.lines] == ["begun", "ended"]
        assert [line["n"] for line in journal.lines] == [1, 2]
        assert not journal.torn


@pytest.mark.parametrize("harm", ["change", "remove", "insert", "swap", "empty line", "no json"])
def test_a_journal_that_somebody_has_changed_is_refused(tmp_path, harm):
    path = written(tmp_path, "opened", "begun", "ended", "begun")
    lines = path.read_bytes().splitlines()
    if harm == "change":
        lines[1] = lines[1].replace(b"HV01/1", b"HV01/2")
    elif harm == "remove":
        del lines[1]
    elif harm == "insert":
        lines.insert(1, lines[1])
    elif harm == "swap":
        lines[1], lines[2] = lines[2], lines[1]
    elif harm == "empty line":
        lines.insert(1, b"")
    else:
        lines[2] = b"\xff{"
    path.write_bytes(b"\n".join(lines) + b"\n")
    with pytest.raises(BadJournal, match="changed"), Journal(tmp_path, DIGEST):
        pass


def test_the_journal_of_another_plan_is_refused(tmp_path):
    written(tmp_path, "opened")
    with pytest.raises(BadJournal, match="another plan"), Journal(tmp_path, "cd" * 32):
        pass


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_line_that_was_torn_is_set_aside_and_said(tmp_path, cut):
    path = written(tmp_path, "opened", "begun")
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    path.write_bytes(whole[: first + cut])
    with Journal(tmp_path, DIGEST) as journal:
        assert journal.torn
        assert [line["event"] for line in journal.lines] == ["opened"]
        journal.write("begun", "later")
    assert (tmp_path / f"{NAME}.torn-2").read_bytes() == whole[first : first + cut]
    with Journal(tmp_path, DIGEST) as journal:
        assert [line["event"] for line in journal.lines] == ["opened", "begun"]


def test_two_runs_never_write_one_journal(tmp_path):
    with (
        Journal(tmp_path, DIGEST),
        pytest.raises(BadJournal, match="at work"),
        Journal(tmp_path, DIGEST),
    ):
        pass


def test_a_process_that_was_killed_leaves_no_lock(tmp_path):
    program = (
        "import os, signal, sys; from pathlib import Path; from maccord.apply.journal import Journal\n"
        "journal = Journal(Path(sys.argv[1]), sys.argv[2]).__enter__(); journal.write('begun', 'now')\n"
        "os.kill(os.getpid(), signal.SIGKILL)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path), DIGEST], check=False)
    with Journal(tmp_path, DIGEST) as journal:
        assert [line["event"] for line in journal.lines] == ["begun"]


def test_hostile_text_is_one_line(tmp_path):
    with Journal(tmp_path, DIGEST) as journal:
        journal.write("ended", "now", seen="a\nb\u2028c\x00\ud800")
    path = tmp_path / NAME
    assert path.read_bytes().count(b"\n") == 1
    assert json.loads(path.read_bytes())["seen"] == "a\nb\u2028c\x00\ud800"


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    with pytest.raises(BadJournal, match="No such file"), Journal(tmp_path / "none", DIGEST):
        pass
