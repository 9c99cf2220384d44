"""Two owners on one layer 2 have one address, and nothing in the evidence says why.

What:    Two adapters that can hear each other wear the same address. Switches send its frames to the port
         where it was heard last, so the two take each other's traffic in turns, and a ping works sometimes.
         How it came about cannot be seen: the host that issued it may be missing from the evidence, its range
         may have been changed since, or the address was set from inside a guest.

Told by: none of the other causes fits: the ranges do not overlap, no host reissued the address, neither
         machine was migrated out of a range, no static address was copied, no team or vNIC inherited it, and
         it is no expected twin. The same found on the wire only, without an inventory of the owners, is
         duplicate-on-the-wire.

Confirm: on each Hyper-V host:
         Get-VMNetworkAdapter -All | Where-Object MacAddress -eq '00155DC86A00' | Format-List *
         Get-NetAdapter | Where-Object { $_.MacAddress -eq '00-15-5D-C8-6A-00' }
         on each Linux host (libvirt, Proxmox, containers):
         ip -br link | grep -i 00:15:5d:c8:6a:00; grep -ril 00:15:5d:c8:6a:00 /etc/libvirt/qemu /etc/pve
         show mac address-table address 0015.5dc8.6a00 on the switch, twice: if the port changes, both talk.

Fix:     1. Restore service: disconnect the owner that matters less.
         Hyper-V:  Disconnect-VMNetworkAdapter -VMName web2
         libvirt:  virsh domif-setlink web2 00:15:5d:c8:6a:00 down
         2. Give it another address, while it is off, static and outside every range:
         Hyper-V:  Set-VMNetworkAdapter -VMName web2 -StaticMacAddress '02A0C8000117'
         libvirt:  virsh edit web2
         and connect it again:
         Hyper-V:  Connect-VMNetworkAdapter -VMName web2 -SwitchName LAN
         libvirt:  virsh domif-setlink web2 02:a0:c8:00:01:17 up
         Of other platforms see static-address-copied.
         DHCP reservations, licences and Linux guests that pin the address notice.
         3. Find the cause, or it comes back: gather evidence of all hosts of the layer 2, of VMM and of the
         switches (maccord collect) and check again. If the two are not on one layer 2 at all, say so in
         fleet.toml.

Source:  J. Howard, "Hyper-V: MAC Address allocation and apparent network issues MAC collisions can cause"
         (2008).
"""

from collections.abc import Iterable

from maccord.causes.case import Case, by_rows, connected
from maccord.causes.cause import Cause
from maccord.causes.collision import Collision
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("unexplained-duplicate", "error", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Name what is left: the same address twice where it can be heard twice, and nothing to say why."""
    left = {id(collision.finding): collision for collision in case.take_collisions(lambda _: True)}
    findings = [collision.finding for collision in left.values()]
    for group in connected([*findings, *case.take("reissued-address")], by_rows):
        yield _incident(case, group, [left[id(finding)] for finding in group if id(finding) in left])


def _incident(case: Case, findings: list[Finding], collisions: list[Collision]) -> Incident:
    address = findings[0].address or 0
    rows = list({owner.main.id: owner.main for one in collisions for owner in one.owners}.values())
    active = any(one.active for one in collisions)
    hosts = {host for one in collisions for host in one.hosts}
    if not collisions:
        rows = [case.facts.adapters[number] for finding in findings for number in finding.of("adapter")]
        active = sum(row.live for row in rows) > 1
        hosts = {row.host_id for row in rows}
    without = [host for host in hosts if _issues(case, host) and case.facts.dynamic_pool(host) is None]
    undecided = ["Switch tables or a capture (which port shows the address, and when) would show who answers."]
    undecided += case.power_unknown(rows)
    if without:
        undecided.insert(0, f"The dynamic range of {case.hosts(without)} would tell whether a host issued the address.")
    return Incident(
        cause=CAUSE.id,
        severity=CAUSE.severity,
        state="active" if active else "latent",
        hosts=tuple(sorted(hosts)),
        addresses=(address,),
        findings=tuple(findings),
        confidence=0.5,
        undecided=tuple(undecided),
        explanation=(
            f"{case.adapters(rows)} have one address, {show(address)}, and can hear each other"
            f"{'' if active else ' once both run'}. Nothing in the evidence says how that came about."
        ),
        remedy=(
            "Let one owner keep the address, give the other a new one"
            f"{f' ({way})' if (way := case.new_address(rows)) else ''}, and look for how it was copied."
        ),
    )


def _issues(case: Case, host: int) -> bool:
    """Tell whether a host is of a platform that issues addresses from a range of its own."""
    return case.facts.hosts[host].platform in ("hyperv", "vmm", "")
