"""How long reading host exports takes, against the fastest JSON parser that merely parses the same files.

Exports are written once; the rounds interleave `orjson.loads` of every file in one thread (msgspec where orjson is not
installed) with what `maccord check` does up to the records of all files: walking the folder, reading, decoding, and
records in this process. Seconds of the processors, of this process and its helpers, stand beside those of the clock,
which other work on the machine disturbs.

    python bench/reading.py [--hosts 1000] [--machines-per-host 100] [--workers 2] [--rounds 5]
"""

import argparse
import json
import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from msgspec.json import decode as json_decode

from maccord.app.gather import files_of
from maccord.app.reading import read_files
from maccord.collect import BYTES_MAX, Parsed
from maccord.fleet.evidence import AdapterSeen

try:
    PARSER, decode = "orjson", import_module("orjson").loads
except ImportError:
    PARSER, decode = "msgspec", json_decode


def guid(*parts: int) -> str:
    """Return a GUID that these numbers make."""
    return f"{parts[0]:08x}-0000-4000-8000-{parts[1]:012x}"


def export(host: int, machines: int) -> dict[str, object]:
    """Return what `maccord collect hyperv --script` writes on a host with so many machines, each with one adapter."""
    first = 0x00155D000000 + (host << 8)
    ids = [guid(host, at) for at in range(machines)]
    devices = [f"Microsoft:{one.upper()}\\{guid(host, at).upper()}" for at, one in enumerate(ids)]
    names = [f"VM{host}-{at}" for at in range(machines)]
    description = "Intel(R) Ethernet Controller XXV710"
    return {
        "schema": "maccord.host/1",
        "collectedAt": "2026-01-31T12:00:00.0000000Z",
        "ComputerName": f"HV{host:06}",
        "OperatingSystem": {"Caption": "Microsoft Windows Server 2022 Datacenter", "Version": "10.0.20348"},
        "MachineGuid": guid(host, 0xFFFF),
        "Virtualization": {
            "MinimumMacAddress": f"{first:012X}",
            "MaximumMacAddress": f"{first + 255:012X}",
            "CurrentMacAddress": f"{first + machines:012X}",
        },
        "VMHost": {
            "Name": f"HV{host:06}", "MacAddressMinimum": f"{first:012X}", "MacAddressMaximum": f"{first + 255:012X}",
            "FibreChannelWwnn": "C003FF0000FFFF00", "FibreChannelWwpnMinimum": f"C003FF{host:06X}0000",
            "FibreChannelWwpnMaximum": f"C003FF{host:06X}FFFF",
        },
        "VM": [
            {
                "Id": ids[at], "Name": names[at], "ComputerName": f"HV{host:06}", "State": 2, "Generation": 2,
                "Version": "10.0", "IsClustered": False, "CreationTime": f"2025-01-31T10:{at % 60:02}:00.0000000Z",
                "ParentSnapshotId": None, "ReplicationState": 0, "ReplicationMode": 0,
            }
            for at in range(machines)
        ],
        "VMNetworkAdapter": [
            {
                "Name": "Network Adapter", "Id": devices[at], "VMName": names[at], "VMId": ids[at], "SwitchName": "SET",
                "SwitchId": guid(host, 0xAAAA), "IovWeight": 0, "IovUsage": 0, "Connected": True,
                "MacAddress": f"{first + at:012X}", "DynamicMacAddressEnabled": True, "MacAddressSpoofing": 1,
                "IsLegacy": False, "IsManagementOs": False, "IPAddresses": [f"10.{host & 255}.{at >> 8}.{at & 255}"],
                "Status": [2],
            }
            for at in range(machines)
        ],
        "ManagementVMNetworkAdapter": [
            {
                "Name": "MGMT", "Id": "Microsoft:MGMT", "DeviceId": f"{{{guid(host, 1)}}}", "SwitchName": "SET",
                "SwitchId": guid(host, 0xAAAA), "MacAddress": f"{0x3CFDFE000000 + 4 * host:012X}",
                "IsExternalAdapter": False, "MacAddressSpoofing": 1,
            }
        ],
        "VMNetworkAdapterVlan": [
            {
                "VMName": names[at], "ParentAdapterId": devices[at], "OperationMode": 1, "AccessVlanId": 20 + at % 4,
                "NativeVlanId": 0, "AllowedVlanIdListString": "", "PrimaryVlanId": 0, "SecondaryVlanId": 0,
            }
            for at in range(machines)
        ],
        "VMSwitch": [
            {
                "Name": "SET", "Id": guid(host, 0xAAAA), "SwitchType": 2, "AllowManagementOS": True,
                "EmbeddedTeamingEnabled": True, "NetAdapterInterfaceDescription": "Teamed-Interface",
                "NetAdapterInterfaceDescriptions": [description, f"{description} #2"],
                "NetAdapterInterfaceGuid": [guid(host, 2), guid(host, 3)],
            }
        ],
        "NetAdapter": [
            {
                "Name": f"NIC{at}", "InterfaceDescription": f"{description} #{at}", "ifIndex": at, "Status": "Up",
                "InterfaceGuid": f"{{{guid(host, at)}}}", "MacAddress": f"{0x3CFDFE000000 + 4 * host + at:012X}",
                "PermanentAddress": f"{0x3CFDFE000000 + 4 * host + at:012X}", "LinkSpeed": "25 Gbps", "Virtual": False,
            }
            for at in (2, 3)
        ],
        "NetIPAddress": [{"IPAddress": f"10.1.{host >> 8 & 255}.{host & 255}", "InterfaceAlias": "vEthernet (MGMT)"}],
        "NetAdapterVmq": [{"Name": "NIC2", "InterfaceDescription": f"{description} #2", "Enabled": True}],
        "Event": [],
        "notes": [],
    }  # fmt: skip


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Return the seconds of the clock that a call takes, and those of the processors, ended children's too."""
    before, start = os.times(), time.perf_counter()
    call()
    taken, after = time.perf_counter() - start, os.times()
    return taken, sum(after[:4]) - sum(before[:4])


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hosts", type=int, default=1000)
    parser.add_argument("--machines-per-host", type=int, default=100)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for host in range(asked.hosts):
            text = json.dumps(export(host, asked.machines_per_host), indent=2)
            (folder / f"HV{host:06}.json").write_text(text)
        measure(folder, asked.workers, asked.rounds)


