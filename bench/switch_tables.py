"""How long address tables of switches take to read, against one bare regular expression and against TextFSM.

A table of 100,000 rows for each of Cisco IOS, Cisco NX-OS and Arista EOS. The bare `findall` finds the same cells and
makes nothing of them: nothing that reads such text in Python can be faster. TextFSM, with the template of
ntc-templates, reads the first 20,000 rows of the same table. Rounds interleave the first two; the median of CPU seconds
counts.

    python bench/switch_tables.py [--rows 100000] [--textfsm-rows 20000] [--rounds 5]
"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Sequence
from functools import partial
from importlib.resources import files

from textfsm import TextFSM

from maccord.collect import Document, Parsed, read
from maccord.fleet.evidence import SightingSeen

RULE = "-" * 66
PLATFORMS: dict[str, tuple[str, str, str, str]] = {
    "ios": (
        (
            f"          Mac Address Table\n{RULE}\n\nVlan    Mac Address       Type        Ports\n"
            "----    -----------       --------    -----\n"
        ),
        "{vlan:4}    {mac}    DYNAMIC     Gi1/0/{port}\n",
        r"^ *(\d+) +([0-9a-f.]{14}) +(\w+) +(\S+)$",
        "cisco_ios_show_mac-address-table.textfsm",
    ),
    "nxos": (
        (
            "   VLAN     MAC Address      Type      age     Secure NTFY Ports\n"
            "---------+-----------------+--------+---------+------+----+------------------\n"
        ),
        "*{vlan:5}     {mac}   dynamic  0         F      F    Eth1/{port}\n",
        r"^([*+G ]) *(\d+) +([0-9a-f.]{14}) +(\w+) +\S+ +[FT] +[FT] +(\S+)$",
        "cisco_nxos_show_mac_address-table.textfsm",
    ),
    "eos": (
        (
            f"          Mac Address Table\n{RULE}\n\n"
            f"Vlan    Mac Address       Type        Ports      Moves   Last Move\n"
            "----    -----------       ----        -----      -----   ---------\n"
        ),
        "{vlan:4}    {mac}    DYNAMIC     Et{port}       1       0:20:10 ago\n",
        r"^ *(\d+) +([0-9a-f.]{14}) +(\w+) +(\S+) +\d+ +\S+ ago$",
        "arista_eos_show_mac_address-table.textfsm",
    ),
}
"""Per platform: the lines above the rows, a row, the bare expression, and the template."""


def main() -> None:
    """Print seconds and ratios of each platform."""
    options = _options()
    for platform, (header, row, pattern, template) in PLATFORMS.items():
        text = header + "".join(_rows(row, options.rows))
        few = "\n".join(text.splitlines()[: header.count("\n") + options.textfsm_rows]) + "\n"
        bare = re.compile(pattern, re.MULTILINE)
        with (files("ntc_templates") / "templates" / template).open(encoding="utf-8") as opened:
            machine = TextFSM(opened)
        runs = {"maccord": partial(_read, text), "findall": partial(bare.findall, text)}
        seconds: dict[str, list[float]] = {"maccord": [], "findall": []}
        for _ in range(options.rounds):
            for name, run in runs.items():
                seconds[name].append(_timed(run, options.rows))
        slow = _timed(partial(_by_template, machine, few), options.textfsm_rows)
        ours, limit = (statistics.median(seconds[name]) for name in ("maccord", "findall"))
        factor = slow / options.textfsm_rows / (ours / options.rows)
        print(
            f"{platform:5} {options.rows} rows: maccord {ours:.2f} s, findall {limit:.2f} s, ratio {ours / limit:.1f}; "
            f"textfsm {slow:.2f} s for {options.textfsm_rows} rows, {factor:.0f} times as long per row"
        )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--textfsm-rows", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    return parser.parse_args()


def _rows(row: str, count: int) -> list[str]:
    chance = random.Random(7)
    spelled = (f"{0x020000000000 + chance.getrandbits(40):012x}" for _ in range(count))
    macs = (f"{digits[:4]}.{digits[4:8]}.{digits[8:]}" for digits in spelled)
    return [row.format(vlan=chance.randrange(1, 4095), mac=mac, port=chance.randrange(1, 49)) for mac in macs]


def _read(text: str) -> list[SightingSeen]:
    parsed = read(Document("table.txt", "SW1", text.encode()))
    assert isinstance(parsed, Parsed)
    assert not parsed.problems
    return [one for one in parsed.seen if isinstance(one, SightingSeen)]


def _by_template(machine: TextFSM, text: str) -> list[object]:
    machine.Reset()
    found: list[object] = machine.ParseText(text)
    return found


def _timed(run: Callable[[], Sequence[object]], rows: int) -> float:
    started = time.process_time()
    found = run()
    seconds = time.process_time() - started
    assert len(found) == rows, f"{len(found)} rows found, {rows} written"
    return seconds


if __name__ == "__main__":
    main()
