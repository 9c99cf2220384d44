"""Captures from an interface: a pair of virtual cables, with frames of ours on it."""

import os
import shutil
import socket
import subprocess
import sys
import time

import pytest

from maccord.wire.live import CannotCapture, Interface, InterfaceGone
from maccord.wire.records import At, Domain
from tests.kit.captured import ALL, A, B, arp, dhcp, ethernet, ip4, number, tagged, vxlan

pytestmark = pytest.mark.real


@pytest.fixture
def cable():
    """Both ends of a cable, which is taken away afterwards."""
    if shutil.which("ip") is None or os.geteuid():
        pytest.skip("needs root and iproute2")
    names = f"mc{os.getpid() % 100000}a", f"mc{os.getpid() % 100000}b"
    made = subprocess.run(["ip", "link", "add", names[0], "type", "veth", "peer", names[1]], check=False)
    if made.returncode:
        pytest.skip("virtual cables cannot be made here")
    for name in names:
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    yield names
    subprocess.run(["ip", "link", "del", names[0]], check=False, capture_output=True)


def send(name, frames):
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as out:
        out.bind((name, 0))
        for frame in frames:
            out.send(frame.ljust(60, b"\0"))


def heard(interface, wanted, seconds=5):
    """Return batches until so many packets came."""
    found, until = [], time.monotonic() + seconds
    for batch in interface.batches(0.2):
        found.append(batch)
        if sum(one.packets for one in found) >= wanted or time.monotonic() > until:
            return found
    return found


def ours(found):
    """Return the addresses of ours that sent; the kernel sends by itself on a new cable."""
    return {(one.mac, one.domain) for batch in found for one in batch.presences if one.mac in (number(A), number(B))}


def test_what_comes_over_a_cable_is_told(cable):
    traffic = ethernet(ip4(bytes(40), 6), 0x0800, B, A)
    with Interface(cable[1], At("here", "b")) as interface:
        send(cable[0], [ethernet(arp(), 0x0806, A, ALL), traffic, tagged(traffic, 7), vxlan(traffic, 9)])
        found = heard(interface, 4)
    told = [one for batch in found for one in batch.told]
    assert [one.kind for one in told if type(one).__name__ == "ArpSeen"] == ["request"]
    assert ours(found) == {
        (number(A), Domain()),
        (number(B), Domain()),
        (number(B), Domain((7,))),
        (number(B), Domain((), "vxlan", 9)),
    }
    assert abs(told[0].time_ns - time.time_ns()) < 60 * 10**9
    assert all(batch.dropped == 0 for batch in found)


def test_what_the_machine_itself_sends_is_no_presence(cable):
    with Interface(cable[0], At("here", "a")) as interface:
        send(cable[0], [ethernet(arp(), 0x0806, A, ALL)])
        found = heard(interface, 1)
    assert ours(found) == set()
    assert [one.kind for batch in found for one in batch.told if type(one).__name__ == "ArpSeen"] == ["request"]


def test_the_kernel_passes_only_what_tells_of_addresses(cable):
    traffic = ethernet(ip4(bytes(40), 6), 0x0800, B, A)
    frames = [traffic] * 50 + [dhcp(), traffic, ethernet(arp(), 0x0806), vxlan(traffic, 9), tagged(traffic, 3)]
    with Interface(cable[1], At("here", "b"), sources=False) as interface:
        send(cable[0], frames)
        found = heard(interface, 4)
        found += heard(interface, 1, seconds=0.5)
    kinds = [type(one).__name__ for batch in found for one in batch.told]
    assert kinds.count("DhcpSeen") == 1
    assert kinds.count("ArpSeen") == 1
    assert 4 <= sum(batch.packets for batch in found) < 30  # and what the kernel sent by itself


def test_a_cable_that_is_pulled_is_said(cable):
    with Interface(cable[1], At("here", "b")) as interface:
        subprocess.run(["ip", "link", "del", cable[0]], check=True)
        with pytest.raises(InterfaceGone, match=r"down|gone"):
            heard(interface, 1)


def test_nothing_coming_is_an_empty_batch(cable):
    with Interface(cable[1], At("here", "b"), sources=False) as interface:
        batch = next(interface.batches(0.05))
    assert batch.arp == 0


def test_an_interface_that_is_not_there_is_named():
    with pytest.raises(CannotCapture, match=r"no interface of that name; there are .*lo"):
        Interface("nothing0", At())


def test_without_the_right_it_is_said_what_is_needed():
    code = (
        "import os\n"
        "from maccord.wire.live import At, CannotCapture, Interface\n"
        "if not os.geteuid(): os.setgid(65534), os.setuid(65534)\n"
        "try: Interface('lo', At())\n"
        "except CannotCapture as error: print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "CAP_NET_RAW" in done.stdout
