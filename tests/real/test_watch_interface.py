"""`maccord watch` on a cable of ours: what is sent is told, and an interface that goes down is waited for."""

import json
import subprocess
import sys
import time

import pytest

from tests.kit.captured import ALL, A, B, arp, ethernet
from tests.real.test_live_capture import cable, send

__all__ = ["cable"]

pytestmark = pytest.mark.real


def test_two_hosts_with_one_ip_are_told_and_the_interface_may_go_down(cable):
    command = [sys.executable, "-m", "maccord", "watch", "--interface", cable[1], "--format", "json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8") as running:
        assert running.stdout is not None
        assert running.stderr is not None
        time.sleep(1.5)
        for _ in range(5):
            for sender in (A, B):
                send(cable[0], [ethernet(arp(mac=sender), 0x0806, sender, ALL)])
                time.sleep(0.05)
        item = json.loads(running.stdout.readline())
        assert (item["event"], item["cause"]) == ("opened", "ip-conflict")
        assert item["places"][0]["port"] == cable[1]
        subprocess.run(["ip", "link", "set", cable[1], "down"], check=True)
        assert "waiting for it" in running.stderr.readline()
        subprocess.run(["ip", "link", "set", cable[1], "up"], check=True)
        assert any("is back" in running.stderr.readline() for _ in range(3))
        running.terminate()
        assert running.wait(20) == 0
