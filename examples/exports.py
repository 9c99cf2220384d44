"""How a sample estate is written down: as the collectors do, as single cmdlets do, and as virsh does."""
# ruff: noqa: INP001 - a program beside its output, no package

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from zlib import crc32

from estate import Domain, Host, Nic, Switch, Vm, Vnic, bare

Json = dict[str, object]

COLLECTED = datetime(2026, 11, 9, 6, 30, tzinfo=UTC)
VERSIONS = {
    "2012 R2": ("6.3.9600", "5.0"),
    "2016": ("10.0.14393", "8.0"),
    "2019": ("10.0.17763", "9.0"),
    "2022": ("10.0.20348", "10.0"),
}
"""Versions of Windows, and of the machines that each makes, by the edition's year."""
MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
VNIC_DRIVER = "Hyper-V Virtual Ethernet Adapter"
NAME_SERVERS = {"10.20": "10.20.20.11", "10.30": "10.30.20.10", "10.60": "10.60.61.11", "172.20": "10.20.20.11"}
"""Name servers by the first two octets of a site's addresses."""


# How a host writes it down: maccord.host/1 --------------------------------------------------------------------------


def export(host: Host) -> Json:
    """Return what hyperv-host.ps1 writes on a host, in its order."""
    image = host.image or host.name
    first, last = host.range
    return {
        "schema": "maccord.host/1",
        "collectedAt": moment(COLLECTED + timedelta(seconds=crc32(host.name.encode()) % 900)),
        "ComputerName": host.name,
        "OperatingSystem": {
            "Caption": f"Microsoft Windows Server {host.windows} Datacenter",
            "Version": VERSIONS[host.windows][0],
        },
        "MachineGuid": guid(image, "machine"),
        "Virtualization": {
            "MinimumMacAddress": f"{first:012X}",
            "MaximumMacAddress": f"{last:012X}",
            "CurrentMacAddress": f"{first + next_issued(host):012X}",
        },
        "VMHost": vm_host(host),
        **hyper_v(host),
        **network(host),
        "VMFibreChannelHba": [],
        "HnsNetwork": [container_network(host)] if host.containers else [],
        "Event": [twin_event(minutes) for minutes in host.twin_events],
        "notes": [] if host.containers else [missing("Get-HnsNetwork")],
    }


def next_issued(host: Host) -> int:
    """Return where in its range the host goes on issuing."""
    issued = [mac for mac in (*(vm.mac for vm in host.vms), *(vnic.mac for vnic in host.vnics)) if isinstance(mac, int)]
    return max(issued) + 1 if host.next_issued is None else host.next_issued


def missing(cmdlet: str) -> Json:
    """Return the note about a cmdlet that the host does not have."""
    return {
        "cmdlet": cmdlet,
        "reason": f"The term '{cmdlet}' is not recognized as the name of a cmdlet, function, script file, or operable "
        "program. Check the spelling of the name, or if a path was included, verify that the path is correct and try "
        "again.",
    }


def vm_host(host: Host) -> Json:
    """Get-VMHost. An image carries the World Wide Names as well."""
    first, last = host.range
    names = f"C003FF{crc32((host.image or host.name).encode()) >> 8:06X}"
    return {
        "Name": host.name,
        "ComputerName": host.name,
        "FullyQualifiedDomainName": f"{host.name}.corp.example",
        "MacAddressMinimum": f"{first:012X}",
        "MacAddressMaximum": f"{last:012X}",
        "FibreChannelWwnn": "C003FF0000FFFF00",
        "FibreChannelWwpnMinimum": f"{names}0000",
        "FibreChannelWwpnMaximum": f"{names}FFFF",
    }


