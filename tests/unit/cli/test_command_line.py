"""The command line: exit codes, streams, files that are whole or not there, settings, pages, completion."""

import json
import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from maccord import __version__
from maccord.app.pages import pages
from maccord.causes import CAUSES, TWINS
from maccord.cli.main import run
from maccord.report.model import SCHEMA
from maccord.rules import RULES

EXAMPLES = Path(__file__).parents[3] / "examples"
FLEET, HEALTHY = str(EXAMPLES / "fleet"), str(EXAMPLES / "healthy")
posix = pytest.mark.skipif(os.name == "nt", reason="needs signals and pipes of POSIX")


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path, monkeypatch):
    """Start where no maccord.toml stands, and with no setting in the environment."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("MACCORD_")]:
        monkeypatch.delenv(name)


def maccord(*arguments, **options):
    command = [sys.executable, "-m", "maccord", *arguments]
    return subprocess.run(command, capture_output=True, check=False, encoding="utf-8", timeout=60, **options)


# Exit codes and streams ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["check", HEALTHY], 0),
        (["check", FLEET], 1),
        (["check", FLEET, "--quiet"], 1),
        (["check", FLEET, "--format", "html"], 1),
        (["check"], 2),
        (["check", "no-such-folder"], 2),
        (["check", HEALTHY, "--format", "yaml"], 2),
        (["check", HEALTHY, "--now", "yesterday"], 2),
        (["check", HEALTHY, "--max-file-size", "0"], 2),
        (["check", HEALTHY, "--output", "no/such/folder/report.json"], 2),
        (["check", HEALTHY, "--no-such-option"], 2),
        (["no-such-command"], 2),
        (["explain", "no-such-page"], 2),
        (["collect", "hyperv"], 2),
        (["completion", "tcsh"], 2),
        (["--version"], 0),
        (["--help"], 0),
        (["check", "--help"], 0),
        (["explain"], 0),
        (["collect", "hyperv", "--script"], 0),
        (["collect", "vmm", "--script"], 0),
    ],
    ids=lambda value: " ".join(Path(one).name or one for one in value) if isinstance(value, list) else "",
)
def test_the_exit_code_says_how_the_run_ended_and_each_stream_has_its_own(arguments, code, capsys):
    assert run(arguments) == code
    out, errors = capsys.readouterr()
    assert (out == "") == (code == 2)
    assert (errors == "") == (code != 2)
    assert "Traceback" not in errors


def test_tables_of_switches_alone_are_evidence_in_which_nothing_collides(tmp_path, capsys):
    (tmp_path / "SW1").mkdir()
    table = "00:15:5d:c8:6a:00 dev p-a master br0\n00:15:5d:c8:6a:00 dev p-b master br0 permanent\n"
    (tmp_path / "SW1" / "fdb.txt").write_text(table)
    assert run(["check", str(tmp_path), "--strict"]) == 0
    assert "0 hosts, 0 adapters, 0 pools and 2 sightings in 1 file" in capsys.readouterr().out


def test_our_fault_leaves_with_3_one_line_and_the_traceback_in_a_file(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr("maccord.cli.explain.command.callback", lambda **_: 1 // 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert run(["explain"]) == 3
    out, errors = capsys.readouterr()
    assert out == ""
    assert len(errors.splitlines()) == 1
    (log,) = tmp_path.glob("maccord-*.log")
    assert str(log) in errors
    assert "ZeroDivisionError" in log.read_text()
    assert __version__ in log.read_text()


def test_a_pipe_gets_the_report_alone_and_no_colour(tmp_path):
    ran = maccord("check", FLEET, cwd=tmp_path)
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "\x1b" not in ran.stdout
    assert max(map(len, ran.stdout.splitlines())) <= 100


def test_remarks_go_to_standard_error_and_quiet_silences_them(tmp_path, capsys):
    assert run(["check", str(tmp_path), "--format", "json"]) == 2
    out, errors = capsys.readouterr()
    assert json.loads(out)["schema"] == SCHEMA
    assert errors.startswith("maccord: nothing in the evidence")
    assert run(["check", str(tmp_path), "--format", "json", "--quiet"]) == 2
    assert capsys.readouterr().err == ""


@posix
@pytest.mark.parametrize("form", ["table", "json", "csv", "html"])
def test_a_reader_that_leaves_early_causes_no_traceback(form, tmp_path):
    head = shutil.which("head")
    assert head
    maker = subprocess.Popen(
        [sys.executable, "-m", "maccord", "check", FLEET, "--format", form],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path,
    )  # fmt: skip
    assert maker.stdout
    assert maker.stderr
    read = subprocess.run([head, "-n", "1"], stdin=maker.stdout, capture_output=True, check=True)
    maker.stdout.close()
    assert len(read.stdout.splitlines()) == 1
    assert maker.stderr.read() == b""
    maker.stderr.close()
    assert maker.wait(60) in (1, 141)


@posix
def test_a_closed_pipe_is_told_apart_from_incidents(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "maccord", "explain"]
    ran = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, check=False, cwd=tmp_path)
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (141, b"")


def test_a_table_can_be_written_to_a_pipe_in_a_windows_code_page(tmp_path):
    ran = maccord("check", HEALTHY, cwd=tmp_path, env={**os.environ, "PYTHONIOENCODING": "cp1252"})
    assert ran.returncode == 0


# Files that are whole or not there -----------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_output_goes_to_the_file_and_nothing_to_standard_output(form, tmp_path, capsys):
    run(["check", FLEET, "--format", form, "--now", "2027-01-01"])
    printed = capsys.readouterr().out
    assert run(["check", FLEET, "--format", form, "--now", "2027-01-01", "--output", "report"]) == 1
    assert capsys.readouterr().out == ""
    assert (tmp_path / "report").read_text(encoding="utf-8") == printed
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("arguments", [["check", "no-such-folder"], ["check", HEALTHY, "--format", "yaml"]])
def test_a_file_stays_when_the_run_fails(arguments, tmp_path):
    (tmp_path / "report").write_text("before")
    assert run([*arguments, "--output", "report"]) == 2
    assert (tmp_path / "report").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


def test_a_folder_in_the_place_of_the_file_is_refused_and_stays(tmp_path, capsys):
    (tmp_path / "report").mkdir()
    assert run(["check", HEALTHY, "--output", "report"]) == 2
    assert "cannot write report" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@pytest.mark.parametrize("moment", ["gather", "diagnose", "as_json", "write_text", "mkstemp", "replace"])
def test_an_interrupt_at_any_moment_leaves_with_130_and_the_old_file(moment, tmp_path, capsys):
    (tmp_path / "report").write_text("before")

    def interrupt(frame, what, _):
        if (
            what == "call"
            and frame.f_code.co_name == moment
            and ("maccord" in frame.f_code.co_filename or moment in ("mkstemp", "replace"))
        ):
            sys.setprofile(None)
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        code = run(["check", FLEET, "--format", "json", "--output", "report"])
    finally:
        sys.setprofile(None)
    assert code == 130
    assert "interrupted" in capsys.readouterr().err
    assert (tmp_path / "report").read_text() == "before"
    assert [path.name for path in tmp_path.iterdir()] == ["report"]


@posix
def test_the_signal_of_control_c_leaves_with_130_and_no_traceback(tmp_path):
    """The run waits in the middle of its output, for nobody reads the pipe, and is interrupted there."""
    for at in range(80):  # more than a pipe holds
        shutil.copytree(FLEET, tmp_path / "copies" / f"{at}")
    command = [sys.executable, "-m", "maccord", "check", "copies", "--format", "json"]
    maker = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=tmp_path, bufsize=0)
    assert maker.stdout
    assert maker.stdout.read(1) == b"{"
    maker.send_signal(signal.SIGINT)
    _, errors = maker.communicate(timeout=60)
    assert maker.returncode == 130
    assert errors.decode().strip().splitlines()[-1] == "maccord: interrupted, nothing was written"
    assert b"Traceback" not in errors


@posix
def test_a_run_whose_output_the_caller_closed_still_tells_by_its_exit_code(tmp_path):
    command = f"exec {shlex.quote(sys.executable)} -m maccord check {shlex.quote(str(HEALTHY))} >&- 2>&-"
    assert subprocess.run(["/bin/sh", "-c", command], cwd=tmp_path, check=False).returncode == 0


def test_a_full_disk_is_said_to_be_one(tmp_path):
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full here")
    with Path("/dev/full").open("w") as full:
        command = [sys.executable, "-m", "maccord", "check", str(HEALTHY)]
        ran = subprocess.run(command, cwd=tmp_path, stdout=full, stderr=subprocess.PIPE, check=False)
    assert ran.returncode == 2
    assert b"cannot write standard output" in ran.stderr


def test_output_to_a_device_or_pipe_does_not_replace_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    run(["check", HEALTHY, "--output", "pipe"])
    os.close(reader)
    assert (tmp_path / "pipe").is_fifo()


# Settings ------------------------------------------------------------------------------------------------------


def _first_line(capsys, *arguments):
    run(["check", FLEET, *arguments])
    return capsys.readouterr().out.partition("\n")[0]


def test_the_documented_setting_of_the_format_works_in_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("MACCORD_CHECK_FORMAT", "json")
    assert _first_line(capsys) == "{"


def test_the_documented_setting_of_the_format_works_in_maccord_toml(tmp_path, capsys):
    (tmp_path / "maccord.toml").write_text('[check]\nformat = "json"\n')
    assert _first_line(capsys) == "{"


def test_an_option_wins_over_the_environment_and_that_over_maccord_toml(tmp_path, monkeypatch):
    (tmp_path / "maccord.toml").write_text('[check]\noutput = "of-file"\n')
    run(["check", HEALTHY])
    monkeypatch.setenv("MACCORD_CHECK_OUTPUT", "of-environment")
    run(["check", HEALTHY])
    run(["check", HEALTHY, "--output", "of-option"])
    assert {path.name for path in tmp_path.iterdir()} == {"maccord.toml", "of-file", "of-environment", "of-option"}


def test_a_flag_can_be_set_in_either_place(tmp_path, monkeypatch):
    (tmp_path / "bad.json").write_text("{")
    assert run(["check", HEALTHY, "bad.json"]) == 0
    monkeypatch.setenv("MACCORD_CHECK_STRICT", "1")
    assert run(["check", HEALTHY, "bad.json"]) == 2
    monkeypatch.delenv("MACCORD_CHECK_STRICT")
    (tmp_path / "maccord.toml").write_text("[check]\nstrict = true\n")
    assert run(["check", HEALTHY, "bad.json"]) == 2


@pytest.mark.parametrize("text", ["[check", '[check]\nmax_file_size = "big"', '[check]\nstrict = "maybe"', "\xff"])
def test_settings_that_cannot_be_used_are_a_wrong_call(text, tmp_path, capsys):
    (tmp_path / "maccord.toml").write_text(text, encoding="latin-1")
    assert run(["check", HEALTHY]) == 2
    assert capsys.readouterr().out == ""


def test_settings_that_are_no_table_are_a_wrong_call(tmp_path):
    (tmp_path / "maccord.toml").write_text("check = 3\n")
    assert run(["check", HEALTHY]) == 2


def test_a_setting_that_means_nothing_is_not_passed_over(tmp_path):
    (tmp_path / "maccord.toml").write_text("[check]\nstrickt = true\n")
    assert run(["check", HEALTHY]) == 2


# The same evidence twice ---------------------------------------------------------------------------------------


def _told(capsys, *paths):
    run(["check", *map(str, paths), "--format", "json", "--now", "2027-01-01"])
    return json.loads(capsys.readouterr().out)


def test_a_file_that_is_named_twice_counts_once(capsys):
    path = EXAMPLES / "fleet" / "HQ-HV01.json"
    assert _told(capsys, path, path)["evidence"]["adapters"] == _told(capsys, path)["evidence"]["adapters"]


def test_older_and_newer_exports_under_one_file_name_in_two_folders_count_once(tmp_path, capsys):
    for folder in ("old", "new"):
        (tmp_path / folder).mkdir()
        shutil.copy(EXAMPLES / "fleet" / "HQ-HV01.json", tmp_path / folder)
    expected = _told(capsys, tmp_path / "new")["evidence"]["adapters"]
    assert _told(capsys, tmp_path / "old", tmp_path / "new")["evidence"]["adapters"] == expected


# Pages and completion ------------------------------------------------------------------------------------------


def test_explain_lists_every_rule_cause_and_twin(capsys):
    run(["explain"])
    listed = {line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")}
    assert listed == {page.name for page in pages()}
    assert listed >= {*RULES, *CAUSES, *TWINS}


@pytest.mark.parametrize("name", sorted({page.name for page in pages()}))
def test_explain_shows_every_page(name, capsys):
    assert run(["explain", name.upper()]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"{name}  (")
    assert len(out.splitlines()) > 3


def test_explain_names_what_may_have_been_meant(capsys):
    assert run(["explain", "cloned-host-imgae"]) == 2
    assert "did you mean cloned-host-image" in capsys.readouterr().err


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_is_for_maccord(shell, capsys):
    if shell == "bash" and not shutil.which("bash"):
        pytest.skip("needs bash")
    assert run(["completion", shell]) == 0
    assert "_MACCORD_COMPLETE" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "offered"),
    [("maccord ch", "check"), ("maccord check --for", "--format"), ("maccord check --format c", "csv")],
)
def test_completion_offers_commands_options_and_choices(typed, offered, tmp_path):
    words = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1), "_MACCORD_COMPLETE": "bash_complete"}
    ran = maccord(cwd=tmp_path, env={**os.environ, **words})
    assert f"plain,{offered}" in ran.stdout.splitlines()
    assert ran.stderr == ""


# Calls that are nearly right -------------------------------------------------------------------------------------


def test_an_empty_name_is_not_the_folder_one_stands_in(tmp_path, capsys):
    (tmp_path / "HV01.json").write_bytes((EXAMPLES / "fleet" / "HQ-HV01.json").read_bytes())
    assert run(["check", ""]) == 2
    assert "'': an empty name" in capsys.readouterr().err


def test_tables_of_an_earlier_run_stay_when_nothing_could_be_used(tmp_path, capsys):
    assert run(["tables", HEALTHY, "--output", "tables"]) == 0
    assert "0 problems with the evidence" in capsys.readouterr().err
    before = sorted(path.read_bytes() for path in (tmp_path / "tables").rglob("*.parquet"))
    (tmp_path / "empty").mkdir()
    assert run(["tables", "empty", "--output", "tables"]) == 2
    assert "nothing in the evidence could be used" in capsys.readouterr().err
    assert sorted(path.read_bytes() for path in (tmp_path / "tables").rglob("*.parquet")) == before != []


def test_one_host_and_one_problem_are_counted_in_the_singular(tmp_path, capsys):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "HV01.json").write_bytes((EXAMPLES / "fleet" / "HQ-HV01.json").read_bytes())
    (tmp_path / "evidence" / "notes.txt").write_text("call them back")
    assert run(["tables", "evidence", "--output", "tables"]) == 0
    said = capsys.readouterr().err
    assert "1 host, 1 pool," in said
    assert "; 1 problem with" in said


def test_the_script_of_hosts_asks_nobody(capsys):
    assert run(["collect", "hyperv", "--script", "--host", "HV01"]) == 2
    assert "leave out --host" in capsys.readouterr().err
