"""The pages of expected twins: addresses that are shared by design, and how that is told."""

from maccord.causes.device_twin_pages import PAGES as DEVICE_PAGES

TEAM_MEMBER = """A team wears the address of one of its members.

What:    A team uses the address of its primary member, so the team's adapter and one NIC of the same host
         have one address by design. With switch-embedded teaming there is no team adapter; a host vNIC that
         wears a member's address is listed here too.

Told by: team adapter and NIC are on one host, and the NIC is a member of the team. If it is no member any
         more, it is team-keeps-removed-primary. If a management vNIC on the team's switch has the address as
         well, it is management-vnic-inherits-team.

Confirm: Get-NetLbfoTeam | Format-Table Name, Members, TeamNics, LoadBalancingAlgorithm
         Get-VMSwitchTeam | Format-Table Name, NetAdapterInterfaceDescription
         Get-NetAdapter | Sort-Object MacAddress | Format-Table Name, InterfaceDescription, MacAddress

Fix:     nothing to mend. The shared address may become another member's after a restart of the team, since
         the system picks the primary; set one on the team's adapter if something depends on it. Switches that
         inspect ARP or guard IP sources may object that one IP address comes with several addresses.

Unsure:  where the first host vNIC of an embedded team takes its address from is not documented.

Source:  MicrosoftDocs, "NIC Teaming MAC address use and management" and "Troubleshooting NIC Teaming";
         KB2920261; MicrosoftDocs on switch-embedded teaming.
"""

PARENT_VNIC = """The host's vNIC on an external switch wears the address of the NIC below.

What:    When an external switch is made on one NIC and shared with the host, the host gets a vNIC that
         inherits the NIC's address. The NIC itself no longer talks for the host, so there is one owner, seen
         twice.

Told by: management vNIC and NIC are on one host, the NIC is the uplink of the vNIC's switch, and it is the
         only vNIC with this address. A vNIC on a team's switch with the team's address is
         management-vnic-inherits-team; a vNIC with a pool address is parent-vnic-uses-pool-address; one with
         another host's NIC address is host-kept-foreign-nic-address.

Confirm: Get-VMSwitch | Format-Table Name, SwitchType, AllowManagementOS, NetAdapterInterfaceDescription
         Get-VMNetworkAdapter -ManagementOS | Format-Table Name, SwitchName, MacAddress
         Get-NetAdapter | Format-Table Name, InterfaceDescription, MacAddress, PermanentAddress

Fix:     nothing to mend. If the NIC or the disk moves to another machine, make the switch anew there: the
         vNIC would keep the address.

Source:  J. Howard (2008), comments: the author on the parent's vNIC.
"""

SRIOV_VF = """A virtual function wears the address of the machine's adapter that it accelerates.

What:    With SR-IOV a machine's adapter has two ways to the wire: the synthetic one through the switch and a
         virtual function of the NIC. Both have one address by design, so that traffic can change from one to
         the other.

Told by: the address is that of a machine's adapter with SR-IOV enabled, and the second holder is a function
         of a NIC on the same host, or the second NIC inside the same guest. On two hosts, or without SR-IOV,
         it is a duplicate like any other: see static-address-copied and unexplained-duplicate.

Confirm: Get-VMNetworkAdapter -VMName * | Format-Table VMName, MacAddress, IovWeight, IovUsage
         Get-NetAdapterSriovVf

Fix:     nothing to mend. Tools in the guest that name NICs by their address have to be told to leave the
         function alone.

Source:  canonical/cloud-init issue 3660.
"""

NLB_CLUSTER = """The members of an NLB cluster share the cluster's address.

What:    Network Load Balancing gives all members one address, made from the cluster's IPv4 address w.x.y.z:
         02-BF-w-x-y-z for unicast, 03-BF-w-x-y-z for multicast, 01-00-5E-7F-y-z for IGMP. That several
         machines wear it is how it works.

Told by: the address lies in one of these blocks. A member whose switch port will refuse the address is
         spoofing-guard-blocks-address.

Confirm: in the guest:
         Get-NlbCluster
         Get-NlbClusterNode
         on the host:
         Get-VMNetworkAdapter -VMName * | Format-Table VMName, MacAddress, MacAddressSpoofing, IPAddresses
         '02BF{0:X2}{1:X2}{2:X2}{3:X2}' -f 10, 0, 0, 10  # prints the unicast address of cluster 10.0.0.10

Fix:     nothing to mend, if all holders are members of one cluster. A machine that wears such an address and
         is no member was most likely copied from one: give it an address of its own, while it is off:
         Set-VMNetworkAdapter -VMName web9 -DynamicMacAddress

Unsure:  the three forms are common knowledge and were not checked against a page of the vendor.

Source:  Microsoft's failover clustering and NLB team on NLB in Hyper-V guests; rlyeh.hatenadiary.org (2009).
"""

