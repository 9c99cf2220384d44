"""How much work listening to an interface is, beside tcpdump listening to the same traffic in the same run.

    sudo python bench/live.py [--seconds 4] [--rate 200000] [--runs 3]

Needs root on Linux, for a virtual cable in a network namespace of its own. A sender replays the traffic of
`bench/capture.py` (2 % of it ARP and DHCP) through a ring that it shares with the kernel. By turns there listen:
tcpdump with a filter for ARP, DHCP, neighbour discovery and LLDP; maccord's way to the same; tcpdump without a filter;
maccord's way to every source address. Told are, for a million packets on the cable, the processor time of the listener
(user and system), and that with the sender's: the filter runs in the kernel, on the sender's account. The least of runs
counts; of what the kernel had to drop, the most. What tcpdump takes for the same traffic from a file is told beside it.
"""

import argparse
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from mmap import MAP_SHARED, PROT_READ, PROT_WRITE, mmap
from pathlib import Path
from struct import pack

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.capture import FILTER, packet, tcpdump, write

_NEAR, _FAR = "mcnear", "mcfar"
_FRAMES, _SIZE = 4096, 2048
_SOL_PACKET, _VERSION, _TX_RING, _BYPASS = 263, 10, 13, 20
_DATA = 32
"""Where the octets stand behind a tpacket2_hdr (packet_mmap.rst)."""