def hyper_v(host: Host) -> Json:
    """The lists that cmdlets of the Hyper-V module return."""
    embedded = [switch for switch in host.switches if switch.embedded_team]
    return {
        "VM": [machine(host, one) for one in host.vms],
        "VMNetworkAdapter": [vm_adapter(host, one) for one in host.vms],
        "ManagementVMNetworkAdapter": [management_adapter(host, vnic) for vnic in host.vnics],
        "VMNetworkAdapterVlan": [
            *(vlan(one.name, adapter_id(host, one), one.vlan) for one in host.vms),
            *(vlan(None, vnic_id(host, one), 0) for one in host.vnics),
        ],
        "VMSwitch": [vm_switch(host, switch) for switch in host.switches],
        "VMSwitchTeam": [switch_team(host, switch) for switch in embedded],
    }


def machine(host: Host, one: Vm) -> Json:
    """Get-VM."""
    created = COLLECTED - timedelta(seconds=crc32(f"{host.name}/{one.name}".encode()) % 150_000_000)
    return {
        "Id": machine_id(host, one),
        "Name": one.name,
        "ComputerName": host.name,
        "State": 3 if one.off else 2,
        "Generation": 1 if host.windows == "2012 R2" else 2,
        "Version": VERSIONS[host.windows][1],
        "IsClustered": host.clustered,
        "CreationTime": moment(created),
        "ParentSnapshotId": guid(host.name, one.name, "checkpoint") if one.checkpoint else None,
        "ReplicationState": 4 if one.replication else 0,
        "ReplicationMode": one.replication,
    }


def vm_adapter(host: Host, one: Vm) -> Json:
    """Get-VMNetworkAdapter -VMName *"""
    switch = one.switch or host.switches[0].name
    return {
        "Name": "Network Adapter",
        "Id": adapter_id(host, one),
        "VMName": one.name,
        "VMId": machine_id(host, one),
        "SwitchName": switch,
        "SwitchId": guid(host.name, "switch", switch),
        "IovWeight": 0,
        "IovUsage": 0,
        "Connected": True,
        "MacAddress": host.address(one.mac),
        "DynamicMacAddressEnabled": not one.static,
        "MacAddressSpoofing": 1,
        "IsLegacy": False,
        "IsManagementOs": False,
        "IPAddresses": [] if one.off else [one.ip],
        "Status": [] if one.off else [2],
    }


def management_adapter(host: Host, vnic: Vnic) -> Json:
    """Get-VMNetworkAdapter -ManagementOS"""
    return {
        "Name": vnic.name,
        "Id": vnic_id(host, vnic),
        "DeviceId": f"{{{guid(host.name, 'nic', vnic.name).upper()}}}",
        "SwitchName": vnic.switch,
        "SwitchId": guid(host.name, "switch", vnic.switch),
        "MacAddress": host.address(vnic.mac),
        "IsExternalAdapter": False,
        "MacAddressSpoofing": 1,
    }


def vlan(machine_name: str | None, parent: str, number: int) -> Json:
    """Get-VMNetworkAdapterVlan: untagged, or the access VLAN."""
    return {
        "VMName": machine_name,
        "ParentAdapterId": parent,
        "OperationMode": 1 if number else 0,
        "AccessVlanId": number,
        "NativeVlanId": 0,
        "AllowedVlanIdListString": "",
        "PrimaryVlanId": 0,
        "SecondaryVlanId": 0,
    }


def vm_switch(host: Host, switch: Switch) -> Json:
    """Get-VMSwitch."""
    uplinks = wired(host, switch.uplinks)
    return {
        "Name": switch.name,
        "Id": guid(host.name, "switch", switch.name),
        "SwitchType": 2,
        "AllowManagementOS": any(vnic.switch == switch.name for vnic in host.vnics),
        "EmbeddedTeamingEnabled": switch.embedded_team,
        "NetAdapterInterfaceDescription": "Teamed-Interface" if switch.embedded_team else uplinks[0].description,
        "NetAdapterInterfaceDescriptions": [nic.description for nic in uplinks],
        "NetAdapterInterfaceGuid": [guid(host.name, "nic", nic.name) for nic in uplinks],
    }


