"""Two vCenter Servers have one instance id, and so draw addresses from the same block.

What:    A vCenter Server generates 00-50-56-XX-YY-ZZ: XX is 128 plus its instance id, which is 0 to 63 and made up at
         installation, and YY-ZZ is drawn at random. It looks for duplicates among its own machines only. Of 64 ids
         two servers get the same one more easily than one would think, and a server restored from another's backup
         has it for certain.

Told by: adapters that two managers issued, most of each one's generated addresses lying in the same block
         00-50-56-XX. A few addresses of another server's block came along with machines that were moved and are no
         sign of it. Addresses that clash already belong to this incident when two of the servers issued them.
         How likely a clash is, is computed exactly for the numbers issued so far; nothing is sampled.

Confirm: on each vCenter Server (PowerCLI):
         Get-AdvancedSetting -Entity $global:DefaultVIServer -Name instance.id
         Get-VM | Get-NetworkAdapter | Where-Object MacAddress -like '00:50:56:82:*' |
         Sort-Object MacAddress | Format-Table Parent, Name, MacAddress

Fix:     1. Give all servers but one an id that no other has (vSphere Client: Configure, General, Runtime settings,
         vCenter Server unique ID), or with PowerCLI, and restart the service vpxd:
         Get-AdvancedSetting -Entity $global:DefaultVIServer -Name instance.id | Set-AdvancedSetting -Value 17
         2. What is out stays out: the new id counts for adapters made later. Of each pair of machines that have one
         address, take the adapter of one off and add it again, while the machine is off; the guest meets a new
         address, and DHCP reservations, licences and Linux guests that pin it notice.
         3. Where there are many servers, use prefix-based allocation in place of the id.

Source:  VMware vSphere documentation, "VMware OUI Allocation" (128 + vCenter Server ID, YY and ZZ random) and
         "Duplicate MAC addresses of virtual machines"; KB 1024025; vfrank.org (2010), two servers with the id 2.
"""

from collections.abc import Iterable

from maccord.causes.case import Case, span
from maccord.causes.cause import Cause
from maccord.causes.clash_chance import block_size, chance_of, issued_twice, issued_words, manager_words, next_words
from maccord.causes.collision import addresses_of
from maccord.causes.issued import issued_words as twice_words
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import vcenter_id
from maccord.mac.chance import spelled

CAUSE = Cause("vcenter-instance-id-shared", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain blocks that several vCenter Servers issue from, with the addresses that are out twice."""
    for finding in case.take("shared-vcenter-block"):
        yield _incident(case, finding)


def _incident(case: Case, finding: Finding) -> Incident:
    issuers = [case.facts.issuers[number] for number in finding.of("issuer")]
    taken = issued_twice(case, finding, {one.manager for one in issuers})
    first, last = issuers[0].first, issuers[0].last
    return Incident(
        cause=CAUSE.id,
        severity="error" if taken else CAUSE.severity,
        state="active" if any(one.active for one in taken) else "latent",
        hosts=tuple(sorted({one.host_id for one in issuers} | {host for one in taken for host in one.hosts})),
        addresses=addresses_of(taken),
        ranges=((first, last),),
        findings=(finding, *(one.finding for one in taken)),
        confidence=0.95 if min(one.issued for one in issuers) > 1 else 0.7,
        undecided=("The instance id of each vCenter Server (PowerCLI, setting instance.id) would confirm it.",),
        explanation=(
            f"The vCenter Servers {manager_words(issuers)} issue from {span(first, last)}, the block of the instance "
            f"id {vcenter_id(first)}: {issued_words(issuers)}. Drawn at random from {block_size(issuers):,} addresses, "
            f"sets of these sizes have one in common with a chance of {spelled(chance_of(issuers))}; each further "
            f"machine adds up to {next_words(issuers)}.{twice_words(taken)}"
        ),
        remedy=(
            "Give every vCenter Server but one an instance id of its own (Runtime settings, vCenter Server unique ID) "
            "and restart it; addresses already issued stay."
            + (" Make the adapter of one machine of each pair anew, while it is off." if taken else "")
        ),
    )
