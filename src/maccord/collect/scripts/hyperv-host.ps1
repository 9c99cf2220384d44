#Requires -Version 3.0
<#
.SYNOPSIS
    Gathers what maccord needs to know of one Hyper-V host and writes it to one JSON file.

.DESCRIPTION
    Reads the host's MAC address ranges, its virtual machines and their adapters, switches, teams, physical
    adapters, IP configuration and the last events that tell of address trouble, and writes them as one JSON
    object of the schema "maccord.host/1".

    The script changes nothing: it calls Get cmdlets and reads the registry. It needs no module beyond those
    that Windows ships, and is written for Windows PowerShell 3.0 to 5.1 and PowerShell 7. Run it in an
    elevated, 64-bit session on the host itself: without the rights, one may see no machines and no error.

    A cmdlet that a host does not have (Get-VMSwitchTeam before Windows Server 2016, Get-NetLbfoTeam on a
    client) or that fails costs its own section only. The file lists under "notes" what could not be read.

.PARAMETER Path
    The file to write, by default the computer's name with the extension .json in the current folder. An
    existing file is replaced. "-" writes the JSON to standard output instead.

.PARAMETER PassThru
    Writes the JSON to standard output instead of to a file, as -Path - does.

.PARAMETER SkipEvents
    Leaves out the event logs, on hosts where reading them takes too long or is not wanted.

.EXAMPLE
    .\hyperv-host.ps1

    On the host HV01, writes HV01.json into the current folder.

.EXAMPLE
    powershell.exe -NoProfile -ExecutionPolicy Bypass -File .\hyperv-host.ps1 -Path D:\HV01.json -SkipEvents

    The same from a scheduled task or a command prompt, to another place and without the event logs.

.EXAMPLE
    Invoke-Command -ComputerName HV01, HV02, HV03 -FilePath .\hyperv-host.ps1 -ArgumentList '-' |
        ForEach-Object { Set-Content -LiteralPath "$($_.PSComputerName).json" -Value $_ -Encoding Ascii }

    Runs on many hosts at once and gathers one file of each on this computer; nothing is left on the hosts.
    The list may as well be (Get-ClusterNode -Cluster CL01).Name. Then, on the files: maccord check FOLDER

.OUTPUTS
    The file that was written, or the JSON text.
#>
[CmdletBinding()]
param(
    # First in position, since Invoke-Command -FilePath passes arguments by position only.
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string] $Path = "$env:COMPUTERNAME.json",

    [switch] $PassThru,

    [switch] $SkipEvents
)

function Add-Note {
    # Keeps what could not be read. Reason: an error record or a text.
    param([string] $Cmdlet, $Reason)

    if ($Reason -is [System.Management.Automation.ErrorRecord]) {
        # Get-WinEvent calls an empty answer an error.
        if ($Reason.FullyQualifiedErrorId -like 'NoMatchingEventsFound*') { return }
        $Reason = $Reason.Exception.Message
    }
    Write-Verbose -Message "${Cmdlet}: $Reason"
    # The list lives in the caller's scope: from here it can be added to, but not assigned.
    $notes.Add([ordered]@{ cmdlet = $Cmdlet; reason = [string]$Reason })
}

function ConvertTo-Plain {
    # One value as JSON can hold it: enums as integers, times as ISO 8601 in UTC, Guid and the like as text.
    param($Value)

    # Returning nothing instead of $null would yield AutomationNull, which Windows PowerShell writes as {}.
    if ($null -eq $Value) { return $null }
    if ($Value -is [System.Enum]) { return [long]$Value }
    if ($Value -is [datetime]) {
        return $Value.ToUniversalTime().ToString('o', [System.Globalization.CultureInfo]::InvariantCulture)
    }
    if ($Value -is [System.Collections.IDictionary] -or $Value.GetType().IsPrimitive) { return $Value }
    return [string]$Value
}