def switch_team(host: Host, switch: Switch) -> Json:
    """Get-VMSwitchTeam: switch-independent, Hyper-V port."""
    uplinks = wired(host, switch.uplinks)
    return {
        "Name": switch.name,
        "Id": guid(host.name, "switch", switch.name),
        "NetAdapterInterfaceDescription": [nic.description for nic in uplinks],
        "NetAdapterInterfaceGuid": [guid(host.name, "nic", nic.name) for nic in uplinks],
        "TeamingMode": 1,
        "LoadBalancingAlgorithm": 4,
    }


def team_adapters(host: Host) -> list[Nic]:
    """Return the adapters that LBFO teams show; each wears the address of its first member."""
    return [
        Nic(team.name, MULTIPLEXOR + (f" #{at}" if at > 1 else ""), wired(host, team.members)[0].mac, "20 Gbps")
        for at, team in enumerate(host.teams, start=1)
    ]


def wired(host: Host, names: Sequence[str]) -> list[Nic]:
    """Return the cards and team adapters of these names."""
    known = {nic.name: nic for nic in host.nics}
    if not names or names[0] not in known:
        known |= {nic.name: nic for nic in team_adapters(host)}
    return [known[name] for name in names]


def all_adapters(host: Host) -> list[Nic]:
    """Return what Windows lists: cards, team adapters, and management vNICs."""
    vnics = (
        Nic(
            f"vEthernet ({vnic.name})",
            VNIC_DRIVER + (f" #{at}" if at > 1 else ""),
            host.address(vnic.mac),
            "10 Gbps",
            vnic.ip,
            virtual=True,
            vmq=vnic.vmq,
        )
        for at, vnic in enumerate(host.vnics, start=1)
    )
    return [*host.nics, *team_adapters(host), *vnics]


def network(host: Host) -> Json:
    """The lists that cmdlets about Windows' own network return."""
    adapters = all_adapters(host)
    index = {nic.name: at for at, nic in enumerate(adapters, start=4)}
    own_ips = [(nic.ip, nic.name, index[nic.name], 24) for nic in adapters if nic.ip]
    ips = [*own_ips, ("127.0.0.1", "Loopback Pseudo-Interface 1", 1, 8)]
    if host.clustered:  # the cluster's own adapter is hidden from Get-NetAdapter, its address is not
        ips.append((f"169.254.1.{host.range[0] >> 8 & 0xFF}", "Local Area Connection* 1", 3, 16))
    return {
        "NetAdapter": [net_adapter(host, nic, index[nic.name]) for nic in adapters],
        "NetLbfoTeam": [
            {"Name": team.name, "Members": list(team.members), "TeamNics": [team.name], "TeamingMode": 1}
            | {"LoadBalancingAlgorithm": 5, "LacpTimer": 0, "Status": 0}
            for team in host.teams
        ],
        "NetLbfoTeamMember": [
            {"Name": nic.name, "InterfaceDescription": nic.description, "Team": team.name}
            | {"AdministrativeMode": 0, "OperationalStatus": 0, "FailureReason": 0}
            for team in host.teams
            for nic in wired(host, team.members)
        ],
        "NetLbfoTeamNic": [
            {"Name": nic.name, "InterfaceDescription": nic.description, "Team": nic.name}
            | {"VlanID": None, "Primary": True, "Default": True}
            for nic in team_adapters(host)
        ],
        "NetIPAddress": [ip_address(*one) for one in ips],
        "DnsClientServerAddress": [
            {"InterfaceAlias": name, "InterfaceIndex": at, "AddressFamily": 2, "ServerAddresses": [name_server(ip)]}
            for ip, name, at, _ in own_ips[:1]
        ],
        "NetRoute": [
            {"DestinationPrefix": "0.0.0.0/0", "NextHop": gateway(ip), "InterfaceAlias": name}
            | {"InterfaceIndex": at, "AddressFamily": 2, "RouteMetric": 256}
            for ip, name, at, _ in own_ips[:1]
        ],
        "NetAdapterVmq": [
            {"Name": nic.name, "InterfaceDescription": nic.description, "Enabled": True} for nic in adapters if nic.vmq
        ],
    }