def measure(folder: Path, workers: int, rounds: int) -> None:
    """Read the folder in all ways in turns, and print what that takes."""
    paths = sorted(folder.iterdir())
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    adapters = 0

    def parse() -> None:
        for path in paths:
            with path.open("rb") as stream:
                decode(stream.read())

    def ours(processes: int) -> None:
        nonlocal adapters
        parsed: Parsed = read_files(files_of([str(folder)], []), bytes_max=BYTES_MAX, workers=processes)
        adapters = sum(isinstance(one, AdapterSeen) for one in parsed.seen)

    ways: dict[str, Callable[[], object]] = {
        f"{PARSER}, parsing only": parse,
        "maccord, 1 process": lambda: ours(1),
        f"maccord, {workers} processes": lambda: ours(workers),
    }
    base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    times: dict[str, list[tuple[float, float]]] = {way: [] for way in ways}
    for _ in range(rounds):
        for way, call in ways.items():
            times[way].append(timed(call))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(f"{len(paths):,} files, {megabytes:,.0f} MB, {adapters:,} adapters")
    for way, taken in times.items():
        clock = statistics.median(one for one, _ in taken)
        ratio = statistics.median(
            one / base for (one, _), (base, _) in zip(taken, next(iter(times.values())), strict=True)
        )
        print(
            f"{way:22} {clock:7.3f} s  (processors {statistics.median(one for _, one in taken):.3f} s)"
            f"  {ratio:5.2f} times the parser  {len(paths) / clock:8,.0f} files/s  {megabytes / clock:6,.0f} MB/s"
        )
    print(f"peak memory {peak / 1024:,.0f} MB: {(peak - base) * 1024 / max(adapters, 1):,.0f} bytes an adapter")


if __name__ == "__main__":
    main()
