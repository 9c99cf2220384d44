"""Commands for other platforms, run by a real shell: names arrive as they are, and nothing else is run."""

import os
import shutil
import subprocess
from typing import Any

import pytest

from maccord.fleet.records import Adapter
from maccord.plan.shell_text import new_address, old_address

TOOLS = ("virsh", "virt-xml", "qm", "pct", "xe", "incus")
STUB = '#!/bin/sh\n{ printf "%s\\0" "${0##*/}" "$@"; printf "\\n\\0"; } >> "$CALLS"\n'
HOSTILE = [
    "web",
    "it's",
    '"',
    "$(touch pwned)",
    "`touch pwned`",
    "; touch pwned;",
    "' ; touch pwned ; '",
    "a b  c",
    "a\\",
    "${IFS}",
    "*",
    "~",
    "!!",
    "\u2018quoted\u2019",
    "x" * 10_000,
]


def adapter(platform, name):
    """A running machine's adapter; where a platform goes by numbers or ids, they are what they can be there."""
    ids = {"proxmox": "100", "xcp": "0c1b6a60-5c9b-4b43-8c61-0f5c1f1d2a01", "libvirt": name, "incus": name}
    facts: dict[str, Any] = dict.fromkeys(("id", "host_id", "domain", "machine_no", "vlans"), 0)
    facts.update(dict.fromkeys(("zeros", "live", "shared", "iov", "parent"), False))
    facts.update(dict.fromkeys(("description", "created", "snapshot", "file", "place", "device"), ""))
    facts.update(dict.fromkeys(("permanent", "dynamic", "switch_id", "spoofing", "vmq")))
    device = "net0" if platform == "proxmox" else "eth0"
    facts.update(kind="vm", name=device, machine=name, machine_id=ids[platform])
    return Adapter(**facts, mac=0x525400123456, running=True)


@pytest.fixture(scope="module")
def tools(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tools")
    for name in TOOLS:
        (folder / name).write_text(STUB)
        (folder / name).chmod(0o755)
    return folder


def called(text, tools, tmp_path):
    """Run a text in a folder of its own; return the commands that it called, as lists of words."""
    calls, room = tmp_path / "calls", tmp_path / "room"
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir()
    calls.write_bytes(b"")
    environment = {"PATH": f"{tools}:{os.environ['PATH']}", "CALLS": str(calls), "HOME": str(room)}
    subprocess.run(["sh", "-eu", "-c", text], cwd=room, env=environment, check=True, timeout=30)
    assert list(room.iterdir()) == []
    rows = calls.read_bytes().split(b"\0\n\0")
    return [row.decode().split("\0") for row in rows if row]


@pytest.mark.parametrize("platform", ["libvirt", "proxmox", "xcp", "incus"])
@pytest.mark.parametrize("name", HOSTILE, ids=lambda name: ascii(name[:20]))
def test_name_of_a_machine_arrives_as_it_is_and_nothing_else_is_run(platform, name, tools, tmp_path):
    row = adapter(platform, name)
    for text in (new_address(platform, row, 0x02A0C8000501), old_address(platform, row, 0x02A0C8000501)):
        assert text
        found = called(text, tools, tmp_path)
        assert found
        assert all(one[0] in TOOLS for one in found)
        own = name if platform in ("libvirt", "incus") else row.machine_id
        assert any(own in word for one in found for word in one[1:])


@pytest.mark.parametrize("name", ["a\nb", "a\x00b", "\x1b[2J", "\u202e"])
def test_name_with_control_characters_gets_no_commands(name):
    assert new_address("libvirt", adapter("libvirt", name), 0x02A0C8000501) is None