def net_adapter(host: Host, nic: Nic, index: int) -> Json:
    """Get-NetAdapter."""
    known = guid(host.name, "nic", nic.name.removeprefix("vEthernet (").removesuffix(")"))
    return {
        "Name": nic.name,
        "InterfaceDescription": nic.description,
        "InterfaceGuid": f"{{{known.upper()}}}",
        "ifIndex": index,
        "MacAddress": bare(nic.mac),
        "PermanentAddress": bare(nic.mac),
        "Status": "Up",
        "LinkSpeed": nic.speed,
        "Virtual": nic.virtual or nic.description.startswith(MULTIPLEXOR),
    }


def ip_address(ip: str, alias: str, index: int, prefix: int) -> Json:
    """Get-NetIPAddress: IPv4, set by hand, preferred."""
    return {
        "IPAddress": ip,
        "InterfaceAlias": alias,
        "InterfaceIndex": index,
        "AddressFamily": 2,
        "PrefixLength": prefix,
        "PrefixOrigin": 1,
        "SuffixOrigin": 1,
        "AddressState": 4,
        "SkipAsSource": False,
    }


def name_server(ip: str) -> str:
    """Return the name server of the host's site."""
    return NAME_SERVERS[ip.rsplit(".", 2)[0]]


def gateway(ip: str) -> str:
    """Return the router of the host's own subnet."""
    return ip.rpartition(".")[0] + ".1"


def container_network(host: Host) -> Json:
    """Get-HnsNetwork: the network that Docker makes, behind the host's address."""
    return {
        "ID": guid(host.name, "hns", "nat"),
        "Name": "nat",
        "Type": "nat",
        "State": 1,
        "MacPools": [{"StartMacAddress": "00155D1BF000", "EndMacAddress": "00155D1BFFFF"}],
        "DrMacAddress": None,
        "NetworkAdapterName": None,
        "ManagementIP": None,
    }


def twin_event(minutes: int) -> Json:
    """The warning that Windows logs when a port of the switch has the address of a team member."""
    return {
        "LogName": "System",
        "ProviderName": "Microsoft-Windows-MsLbfoSysEvtProvider",
        "Id": 16945,
        "TimeCreated": moment(COLLECTED - timedelta(days=1) + timedelta(minutes=minutes)),
        "Message": "MAC conflict: A port on the virtual switch has the same MAC as one of the underlying team "
        f"members on Team Nic {MULTIPLEXOR}",
    }


# How others write it down -------------------------------------------------------------------------------------------


def vmm_export(server: str, pools: Sequence[tuple[str, ...]], granted: Sequence[tuple[str, str]]) -> Json:
    """Return what vmm-server.ps1 writes."""
    return {
        "schema": "maccord.vmm/1",
        "collectedAt": moment(COLLECTED + timedelta(minutes=20)),
        "ComputerName": server,
        "SCMACAddressPool": [
            {"Name": name, "MACAddressRangeStart": first, "MACAddressRangeEnd": last}
            | {"VirtualizationPlatform": platform, "VMHostGroups": [group]}
            for name, first, last, platform, group in pools
        ],
        "SCMACAddress": [
            {"Address": mac, "VirtualNetworkAdapter": f"{name}\\{guid(name, 'vmm')}", "State": "Assigned"}
            for name, mac in granted
        ],
        "notes": [],
    }


def single_cmdlets(host: Host) -> dict[str, bytes]:
    """Return a file for each cmdlet, as `Get-... | ConvertTo-Json > FILE` leaves them: one is UTF-16 with a mark."""
    whole = export(host)
    kept = ("VM", "VMHost", "VMNetworkAdapterVlan", "VMSwitch", "NetAdapter", "NetIPAddress")
    files = {f"Get-{key}.json": pretty(whole[key]).encode() for key in kept}
    files["Get-VMNetworkAdapter.json"] = utf16(pretty(whole["VMNetworkAdapter"]))
    checkpoints = [
        vm_adapter(host, one) | {"VMSnapshotId": guid(host.name, one.name, "checkpoint"), "Status": []}
        for one in host.vms
        if one.checkpoint
    ]
    files["Get-VMSnapshot-adapters.json"] = pretty(checkpoints).encode()
    return files


