"""Addresses that a running machine of libvirt gets with its next start."""

import pytest

from maccord.collect import libvirt
from maccord.collect.document import Document
from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import AdapterSeen
from maccord.fleet.records import Adapter
from maccord.mac import parse_value

UUID = "4a64cc71-19c4-2fd0-2323-3050941ea3c3"
MAC, OTHER = "52:54:00:aa:bb:cc", "52:54:00:aa:bb:dd"


def domain(mac, *, running=False):
    number = " id='7'" if running else ""
    return (
        f"<domain type='kvm'{number}><name>web</name><uuid>{UUID}</uuid><devices><interface type='bridge'>"
        f"<mac address='{mac}'/><source bridge='br0'/></interface></devices></domain>"
    )


def parsed(*texts):
    result = libvirt.parse(Document("web.xml", "kvm01", "\n".join(texts).encode()))
    assert result.problems == []
    return result.seen


def adapters(*texts):
    return [one for one in parsed(*texts) if isinstance(one, AdapterSeen)]


@pytest.mark.parametrize("order", [1, -1])
def test_an_address_that_a_running_machine_gets_with_its_next_start_is_pending(order):
    now, then = sorted(adapters(*(domain(MAC, running=True), domain(OTHER))[::order]), key=lambda one: one.snapshot)
    assert (now.mac, now.snapshot) == (parse_value(MAC), "")
    assert (then.mac, then.snapshot) == (parse_value(OTHER), "pending changes")
    assert now.machine_id == then.machine_id == UUID


def test_a_stored_definition_with_the_same_address_tells_nothing_new():
    assert [one.snapshot for one in adapters(domain(MAC, running=True), domain(MAC.upper()))] == [""]


def test_a_pending_address_belongs_to_the_machine_and_cannot_answer_yet():
    snapshot = assemble(parsed(domain(MAC, running=True), domain(OTHER)))
    rows = {row.mac: row for row in snapshot.tables["adapter"] if isinstance(row, Adapter)}
    now, then = rows[parse_value(MAC)], rows[parse_value(OTHER)]
    assert (now.live, then.live) == (True, False)
    assert now.machine_no == then.machine_no


def test_two_stored_definitions_of_one_machine_are_the_later_one():
    (one,) = adapters(domain(MAC), domain(OTHER))
    assert (one.mac, one.snapshot) == (parse_value(OTHER), "")
