"""The house itself: locks, scripts and what the README promises of them."""

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))
CONFIGS = [ROOT / name for name in ("pyproject.toml", ".gitignore", ".gitattributes", ".editorconfig")]
SCRIPTS = sorted(path for folder in ("script", ".ci") for path in (ROOT / folder).iterdir() if path.is_file())


def name(path):
    return path.relative_to(ROOT).as_posix()


def requirements(lock):
    """Return each requirement of a lock with the hashes that follow it."""
    text = re.sub(r"^ *#.*\n?", "", lock.read_text(), flags=re.MULTILINE)
    return text.replace("\\\n", " ").splitlines()


def locked(lock):
    return {line.split("==")[0]: line.split()[0] for line in requirements(lock)}


def test_there_are_locks_for_running_developing_booting_and_what_is_compiled():
    assert [lock.name for lock in LOCKS] == [
        "requirements-boot.lock",
        "requirements-dev.lock",
        "requirements-libvirt.lock",
        "requirements.lock",
    ]


@pytest.mark.parametrize("path", [*LOCKS, *CONFIGS], ids=name)
def test_no_lock_or_config_names_an_index_host(path):
    assert "://" not in path.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=name)
def test_every_requirement_is_one_version_with_hashes(lock):
    lines = requirements(lock)
    assert lines
    for line in lines:
        assert re.fullmatch(r"[a-z0-9-]+==[0-9][^ ]*( ; [^\\]+?)?( +--hash=sha256:[0-9a-f]{64})+", line)


def test_developers_run_the_versions_that_users_get():
    for_users, for_developers = locked(ROOT / "requirements.lock"), locked(ROOT / "requirements-dev.lock")
    assert for_users.items() <= for_developers.items()


def test_locks_cover_everything_that_pyproject_asks_for():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, extras = project["dependencies"], project["optional-dependencies"]
    assert names([*run, *extras["build"]]) <= set(locked(ROOT / "requirements.lock"))
    assert names([*run, *extras["dev"]]) - {"maccord"} <= set(locked(ROOT / "requirements-dev.lock"))


def test_the_lock_of_what_is_compiled_is_that_of_its_extra():
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    assert names(extras["libvirt"]) == set(locked(ROOT / "requirements-libvirt.lock"))
    assert f'echo "{extras["libvirt"][0]}" | compile' in (ROOT / "script/lock").read_text()


def names(wishes):
    return {re.split(r"[\[<>=!~; ]", wish)[0] for wish in wishes}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no executable bit")
@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_every_script_is_executable(script):
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("script", SCRIPTS, ids=name)
def test_every_script_says_what_it_is_for(script):
    shebang, purpose = script.read_text().splitlines()[:2]
    assert shebang in {"#!/bin/sh", "#!/usr/bin/env python3"}
    assert purpose.startswith(("# ", '"""'))


@pytest.mark.parametrize("command", ["script/demo", "script/test"])
def test_readme_names_a_command_that_exists(command):
    assert command in (ROOT / "README.md").read_text()
    assert ROOT / command in SCRIPTS


def test_ci_runs_what_developers_run():
    assert "exec script/cibuild\n" in (ROOT / ".ci/run").read_text()
    assert "exec script/test --all\n" in (ROOT / "script/cibuild").read_text()


@pytest.mark.skipif(os.name == "nt", reason="needs sh")
def test_a_wrong_argument_of_the_test_script_is_refused_before_anything_runs():
    ran = subprocess.run([ROOT / "script/test", "--fast"], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.startswith("usage: script/test")
