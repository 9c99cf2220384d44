"""Captures read as Wireshark reads them: as many packets, ARP and DHCP packets, and frames of each source."""

import shutil
import subprocess
from collections import Counter

import pytest

from maccord.wire.capture import read_capture
from maccord.wire.magic import is_capture
from maccord.wire.records import At, DhcpSeen
from tests.kit.recorded import RECORDED, needs_recorded

pytestmark = [pytest.mark.real, needs_recorded]

CAPTURES = sorted(path for path in RECORDED.rglob("*.pcap*") if is_capture(path.read_bytes()[:4]))
FIELDS = ("frame.protocols", "eth.src", "sll.src.eth", "wlan.sa")


def as_wireshark_has_it(path):
    """Return the protocols and the sources of each packet, those inside tunnels too."""
    program = shutil.which("tshark")
    if program is None:
        pytest.skip("no tshark here: script/system-packages tshark")
    asked = [word for field in FIELDS for word in ("-e", field)]
    told = subprocess.run(
        [program, "-n", "-r", str(path), "-T", "fields", "-E", "separator=|", "-E", "occurrence=a", *asked],
        capture_output=True,
        text=True,
        check=False,  # a capture that was cut off is told of as far as it goes
        timeout=120,
    )
    rows = [line.split("|") for line in told.stdout.splitlines()]
    protocols = Counter(
        word for row in rows for word in set(row[0].split(":"))
    )  # some dissectors name themselves twice
    sources = Counter(address for row in rows for cell in row[1:] for address in cell.split(",") if address)
    return len(rows), protocols, {int(address.replace(":", ""), 16): count for address, count in sources.items()}


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_capture_holds_what_wireshark_finds_in_it(path):
    packets, protocols, sources = as_wireshark_has_it(path)
    batches = list(read_capture(path.read_bytes(), At("switch", "port")))
    assert sum(batch.packets for batch in batches) == packets
    assert sum(batch.arp for batch in batches) == protocols["arp"]
    told = [one for batch in batches for one in batch.told]
    assert sum(isinstance(one, DhcpSeen) for one in told) == protocols["dhcp"] + protocols["dhcpv6"]
    seen: Counter[int] = Counter()
    for one in batches[-1].presences:
        seen[one.mac] += one.frames
    assert seen == sources


def test_there_are_captures_to_compare():
    assert len(CAPTURES) > 30


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_capture_that_was_cut_off_is_read_as_far_as_it_goes(path, tmp_path):
    whole = path.read_bytes()
    cut = tmp_path / path.name
    cut.write_bytes(whole[: len(whole) * 2 // 3])
    packets, protocols, _ = as_wireshark_has_it(cut)
    batches = list(read_capture(cut.read_bytes(), At("switch", "port")))
    assert sum(batch.packets for batch in batches) == packets
    assert sum(batch.arp for batch in batches) == protocols["arp"]
