"""Files that grow, are rotated or replaced; pipes; syslog by UDP and TCP."""

import os
import socket

import pytest

from maccord.app.watch.sources import Followed, NoSource
from maccord.app.watch.state import load
from maccord.app.watch.syslog import Frames, SyslogTcp, SyslogUdp
from maccord.app.watch.watcher import Watcher
from maccord.wire.records import At
from maccord.wire.track import Tracker
from tests.kit.watched import MAC, OTHER, Run, flapping, learned, wait_for

OPENED = ("opened", "duplicate-on-the-wire")
FLAP = "%SW_MATM-4-MACFLAP_NOTIF: Host 0015.5dc8.6a00 in vlan 10 is flapping between port Gi1/0/3 and port Gi1/0/7"


def log(path, **options):
    return Followed(str(path), str(path), At("sw1"), capture=False, **options)


def test_a_file_that_is_there_is_read_and_left_when_asked_for_once(tmp_path):
    file = tmp_path / "fdb.log"
    file.write_text(flapping(6))
    with Run(log(file, once=True)) as run:
        run.finish()
    assert run.told == [OPENED]
    assert {place.port for place in run.items[0].places} == {"p1", "p2"}


def test_a_file_that_grows_is_followed_line_by_line_however_it_is_cut(tmp_path):
    file = tmp_path / "fdb.log"
    file.write_text("")
    text = flapping(6)
    with Run(log(file)) as run, file.open("a") as stream:
        for at in range(0, len(text), 37):
            stream.write(text[at : at + 37])
            stream.flush()
        wait_for(lambda: run.told == [OPENED])


def test_a_file_that_is_not_there_yet_is_waited_for(tmp_path):
    file = tmp_path / "fdb.log"
    with Run(log(file)) as run:
        wait_for(lambda: run.remarks)
        file.write_text(flapping(6))
        wait_for(lambda: run.told == [OPENED])
    assert "waiting for it" in run.remarks[0]
    assert len(run.remarks) == 1


@pytest.mark.parametrize("how", ["moved away", "cut"])
def test_a_log_that_is_rotated_is_read_on_in_the_new_file(tmp_path, how):
    file = tmp_path / "fdb.log"
    file.write_text(flapping(3, every_s=20))
    with Run(log(file)) as run:
        wait_for(lambda: len(run.watcher.tracker.addresses) == 1)
        if how == "moved away":
            file.rename(tmp_path / "fdb.log.1")
        else:
            os.truncate(file, 0)
        wait_for(lambda: run.told == [OPENED])
        file.write_text(flapping(6, start=200, mac=OTHER))
        wait_for(lambda: run.told == [OPENED, OPENED])


def test_several_files_that_are_there_count_in_the_order_of_time(tmp_path):
    one, other = tmp_path / "one.log", tmp_path / "other.log"
    one.write_text("".join(learned(second, "p1") for second in range(0, 100, 10)))
    other.write_text("".join(learned(second, "p2") for second in range(5, 105, 10)))
    with Run(log(one, once=True), log(other, once=True)) as run:
        run.finish()
    assert run.told == [OPENED]
    assert run.items[0].moves == 19


def test_a_restart_goes_on_where_the_log_was_left(tmp_path):
    file, state = tmp_path / "fdb.log", str(tmp_path / "state")
    file.write_text(flapping(6))
    with Run(log(file, once=True), state=state) as run:
        run.finish()
    assert run.told == [OPENED]
    watcher = Watcher(Tracker())
    left = load(state, watcher)
    with file.open("a") as stream:
        stream.write(flapping(1, start=20))
    mark = left.marks[str(file)]
    with Run(log(file, once=True, mark=mark), watcher=watcher, state=state, marks=left.marks) as again:
        again.finish()
    assert again.told == []
    assert watcher.tracker.counts.heard == 2


def test_a_pipe_is_read_to_its_end(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with Run(log(pipe)) as run:
        with pipe.open("w") as stream:
            stream.write(flapping(6))
        run.finish()
    assert run.told == [OPENED]


def test_syslog_by_udp_knows_each_sender(tmp_path):
    del tmp_path
    source = SyslogUdp("syslog-udp", "127.0.0.1", 0)
    source.open()
    with Run(source) as run, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(3):
            sender.sendto(f"<188>{FLAP}".encode(), ("127.0.0.1", source.port))
        sender.sendto(b"\xff\x00 garbage", ("127.0.0.1", source.port))
        wait_for(lambda: OPENED in run.told)
    assert {place.observer for place in run.items[0].places} == {"127.0.0.1"}


@pytest.mark.parametrize("counted", [False, True])
def test_syslog_by_tcp_with_line_ends_and_with_counted_octets(counted):
    source = SyslogTcp("syslog-tcp", "127.0.0.1", 0)
    source.open()
    message = f"<188>{FLAP}"
    with Run(source) as run, socket.create_connection(("127.0.0.1", source.port)) as sender:
        for _ in range(3):
            sender.sendall(f"{len(message)} {message}".encode() if counted else f"{message}\n".encode())
        wait_for(lambda: OPENED in run.told)


def test_counted_octets_may_be_cut_anywhere_and_broken_counts_end_the_counting():
    text = b"5 hello11 hello\nworld3 abc"
    for size in range(1, len(text)):
        frames = Frames()
        found = b"".join(frames.lines(text[at : at + size]) for at in range(0, len(text), size))
        assert found == b"hello\nhello world\nabc\n"
    frames = Frames()
    assert frames.lines(b"5 hello") == b"hello\n"
    assert frames.lines(b"no count\n") == b"no count\n"


def test_a_port_that_is_taken_is_a_refusal():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(NoSource, match="cannot listen"):
            SyslogTcp("syslog-tcp", "127.0.0.1", taken.getsockname()[1]).open()


def test_what_goes_wrong_in_a_source_ends_the_run_and_not_in_silence():
    class Broken:
        name = "broken"

        def run(self, inbox):
            del inbox
            raise RuntimeError("out of order")

    run = Run(Broken())
    with pytest.raises(RuntimeError, match="out of order"):
        run.watch.run()


def test_a_line_without_an_end_fills_no_memory(tmp_path):
    file = tmp_path / "fdb.log"
    file.write_text("x" * 3_000_000 + "\n" + flapping(6))
    with Run(log(file, once=True)) as run:
        run.finish()
    assert run.told == [OPENED]
    assert MAC.upper().replace(":", "-") in run.items[0].addresses
