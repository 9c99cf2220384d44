"""`maccord collect`: evidence from platforms that can be asked, and scripts for hosts to run themselves."""

import click

from maccord.cli.collect.hyperv import hyperv
from maccord.cli.collect.libvirt import libvirt
from maccord.cli.collect.netbox import netbox
from maccord.cli.collect.proxmox import proxmox
from maccord.cli.collect.switch import switch
from maccord.cli.collect.vmm import vmm
from maccord.cli.collect.vsphere import vsphere


@click.group("collect")
def command() -> None:
    """Gather evidence: ask a platform for it, or get the script that hosts run themselves.

    Each platform has a page: maccord collect PLATFORM --help. All of them only read. Evidence goes into a folder as
    files that are whole or not there, in the forms that maccord check reads; check itself connects to nothing.
    Passwords and tokens come from a file, the environment or the keyboard, never from the command line.

    \b
    Leaves with 0  something was collected (with --strict: everything)
               2  the call is wrong, or nothing was collected; what failed is on standard error

    \b
    Examples:
      maccord collect libvirt --connect qemu+ssh://root@kvm01/system --output evidence
      maccord collect vsphere --server vc01.example.org --user audit@vsphere.local --output evidence
      maccord collect hyperv --hosts hosts.txt --user 'CORP\\audit' --output evidence
      maccord collect hyperv --script --output collect-host.ps1
      maccord check evidence
    """


for _platform in (hyperv, libvirt, netbox, proxmox, switch, vmm, vsphere):
    command.add_command(_platform)