function ConvertTo-Record {
    # The named properties of one object, and no others. Property: as Select-Object takes it; List: which of
    # them hold several values.
    param($InputObject, [object[]] $Property, [string[]] $List)

    # Select-Object turns a property that is missing, or that fails to be read, into $null and no error.
    $selected = Select-Object -InputObject $InputObject -Property $Property
    $record = [ordered]@{}
    foreach ($wanted in $Property) {
        if ($wanted -is [hashtable]) { $name = [string]$wanted.Name } else { $name = [string]$wanted }
        $value = $selected.$name
        if ($List -contains $name) {
            # Made here and cast: an array that a function returns is unrolled, and one that Select-Object
            # has wrapped is written as {"value": [], "Count": 0} by Windows PowerShell.
            $record[$name] = [object[]]@(
                $value | Where-Object { $null -ne $_ } | ForEach-Object { ConvertTo-Plain $_ }
            )
        }
        else {
            $record[$name] = ConvertTo-Plain $value
        }
    }
    $record
}

function Read-Evidence {
    # What the commands return, as records; what they could not return, as notes.
    param([scriptblock[]] $Read, [object[]] $Property, [string[]] $List = @())

    # Continue, not Stop: a cmdlet that fails for one machine still returns all the others.
    $ErrorActionPreference = 'Continue'
    foreach ($command in $Read) {
        $text = ($command.ToString() -replace '\s+', ' ').Trim()
        try {
            & $command 2>&1 | ForEach-Object {
                if ($_ -is [System.Management.Automation.ErrorRecord]) {
                    Add-Note -Cmdlet $text -Reason $_
                }
                elseif ($null -ne $_) {
                    ConvertTo-Record -InputObject $_ -Property $Property -List $List
                }
            }
        }
        catch {
            Add-Note -Cmdlet $text -Reason $_
        }
    }
}

function Write-Export {
    # Writes the export to a file, or as text to the pipeline if the path is "-".
    param([System.Collections.IDictionary] $Export, [string] $Path)

    $json = ConvertTo-Json -InputObject $Export -Depth 6 -Compress
    if ($Path -eq '-') {
        # Pure ASCII: what is redirected passes through the console's code page, which spoils anything else.
        $escape = { param($match) '\u{0:x4}' -f [int][char]$match.Value }
        return [regex]::Replace($json, '[^\x00-\x7F]', $escape)
    }
    # .NET has a current folder of its own: make the path absolute as PowerShell understands it.
    $file = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Path)
    $utf8WithoutBom = New-Object -TypeName System.Text.UTF8Encoding -ArgumentList $false
    [System.IO.File]::WriteAllText($file, $json, $utf8WithoutBom)
    Get-Item -LiteralPath $file
}

function Read-One {
    # The record of a section that describes the host itself, or $null.
    param([hashtable] $Section)

    foreach ($record in @(Read-Evidence @Section)) { return $record }
    return $null
}

function ConvertTo-MacText {
    # 12 upper-case hex digits, or $null for none. Value: text in any notation, or the bytes of the registry.
    param($Value)

    if ($Value -is [array]) {
        $Value = -join ($Value | ForEach-Object { '{0:X2}' -f $_ })
    }
    $text = ([string]$Value -replace '[-:.\s]', '').ToUpperInvariant()
    if ($text -eq '') { return $null }
    return $text
}

function Test-Session {
    # Says, on the screen as well, when the session itself will make the export incomplete.
    $user = [System.Security.Principal.WindowsIdentity]::GetCurrent()
    $principal = New-Object -TypeName System.Security.Principal.WindowsPrincipal -ArgumentList $user
    $reasons = @()
    if (-not $principal.IsInRole([System.Security.Principal.WindowsBuiltInRole]::Administrator)) {
        $reasons += 'The session is not elevated: machines, adapters and events may be missing.'
    }
    if ([System.Environment]::Is64BitOperatingSystem -and -not [System.Environment]::Is64BitProcess) {
        $reasons += 'The session is 32-bit: it sees another registry and no Hyper-V module.'
    }
    foreach ($reason in $reasons) {
        Write-Warning -Message $reason
        Add-Note -Cmdlet 'session' -Reason $reason
    }
}

