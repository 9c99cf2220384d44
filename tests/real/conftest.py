"""Programs that stand for platforms: started for the tests, stopped by their own process, never by name."""

import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.kit.certificates import made_in


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    return made_in(tmp_path_factory.mktemp("certificates"))


@pytest.fixture
def started():
    """Return a context that starts a program and yields the first line it prints."""

    @contextmanager
    def start(*command):
        words = [str(part) for part in command]
        with subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) as program:
            try:
                assert program.stdout
                line = program.stdout.readline().strip()
                assert line, f"{command[0]} ended with {program.wait()}"
                yield line
            finally:
                program.terminate()
                program.wait(10)

    return start


@pytest.fixture(scope="session")
def go():
    """Return the Go compiler, or skip."""
    found = shutil.which("go")
    if found is None:
        pytest.skip("no Go compiler: script/system-packages golang-go golang-github-vmware-govmomi-dev")
    return found
