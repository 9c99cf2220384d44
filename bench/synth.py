"""CPU seconds and memory of a fleet of `maccord twin synth`, against the same bytes written by the JSON encoder alone.

The fleet is written to a temporary folder. Then its files are read back into values, one by one, and written again with
msgspec, the fastest encoder at hand: that is what a program would need that knew every value beforehand. Only encoding
and writing are counted there. Peak memory is that of a process of its own for each size, so two sizes tell whether it
grows with the fleet.

    python bench/synth.py [--hosts 1000] [--vms-per-host 100] [--each 0]
"""

import argparse
import multiprocessing
import resource
import tempfile
from pathlib import Path
from time import process_time

import msgspec

from maccord.app.synth import write_fleet
from maccord.worlds.synth import Wanted


def lived(hosts: int, machines: int, each: int) -> tuple[float, float, int, float]:
    """Return seconds, peak of memory in MB, bytes, and the seconds that encoding and writing alone take."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "fleet")
        began = process_time()
        inject = {"all": each} if each else {}
        written = write_fleet(Wanted(hosts=hosts, machines=machines, seed=1, inject=inject), str(target))
        seconds = process_time() - began
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return seconds, peak_mb, written.size, _again(target, Path(folder, "again"))


def _again(fleet: Path, target: Path) -> float:
    target.mkdir()
    seconds = 0.0
    for path in fleet.glob("*.json"):
        value = msgspec.json.decode(path.read_bytes())
        began = process_time()
        (target / path.name).write_bytes(msgspec.json.encode(value))
        seconds += process_time() - began
        (target / path.name).unlink()
    return seconds


def main() -> None:
    """Measure a tenth of the fleet, and the fleet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--vms-per-host", type=int, default=100)
    parser.add_argument("--each", type=int, default=0, help="how often each cause is lived")
    called = parser.parse_args()
    print(f"{'hosts':>8}{'machines':>10}{'MB':>9}{'s':>8}{'ms a host':>11}{'peak MB':>9}{'encoder s':>11}{'ratio':>8}")
    for hosts in (called.hosts // 10, called.hosts):
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            seconds, peak_mb, size, encoder = pool.apply(lived, (hosts, called.vms_per_host, called.each))
        print(
            f"{hosts:>8,}{hosts * called.vms_per_host:>10,}{size / 1e6:>9,.1f}{seconds:>8.1f}"
            f"{1000 * seconds / hosts:>11.2f}{peak_mb:>9.0f}{encoder:>11.2f}{seconds / encoder:>8.1f}",
            flush=True,
        )


if __name__ == "__main__":
    main()
