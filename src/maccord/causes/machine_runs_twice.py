r"""One machine runs on two hosts at once: a copy that kept its VMId, and with it its dynamic address.

What:    A machine was imported as a copy without a new id, registered from copied files, or its replica was
         started while the original ran. Both copies have one VMId and one dynamic address. Hyper-V gives a
         copied machine another dynamic address only when the import generates a new id. The address is the
         lesser harm: two running copies of one domain controller or database diverge, and each looks healthy.

Told by: one VMId, one address that is not static, on two hosts, and both copies run; no cluster and no
         replication joins them. If at most one runs, it is the expected twin same-vm. One static address on
         several machines is static-address-copied, whatever their ids. A machine that runs on one host alone,
         with an address of another, is migrated-vm-kept-address.

Confirm: on each host:
         Get-VM | Format-Table Name, VMId, State, CreationTime, Path
         Get-VMReplication -VMName erp
         Get-VMNetworkAdapter -VMName erp | Format-Table VMName, MacAddress, DynamicMacAddressEnabled

Fix:     1. Take one copy off the network at once, the one that should not be there:
         Disconnect-VMNetworkAdapter -VMName erp
         2. Find out which copy has the data that counts, then shut the other one down: Stop-VM -Name erp
         Another address alone is no repair: two copies of one machine would go on side by side.
         3. If the copy is wanted as a machine of its own, import it anew with an id of its own, rename the guest and
         give it its own identity (Sysprep):
         Import-VM -Path 'D:\Export\erp\Virtual Machines\....vmcx' -Copy -GenerateNewId
         4. A replica that was started is put back with Stop-VM and Resume-VMReplication -Resynchronize.

Source:  Microsoft's references of Import-VM (-Copy, -GenerateNewId) and Resume-VMReplication; event 12560
         VM_NIC_INVALID_STATIC_MAC, its page on copied machines.
"""

from collections.abc import Iterable

from maccord.causes.case import Case
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Incident
from maccord.mac import show

CAUSE = Cause("machine-runs-twice", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain dynamic addresses of one machine that runs on several hosts."""
    for collision in case.take_collisions(_is_one_machine):
        copies = [owner.main for owner in collision.owners]
        yield Incident(
            cause=CAUSE.id,
            severity=CAUSE.severity,
            state="active" if collision.active else "latent",
            hosts=tuple(sorted(collision.hosts)),
            addresses=(collision.address,),
            findings=(collision.finding,),
            confidence=0.9,
            explanation=(
                f"{case.adapters(copies)} are one machine by their VMId, run at the same time, and both have "
                f"{show(collision.address)}: one is a copy that kept the id."
            ),
            remedy=(
                "Disconnect one copy at once and shut it down after its data is looked at; another address alone would "
                "leave two copies of one machine running. Import a copy that is wanted with Import-VM -Copy "
                "-GenerateNewId."
            ),
        )


def _is_one_machine(collision: Collision) -> bool:
    ids = {owner.main.machine_id for owner in collision.owners}
    if len(ids) != 1 or "" in ids or len(collision.hosts) < 2:
        return False
    return all(owner.is_machine and not owner.static and owner.main.running for owner in collision.owners)
