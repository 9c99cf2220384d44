"""Files read in several processes: the same as in one, whatever happens to the others."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from pathlib import Path

import pytest

from maccord.app.batches import File, batches
from maccord.app.gather import gather
from maccord.app.helpers import Helpers, _may_fork
from maccord.app.reading import processes_for, read_files
from maccord.collect import BYTES_MAX

FLEET = Path(__file__).parents[3] / "examples" / "fleet"


@pytest.fixture
def exports(tmp_path):
    """A folder of 40 small exports, and a few files that are none."""
    for at in range(40):
        adapter = {"Name": "NIC", "Id": f"a{at}", "VMName": f"VM{at}", "MacAddress": f"00155D10{at // 2:02X}00"}
        host = {"schema": "maccord.host/1", "ComputerName": f"HV{at:02}", "VMNetworkAdapter": [adapter]}
        (tmp_path / f"HV{at:02}.json").write_text(json.dumps(host))
    (tmp_path / "HV03.json").write_text('{"schema": "maccord.host/1", "ComputerName": "HV03", "VM": 7')
    (tmp_path / "empty.txt").write_text("")
    (tmp_path / "notes.txt").write_text("nothing in here")
    (tmp_path / "large.json").write_text(" " * 3_000_000)
    return tmp_path


@pytest.fixture(params=["copies", "new processes"])
def started(request, monkeypatch):
    """Both ways in which helpers start."""
    if request.param == "copies" and not sys.platform.startswith("linux"):
        pytest.skip("copies are made on Linux alone")
    monkeypatch.setattr("maccord.app.helpers._may_fork", lambda: request.param == "copies")


def files_of(folder):
    return [File(str(path), path.name, folder.name, folder.name) for path in sorted(folder.iterdir())]


def dies(files):
    """Read as a helper that is killed in the midst of its work: it answers once, and no more."""
    at = iter(batches(files[:1], BYTES_MAX))
    yield next(at)
    os.kill(os.getpid(), signal.SIGKILL)


def fails(files):
    raise RuntimeError(files)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("folder", ["examples", "exports"])
def test_one_process_and_three_give_the_same_bytes(folder, exports):
    where = FLEET if folder == "examples" else exports
    alone, together = (gather([str(where)], bytes_max=2**21, workers=workers) for workers in (1, 3))
    assert alone == together
    assert repr(alone) == repr(together)


def test_records_come_in_the_order_of_files_whoever_read_them(exports):
    files = files_of(exports)
    alone, together = (read_files(files, bytes_max=BYTES_MAX, workers=workers) for workers in (1, 2))
    assert together == alone
    hosts = [record.host for record in alone.seen]
    assert hosts == sorted(hosts)


def test_progress_tells_of_every_file_once_and_ends_with_all(exports):
    told = []
    read_files(files_of(exports), bytes_max=BYTES_MAX, workers=3, tell=lambda done, of: told.append((done, of)))
    assert told == sorted(set(told))
    assert told[-1] == (43, 43)


@pytest.mark.usefixtures("started")
@pytest.mark.parametrize("read", [dies, fails])
def test_files_of_a_helper_that_dies_are_left_behind_for_this_process(read, exports):
    files = files_of(exports)
    chunks = deque([(0, files[:20]), (1, files[20:])])
    answered = 0
    with Helpers(1, read) as helpers:
        helpers.feed(chunks)
        while helpers.busy:
            answered += sum(batch.files for _, batch in helpers.answers(patient=True))
        assert answered <= (1 if read is dies else 0)  # what it had not sent yet is lost with it
        assert [file for _, some in helpers.left_behind for file in some] == files[answered:]


def test_what_dead_helpers_held_is_read_all_the_same(exports, monkeypatch):
    files = files_of(exports)
    monkeypatch.setattr("maccord.app.helpers.Helpers", lambda count, _read: Helpers(count, dies))
    assert read_files(files, bytes_max=BYTES_MAX, workers=3) == read_files(files, bytes_max=BYTES_MAX, workers=1)


def test_no_process_is_started_for_a_few_files(exports, monkeypatch):
    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", lambda _: pytest.fail("a process was started"))
    files = files_of(exports)
    assert processes_for(files) == 1
    assert read_files(files, bytes_max=BYTES_MAX).used == 39
    assert read_files(files[:1], bytes_max=BYTES_MAX, workers=4).used == 1


def test_helpers_are_copies_of_this_process_where_it_has_one_thread(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr("pathlib.Path.iterdir", lambda _: iter(["1"]))
    assert _may_fork()
    monkeypatch.setattr("pathlib.Path.iterdir", lambda _: iter(["1", "2"]))
    assert not _may_fork()
    monkeypatch.setattr("pathlib.Path.iterdir", lambda _: iter(["1"]))
    monkeypatch.setattr("sys.platform", "darwin")
    assert not _may_fork()


def test_where_no_process_can_be_started_this_one_reads_alone(exports, monkeypatch):
    def no_more(_):
        raise BlockingIOError(11, "Resource temporarily unavailable")

    monkeypatch.setattr("multiprocessing.process.BaseProcess.start", no_more)
    files = files_of(exports)
    assert read_files(files, bytes_max=BYTES_MAX, workers=3) == read_files(files, bytes_max=BYTES_MAX, workers=1)


def test_much_evidence_is_read_with_every_processor(exports, monkeypatch):
    monkeypatch.setattr("maccord.app.reading._ALONE_FILES", 43)
    monkeypatch.setattr("os.sched_getaffinity", lambda _: range(3), raising=False)
    assert processes_for(files_of(exports)) == 3
    monkeypatch.setattr("maccord.app.reading._ALONE_FILES", 44)
    assert processes_for(files_of(exports)) == 1
    monkeypatch.setattr("maccord.app.reading._ALONE_BYTES", 3_000_000)
    assert processes_for(files_of(exports)) == 3


def test_a_batch_ends_after_a_megabyte_or_64_files(exports):
    for at in range(100):
        (exports / f"small{at:03}.json").write_text("null")
    sizes = [batch.files for batch in batches(files_of(exports), BYTES_MAX)]
    assert sizes == [42, 64, 37]


def test_a_file_that_says_nothing_of_its_size_is_read_whole():
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc here")
    (batch,) = batches([File("/proc/self/status", "status", "proc", "proc")], BYTES_MAX)
    assert "not recognised" in batch.parsed.problems[0].reason
    (batch,) = batches([File("/proc/self/status", "status", "proc", "proc")], 10)
    assert "larger than" in batch.parsed.problems[0].reason


ALONE = "from maccord.cli.main import main; main()"
WITHOUT_COPIES = f"import maccord.app.helpers as helpers; helpers._may_fork = lambda: False; {ALONE}"


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts processes in /proc")
@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize(("program", "children"), [(ALONE, 2), (WITHOUT_COPIES, 3)], ids=["copies", "new processes"])
def test_an_interrupted_run_leaves_no_process_behind(ending, program, children, tmp_path):
    for at in range(3000):
        vms = [{"Name": f"VM{number}", "State": "2"} for number in range(100)]  # odd, and so slow to read
        host = {"schema": "maccord.host/1", "ComputerName": f"HV{at}", "VM": vms}
        (tmp_path / f"HV{at}.json").write_text(json.dumps(host))
    run = subprocess.Popen(
        [sys.executable, "-c", program, "check", str(tmp_path), "--workers", "3"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert until(lambda: len(children_of(run.pid)) >= children)  # new processes come with the interpreter's tracker
    helpers = children_of(run.pid)
    os.killpg(run.pid, ending) if ending == signal.SIGINT else os.kill(run.pid, ending)
    _, told = run.communicate(timeout=60)
    assert until(lambda: not any(Path(f"/proc/{helper}").exists() for helper in helpers))
    if ending == signal.SIGINT:
        assert run.returncode == 130
        assert told.decode().strip() == "maccord: interrupted, nothing was written"


def children_of(pid):
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return told.read_text().split() if told.exists() else []


def until(what, seconds=60):
    for _ in range(seconds * 20):
        if what():
            return True
        time.sleep(0.05)
    return False
