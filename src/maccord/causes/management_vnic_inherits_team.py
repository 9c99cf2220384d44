"""A management vNIC inherited the address of the team below its switch, so member, team and vNIC share one.

What:    When VMM deploys a logical switch with a team as its uplink, it makes the team, which takes its
         primary member's address, then the switch on the team, then a management vNIC that inherits the team
         adapter's address. Three adapters of one host have one address, and management connectivity comes and
         goes. VMM 2012 R2 has no setting that turns the inheritance off.

Told by: a management vNIC and the team adapter of the same host have one address. Team and member alone are
         the expected twin team-member; a vNIC and the one NIC below its switch, without a team, are
         parent-vnic. It is an error when VMQ is on for the vNIC, when event 16945 repeats, or when several
         ports share the address. One event 16945 for one port may be ignored.

Confirm: Get-NetAdapter | Sort-Object MacAddress | Format-Table Name, InterfaceDescription, MacAddress
         Get-NetAdapterVmq | Format-Table Name, InterfaceDescription, Enabled
         Get-WinEvent -FilterHashtable @{LogName='System'; Id=16945} | Format-List TimeCreated, Message

Fix:     at the host's console or over its out-of-band board, since connectivity breaks in between.
         For a new host, or one that may be rebuilt:
         1. Deploy the logical switch from VMM on the second NIC alone; the first one keeps the management
         address.
         2. Write down address, prefix, gateway, DNS servers and suffix: Get-NetIPConfiguration -Detailed
         3. Add-NetLbfoTeamMember -Name 'Ethernet 1' -Team infra  # then wait until the member is active
         4. Add-VMNetworkAdapter -ManagementOS -Name MGMT -SwitchName infra  # it gets an address of its own
         5. New-NetIPAddress -InterfaceAlias 'vEthernet (MGMT)' -IPAddress 192.168.1.21 -PrefixLength 24 `
         -DefaultGateway 192.168.1.1
         Set-DnsClientServerAddress -InterfaceAlias 'vEthernet (MGMT)' -ServerAddresses 192.168.1.10
         Set-DnsClient -InterfaceAlias 'vEthernet (MGMT)' -ConnectionSpecificSuffix example.com `
         -RegisterThisConnectionsAddress $true
         6. Refresh the host in VMM: Read-SCVMHost -VMHost (Get-SCVMHost -ComputerName HV05)
         On a host in service, drain it and replace the vNIC: steps 2, 5 and 6 and, in place of 3 and 4:
         Remove-VMNetworkAdapter -ManagementOS -Name MGMT
         Add-VMNetworkAdapter -ManagementOS -Name MGMT -SwitchName infra -StaticMacAddress '02A0C8000501'
         Set-VMNetworkAdapter -ManagementOS cannot set an address. If the vNIC had a VLAN, give it that again:
         Set-VMNetworkAdapterVlan -ManagementOS -VMNetworkAdapterName MGMT -Access -VlanId 10
         Machines on the switch keep running. Windows announces the new address as soon as the IP address is
         set, and the switches learn it. Turning VMQ off for the vNIC hides the trouble and leaves the
         duplicate.

Unsure:  whether VMM 2016 and later still copy the address is not known: look at it after each deployment.
         Gelens built his host anew; that replacing the vNIC on a host in service does as well follows from
         the same facts, but no report of it was found.

Source:  B. Gelens, "MAC Conflict caused by SCVMM Software Defined / Converged Networking SOLVED!" (2014);
         KB2920261; MicrosoftDocs, "NIC Teaming MAC address use and management".
"""

from collections.abc import Iterable

from maccord.causes.case import Case, listed
from maccord.causes.cause import Cause
from maccord.fleet.diagnosis import Finding, Incident
from maccord.mac import show

CAUSE = Cause("management-vnic-inherits-team", "warning", __doc__)


def explain(case: Case) -> Iterable[Incident]:
    """Explain management vNICs that wear the address of the team below their switch."""
    for finding in case.take("inherited-team-address"):
        yield _incident(case, finding)


def _incident(case: Case, finding: Finding) -> Incident:
    rows = [case.facts.adapters[number] for number in finding.of("adapter")]
    events = [case.facts.events[number] for number in finding.of("event")]
    vnics = [row for row in rows if row.kind == "management"]
    members = [row for row in rows if row.kind == "physical"]
    ports = vnics + [row for row in rows if row.kind == "vm"]
    reasons = []
    if any(vnic.vmq for vnic in vnics):
        reasons.append("VMQ is on for the vNIC, so frames may land in the wrong queue")
    if len(events) > 1:
        reasons.append(f"event 16945 was logged {len(events)} times")
    if len(ports) > 1:
        reasons.append(f"{len(ports)} ports of the switch share the address")
    address = finding.address or 0
    host_id = rows[0].host_id
    taken = case.take_collisions(lambda one: one.hosts == {host_id}, case.collisions_at(address, finding.domain))
    host = case.facts.hosts[host_id]
    return Incident(
        cause=CAUSE.id,
        severity="error" if reasons else CAUSE.severity,
        state="active" if reasons else "latent",
        hosts=(host.id,),
        addresses=(address,),
        findings=(finding, *(collision.finding for collision in taken)),
        confidence=0.95 if members else 0.85,
        explanation=(
            f"On {host.name} the management vNIC {listed([vnic.name for vnic in vnics])} wears {show(address)}, the "
            f"address of the team adapter below its switch"
            f"{' and of its member ' + listed([nic.name for nic in members]) if members else ''}. "
            f"{'It does harm: ' + '; '.join(reasons) + '.' if reasons else 'Nothing shows that it does harm yet.'}"
        ),
        remedy=(
            "Deploy the switch on the second NIC alone, add the first NIC to the team, then add the management vNIC "
            "(Add-VMNetworkAdapter -ManagementOS), which gets an address of its own, and move the IP address to it; "
            "refresh the host in VMM. Switching VMQ off for the vNIC only hides the fault."
        ),
    )