def libvirt_host(host: str, domains: Sequence[Domain]) -> dict[str, str]:
    """Return `virsh dumpxml` of each machine and `virsh net-dumpxml default`."""
    files = {f"{one.name}.xml": domain_xml(host, one, at) for at, one in enumerate(domains, start=1)}
    files["net-default.xml"] = NETWORK_XML.format(uuid=guid(host, "net", "default"))
    return files


def domain_xml(host: str, one: Domain, seat: int) -> str:
    """Return a domain as virsh prints it: with an id, and its interface with a target, while it runs."""
    return DOMAIN_XML.format(
        id=f" id='{seat}'" if one.running else "",
        name=one.name,
        uuid=guid(host, one.name),
        mac=one.mac.replace("-", ":").lower(),
        bridge=one.bridge,
        target=f"\n      <target dev='vnet{seat}'/>" if one.running else "",
    )


DOMAIN_XML = """\
<domain type='kvm'{id}>
  <name>{name}</name>
  <uuid>{uuid}</uuid>
  <memory unit='KiB'>2097152</memory>
  <currentMemory unit='KiB'>2097152</currentMemory>
  <vcpu placement='static'>2</vcpu>
  <os>
    <type arch='x86_64' machine='pc-q35-6.2'>hvm</type>
    <boot dev='hd'/>
  </os>
  <on_poweroff>destroy</on_poweroff>
  <on_reboot>restart</on_reboot>
  <on_crash>destroy</on_crash>
  <devices>
    <emulator>/usr/bin/qemu-system-x86_64</emulator>
    <disk type='file' device='disk'>
      <driver name='qemu' type='qcow2'/>
      <source file='/var/lib/libvirt/images/{name}.qcow2'/>
      <target dev='vda' bus='virtio'/>
    </disk>
    <interface type='bridge'>
      <mac address='{mac}'/>
      <source bridge='{bridge}'/>{target}
      <model type='virtio'/>
    </interface>
    <console type='pty'/>
  </devices>
</domain>
"""
NETWORK_XML = """\
<network>
  <name>default</name>
  <uuid>{uuid}</uuid>
  <forward mode='nat'/>
  <bridge name='virbr0' stp='on' delay='0'/>
  <mac address='52:54:00:9c:2e:07'/>
  <ip address='192.168.122.1' netmask='255.255.255.0'>
    <dhcp>
      <range start='192.168.122.2' end='192.168.122.254'/>
    </dhcp>
  </ip>
</network>
"""


# Spelling -----------------------------------------------------------------------------------------------------------


def guid(*names: str) -> str:
    """Return a GUID that is always the same for the same names."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, "/".join(names) + ".fleet.example"))


def machine_id(host: Host, one: Vm) -> str:
    """Return a machine's Id; a replica has that of its primary."""
    return guid(one.primary_host or host.name, "vm", one.name)


def adapter_id(host: Host, one: Vm) -> str:
    """Return the Id of a machine's adapter."""
    return "Microsoft:" + f"{machine_id(host, one)}\\{guid(one.primary_host or host.name, 'adapter', one.name)}".upper()


def vnic_id(host: Host, vnic: Vnic) -> str:
    """Return the Id of a management vNIC."""
    return "Microsoft:" + f"{guid(host.name, 'host')}\\{guid(host.name, 'nic', vnic.name)}".upper()


def moment(when: datetime) -> str:
    """Return a moment as .NET's format "o" spells it."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.0000000Z")


def compressed(value: Mapping[str, object]) -> bytes:
    """Return JSON as the collectors write it: one line, UTF-8 without a mark."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def pretty(value: object) -> str:
    """Return JSON as ConvertTo-Json lays it out."""
    return json.dumps(value, ensure_ascii=False, indent=4, separators=(",", ":  ")) + "\n"


def utf16(text: str) -> bytes:
    """Return text as Windows PowerShell's `>` writes it: UTF-16 with a byte order mark and CR LF."""
    return b"\xff\xfe" + text.replace("\n", "\r\n").encode("utf-16-le")