VRRP = """Several routers stand behind one virtual router address.

What:    VRRP, CARP, HSRP and GLBP give a group of routers a shared address, from a block of the protocol. One
         of them answers under it, and the others take it over when it fails. The address is configured on all
         of them, and it moves between switch ports at a failover.

Told by: the address lies in a block of these protocols: 00-00-5E-00-01 and -02 (VRRP, CARP), 00-00-0C-07-AC
         and 00-00-0C-9F-F (HSRP), 00-05-73-A0-0 (HSRP for IPv6), 00-07-B4-00 to -03 (GLBP). A plain machine
         with a static address of such a block is invalid-static-address.

Confirm: show vrrp brief, or show standby brief, on each router: one group number, one master or active router
         show mac address-table address 0000.5e00.0133 on the switch: the port stays but for a failover

Fix:     nothing to mend, if the routers form one group. Two groups that are strangers to each other and have
         the same number on one layer 2 share the address as well, and that is a fault: give one of them
         another number.

Source:  RFC 9568, section 7.3 (VRRP); RFC 2281, section 5.3 (HSRP).
"""

SAME_VM = """One machine is known in two places.

What:    A machine can be listed more than once: on two nodes of a cluster, with a checkpoint that holds its
         adapter as it was, or as a replica that is off. All have its VMId and its address, and only one of
         them runs.

Told by: equal VMIds, of which at most one runs, or which share a cluster or a replica relation, or of which
         one is a checkpoint. A port that OpenStack lists without its instance is the libvirt interface whose
         device is named for it (tap and 11 characters of its id). A replica and the machine of its test failover
         have different VMIds, and one address from outside the range of their host. Two running copies of one
         VMId are clones, and an incident. Other machines with
         different VMIds and one address are static-address-copied, reissued-while-stopped or one of the
         overlaps.

Confirm: Get-VM | Format-Table Name, Id, State, IsClustered, ReplicationState  # on both hosts
         Get-VMSnapshot -VMName web | Format-Table Name, ParentSnapshotName, CreationTime

Fix:     nothing to mend. Evidence of two hosts that was gathered minutes apart can show a machine that moved
         in between on both: gather it again. Remove a registration that was left behind on a host, and do not
         start it.

Unsure:  what applying a checkpoint, a replica's failover or its test failover does to a dynamic address is
         not documented; look at the address afterwards.

Source:  Microsoft's reference of Get-VM and Get-VMNetworkAdapter (VMId, snapshot, replication and cluster
         properties).
"""

NESTED_HOST = """A nested host's NIC is the adapter of the machine that it runs in.

What:    A host can itself be a machine on another host: a nested Hyper-V host, or a Linux machine that runs
         containers and tells of its own interfaces. What it sees as its NIC is the machine's adapter on the host
         that carries it: one adapter, one address, seen from two sides, in the evidence of both hosts.

Told by: the NIC of one host is a "Microsoft Hyper-V Network Adapter", and its address is that of a machine's
         adapter on another host, with the name of the nested host. A NIC of any other name counts where host and
         machine have one name (up to the first dot) and the address was issued to the machine, is a local one, or
         is from a prefix of virtual machines: a computer that was turned into a machine keeps the address of its
         card, and is no nested host. A NIC that is a real one and wears another host's address is
         host-kept-foreign-nic-address.

Confirm: on the nested host:
         Get-NetAdapter | Format-Table Name, InterfaceDescription, MacAddress
         on the host that carries it:
         Get-VMNetworkAdapter -VMName HV-NESTED | Format-Table VMName, MacAddress
         Get-VMProcessor -VMName HV-NESTED | Format-Table VMName, ExposeVirtualizationExtensions

Fix:     nothing to mend. Machines of the nested host reach the wire through this adapter, which needs
         Set-VMNetworkAdapter -VMName HV-NESTED -MacAddressSpoofing On
         on the host that carries it. The nested host has a dynamic range of its own, which must not overlap
         the other hosts' ranges.

Source:  public scripts for nested Hyper-V that turn spoofing on; Microsoft's reference of
         Set-VMNetworkAdapter.
"""

IPVLAN = """Containers on an ipvlan network have the address of the NIC below.

What:    ipvlan lets containers or machines share one NIC: all of them send from its address, and the host tells them
         apart by their IP addresses. Switches see one address on one port.

Told by: adapters on one host that are on a network of the driver ipvlan (docker network inspect, podman network
         inspect, nictype ipvlan of Incus), or ipvlan links of the host (ip -d link), with the address of each other or
         of the NIC below. The same address on another host is no twin.

Confirm: docker network inspect lan --format '{{.Driver}} {{.Options.parent}}'
         ip -d link show type ipvlan

Fix:     nothing to mend. DHCP servers that tell clients by their address give all of them one lease: use client ids,
         or macvlan. With bridged traffic of machines on the same NIC use macvlan as well.

Source:  Linux kernel documentation, networking/ipvlan; Docker documentation, "IPvlan network driver".
"""

PAGES = {
    "team-member": TEAM_MEMBER,
    "parent-vnic": PARENT_VNIC,
    "sriov-vf": SRIOV_VF,
    "nlb-cluster": NLB_CLUSTER,
    "vrrp": VRRP,
    "same-vm": SAME_VM,
    "nested-host": NESTED_HOST,
    "ipvlan": IPVLAN,
    **DEVICE_PAGES,
}
"""Every kind of expected twin, with its page."""