def sender(seconds: float, rate: int) -> None:
    """Send for so long, and print how many packets were sent; they go out in bursts of one ring's frames at most."""
    chance = random.Random(7)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    out.setsockopt(_SOL_PACKET, _VERSION, pack("=i", 1))
    out.setsockopt(_SOL_PACKET, _TX_RING, pack("=4I", 1 << 16, _FRAMES * _SIZE >> 16, _SIZE, _FRAMES))
    ring = mmap(out.fileno(), _FRAMES * _SIZE, MAP_SHARED, PROT_READ | PROT_WRITE)
    for number in range(_FRAMES):
        frame, at = packet(chance, number), number * _SIZE
        ring[at + 4 : at + 8] = pack("=I", len(frame))
        ring[at + _DATA : at + _DATA + len(frame)] = frame
    out.bind((_NEAR, 0))
    status = np.frombuffer(ring, np.uint32)[:: _SIZE >> 2]
    began, spent_before = time.monotonic(), time.process_time()
    sent = at = 0
    burst = max(1, min(_FRAMES // 2, rate // 500))
    while (now := time.monotonic()) < began + seconds:
        if sent > (now - began) * rate:
            time.sleep(0.0005)
            continue
        some = np.arange(at, at + burst) % _FRAMES
        status[some] = 1  # TP_STATUS_SEND_REQUEST
        out.send(b"")
        at, sent = (at + burst) % _FRAMES, sent + burst
    print(sent, time.process_time() - spent_before)


def listener(way: str) -> None:
    """Listen until told to stop by the end of standard input, and print what was heard."""
    from maccord.wire.live import Interface  # noqa: PLC0415 - for the listener alone
    from maccord.wire.records import At  # noqa: PLC0415 - as above

    stop = threading.Event()

    def wait() -> None:
        sys.stdin.read()
        stop.set()

    threading.Thread(target=wait, daemon=True).start()
    packets = told = dropped = 0
    with Interface(_FAR, At("bench", _FAR), sources=way == "every") as interface:
        for batch in interface.batches(0.5):
            packets += batch.packets
            told += len(batch.told)
            dropped += batch.dropped
            if stop.is_set():
                break
    print(json.dumps({"packets": packets, "told": told, "dropped": dropped}))


def spent(process: subprocess.Popen[str]) -> float:
    """Return the processor seconds of all threads of a process."""
    threads = Path(f"/proc/{process.pid}/task").iterdir()
    return sum(int((one / "schedstat").read_text().split()[0]) for one in threads) / 1e9


def from_file(words: list[str]) -> float:
    """Return the processor seconds that tcpdump takes for a million packets of a file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.pcap"
        write(path, 1_000_000)
        best = 1e9
        for _ in range(3):
            before = os.times()
            tcpdump(path, *words)
            after = os.times()
            best = min(
                best, after.children_user + after.children_system - before.children_user - before.children_system
            )
    return best


def replay(seconds: float, rate: int) -> tuple[int, float]:
    """Have the sender send; return how many packets went out, and its processor seconds."""
    call = [sys.executable, __file__, "--send", "--seconds", str(seconds), "--rate", str(rate)]
    sent, took = subprocess.run(call, check=True, capture_output=True, text=True).stdout.split()
    return int(sent), float(took)


def measured(call: list[str], seconds: float, rate: int, *, ours: bool) -> dict[str, float]:
    """Return processor seconds for a million packets, and the share of packets that were dropped."""
    with subprocess.Popen(
        call, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        time.sleep(2.5)
        replay(0.3, rate)  # what is done once, such as making room, is not measured
        time.sleep(1.2)
        before = spent(running)
        sent, sending = replay(seconds, rate)
        time.sleep(1.2)
        took = spent(running) - before
        if ours:
            dropped = json.loads(running.communicate("")[0])["dropped"]
        else:
            running.terminate()
            dropped = next(
                int(line.split()[0]) for line in running.communicate()[1].splitlines() if "dropped by kernel" in line
            )
    return {
        "took": took / sent * 1e6,
        "all": (took + sending) / sent * 1e6,
        "dropped": dropped / sent,
        "rate": sent / seconds,
    }


def main() -> None:
    """Measure, and print."""
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--seconds", type=float, default=4)
    ask.add_argument("--rate", type=int, default=200_000)
    ask.add_argument("--runs", type=int, default=3)
    ask.add_argument("--send", action="store_true", help=argparse.SUPPRESS)
    ask.add_argument("--listen", help=argparse.SUPPRESS)
    ask.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    call = ask.parse_args()
    if call.send:
        sender(call.seconds, call.rate)
    elif call.listen:
        listener(call.listen)
    elif not call.inside:
        unshare = shutil.which("unshare") or sys.exit("no unshare here")
        os.execv(unshare, [unshare, "--net", sys.executable, *sys.argv, "--inside"])  # noqa: S606 - this program again
    else:
        measure(call.seconds, call.rate, call.runs)


def measure(seconds: float, rate: int, runs: int) -> None:
    """Listen by turns, and print the least of each."""
    program = shutil.which("tcpdump") or sys.exit("no tcpdump here: script/system-packages tcpdump")
    Path("/proc/sys/net/ipv6/conf/default/disable_ipv6").write_text("1")
    subprocess.run(["ip", "link", "add", _NEAR, "type", "veth", "peer", _FAR], check=True)
    for name in (_NEAR, _FAR):
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
    theirs = [program, "-n", "-i", _FAR, "-w", "/dev/null"]
    for way, words in (("selective", [FILTER]), ("every", [])):
        found: dict[str, list[dict[str, float]]] = {"tcpdump": [], "maccord": []}
        for _ in range(runs):
            found["tcpdump"].append(measured([*theirs, *words], seconds, rate, ours=False))
            mine = [sys.executable, __file__, "--listen", way]
            found["maccord"].append(measured(mine, seconds, rate, ours=True))
        best = {name: min(one["took"] for one in some) for name, some in found.items()}
        whole = {name: min(one["all"] for one in some) for name, some in found.items()}
        print(f"{way}: seconds for a million packets, at {max(one['rate'] for one in found['maccord']) / 1000:.0f} k/s")
        for name, some in found.items():
            dropped = max(one["dropped"] for one in some)
            print(f"  {name} {best[name]:.3f}, with the sender {whole[name]:.2f}; {dropped:.2%} dropped")
        filed = from_file(words)
        print(
            f"  maccord beside tcpdump {best['maccord'] / best['tcpdump']:.1f} times, with the sender "
            f"{whole['maccord'] / whole['tcpdump']:.2f} times; beside tcpdump on a file ({filed:.3f}) "
            f"{best['maccord'] / filed:.2f} times"
        )


if __name__ == "__main__":
    main()
