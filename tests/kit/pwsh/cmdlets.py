"""The cmdlets that a script may call, with the parameters it may give them.

A row: module, effect, parameters; `!` behind a parameter marks a switch. effect: `reads`; `host`, changes the host;
`files`, changes files of the script's own; `flow`, neither. CDXML modules are functions that do not see a script's
preferences, so each call of them names -ErrorAction.

Sources: Microsoft's references of the modules Hyper-V, NetAdapter, NetLbfo, NetTCPIP, DnsClient, ScheduledTasks,
FailoverClusters, VirtualMachineManager, Microsoft.PowerShell.Management, .Core, .Utility and .Host, as published for
Windows Server 2022, System Center 2019 and Windows PowerShell 5.1.
"""

from dataclasses import dataclass

_CDXML = ("NetAdapter", "NetLbfo", "NetTCPIP", "DnsClient", "ScheduledTasks")

_ROWS = """
Hyper-V
  Get-VM                     reads
  Get-VMHost                 reads
  Get-VMSwitch               reads
  Get-VMNetworkAdapter       reads  ManagementOS! VM
  Get-VMNetworkAdapterVlan   reads  VMNetworkAdapter
  Get-VMFibreChannelHba      reads  VM
  Set-VMHost                 host   MacAddressMinimum MacAddressMaximum FibreChannelWwpnMinimum FibreChannelWwpnMaximum
  Stop-VM                    host   VM Force!
  Start-VM                   host   VM
  Set-VMNetworkAdapter       host   VMNetworkAdapter StaticMacAddress DynamicMacAddress! MacAddressSpoofing
  Connect-VMNetworkAdapter   host   VMNetworkAdapter VMSwitch
  Disconnect-VMNetworkAdapter host  VMNetworkAdapter
  Add-VMNetworkAdapter       host   ManagementOS! Name SwitchName StaticMacAddress
  Remove-VMNetworkAdapter    host   VMNetworkAdapter
  Set-VMNetworkAdapterVlan   host   VMNetworkAdapter Access! VlanId Trunk! NativeVlanId AllowedVlanIdList
  Set-VMFibreChannelHba      host   VMFibreChannelHba GenerateWwn!
  New-VMSwitch               host   Name NetAdapterName AllowManagementOS EnableIov MinimumBandwidthMode Notes
  Remove-VMSwitch            host   VMSwitch Force!
FailoverClusters
  Update-ClusterVirtualMachineConfiguration host VMId
NetAdapter
  Get-NetAdapter             reads  Physical!
  Get-NetAdapterVmq          reads
  Get-NetAdapterAdvancedProperty reads AllProperties!
  Enable-NetAdapter          host   InputObject
  Disable-NetAdapter         host   InputObject
  Enable-NetAdapterVmq       host   InputObject NoRestart!
  Disable-NetAdapterVmq      host   InputObject NoRestart!
  Remove-NetAdapterAdvancedProperty host InputObject NoRestart!
NetLbfo
  Get-NetLbfoTeam            reads
  Get-NetLbfoTeamMember      reads
  Get-NetLbfoTeamNic         reads
  Add-NetLbfoTeamMember      host   Name Team
  Remove-NetLbfoTeamMember   host   InputObject
NetTCPIP
  Get-NetIPAddress           reads
  Get-NetIPInterface         reads
  Get-NetRoute               reads
  Get-NetNeighbor            reads
  Find-NetRoute              reads  RemoteIPAddress
  New-NetIPAddress           host   InterfaceIndex IPAddress PrefixLength SkipAsSource
  New-NetRoute               host   InterfaceIndex DestinationPrefix NextHop RouteMetric
  Set-NetIPInterface         host   InterfaceIndex AddressFamily Dhcp AutomaticMetric InterfaceMetric NlMtuBytes
DnsClient
  Get-DnsClient              reads
  Set-DnsClient              host   InterfaceIndex ConnectionSpecificSuffix RegisterThisConnectionsAddress
  Set-DnsClientServerAddress host   InterfaceIndex ServerAddresses
ScheduledTasks
  Get-ScheduledTask          reads
  New-ScheduledTaskAction    flow   Execute Argument
  New-ScheduledTaskPrincipal flow   UserId LogonType RunLevel
  New-ScheduledTaskTrigger   flow   AtStartup!
  New-ScheduledTaskSettingsSet flow AllowStartIfOnBatteries! DontStopIfGoingOnBatteries!
  Register-ScheduledTask     host   TaskName Action Principal Trigger Settings Force!
  Start-ScheduledTask        host   TaskName
  Unregister-ScheduledTask   host   TaskName
VirtualMachineManager
  Get-SCVMHost               reads
  Get-SCVMHostGroup          reads
  Get-SCVirtualMachine       reads
  Get-SCVirtualNetworkAdapter reads VM
  Get-SCMACAddressPool       reads
  Get-SCMACAddress           reads
  Read-SCVMHost              host   VMHost
  New-SCMACAddressPool       host   Name VMHostGroup MACAddressRangeStart MACAddressRangeEnd
  Remove-SCMACAddressPool    host   MACAddressPool
  Revoke-SCMACAddress        host   AllocatedMACAddress
  Grant-SCMACAddress         host   MACAddressPool VirtualNetworkAdapter
  Set-SCVirtualNetworkAdapter host  VirtualNetworkAdapter MACAddressType MACAddress
  Stop-SCVirtualMachine      host   VM Shutdown!
  Start-SCVirtualMachine     host   VM
Microsoft.PowerShell.Management
  Get-Content                reads  LiteralPath Raw!
  Get-ItemProperty           reads  LiteralPath
  Test-Path                  reads  LiteralPath
  Join-Path                  flow   Path ChildPath
  Test-Connection            reads  ComputerName Count Quiet!
  Set-ItemProperty           host   LiteralPath Name Value
  Stop-Service               host   Name
  Start-Service              host   Name
  New-Item                   files  ItemType Path Force!
  Set-Content                files  LiteralPath Value Encoding
  Move-Item                  files  LiteralPath Destination Force!
  Remove-Item                files  LiteralPath Force!
Microsoft.PowerShell.Utility
  ConvertFrom-Json           flow   InputObject
  ConvertTo-Json             flow   InputObject Depth Compress!
  Select-Object              flow   Skip
  Start-Sleep                flow   Seconds
  Write-Warning              flow   Message
Microsoft.PowerShell.Core
  ForEach-Object             flow
  Where-Object               flow
  Set-StrictMode             flow   Version
Microsoft.PowerShell.Security
  Get-ExecutionPolicy        reads  Scope
Microsoft.PowerShell.Host
  Start-Transcript           files  LiteralPath Append! Force!
  Stop-Transcript            files
"""

COMMON = frozenset({"erroraction", "confirm"})
_COMMON_SWITCHES = frozenset({"confirm"})


@dataclass(frozen=True)
class Cmdlet:
    """A cmdlet: its module, its effect, its parameters in lower case, and which of them are switches."""

    module: str
    effect: str
    parameters: frozenset[str]
    switches: frozenset[str]

    @property
    def blind(self) -> bool:
        """Whether it does not see the preferences of the script that calls it."""
        return self.module in _CDXML


def _table() -> dict[str, Cmdlet]:
    found, module = {}, ""
    for row in _ROWS.splitlines():
        if not row.startswith(" "):
            module = row.strip()
            continue
        name, effect, *parameters = row.split()
        found[name.lower()] = Cmdlet(
            module,
            effect,
            frozenset(one.rstrip("!").lower() for one in parameters),
            frozenset(one[:-1].lower() for one in parameters if one.endswith("!")),
        )
    return found


CMDLETS = _table()


def is_switch(cmdlet: str, parameter: str) -> bool:
    """Whether a parameter takes no argument of its own."""
    return parameter in _COMMON_SWITCHES or parameter in CMDLETS[cmdlet.lower()].switches
