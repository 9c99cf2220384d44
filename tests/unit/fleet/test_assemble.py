"""What the records of several sources make of one host."""

import pytest

from maccord.fleet.assemble import assemble
from maccord.fleet.evidence import HostSeen, Place
from maccord.fleet.records import Host


@pytest.mark.parametrize(
    ("told", "platform"),
    [
        (("docker", "hyperv"), "hyperv"),
        (("hyperv", "docker"), "hyperv"),
        (("linux", "proxmox"), "proxmox"),
        (("netbox", "linux", "switch"), "linux"),
        (("hyperv", "vmm"), "vmm"),
        (("switch", "dhcp"), "dhcp"),
        (("dhcp", "switch"), "dhcp"),
    ],
)
def test_a_host_is_the_same_whatever_file_tells_of_it_first(told, platform):
    seen = [HostSeen("HV01", Place(f"{at}.json", ""), one) for at, one in enumerate(told)]
    assert [row.platform for row in assemble(seen).tables["host"] if isinstance(row, Host)] == [platform]
