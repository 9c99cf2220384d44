"""How fast captures are read, beside tcpdump reading the same file in the same run.

    python bench/capture.py [--packets 5000000] [--keep FILE] [--runs 3]

Writes a capture (1.1 GB for five million packets, 2 % of them ARP and DHCP) and reads it by turns: with tcpdump and a
filter for ARP, DHCP, neighbour discovery and LLDP, with maccord's way to the same, with tcpdump without a filter, and
with maccord's way to every source address. The best of some runs counts. What a process needs to start (Python, NumPy,
WebAssembly) is shown apart.
"""

import argparse
import json
import random
import resource
import shutil
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FILTER = "arp or (udp and (port 67 or port 68 or port 546 or port 547)) or icmp6 or ether proto 0x88cc"
PIECE = 50_000
SIZES = (60, 66, 90, 170, 300, 592)
STATIONS = 5000


def mac(number: int) -> bytes:
    """Return the address of a station."""
    return b"\x00\x15\x5d" + number.to_bytes(3, "big")


def packet(chance: random.Random, number: int) -> bytes:
    """Return one frame: traffic, or once in a while ARP or DHCP."""
    mine, theirs, kind = chance.randrange(STATIONS), chance.randrange(STATIONS), chance.random()
    source, target = mac(mine), mac(theirs)
    ips = b"\x0a\x00" + mine.to_bytes(2, "big"), b"\x0a\x00" + theirs.to_bytes(2, "big")
    if kind < 0.015:
        body = struct.pack(">HHBBH", 1, 0x0800, 6, 4, 1) + source + ips[0] + bytes(6) + ips[1] + bytes(18)
        return b"\xff" * 6 + source + b"\x08\x06" + body
    if kind < 0.02:
        dhcp = b"\1\1\6\0" + struct.pack(">I", number) + bytes(20) + source + bytes(202) + b"\x63\x82\x53\x63"
        dhcp += b"\x35\1\1\x3d\7\1" + source + b"\x0c\5host1\xff"
        datagram = struct.pack(">HHHH", 68, 67, 8 + len(dhcp), 0) + dhcp
        return b"\xff" * 6 + source + b"\x08\x00" + ip4(17, bytes(4), b"\xff" * 4, number, datagram)
    data = b"\x04\xd2\x01\xbb" + bytes(chance.choice(SIZES) - 38)
    return target + source + b"\x08\x00" + ip4(6, *ips, number, data)


def ip4(protocol: int, source: bytes, target: bytes, ident: int, data: bytes) -> bytes:
    """Return an IPv4 packet."""
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(data), ident & 0xFFFF, 0x4000, 64, protocol, 0)
    return head + source + target + data


def write(path: Path, packets: int) -> None:
    """Write a capture; a piece of it is made up and repeated at later times, with other frames between."""
    chance = random.Random(7)
    made = [packet(chance, number) for number in range(PIECE)]
    micros = 1_700_000_000_000_000
    with path.open("wb") as out:
        out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for _ in range(packets // PIECE):
            chance.shuffle(made)
            piece = []
            for frame in made:
                micros += chance.randrange(1, 40)
                piece.append(struct.pack("<IIII", *divmod(micros, 10**6), len(frame), len(frame)) + frame)
            out.write(b"".join(piece))


def read(path: str, way: str) -> None:
    """Read a capture one way, in a process of its own, and print what it took."""
    began = time.perf_counter()
    from maccord.wire.capture import read_capture  # noqa: PLC0415 - what starting takes is measured
    from maccord.wire.records import At  # noqa: PLC0415 - as above
    from maccord.wire.scan import scanner  # noqa: PLC0415 - as above

    scanner(1 << 20, large=True)
    ready = time.perf_counter()
    packets = told = addresses = 0
    with Path(path).open("rb", buffering=0) as file:
        for batch in read_capture(file, At("switch", "port"), sources=way == "every"):
            packets += batch.packets
            told += len(batch.told)
            addresses += len(batch.presences)
    done = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"took": done - ready, "start": ready - began, "peak": peak, "n": [packets, told, addresses]}))


def tcpdump(path: Path, *words: str) -> float:
    """Return how long tcpdump takes."""
    program = shutil.which("tcpdump") or sys.exit("no tcpdump here: script/system-packages tcpdump")
    began = time.perf_counter()
    subprocess.run([program, "-n", "-r", str(path), "-w", "/dev/null", *words], check=True, capture_output=True)
    return time.perf_counter() - began


def maccord(path: Path, way: str) -> dict[str, float]:
    """Return what maccord takes."""
    done = subprocess.run(
        [sys.executable, __file__, "--read", str(path), "--way", way], check=True, capture_output=True, text=True
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def main() -> None:
    """Measure, and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--packets", type=int, default=5_000_000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--keep", type=Path)
    ask.add_argument("--read", help=argparse.SUPPRESS)
    ask.add_argument("--way", help=argparse.SUPPRESS)
    call = ask.parse_args()
    if call.read:
        read(call.read, call.way)
        return
    with tempfile.TemporaryDirectory() as folder:
        path = call.keep or Path(folder) / "bench.pcap"
        if not path.exists():
            write(path, call.packets)
        measure(path, call.runs)


def measure(path: Path, runs: int) -> None:
    """Read by turns, and print the best of each."""
    theirs: dict[str, list[float]] = {"selective": [], "every": []}
    ours: dict[str, list[dict[str, float]]] = {"selective": [], "every": []}
    for _ in range(runs):
        theirs["selective"].append(tcpdump(path, FILTER))
        ours["selective"].append(maccord(path, "selective"))
        theirs["every"].append(tcpdump(path))
        ours["every"].append(maccord(path, "every"))
    print(f"{path.stat().st_size / 1e9:.2f} GB")
    for way in ("selective", "every"):
        best = min(ours[way], key=lambda one: one["took"])
        beside = min(theirs[way])
        print(
            f"{way:10} tcpdump {beside:5.2f} s   maccord {best['took']:5.2f} s ({best['took'] / beside:.2f} times), "
            f"start {best['start']:.2f} s, peak {best['peak']:.0f} MB, {best['n']}"
        )


if __name__ == "__main__":
    main()