# What is read, section by section. Read: the commands; Property: what is kept of each object; List: which of
# the properties hold several values. Cmdlets of the Hyper-V module carry its name, for the modules of other
# products (PowerCLI, Virtual Machine Manager) bring a Get-VM of their own. The registry is read through the
# key's GetValue, which answers $null for a value that is not there.

$machineIdentity = @{
    Read     = { Get-Item -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Cryptography' }
    Property = @{ Name = 'MachineGuid'; Expression = { $_.GetValue('MachineGuid') } }
}

$operatingSystem = @{
    Read     = { Get-CimInstance -ClassName Win32_OperatingSystem }
    Property = 'Caption', 'Version'
}

# The range is the host's; the cursor is kept by the worker, in a subkey, and not shown by any cmdlet.
$virtualization = @{
    Read     = { Get-Item -LiteralPath 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization' }
    Property = @(
        @{ Name = 'MinimumMacAddress'; Expression = { ConvertTo-MacText ($_.GetValue('MinimumMacAddress')) } }
        @{ Name = 'MaximumMacAddress'; Expression = { ConvertTo-MacText ($_.GetValue('MaximumMacAddress')) } }
        @{
            Name       = 'CurrentMacAddress'
            Expression = { ConvertTo-MacText ($_.OpenSubKey('Worker').GetValue('CurrentMacAddress')) }
        }
    )
}

$vmHost = @{
    Read     = { Hyper-V\Get-VMHost }
    Property = @(
        'Name', 'ComputerName', 'FullyQualifiedDomainName'
        @{ Name = 'MacAddressMinimum'; Expression = { ConvertTo-MacText $_.MacAddressMinimum } }
        @{ Name = 'MacAddressMaximum'; Expression = { ConvertTo-MacText $_.MacAddressMaximum } }
        'FibreChannelWwnn', 'FibreChannelWwpnMinimum', 'FibreChannelWwpnMaximum'
    )
}

$macAddress = @{ Name = 'MacAddress'; Expression = { ConvertTo-MacText $_.MacAddress } }

# The address pools of a container network, each reduced to its two ends.
$macPools = @{
    Name       = 'MacPools'
    Expression = {
        $_.MacPools | Where-Object { $null -ne $_ } | ForEach-Object {
            [ordered]@{
                StartMacAddress = ConvertTo-MacText $_.StartMacAddress
                EndMacAddress   = ConvertTo-MacText $_.EndMacAddress
            }
        }
    }
}

# An event whose publisher is not registered here has no message: then its bare values have to do.
$eventMessage = @{
    Name       = 'Message'
    Expression = {
        if ($_.Message) { $_.Message } else { ($_.Properties | ForEach-Object { $_.Value }) -join ' ' }
    }
}

$sections = [ordered]@{
    VM                         = @{
        Read     = { Hyper-V\Get-VM }
        Property = @(
            'Id', 'Name', 'ComputerName', 'State', 'Generation', 'Version', 'IsClustered', 'CreationTime'
            'ParentSnapshotId', 'ReplicationState', 'ReplicationMode'
        )
    }
    VMNetworkAdapter           = @{
        Read     = { Hyper-V\Get-VMNetworkAdapter -VMName * }
        Property = @(
            'Name', 'Id', 'VMName', 'VMId', 'SwitchName', 'SwitchId', 'IovWeight', 'IovUsage', 'Connected'
            $macAddress
            'DynamicMacAddressEnabled', 'MacAddressSpoofing', 'IsLegacy', 'IsManagementOs'
            'IPAddresses', 'Status'
        )
        List     = 'IPAddresses', 'Status'
    }
    ManagementVMNetworkAdapter = @{
        Read     = { Hyper-V\Get-VMNetworkAdapter -ManagementOS }
        # The Id is what VMNetworkAdapterVlan calls ParentAdapterId.
        Property = @(
            'Name', 'Id', 'DeviceId', 'SwitchName', 'SwitchId'
            $macAddress
            'IsExternalAdapter', 'MacAddressSpoofing'
        )
    }
    VMNetworkAdapterVlan       = @{
        Read     = @(
            { Hyper-V\Get-VMNetworkAdapterVlan -VMName * }
            { Hyper-V\Get-VMNetworkAdapterVlan -ManagementOS }
        )
        # The parent adapter leads back to its machine and all its parts: only names are kept of it.
        Property = @(
            @{ Name = 'VMName'; Expression = { $_.ParentAdapter.VMName } }
            @{ Name = 'ParentAdapterId'; Expression = { $_.ParentAdapter.Id } }
            'OperationMode', 'AccessVlanId', 'NativeVlanId', 'AllowedVlanIdListString'
            'PrimaryVlanId', 'SecondaryVlanId'
        )
    }
    VMSwitch                   = @{
        Read     = { Hyper-V\Get-VMSwitch }
        Property = @(
            'Name', 'Id', 'SwitchType', 'AllowManagementOS', 'EmbeddedTeamingEnabled'
            'NetAdapterInterfaceDescription', 'NetAdapterInterfaceDescriptions', 'NetAdapterInterfaceGuid'
        )
        List     = 'NetAdapterInterfaceDescriptions', 'NetAdapterInterfaceGuid'
    }
    VMSwitchTeam               = @{
        Read     = { Hyper-V\Get-VMSwitchTeam }
        Property = @(
            'Name', 'Id', 'NetAdapterInterfaceDescription', 'NetAdapterInterfaceGuid'
            'TeamingMode', 'LoadBalancingAlgorithm'
        )
        List     = 'NetAdapterInterfaceDescription', 'NetAdapterInterfaceGuid'
    }
    NetAdapter                 = @{
        Read     = { Get-NetAdapter }
        Property = @(
            'Name', 'InterfaceDescription', 'InterfaceGuid', 'ifIndex'
            $macAddress
            @{ Name = 'PermanentAddress'; Expression = { ConvertTo-MacText $_.PermanentAddress } }
            'Status', 'LinkSpeed', 'Virtual'
        )
    }
    NetLbfoTeam                = @{
        Read     = { Get-NetLbfoTeam }
        Property = @(
            'Name', 'Members', 'TeamNics', 'TeamingMode', 'LoadBalancingAlgorithm', 'LacpTimer', 'Status'
        )
        List     = 'Members', 'TeamNics'
    }
    NetLbfoTeamMember          = @{
        Read     = { Get-NetLbfoTeamMember }
        Property = @(
            'Name', 'InterfaceDescription', 'Team', 'AdministrativeMode', 'OperationalStatus', 'FailureReason'
        )
    }
    NetLbfoTeamNic             = @{
        Read     = { Get-NetLbfoTeamNic }
        Property = 'Name', 'InterfaceDescription', 'Team', 'VlanID', 'Primary', 'Default'
    }
    NetIPAddress               = @{
        Read     = { Get-NetIPAddress }
        Property = @(
            'IPAddress', 'InterfaceAlias', 'InterfaceIndex', 'AddressFamily', 'PrefixLength', 'PrefixOrigin'
            'SuffixOrigin', 'AddressState', 'SkipAsSource'
        )
    }
    DnsClientServerAddress     = @{
        Read     = { Get-DnsClientServerAddress }
        Property = 'InterfaceAlias', 'InterfaceIndex', 'AddressFamily', 'ServerAddresses'
        List     = 'ServerAddresses'
    }
    NetRoute                   = @{
        Read     = { Get-NetRoute }
        Property = @(
            'DestinationPrefix', 'NextHop', 'InterfaceAlias', 'InterfaceIndex', 'AddressFamily', 'RouteMetric'
        )
    }
    NetAdapterVmq              = @{
        Read     = { Get-NetAdapterVmq }
        Property = 'Name', 'InterfaceDescription', 'Enabled'
    }
    VMFibreChannelHba          = @{
        Read     = { Hyper-V\Get-VM | Hyper-V\Get-VMFibreChannelHba }
        Property = @(
            'Id', 'VMId', 'VMName', 'SanName', 'WorldWideNodeNameSetA', 'WorldWidePortNameSetA'
            'WorldWideNodeNameSetB', 'WorldWidePortNameSetB'
        )
    }
    HnsNetwork                 = @{
        Read     = { Get-HnsNetwork }
        Property = @(
            'ID', 'Name', 'Type', 'State'
            $macPools
            @{ Name = 'DrMacAddress'; Expression = { ConvertTo-MacText $_.DrMacAddress } }
            'NetworkAdapterName', 'ManagementIP'
        )
        List     = 'MacPools'
    }
    # A query for each source, so that a flood of one event cannot push out the others; and XPath, because
    # -FilterHashtable refuses a provider that the host does not know.
    Event                      = @{
        Read     = @(
            {
                Get-WinEvent -LogName System -MaxEvents 500 -FilterXPath ('*[System[Provider[' +
                    '@Name="Microsoft-Windows-Hyper-V-VmSwitch" or @Name="VMSMP"] and EventID=28]]')
            }
            {
                Get-WinEvent -LogName System -MaxEvents 500 -FilterXPath ('*[System[Provider[' +
                    '@Name="Microsoft-Windows-MsLbfoSysEvtProvider"] and EventID>=16945 and EventID<=16950]]')
            }
            {
                Get-WinEvent -LogName System -MaxEvents 500 -FilterXPath ('*[System[Provider[' +
                    '@Name="Microsoft-Windows-NLB" or @Name="NLB"] and (EventID=53 or EventID=12289)]]')
            }
            {
                Get-WinEvent -LogName System -MaxEvents 500 -FilterXPath ('*[System[Provider[' +
                    '@Name="Microsoft-Windows-FailoverClustering"] and EventID=4872]]')
            }
            {
                Get-WinEvent -MaxEvents 500 -FilterXPath '*[System[EventID=4872]]' -LogName (
                    'Microsoft-Windows-FailoverClustering/Operational')
            }
            {
                Get-WinEvent -LogName 'Microsoft-Windows-Hyper-V-Worker-Admin' -MaxEvents 500 -FilterXPath (
                    '*[System[EventID=12010 or EventID=12560 or EventID=12564 or EventID=12565' +
                    ' or EventID=12598]]')
            }
        )
        Property = 'LogName', 'ProviderName', 'Id', 'TimeCreated', $eventMessage
    }
}

function Export-HyperVHost {
    # Set here and not at the top: through Invoke-Command the text above runs in the global scope, from where
    # these settings would reach into the modules.
    param([string] $Path, [System.Collections.IDictionary] $Sections)

    Set-StrictMode -Version 2.0
    $ErrorActionPreference = 'Stop'
    # Progress bars are noise on the standard error of a remote shell.
    $ProgressPreference = 'SilentlyContinue'

    $notes = New-Object -TypeName 'System.Collections.Generic.List[object]'
    Test-Session
    $export = [ordered]@{
        schema          = 'maccord.host/1'
        collectedAt     = ConvertTo-Plain (Get-Date)
        ComputerName    = $env:COMPUTERNAME
        OperatingSystem = Read-One -Section $operatingSystem
        MachineGuid     = $null
        Virtualization  = Read-One -Section $virtualization
        VMHost          = Read-One -Section $vmHost
    }
    if ($null -eq $export['VMHost']) {
        Write-Warning -Message 'Hyper-V could not be read here; "notes" in the export says why.'
    }
    $machine = Read-One -Section $machineIdentity
    if ($null -ne $machine) { $export['MachineGuid'] = $machine['MachineGuid'] }
    foreach ($key in $Sections.Keys) {
        Write-Verbose -Message "Reading $key"
        $section = $Sections[$key]
        $export[$key] = [object[]]@(Read-Evidence @section)
    }
    $export['notes'] = $notes.ToArray()
    Write-Export -Export $export -Path $Path
}

if ($SkipEvents) { $sections.Remove('Event') }
if ($PassThru) { $Path = '-' }
Export-HyperVHost -Path $Path -Sections $sections
