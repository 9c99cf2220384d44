#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
    Carries out the steps of a maccord plan on one host, or takes them back.

.DESCRIPTION
    Everything but the block of data is the same in every script of this version of the runtime, and was
    reviewed. The data are the steps: one line of JSON each, in ASCII.

    For each step the script first looks at the host. Does the host show what the step would leave, nothing is
    done (already). Does it show what the plan was made for, the step is carried out, and its end is looked at
    (done). Does it show anything else, the script refuses and stops. So it may be run again at any time.

    Steps that cut the host off the network are carried out by a task of the host itself, which goes on when
    the connection is gone, asks the addresses that the plan names, and puts everything back when none of them
    answers in time.

    It writes one line of JSON for each step it came to: step, kind, outcome and what was seen.

.PARAMETER Only
    The ids of the steps to carry out; without it all of them, in order.

.PARAMETER From
    The id of the step to begin with.

.PARAMETER Folder
    Where the script keeps its transcripts and, while a step is under way, what it has to put back. By default
    a folder that only administrators can write to. A task runs a script from it as SYSTEM: name no folder
    that others can write to.

.PARAMETER StopWithin
    How many seconds a guest gets to shut down. It is not turned off.

.PARAMETER ForceShutdown
    Calls Stop-VM with -Force: guests shut down although a console is locked or an application asks. What does
    not end within five minutes loses its data.

.PARAMETER NoWait
    Does not wait for the end of a step that a task carries out. The same script, run again, tells it.

.PARAMETER Task
    For the script's own use: the key of the step that this process is the task of.

.EXAMPLE
    .\HV01.ps1 -WhatIf

    Looks at the host and tells what would be done. Nothing is changed.

.EXAMPLE
    .\HV01.ps1

    Asks before each step.

.EXAMPLE
    .\HV01.ps1 -Confirm:$false -From step-7

    Carries out the seventh step and all after it without asking.

.OUTPUTS
    One line of JSON for each step. As a file, the script ends with the exit code 1 when a step did not succeed.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [string[]] $Only = @(),
    [string] $From = '',
    [string] $Folder = "$env:ProgramFiles\maccord",
    [int] $StopWithin = 600,
    [switch] $ForceShutdown,
    [switch] $NoWait,
    [string] $Task = ''
)

# Read before strict mode: sent to a host as text, the script has no path.
$ScriptPath = [string]$PSCommandPath
$ScriptText = $MyInvocation.MyCommand.ScriptBlock.ToString()
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'

# --- Data: the only part that differs from script to script ----------------------------------------------------------

$Data = @'
{"schema":"maccord.steps/1","runtime":"1","host":"HV01","plan":"","consent":true}
{"kind":"set-range","id":"set-range","host":"HV01","first":"00155DC90000","last":"00155DC900FF","was_first":"00155DC86A00","was_last":"00155DC86AFF","cursor":"00155DC86A04","key":"cf4745260e89ae486e7abc92","about":"Its range overlaps that of HV02."}
'@

# --- What several steps need -----------------------------------------------------------------------------------------

function New-Verdict {
    # What was found out about a step. Outcome: ready, or one of those that are reported.
    param([string] $Outcome, [string] $Seen)

    [pscustomobject]@{ Outcome = $Outcome; Seen = $Seen }
}

function Resolve-Verdict {
    # IsThere: the host shows what the step would leave. IsPlanned: it shows what the plan was made for.
    param([bool] $IsThere, [bool] $IsPlanned, [string] $Seen)

    if ($IsThere) { return New-Verdict -Outcome 'already' -Seen $Seen }
    if ($IsPlanned) { return New-Verdict -Outcome 'ready' -Seen $Seen }
    return New-Verdict -Outcome 'refused' -Seen ('not what was planned for: ' + $Seen)
}

function Read-Steps {
    # The lines of the data: the head, and the steps. A line at a time, since ConvertFrom-Json is bounded.
    param([string] $Text)

    foreach ($line in $Text -split "`n") {
        $plain = $line.Trim()
        if ($plain -eq '') { continue }
        $one = ConvertFrom-Json -InputObject $plain
        foreach ($property in $one.PSObject.Properties) {
            # PowerShell 7 reads a text that looks like a time as one, and its spelling is gone.
            if ($property.Value -is [datetime]) {
                throw "The value of $($property.Name) looks like a time. Run this script with Windows PowerShell 5.1."
            }
        }
        $one
    }
}

function ConvertTo-Bare {
    # An address in any spelling as the twelve digits that Hyper-V writes.
    param($Address)

    return ([string]$Address -replace '[-:. ]', '').ToUpperInvariant()
}

function ConvertTo-Dashed {
    # Twelve digits as Windows and VMM write an address: 00-15-5D-C8-6A-00.
    param([string] $Bare)

    return ($Bare -replace '(..)(?!$)', '$1-')
}

function ConvertTo-Id {
    # A GUID without braces and in capitals.
    param($Id)

    return ([string]$Id -replace '[{}]', '').ToUpperInvariant()
}

function Test-InRange {
    # Whether twelve (or sixteen) digits are not below First and not above Last: of equal length, they sort as text.
    param([string] $Bare, [string] $First, [string] $Last)

    if ($Bare.Length -ne $First.Length) { return $false }
    return ([string]::CompareOrdinal($Bare, $First) -ge 0) -and ([string]::CompareOrdinal($Bare, $Last) -le 0)
}

function Join-Text {
    # A list as a person reads it.
    param([object[]] $Items)

    if ($Items.Count -eq 0) { return 'none' }
    return $Items -join ', '
}

function Test-SameItems {
    # Whether two lists have the same items, in any order.
    param([object[]] $Left, [object[]] $Right)

    $more = @($Left | Where-Object { $Right -notcontains $_ })
    $less = @($Right | Where-Object { $Left -notcontains $_ })
    return ($more.Count -eq 0) -and ($less.Count -eq 0)
}

function Assert-PlainName {
    # Some cmdlets take a name for a pattern. A name that could be one is refused before it matches another thing.
    param([string] $Name)

    if ($Name -match '[*?\[\]`]') {
        throw "the name '$Name' could be taken for a pattern; this step has to be done by hand"
    }
}

function Start-Record {
    # Begins a transcript, and tells whether there is one: the steps do not depend on it.
    param([string] $Name)

    try {
        $null = New-Item -ItemType Directory -Path $Folder -Force
        $null = Start-Transcript -LiteralPath (Join-Path -Path $Folder -ChildPath $Name) -Append -Force
        return $true
    }
    catch {
        Write-Warning -Message "no transcript: $($_.Exception.Message)"
        return $false
    }
}

function Get-StatePath {
    # The file in which something about a step is kept. The key is hexadecimal digits.
    param($Step, [string] $What)

    return (Join-Path -Path $Folder -ChildPath ($Step.key + '.' + $What))
}

function Write-State {
    # Writes an object to a file of the step, in one move, so that nobody reads half of it.
    param($Step, [string] $What, $Value)

    $path = Get-StatePath -Step $Step -What $What
    $null = New-Item -ItemType Directory -Path $Folder -Force
    Set-Content -LiteralPath ($path + '.new') -Value (ConvertTo-Json -InputObject $Value -Depth 6) -Encoding UTF8
    Move-Item -LiteralPath ($path + '.new') -Destination $path -Force
}

function Read-State {
    param($Step, [string] $What)

    return ConvertFrom-Json -InputObject (Get-Content -LiteralPath (Get-StatePath -Step $Step -What $What) -Raw)
}

function Test-State {
    param($Step, [string] $What)

    return (Test-Path -LiteralPath (Get-StatePath -Step $Step -What $What))
}

function Remove-State {
    param($Step, [string] $What)

    if (Test-State -Step $Step -What $What) { Remove-Item -LiteralPath (Get-StatePath -Step $Step -What $What) -Force }
}

# --- The host's ranges -----------------------------------------------------------------------------------------------

function Test-SetRange {
    param($Step)

    $now = Get-VMHost
    $first = ConvertTo-Bare -Address $now.MacAddressMinimum
    $last = ConvertTo-Bare -Address $now.MacAddressMaximum
    $isThere = ($first -eq $Step.first) -and ($last -eq $Step.last)
    $isPlanned = ($first -eq $Step.was_first) -and ($last -eq $Step.was_last)
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen "the dynamic range is $first to $last"
}

function Invoke-SetRange {
    param($Step)

    $null = Set-VMHost -MacAddressMinimum $Step.first -MacAddressMaximum $Step.last -Confirm:$false
}

function Test-SetPortNames {
    param($Step)

    $now = Get-VMHost
    $first = ConvertTo-Bare -Address $now.FibreChannelWwpnMinimum
    $last = ConvertTo-Bare -Address $now.FibreChannelWwpnMaximum
    $isThere = ($first -eq $Step.first) -and ($last -eq $Step.last)
    $isPlanned = ($first -eq $Step.was_first) -and ($last -eq $Step.was_last)
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen "World Wide Port Names are $first to $last"
}

function Invoke-SetPortNames {
    param($Step)

    $null = Set-VMHost -FibreChannelWwpnMinimum $Step.first -FibreChannelWwpnMaximum $Step.last -Confirm:$false
}

$CursorKey = 'HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization\Worker'

function Read-Cursor {
    # CurrentMacAddress as twelve digits; empty where there is none.
    $item = Get-ItemProperty -LiteralPath $CursorKey
    $value = $item.PSObject.Properties['CurrentMacAddress']
    if ($null -eq $value -or $null -eq $value.Value) { return '' }
    return [System.BitConverter]::ToString([byte[]]$value.Value).Replace('-', '')
}

function Test-SetCursor {
    param($Step)

    $now = Read-Cursor
    $isThere = ($now -eq $Step.cursor)
    # A plan that does not know where the cursor was takes it from anywhere.
    $isPlanned = ($null -eq $Step.was_cursor) -or ($now -eq $Step.was_cursor)
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen "CurrentMacAddress is '$now'"
}

function Invoke-SetCursor {
    # Machines go on while the service is stopped, and cannot be managed.
    param($Step)

    $octets = [byte[]]@(0, 2, 4, 6, 8, 10 | ForEach-Object { [System.Convert]::ToByte($Step.cursor.Substring($_, 2), 16) })
    $null = Stop-Service -Name 'vmms' -Confirm:$false
    try {
        $null = Set-ItemProperty -LiteralPath $CursorKey -Name 'CurrentMacAddress' -Value $octets -Confirm:$false
    }
    finally {
        $null = Start-Service -Name 'vmms' -Confirm:$false
    }
}

# --- Virtual machines ------------------------------------------------------------------------------------------------

function Get-Machine {
    # The machine with the step's id, or, where the plan knows none, of its name; nothing where it is not on this host.
    param($Step)

    $wanted = ConvertTo-Id -Id $Step.machine_id
    $found = @(Get-VM | Where-Object { (ConvertTo-Id -Id $_.Id) -eq $wanted -or ($wanted -eq '' -and $_.Name -ceq $Step.machine) })
    if ($found.Count -eq 1) { return $found[0] }
}

function Get-MachineAdapter {
    # The adapter with the step's Id, or, where the plan knows none, the only one of its name.
    param($Step, $Machine)

    $found = @(Get-VMNetworkAdapter -VM $Machine | Where-Object {
            [string]$_.Id -eq $Step.adapter_id -or ($Step.adapter_id -eq '' -and $_.Name -ceq $Step.adapter) })
    if ($found.Count -eq 1) { return $found[0] }
}

function Test-Stopped {
    # Whether this step has shut the machine down, and was interrupted before it could start it again.
    param($Step, $Machine)

    return ([string]$Machine.State -eq 'Off') -and (Test-State -Step $Step -What 'stopped')
}

function Stop-Machine {
    # Asks the guest to shut down and waits. It is never turned off.
    param($Step, $Machine)

    if ([string]$Machine.State -eq 'Off') { return }
    Write-State -Step $Step -What 'stopped' -Value @{ machine = $Step.machine }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    $gone = $false
    try {
        $null = Stop-VM -VM $Machine -Force:$ForceShutdown -Confirm:$false
        while ($watch.Elapsed.TotalSeconds -lt $StopWithin -and -not $gone) {
            $gone = [string](Get-Machine -Step $Step).State -eq 'Off'
            if (-not $gone) { Start-Sleep -Seconds 2 }
        }
    }
    finally {
        if (-not $gone) { $gone = [string](Get-Machine -Step $Step).State -eq 'Off' }
        if (-not $gone) { Remove-State -Step $Step -What 'stopped' }
    }
    if (-not $gone) { throw "the guest did not shut down within $StopWithin s; it was not turned off" }
}

function Start-Machine {
    param($Step)

    $machine = Get-Machine -Step $Step
    if ([string]$machine.State -eq 'Off') { $null = Start-VM -VM $machine -Confirm:$false }
    Remove-State -Step $Step -What 'stopped'
}

function Update-Cluster {
    # Has the cluster read the machine's settings anew.
    param($Step)

    if ($Step.clustered) {
        $null = Update-ClusterVirtualMachineConfiguration -VMId (ConvertTo-Id -Id $Step.machine_id)
    }
}

function Test-ColdStart {
    # Other addresses of the range than those that are to go are no matter of this step.
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'the machine is not on this host' }
    $now = Get-VMHost
    $range = "$(ConvertTo-Bare -Address $now.MacAddressMinimum)-$(ConvertTo-Bare -Address $now.MacAddressMaximum)"
    $mine = @(Get-VMNetworkAdapter -VM $machine | Where-Object { $_.DynamicMacAddressEnabled } |
        ForEach-Object { ConvertTo-Bare -Address $_.MacAddress })
    $old = @($mine | Where-Object { $Step.addresses -contains $_ })
    $outside = @($mine | Where-Object { -not (Test-InRange -Bare $_ -First $Step.first -Last $Step.last) })
    $state = [string]$machine.State
    $seen = "it is $state, its dynamic addresses are $(Join-Text -Items $mine), the host's range is $range"
    $stopped = Test-Stopped -Step $Step -Machine $machine
    $isThere = (-not $stopped) -and ($old.Count -eq 0) -and ($outside.Count -eq 0)
    $isPlanned = ($range -eq "$($Step.first)-$($Step.last)") -and
        ($stopped -or ($state -eq 'Running' -and $old.Count -gt 0))
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen $seen
}

function Invoke-ColdStart {
    param($Step)

    Stop-Machine -Step $Step -Machine (Get-Machine -Step $Step)
    Start-Machine -Step $Step
}

function Test-SetMachineAddress {
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'the machine is not on this host' }
    $adapter = Get-MachineAdapter -Step $Step -Machine $machine
    if ($null -eq $adapter) { return New-Verdict -Outcome 'refused' -Seen 'the machine has no adapter of this Id' }
    $mac = ConvertTo-Bare -Address $adapter.MacAddress
    $dynamic = [bool]$adapter.DynamicMacAddressEnabled
    $state = [string]$machine.State
    $seen = "it is $state, the address is $mac, dynamic: $dynamic"
    if ($null -eq $Step.mac) { $isSet = $dynamic -and ($mac -ne $Step.was_mac -or -not $Step.was_dynamic) }
    else { $isSet = (-not $dynamic) -and ($mac -eq $Step.mac) }
    # Which address the host has issued meanwhile, a plan need not know.
    $isIssued = $Step.was_dynamic -and ($Step.was_mac -eq '000000000000')
    $isOld = ($dynamic -eq $Step.was_dynamic) -and ($isIssued -or $mac -eq $Step.was_mac)
    $ran = if ($Step.was_running) { 'Running' } else { 'Off' }
    $stopped = Test-Stopped -Step $Step -Machine $machine
    $isThere = $isSet -and ($state -eq $ran)
    $isPlanned = ($isOld -and ($state -eq $ran)) -or ($stopped -and ($isOld -or $isSet))
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen $seen
}

function Set-MachineAddress {
    # The machine is off.
    param($Step)

    $adapter = Get-MachineAdapter -Step $Step -Machine (Get-Machine -Step $Step)
    if ($null -eq $Step.mac) {
        # A dynamic address stays until the adapter was static once.
        if ($adapter.DynamicMacAddressEnabled) {
            $null = Set-VMNetworkAdapter -VMNetworkAdapter $adapter -StaticMacAddress $Step.was_mac -Confirm:$false
            $adapter = Get-MachineAdapter -Step $Step -Machine (Get-Machine -Step $Step)
        }
        $null = Set-VMNetworkAdapter -VMNetworkAdapter $adapter -DynamicMacAddress -Confirm:$false
    }
    else {
        $null = Set-VMNetworkAdapter -VMNetworkAdapter $adapter -StaticMacAddress $Step.mac -Confirm:$false
    }
    Update-Cluster -Step $Step
}

function Invoke-SetMachineAddress {
    # A machine that ran runs again, also when the address was refused.
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($Step.was_running) { Stop-Machine -Step $Step -Machine $machine }
    $why = ''
    try { Set-MachineAddress -Step $Step }
    catch { $why = $_.Exception.Message }
    if ($Step.was_running) { Start-Machine -Step $Step }
    if ($why -ne '') { throw $why }
}

function Test-SetSpoofing {
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'the machine is not on this host' }
    $adapter = Get-MachineAdapter -Step $Step -Machine $machine
    if ($null -eq $adapter) { return New-Verdict -Outcome 'refused' -Seen 'the machine has no adapter of this Id' }
    $on = [string]$adapter.MacAddressSpoofing -eq 'On'
    return Resolve-Verdict -IsThere ($on -eq $Step.on) -IsPlanned ($on -eq $Step.was_on) -Seen "spoofing is permitted: $on"
}

function Invoke-SetSpoofing {
    param($Step)

    $adapter = Get-MachineAdapter -Step $Step -Machine (Get-Machine -Step $Step)
    $wanted = if ($Step.on) { 'On' } else { 'Off' }
    $null = Set-VMNetworkAdapter -VMNetworkAdapter $adapter -MacAddressSpoofing $wanted -Confirm:$false
}

function Test-SetConnection {
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'the machine is not on this host' }
    $adapter = Get-MachineAdapter -Step $Step -Machine $machine
    if ($null -eq $adapter) { return New-Verdict -Outcome 'refused' -Seen 'the machine has no adapter of this Id' }
    $vSwitch = [string]$adapter.SwitchName
    $isOn = $vSwitch -ceq $Step.switch
    $isOff = $vSwitch -eq ''
    if ($Step.connected) { $isThere = $isOn; $isPlanned = $isOff } else { $isThere = $isOff; $isPlanned = $isOn }
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen "the adapter is on switch '$vSwitch'"
}

function Invoke-SetConnection {
    param($Step)

    $adapter = Get-MachineAdapter -Step $Step -Machine (Get-Machine -Step $Step)
    if ($Step.connected) {
        $vSwitch = Get-Switch -Name $Step.switch
        $null = Connect-VMNetworkAdapter -VMNetworkAdapter $adapter -VMSwitch $vSwitch -Confirm:$false
    }
    else {
        $null = Disconnect-VMNetworkAdapter -VMNetworkAdapter $adapter -Confirm:$false
    }
}

function Get-PortNames {
    # The World Wide Port Names of one Fibre Channel adapter, both sets.
    param($Hba)

    return @($Hba.WorldWidePortNameSetA, $Hba.WorldWidePortNameSetB | ForEach-Object { ConvertTo-Bare -Address $_ })
}

function Test-GenerateNames {
    param($Step)

    $machine = Get-Machine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'the machine is not on this host' }
    $names = @(Get-VMFibreChannelHba -VM $machine | ForEach-Object { Get-PortNames -Hba $_ })
    $state = [string]$machine.State
    $old = @($Step.names | Where-Object { $names -contains $_ })
    $ran = if ($Step.was_running) { 'Running' } else { 'Off' }
    $stopped = Test-Stopped -Step $Step -Machine $machine
    $isThere = (-not $stopped) -and ($old.Count -eq 0) -and ($names.Count -gt 0)
    $isPlanned = $stopped -or (($old.Count -gt 0) -and (($old.Count -eq $Step.names.Count) -and ($state -eq $ran)))
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen "it is $state, its port names are $(Join-Text -Items $names)"
}

function Invoke-GenerateNames {
    # The machine stays off: zoning and masking have to know its names before it starts.
    param($Step)

    Stop-Machine -Step $Step -Machine (Get-Machine -Step $Step)
    Write-State -Step $Step -What 'stopped' -Value @{ machine = $Step.machine }
    foreach ($hba in @(Get-VMFibreChannelHba -VM (Get-Machine -Step $Step))) {
        $shared = @(Get-PortNames -Hba $hba | Where-Object { $Step.names -contains $_ })
        if ($shared.Count -gt 0) { $null = Set-VMFibreChannelHba -VMFibreChannelHba $hba -GenerateWwn -Confirm:$false }
    }
    Remove-State -Step $Step -What 'stopped'
}

# --- IP settings, as a whole -----------------------------------------------------------------------------------------
# Lists are asked for whole and sorted out here: asked for one interface that has none, these cmdlets fail. They are
# functions of their modules, which do not see this script's preferences: each is told -ErrorAction.

function Read-Configured {
    # What somebody set for an interface, and no server gave: DNS servers or suffix. Protocol: Tcpip or Tcpip6.
    param([string] $Protocol, [string] $Id, [string] $Name)

    $path = "HKLM:\SYSTEM\CurrentControlSet\Services\$Protocol\Parameters\Interfaces\{$Id}"
    if (-not (Test-Path -LiteralPath $path)) { return '' }
    $value = (Get-ItemProperty -LiteralPath $path).PSObject.Properties[$Name]
    if ($null -eq $value) { return '' }
    return [string]$value.Value
}

function Read-Family {
    # Metric and MTU of an interface for IPv4 or IPv6; a metric of 0 is an automatic one.
    param([int] $Index)

    $found = @(Get-NetIPInterface -ErrorAction Stop | Where-Object { $_.InterfaceIndex -eq $Index })
    foreach ($one in $found) {
        $metric = if ([string]$one.AutomaticMetric -eq 'Disabled') { [int]$one.InterfaceMetric } else { 0 }
        [pscustomobject]@{
            family = [string]$one.AddressFamily
            dhcp = [string]$one.Dhcp -eq 'Enabled'
            metric = $metric
            mtu = [long]$one.NlMtu
        }
    }
}

function Read-IpSettings {
    # Everything that would be lost with an interface. Interface: as Get-NetAdapter gives it.
    param($Interface)

    $index = [int]$Interface.ifIndex
    $id = ConvertTo-Id -Id $Interface.InterfaceGuid
    $families = @(Read-Family -Index $index)
    $dhcp = @($families | Where-Object { $_.family -eq 'IPv4' -and $_.dhcp }).Count -gt 0
    $addresses = @(Get-NetIPAddress -ErrorAction Stop |
        Where-Object { $_.InterfaceIndex -eq $index -and [string]$_.PrefixOrigin -eq 'Manual' } |
        ForEach-Object {
            [pscustomobject]@{ address = [string]$_.IPAddress; prefix_length = [int]$_.PrefixLength
                skip_as_source = [bool]$_.SkipAsSource }
        })
    $routes = @(Get-NetRoute -ErrorAction Stop |
        Where-Object { $_.InterfaceIndex -eq $index -and [string]$_.Protocol -eq 'NetMgmt' } |
        Where-Object { @('0.0.0.0', '::') -notcontains [string]$_.NextHop } |
        Where-Object { -not ($dhcp -and [string]$_.DestinationPrefix -eq '0.0.0.0/0') } |
        ForEach-Object {
            [pscustomobject]@{ prefix = [string]$_.DestinationPrefix; next_hop = [string]$_.NextHop
                metric = [int]$_.RouteMetric }
        })
    $servers = @(@('Tcpip', 'Tcpip6') | ForEach-Object { Read-Configured -Protocol $_ -Id $id -Name 'NameServer' } |
        ForEach-Object { $_ -split '[, ]+' } | Where-Object { $_ -ne '' })
    $client = @(Get-DnsClient -ErrorAction Stop | Where-Object { $_.InterfaceIndex -eq $index })
    $registers = $true
    if ($client.Count -gt 0) { $registers = [bool]$client[0].RegisterThisConnectionsAddress }
    return [pscustomobject]@{
        dhcp = $dhcp
        addresses = [object[]]$addresses
        routes = [object[]]$routes
        dns_servers = [object[]]$servers
        dns_suffix = Read-Configured -Protocol 'Tcpip' -Id $id -Name 'Domain'
        registers = $registers
        families = [object[]]$families
    }
}

function Format-IpSettings {
    # Settings in a line, for the report and for comparison.
    param($Settings)

    $addresses = @($Settings.addresses | ForEach-Object { "$($_.address)/$($_.prefix_length)" })
    $hops = @($Settings.routes | ForEach-Object { "$($_.prefix) via $($_.next_hop)" })
    $text = if ($Settings.dhcp) { 'DHCP, ' } else { '' }
    return "${text}addresses $(Join-Text -Items $addresses), routes $(Join-Text -Items $hops), DNS $(Join-Text -Items @($Settings.dns_servers))"
}

function Test-SameSettings {
    # Whether the host has what was planned for. What a DHCP server gave is left out. The plan may not know of routes
    # other than those it lists: they are moved too.
    param($Planned, $Live)

    if ([bool]$Planned.dhcp -ne [bool]$Live.dhcp) { return $false }
    $wanted = @($Planned.addresses | ForEach-Object { "$($_.address)/$($_.prefix_length)" })
    $there = @($Live.addresses | ForEach-Object { "$($_.address)/$($_.prefix_length)" })
    if ($Planned.dhcp) {
        $surplus = @($there | Where-Object { $wanted -notcontains $_ })
        return $surplus.Count -eq 0
    }
    if (-not (Test-SameItems -Left $wanted -Right $there)) { return $false }
    # Windows lists these three where no DNS server is set for IPv6.
    $servers = @($Planned.dns_servers | Where-Object { $_ -notlike 'fec0:0:0:ffff::*' })
    if (-not (Test-SameItems -Left $servers -Right @($Live.dns_servers))) { return $false }
    $hops = @($Live.routes | ForEach-Object { "$($_.prefix) via $($_.next_hop)" })
    # A router that announces itself is found again without our help.
    $missing = @($Planned.routes | Where-Object { $_.next_hop -notlike 'fe80:*' } |
        Where-Object { $hops -notcontains "$($_.prefix) via $($_.next_hop)" })
    return $missing.Count -eq 0
}

function Write-IpSettings {
    # Gives an interface the settings that it does not have yet. Windows announces an address as soon as it is set.
    param($Interface, $Settings)

    $index = [int]$Interface.ifIndex
    $now = Read-IpSettings -Interface $Interface
    if ($Settings.dhcp -and -not $now.dhcp) {
        $null = Set-NetIPInterface -InterfaceIndex $index -AddressFamily 'IPv4' -Dhcp 'Enabled' -Confirm:$false -ErrorAction Stop
    }
    $there = @($now.addresses | ForEach-Object { $_.address })
    foreach ($one in @($Settings.addresses | Where-Object { $there -notcontains $_.address })) {
        $null = New-NetIPAddress -InterfaceIndex $index -IPAddress $one.address -PrefixLength $one.prefix_length -SkipAsSource $one.skip_as_source -Confirm:$false -ErrorAction Stop
    }
    $there = @($now.routes | ForEach-Object { "$($_.prefix) via $($_.next_hop)" })
    foreach ($one in @($Settings.routes | Where-Object { $there -notcontains "$($_.prefix) via $($_.next_hop)" })) {
        $null = New-NetRoute -InterfaceIndex $index -DestinationPrefix $one.prefix -NextHop $one.next_hop -RouteMetric $one.metric -Confirm:$false -ErrorAction Stop
    }
    if (@($Settings.dns_servers).Count -gt 0) {
        $null = Set-DnsClientServerAddress -InterfaceIndex $index -ServerAddresses @($Settings.dns_servers) -Confirm:$false -ErrorAction Stop
    }
    if ($Settings.dns_suffix -ne '') {
        $null = Set-DnsClient -InterfaceIndex $index -ConnectionSpecificSuffix $Settings.dns_suffix -Confirm:$false -ErrorAction Stop
    }
    $null = Set-DnsClient -InterfaceIndex $index -RegisterThisConnectionsAddress ([bool]$Settings.registers) -Confirm:$false -ErrorAction Stop
    foreach ($family in @($Settings.families)) {
        $own = @($now.families | Where-Object { $_.family -eq $family.family })
        if ($own.Count -eq 0) { continue }
        if ($family.metric -ne 0) {
            $null = Set-NetIPInterface -InterfaceIndex $index -AddressFamily $family.family -AutomaticMetric 'Disabled' -InterfaceMetric $family.metric -Confirm:$false -ErrorAction Stop
        }
        if ($family.mtu -ne $own[0].mtu) {
            $null = Set-NetIPInterface -InterfaceIndex $index -AddressFamily $family.family -NlMtuBytes $family.mtu -Confirm:$false -ErrorAction Stop
        }
    }
}

function Test-Answer {
    # Whether an address answers through this interface: to ping, or, as a neighbour, to ARP or ND.
    param([int] $Index, [string] $Address)

    $target = $Address
    if ($Address -like 'fe80:*' -and $Address -notlike '*%*') { $target = "$Address%$Index" }
    $pinged = [bool](Test-Connection -ComputerName $target -Count 1 -Quiet -ErrorAction SilentlyContinue)
    $near = @(Get-NetNeighbor -ErrorAction Stop | Where-Object {
            $_.InterfaceIndex -eq $Index -and [string]$_.IPAddress -eq $Address -and [string]$_.State -eq 'Reachable' })
    if ($near.Count -gt 0) { return $true }
    if (-not $pinged) { return $false }
    $way = @(Find-NetRoute -RemoteIPAddress $target -ErrorAction SilentlyContinue | Where-Object { $_.InterfaceIndex -eq $Index })
    return $way.Count -gt 0
}

function Wait-Answer {
    # Waits until the addresses of an interface are in use and one of the probes answers. Nobody else may have them.
    param($Interface, $Settings, [string[]] $Probes, [int] $Patience)

    $index = [int]$Interface.ifIndex
    $wanted = @($Settings.addresses | ForEach-Object { $_.address })
    $seen = 'nothing was looked at'
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    do {
        $there = @(Get-NetIPAddress -ErrorAction Stop | Where-Object { $_.InterfaceIndex -eq $index })
        $taken = @($there | Where-Object { [string]$_.AddressState -eq 'Duplicate' } | ForEach-Object { [string]$_.IPAddress })
        if ($taken.Count -gt 0) { return New-Verdict -Outcome 'no' -Seen "somebody else has $(Join-Text -Items $taken)" }
        $ready = @($there | Where-Object { [string]$_.AddressState -eq 'Preferred' } | ForEach-Object { [string]$_.IPAddress })
        $missing = @($wanted | Where-Object { $ready -notcontains $_ })
        $leased = @($there | Where-Object { [string]$_.PrefixOrigin -eq 'Dhcp' })
        if ($missing.Count -gt 0) { $seen = "$(Join-Text -Items $missing) did not come into use" }
        elseif ($Settings.dhcp -and $leased.Count -eq 0) { $seen = 'no DHCP server gave an address' }
        elseif ($Probes.Count -eq 0) { return New-Verdict -Outcome 'yes' -Seen 'its addresses are in use' }
        else {
            foreach ($probe in $Probes) {
                if (Test-Answer -Index $index -Address $probe) { return New-Verdict -Outcome 'yes' -Seen "$probe answers" }
            }
            $seen = "no answer from $(Join-Text -Items $Probes) within $Patience s"
        }
        Start-Sleep -Seconds 2
    } while ($watch.Elapsed.TotalSeconds -lt $Patience)
    return New-Verdict -Outcome 'no' -Seen $seen
}

# --- The host's own adapters, switches and NICs ----------------------------------------------------------------------

function Get-Switch {
    # The switch of exactly this name.
    param([string] $Name)

    $found = @(Get-VMSwitch | Where-Object { $_.Name -ceq $Name })
    if ($found.Count -ne 1) { throw "there are $($found.Count) switches named '$Name'" }
    return $found[0]
}

function Get-Vnics {
    # The host's own adapters of exactly this name.
    param([string] $Name)

    return @(Get-VMNetworkAdapter -ManagementOS | Where-Object { $_.Name -ceq $Name })
}

function Get-VnicInterface {
    # The interface of a vNIC, as Get-NetAdapter gives it; nothing while Windows has not made it.
    param($Vnic)

    $id = ConvertTo-Id -Id $Vnic.DeviceId
    $found = @(Get-NetAdapter -ErrorAction Stop | Where-Object { (ConvertTo-Id -Id $_.InterfaceGuid) -eq $id })
    if ($found.Count -eq 1) { return $found[0] }
}

function Wait-VnicInterface {
    param($Vnic)

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    do {
        $interface = Get-VnicInterface -Vnic $Vnic
        if ($null -ne $interface) { return $interface }
        Start-Sleep -Seconds 1
    } while ($watch.Elapsed.TotalSeconds -lt 30)
    throw "Windows made no interface for the vNIC '$($Vnic.Name)'"
}

function Get-Nic {
    # The physical NIC with this permanent address, and no other one.
    param([string] $Permanent)

    $found = @(Get-NetAdapter -Physical -ErrorAction Stop |
        Where-Object { (ConvertTo-Bare -Address $_.PermanentAddress) -eq $Permanent })
    if ($found.Count -ne 1) { throw "there are $($found.Count) NICs with the permanent address $Permanent" }
    return $found[0]
}

function Read-Vlan {
    param($Vnic)

    $now = @(Get-VMNetworkAdapterVlan -VMNetworkAdapter $Vnic)[0]
    return [pscustomobject]@{
        mode = [string]$now.OperationMode
        access = [int]$now.AccessVlanId
        native = [int]$now.NativeVlanId
        allowed = [string]$now.AllowedVlanIdListString
    }
}

function Test-SameVlan {
    param($Planned, $Live)

    if ($Planned.mode -ne $Live.mode) { return $false }
    if ($Live.mode -eq 'Access') { return $Planned.access -eq $Live.access }
    if ($Live.mode -eq 'Trunk') { return ($Planned.native -eq $Live.native) -and ($Planned.allowed -eq $Live.allowed) }
    return $Live.mode -eq 'Untagged'
}

function Write-Vlan {
    param($Vnic, $Vlan)

    if ($Vlan.mode -eq 'Access') {
        $null = Set-VMNetworkAdapterVlan -VMNetworkAdapter $Vnic -Access -VlanId $Vlan.access -Confirm:$false
    }
    elseif ($Vlan.mode -eq 'Trunk') {
        $null = Set-VMNetworkAdapterVlan -VMNetworkAdapter $Vnic -Trunk -NativeVlanId $Vlan.native -AllowedVlanIdList $Vlan.allowed -Confirm:$false
    }
}

function Get-Queues {
    # The row of an interface in Get-NetAdapterVmq; nothing where the host has no queues for it.
    param($Interface)

    $found = @(Get-NetAdapterVmq -ErrorAction Stop | Where-Object { [string]$_.Name -ceq [string]$Interface.Name })
    if ($found.Count -eq 1) { return $found[0] }
}

function Enable-Queues {
    # VMQ had been switched off to hide the trouble.
    param($Interface)

    $queues = Get-Queues -Interface $Interface
    if ($null -ne $queues -and -not $queues.Enabled) {
        $null = Enable-NetAdapterVmq -InputObject $queues -NoRestart -Confirm:$false -ErrorAction Stop
    }
}

function New-Vnic {
    # Adds a vNIC with its VLAN and its IP settings. Mac: twelve digits, or nothing for one that the host issues.
    param([string] $Name, [string] $VSwitch, $Mac, $Vlan, $Settings)

    if ($null -eq $Mac) { $null = Add-VMNetworkAdapter -ManagementOS -Name $Name -SwitchName $VSwitch -Confirm:$false }
    else { $null = Add-VMNetworkAdapter -ManagementOS -Name $Name -SwitchName $VSwitch -StaticMacAddress $Mac -Confirm:$false }
    $vnic = @(Get-Vnics -Name $Name)[0]
    Write-Vlan -Vnic $vnic -Vlan $Vlan
    $interface = Wait-VnicInterface -Vnic $vnic
    Write-IpSettings -Interface $interface -Settings $Settings
    return $interface
}

function Remove-Vnic {
    # Removes the vNICs of a name, if there are any.
    param([string] $Name)

    foreach ($vnic in @(Get-Vnics -Name $Name)) { $null = Remove-VMNetworkAdapter -VMNetworkAdapter $vnic -Confirm:$false }
}

# --- A management vNIC is made anew ----------------------------------------------------------------------------------

function Test-ReplaceVnic {
    param($Step)

    Assert-PlainName -Name $Step.vnic
    Assert-PlainName -Name $Step.switch
    $found = @(Get-Vnics -Name $Step.vnic)
    if ($found.Count -ne 1) {
        return New-Verdict -Outcome 'refused' -Seen "there are $($found.Count) vNICs named '$($Step.vnic)'"
    }
    $vnic = $found[0]
    $interface = Get-VnicInterface -Vnic $vnic
    if ($null -eq $interface) { return New-Verdict -Outcome 'refused' -Seen 'the vNIC has no interface in Windows' }
    $mac = ConvertTo-Bare -Address $vnic.MacAddress
    $settings = Read-IpSettings -Interface $interface
    $vlan = Read-Vlan -Vnic $vnic
    $seen = "the vNIC has $mac on '$($vnic.SwitchName)', VLAN mode $($vlan.mode) $($vlan.access), $(Format-IpSettings -Settings $settings)"
    $isSame = ([string]$vnic.SwitchName -ceq $Step.switch) -and (Test-SameVlan -Planned $Step.vlan -Live $vlan) -and
        (Test-SameSettings -Planned $Step.settings -Live $settings)
    # An address of its own is one that no other interface of the host has.
    $others = @(Get-NetAdapter -ErrorAction Stop | Where-Object {
            $_.ifIndex -ne $interface.ifIndex -and (ConvertTo-Bare -Address $_.MacAddress) -eq $mac })
    $isOwn = if ($null -eq $Step.mac) { $others.Count -eq 0 } else { $mac -eq $Step.mac }
    $isNew = ($mac -ne $Step.was_mac) -and $isOwn
    return Resolve-Verdict -IsThere ($isSame -and $isNew) -IsPlanned ($isSame -and $mac -eq $Step.was_mac) -Seen $seen
}

function Read-ReplaceVnic {
    # What has to be put back, and what the new vNIC gets.
    param($Step)

    $vnic = @(Get-Vnics -Name $Step.vnic)[0]
    $interface = Get-VnicInterface -Vnic $vnic
    $queues = Get-Queues -Interface $interface
    $enabled = $true
    if ($null -ne $queues) { $enabled = [bool]$queues.Enabled }
    return [pscustomobject]@{
        settings = Read-IpSettings -Interface $interface
        vlan = Read-Vlan -Vnic $vnic
        queues = $enabled
    }
}

function Invoke-ReplaceVnic {
    param($Step, $Before)

    Remove-Vnic -Name $Step.vnic
    $interface = New-Vnic -Name $Step.vnic -VSwitch $Step.switch -Mac $Step.mac -Vlan $Before.vlan -Settings $Before.settings
    $answer = Wait-Answer -Interface $interface -Settings $Before.settings -Probes @($Step.probes) -Patience $Step.patience_s
    if ($answer.Outcome -eq 'yes' -and $Step.vmq) { Enable-Queues -Interface $interface }
    return $answer
}

function Restore-ReplaceVnic {
    # The vNIC with the address it had. It is static then: nothing but another vNIC could inherit it again.
    param($Step, $Before)

    Remove-Vnic -Name $Step.vnic
    $interface = New-Vnic -Name $Step.vnic -VSwitch $Step.switch -Mac $Step.was_mac -Vlan $Before.vlan -Settings $Before.settings
    $queues = Get-Queues -Interface $interface
    if (-not $Before.queues -and $null -ne $queues) {
        $null = Disable-NetAdapterVmq -InputObject $queues -NoRestart -Confirm:$false -ErrorAction Stop
    }
}

# --- A NIC joins a team, and its IP settings move to a vNIC ----------------------------------------------------------

function Get-Members {
    # The rows of a team's members.
    param([string] $Team)

    return @(Get-NetLbfoTeamMember -ErrorAction Stop | Where-Object { $_.Team -ceq $Team })
}

function Test-JoinTeam {
    param($Step)

    Assert-PlainName -Name $Step.team
    Assert-PlainName -Name $Step.vnic
    Assert-PlainName -Name $Step.switch
    $nic = Get-Nic -Permanent $Step.nic_permanent
    Assert-PlainName -Name $nic.Name
    $vSwitch = Get-Switch -Name $Step.switch
    $teams = @(Get-NetLbfoTeam -ErrorAction Stop | Where-Object { $_.Name -ceq $Step.team })
    if ($teams.Count -ne 1) { return New-Verdict -Outcome 'refused' -Seen "there are $($teams.Count) teams named '$($Step.team)'" }
    $isMember = @(Get-Members -Team $Step.team | Where-Object { $_.Name -ceq $nic.Name }).Count -eq 1
    $vnics = @(Get-Vnics -Name $Step.vnic)
    $seen = "NIC '$($nic.Name)' is a member of '$($Step.team)': $isMember, there are $($vnics.Count) vNICs named '$($Step.vnic)'"
    if ($isMember -and $vnics.Count -eq 1) {
        $interface = Get-VnicInterface -Vnic $vnics[0]
        $live = Read-IpSettings -Interface $interface
        $isThere = ([string]$vnics[0].SwitchName -ceq $vSwitch.Name) -and (Test-SameSettings -Planned $Step.settings -Live $live)
        return Resolve-Verdict -IsThere $isThere -IsPlanned $false -Seen "$seen, $(Format-IpSettings -Settings $live)"
    }
    if ($isMember -or $vnics.Count -gt 0) { return New-Verdict -Outcome 'refused' -Seen $seen }
    $live = Read-IpSettings -Interface $nic
    $isPlanned = Test-SameSettings -Planned $Step.settings -Live $live
    return Resolve-Verdict -IsThere $false -IsPlanned $isPlanned -Seen "$seen, $(Format-IpSettings -Settings $live)"
}

function Read-JoinTeam {
    param($Step)

    $nic = Get-Nic -Permanent $Step.nic_permanent
    return [pscustomobject]@{ settings = Read-IpSettings -Interface $nic; nic = [string]$nic.Name }
}

function Wait-Member {
    # A member is active some seconds after it has been added.
    param([string] $Team, [string] $Nic)

    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    do {
        Start-Sleep -Seconds 2
        $active = @(Get-Members -Team $Team | Where-Object { $_.Name -ceq $Nic -and [string]$_.OperationalStatus -eq 'Active' })
        if ($active.Count -eq 1) { return }
    } while ($watch.Elapsed.TotalSeconds -lt 60)
    throw "NIC '$Nic' did not become an active member of '$Team'"
}

function Invoke-JoinTeam {
    param($Step, $Before)

    $null = Add-NetLbfoTeamMember -Name $Before.nic -Team $Step.team -Confirm:$false -ErrorAction Stop
    Wait-Member -Team $Step.team -Nic $Before.nic
    $interface = New-Vnic -Name $Step.vnic -VSwitch $Step.switch -Mac $Step.mac -Vlan $Step.vlan -Settings $Before.settings
    return Wait-Answer -Interface $interface -Settings $Before.settings -Probes @($Step.probes) -Patience $Step.patience_s
}

function Restore-JoinTeam {
    # The NIC is out of the team again and has its settings; it is found by its permanent address.
    param($Step, $Before)

    Remove-Vnic -Name $Step.vnic
    $member = @(Get-Members -Team $Step.team | Where-Object { $_.Name -ceq $Before.nic })
    if ($member.Count -eq 1) {
        $null = Remove-NetLbfoTeamMember -InputObject $member[0] -Confirm:$false -ErrorAction Stop
        Start-Sleep -Seconds 5
    }
    Write-IpSettings -Interface (Get-Nic -Permanent $Step.nic_permanent) -Settings $Before.settings
}

# --- A team's adapter takes the address of a member ------------------------------------------------------------------

function Get-TeamInterface {
    # The primary adapter of a team.
    param([string] $Team)

    $nics = @(Get-NetLbfoTeamNic -ErrorAction Stop | Where-Object { $_.Team -ceq $Team -and $_.Primary })
    if ($nics.Count -ne 1) { throw "team '$Team' has $($nics.Count) primary adapters" }
    $found = @(Get-NetAdapter -ErrorAction Stop | Where-Object { [string]$_.Name -ceq [string]$nics[0].Name })
    if ($found.Count -ne 1) { throw "there are $($found.Count) adapters named '$($nics[0].Name)'" }
    return $found[0]
}

function Test-RestartTeam {
    param($Step)

    $mac = ConvertTo-Bare -Address (Get-TeamInterface -Team $Step.team).MacAddress
    $names = @(Get-Members -Team $Step.team | ForEach-Object { [string]$_.Name })
    $members = @(Get-NetAdapter -Physical -ErrorAction Stop | Where-Object { $names -ccontains [string]$_.Name } |
        ForEach-Object { ConvertTo-Bare -Address $_.PermanentAddress })
    $seen = "the team's address is $mac, its members' are $(Join-Text -Items $members)"
    $isSame = Test-SameItems -Left $members -Right @($Step.members)
    $isThere = $isSame -and ($members -contains $mac)
    return Resolve-Verdict -IsThere $isThere -IsPlanned ($isSame -and $mac -eq $Step.was_mac) -Seen $seen
}

function Invoke-RestartTeam {
    # Only the team's adapter: with all adapters at once, it would stay disabled.
    param($Step)

    $adapter = Get-TeamInterface -Team $Step.team
    $null = Disable-NetAdapter -InputObject $adapter -Confirm:$false -ErrorAction Stop
    Start-Sleep -Seconds 2
    $null = Enable-NetAdapter -InputObject $adapter -Confirm:$false -ErrorAction Stop
    Start-Sleep -Seconds 5
    return New-Verdict -Outcome 'yes' -Seen 'the adapter was disabled and enabled'
}

function Restore-RestartTeam {
    # Whatever happened: it must be enabled.
    param($Step)

    $null = Enable-NetAdapter -InputObject (Get-TeamInterface -Team $Step.team) -Confirm:$false -ErrorAction Stop
}

# --- A NIC gets its permanent address back ---------------------------------------------------------------------------

function Test-ResetNic {
    param($Step)

    $nic = Get-Nic -Permanent $Step.nic_permanent
    $mac = ConvertTo-Bare -Address $nic.MacAddress
    return Resolve-Verdict -IsThere ($mac -eq $Step.nic_permanent) -IsPlanned ($mac -eq $Step.was_mac) -Seen "NIC '$($nic.Name)' has $mac"
}

function Invoke-ResetNic {
    param($Step)

    $nic = Get-Nic -Permanent $Step.nic_permanent
    $settings = @(Get-NetAdapterAdvancedProperty -AllProperties -ErrorAction Stop |
        Where-Object { [string]$_.Name -ceq [string]$nic.Name -and [string]$_.RegistryKeyword -eq 'NetworkAddress' })
    foreach ($setting in $settings) {
        $null = Remove-NetAdapterAdvancedProperty -InputObject $setting -NoRestart -Confirm:$false -ErrorAction Stop
    }
    $null = Disable-NetAdapter -InputObject $nic -Confirm:$false -ErrorAction Stop
    $null = Enable-NetAdapter -InputObject $nic -Confirm:$false -ErrorAction Stop
    Start-Sleep -Seconds 5
    return New-Verdict -Outcome 'yes' -Seen 'the setting was removed and the NIC restarted'
}

function Restore-ResetNic {
    param($Step)

    $null = Enable-NetAdapter -InputObject (Get-Nic -Permanent $Step.nic_permanent) -Confirm:$false -ErrorAction Stop
}

# --- An external switch on one NIC is made anew ----------------------------------------------------------------------

function Get-Connected {
    # The adapters of machines that are on a switch, by the switch's id.
    param($VSwitch)

    $id = ConvertTo-Id -Id $VSwitch.Id
    return @(Get-VM | ForEach-Object { Get-VMNetworkAdapter -VM $_ } |
        Where-Object { $null -ne $_.SwitchId -and (ConvertTo-Id -Id $_.SwitchId) -eq $id })
}

function Get-OnSwitch {
    # The host's own adapters on a switch.
    param([string] $Name)

    return @(Get-VMNetworkAdapter -ManagementOS | Where-Object { [string]$_.SwitchName -ceq $Name })
}

function Test-RemakeSwitch {
    param($Step)

    Assert-PlainName -Name $Step.switch
    $vSwitch = Get-Switch -Name $Step.switch
    $nic = Get-Nic -Permanent $Step.nic_permanent
    Assert-PlainName -Name $nic.Name
    $below = @($vSwitch.NetAdapterInterfaceDescription)
    $vnics = @(Get-OnSwitch -Name $Step.switch)
    $seen = "the switch is $($vSwitch.SwitchType) on $(Join-Text -Items $below), with $($vnics.Count) vNICs"
    $isPlain = ([string]$vSwitch.SwitchType -eq 'External') -and (-not $vSwitch.EmbeddedTeamingEnabled) -and
        ($below -ccontains [string]$nic.InterfaceDescription) -and ($vnics.Count -eq 1)
    if (-not $isPlain) { return Resolve-Verdict -IsThere $false -IsPlanned $false -Seen $seen }
    $mac = ConvertTo-Bare -Address $vnics[0].MacAddress
    $interface = Get-VnicInterface -Vnic $vnics[0]
    if ($null -eq $interface) { return New-Verdict -Outcome 'refused' -Seen 'the vNIC has no interface in Windows' }
    $live = Read-IpSettings -Interface $interface
    $vlan = Read-Vlan -Vnic $vnics[0]
    $others = @(Get-Connected -VSwitch $vSwitch | Where-Object { $Step.adapters -notcontains [string]$_.Id } | ForEach-Object { [string]$_.Id })
    $seen = "$seen, the vNIC has $mac, $(Format-IpSettings -Settings $live), adapters that the plan does not name: $(Join-Text -Items $others)"
    $isSame = (Test-SameVlan -Planned $Step.vlan -Live $vlan) -and (Test-SameSettings -Planned $Step.settings -Live $live)
    $isThere = $isSame -and ($mac -eq (ConvertTo-Bare -Address $nic.MacAddress))
    $isPlanned = $isSame -and ($mac -eq $Step.was_mac) -and ($others.Count -eq 0)
    return Resolve-Verdict -IsThere $isThere -IsPlanned $isPlanned -Seen $seen
}

function Read-RemakeSwitch {
    param($Step)

    $vSwitch = Get-Switch -Name $Step.switch
    $vnic = @(Get-OnSwitch -Name $Step.switch)[0]
    return [pscustomobject]@{
        settings = Read-IpSettings -Interface (Get-VnicInterface -Vnic $vnic)
        vlan = Read-Vlan -Vnic $vnic
        vnic = [string]$vnic.Name
        adapters = [object[]]@(Get-Connected -VSwitch $vSwitch | ForEach-Object { [string]$_.Id })
        iov = [bool]$vSwitch.IovEnabled
        bandwidth = [string]$vSwitch.BandwidthReservationMode
        notes = [string]$vSwitch.Notes
    }
}

function New-ExternalSwitch {
    # Makes the switch on its NIC as it was made before, with or without a vNIC of the host.
    param($Step, $Before, [bool] $Management)

    $nic = Get-Nic -Permanent $Step.nic_permanent
    $null = New-VMSwitch -Name $Step.switch -NetAdapterName $nic.Name -AllowManagementOS $Management -EnableIov $Before.iov -MinimumBandwidthMode $Before.bandwidth -Notes $Before.notes -Confirm:$false
}

function Remove-Switch {
    param([string] $Name)

    foreach ($vSwitch in @(Get-VMSwitch | Where-Object { $_.Name -ceq $Name })) {
        $null = Remove-VMSwitch -VMSwitch $vSwitch -Force -Confirm:$false
    }
}

function Connect-Machines {
    # Connects again what was on the switch. A machine that has gone meanwhile is none of ours.
    param($Step, $Before)

    $vSwitch = Get-Switch -Name $Step.switch
    $adapters = @(Get-VM | ForEach-Object { Get-VMNetworkAdapter -VM $_ } |
        Where-Object { $Before.adapters -contains [string]$_.Id })
    foreach ($adapter in $adapters) {
        $null = Connect-VMNetworkAdapter -VMNetworkAdapter $adapter -VMSwitch $vSwitch -Confirm:$false
    }
}

function Invoke-RemakeSwitch {
    param($Step, $Before)

    Remove-Switch -Name $Step.switch
    New-ExternalSwitch -Step $Step -Before $Before -Management $true
    $vnic = @(Get-OnSwitch -Name $Step.switch)[0]
    Write-Vlan -Vnic $vnic -Vlan $Before.vlan
    $interface = Wait-VnicInterface -Vnic $vnic
    Write-IpSettings -Interface $interface -Settings $Before.settings
    Connect-Machines -Step $Step -Before $Before
    return Wait-Answer -Interface $interface -Settings $Before.settings -Probes @($Step.probes) -Patience $Step.patience_s
}

function Restore-RemakeSwitch {
    # The switch with a vNIC that has the address it had before, as a static one.
    param($Step, $Before)

    Remove-Switch -Name $Step.switch
    New-ExternalSwitch -Step $Step -Before $Before -Management $false
    $null = New-Vnic -Name $Before.vnic -VSwitch $Step.switch -Mac $Step.was_mac -Vlan $Before.vlan -Settings $Before.settings
    Connect-Machines -Step $Step -Before $Before
}

# --- Steps that cut the host off run as a task of the host -----------------------------------------------------------

$Detached = @('replace-vnic', 'join-team', 'remake-switch', 'restart-team', 'reset-nic')
# Of these two there is nothing to put back: an adapter that was disabled is enabled, whatever address it then has.
$NoWayBack = @('restart-team', 'reset-nic')

function Get-OwnTask {
    # The task of a step, as long as it is not through.
    param($Step)

    $name = 'maccord-' + $Step.key
    $found = @(Get-ScheduledTask -ErrorAction Stop | Where-Object { $_.TaskName -eq $name })
    if ($found.Count -eq 1) { return $found[0] }
}

function Test-Detached {
    # A task that is under way speaks for the step; one that was interrupted is started again, and puts things back.
    param($Step)

    $own = Get-OwnTask -Step $Step
    if ($null -eq $own) {
        $policy = [string](Get-ExecutionPolicy -Scope 'MachinePolicy')
        if (@('AllSigned', 'Restricted') -contains $policy) {
            return New-Verdict -Outcome 'refused' -Seen "the execution policy of this host is $policy, and its task could not run"
        }
        if (Test-State -Step $Step -What 'before.json') {
            return New-Verdict -Outcome 'ready' -Seen 'an attempt was begun and is not put back yet'
        }
        return Test-Plain -Step $Step
    }
    if (@('Running', 'Queued') -contains [string]$own.State) { return New-Verdict -Outcome 'running' -Seen 'its task is under way' }
    return New-Verdict -Outcome 'ready' -Seen 'its task was interrupted, and will put back what it had begun'
}

function Register-OwnTask {
    # The task has a copy of this script, runs as SYSTEM, and once more after a restart of the host.
    param($Step)

    $null = New-Item -ItemType Directory -Path $Folder -Force
    $copy = Get-StatePath -Step $Step -What 'ps1'
    Set-Content -LiteralPath $copy -Value $ScriptText -Encoding Ascii
    $program = "$env:SystemRoot\System32\WindowsPowerShell\v1.0\powershell.exe"
    $words = '-NoProfile -NonInteractive -ExecutionPolicy Bypass -File "{0}" -Task {1} -Folder "{2}"' -f $copy, $Step.key, $Folder.TrimEnd('\')
    $action = New-ScheduledTaskAction -Execute $program -Argument $words -ErrorAction Stop
    $principal = New-ScheduledTaskPrincipal -UserId 'SYSTEM' -LogonType 'ServiceAccount' -RunLevel 'Highest' -ErrorAction Stop
    $trigger = New-ScheduledTaskTrigger -AtStartup -ErrorAction Stop
    $settings = New-ScheduledTaskSettingsSet -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries -ErrorAction Stop
    $null = Register-ScheduledTask -TaskName ('maccord-' + $Step.key) -Action $action -Principal $principal -Trigger $trigger -Settings $settings -Force -ErrorAction Stop
}

function Start-Detached {
    # Hands the step over to its task, and waits for what it tells.
    param($Step)

    $own = Get-OwnTask -Step $Step
    if ($null -eq $own -or -not (Test-State -Step $Step -What 'ps1')) { Register-OwnTask -Step $Step }
    Remove-State -Step $Step -What 'result.json'
    $null = Start-ScheduledTask -TaskName ('maccord-' + $Step.key) -ErrorAction Stop
    return Wait-Detached -Step $Step
}

function Wait-Detached {
    # The task tells its end in a file. Twice the patience, for it may have to put everything back.
    param($Step)

    $limit = 120
    if ($null -ne $Step.PSObject.Properties['patience_s']) { $limit = $limit + 2 * [int]$Step.patience_s }
    $watch = [System.Diagnostics.Stopwatch]::StartNew()
    while (-not (Test-State -Step $Step -What 'result.json')) {
        if ($NoWait -or $watch.Elapsed.TotalSeconds -gt $limit) {
            return New-Verdict -Outcome 'running' -Seen 'its task has not told its end yet; run this again to hear it'
        }
        Start-Sleep -Seconds 2
    }
    $told = Read-State -Step $Step -What 'result.json'
    return New-Verdict -Outcome $told.outcome -Seen $told.seen
}

function Read-Before {
    param($Step)

    switch ($Step.kind) {
        'replace-vnic' { return Read-ReplaceVnic -Step $Step }
        'join-team' { return Read-JoinTeam -Step $Step }
        'remake-switch' { return Read-RemakeSwitch -Step $Step }
        default { return [pscustomobject]@{ kind = $Step.kind } }
    }
}

function Invoke-Attempt {
    # Outcome: yes, and it stays; or no, and it has to be put back.
    param($Step, $Before)

    switch ($Step.kind) {
        'replace-vnic' { return Invoke-ReplaceVnic -Step $Step -Before $Before }
        'join-team' { return Invoke-JoinTeam -Step $Step -Before $Before }
        'remake-switch' { return Invoke-RemakeSwitch -Step $Step -Before $Before }
        'restart-team' { return Invoke-RestartTeam -Step $Step }
        'reset-nic' { return Invoke-ResetNic -Step $Step }
    }
}

function Restore-Step {
    param($Step, $Before)

    switch ($Step.kind) {
        'replace-vnic' { Restore-ReplaceVnic -Step $Step -Before $Before }
        'join-team' { Restore-JoinTeam -Step $Step -Before $Before }
        'remake-switch' { Restore-RemakeSwitch -Step $Step -Before $Before }
        'restart-team' { Restore-RestartTeam -Step $Step }
        'reset-nic' { Restore-ResetNic -Step $Step }
    }
}

function Undo-Attempt {
    # Puts back what an attempt has begun, and tells what there is now.
    param($Step, $Before, [string] $Why)

    $null = Restore-Step -Step $Step -Before $Before
    if ($NoWayBack -notcontains $Step.kind) {
        return New-Verdict -Outcome 'rolled-back' -Seen "$Why; everything was put back"
    }
    $after = Test-Plain -Step $Step
    if ($after.Outcome -eq 'already') { return New-Verdict -Outcome 'done' -Seen "$Why; $($after.Seen)" }
    return New-Verdict -Outcome 'failed' -Seen "$Why; now $($after.Seen)"
}

function Invoke-Detached {
    # The step itself, in the task. What has to be put back is on the disk before anything changes.
    param($Step)

    if (Test-State -Step $Step -What 'before.json') {
        return Undo-Attempt -Step $Step -Before (Read-State -Step $Step -What 'before.json') -Why 'the task was interrupted'
    }
    $verdict = Test-Plain -Step $Step
    if ($verdict.Outcome -ne 'ready') { return $verdict }
    $before = Read-Before -Step $Step
    Write-State -Step $Step -What 'before.json' -Value $before
    try { $answer = Invoke-Attempt -Step $Step -Before $before }
    catch { $answer = New-Verdict -Outcome 'no' -Seen $_.Exception.Message }
    if ($answer.Outcome -eq 'yes') {
        $after = Test-Plain -Step $Step
        if ($after.Outcome -eq 'already') { return New-Verdict -Outcome 'done' -Seen "$($answer.Seen); $($after.Seen)" }
        $answer = New-Verdict -Outcome 'no' -Seen "after the change: $($after.Seen)"
    }
    return Undo-Attempt -Step $Step -Before $before -Why $answer.Seen
}

function Invoke-OwnTask {
    # Runs a step in its task, and tells its end. The task goes after that, unless there is still something to put
    # back: then the next run of the script, or of the host, tries again.
    param($Step)

    try {
        $ended = Invoke-Detached -Step $Step
        Remove-State -Step $Step -What 'before.json'
    }
    catch { $ended = New-Verdict -Outcome 'failed' -Seen $_.Exception.Message }
    Write-State -Step $Step -What 'result.json' -Value @{ outcome = $ended.Outcome; seen = $ended.Seen }
    if (Test-State -Step $Step -What 'before.json') { return }
    $null = Unregister-ScheduledTask -TaskName ('maccord-' + $Step.key) -Confirm:$false -ErrorAction Stop
    Remove-State -Step $Step -What 'ps1'
}

# --- Steps on a VMM server -------------------------------------------------------------------------------------------

function Get-VmmHosts {
    # The host as VMM knows it, by its name with or without a domain.
    param([string] $Name)

    $short = ($Name -split '\.')[0]
    return @(Get-SCVMHost | Where-Object { (([string]$_.Name) -split '\.')[0] -eq $short })
}

function Test-RefreshVmm {
    param($Step)

    $count = @(Get-VmmHosts -Name $Step.refreshed).Count
    return Resolve-Verdict -IsThere $false -IsPlanned ($count -eq 1) -Seen "VMM knows $count hosts of this name"
}

function Invoke-RefreshVmm {
    param($Step)

    $null = Read-SCVMHost -VMHost @(Get-VmmHosts -Name $Step.refreshed)[0]
}

function Get-Pools {
    # The pools of exactly this name.
    param([string] $Name)

    return @(Get-SCMACAddressPool | Where-Object { $_.Name -ceq $Name })
}

function Test-PoolRange {
    # Whether a pool has the step's range.
    param($Step, $Pool)

    $first = ConvertTo-Bare -Address $Pool.MACAddressRangeStart
    return ($first -eq $Step.first) -and ((ConvertTo-Bare -Address $Pool.MACAddressRangeEnd) -eq $Step.last)
}

function Format-Pools {
    param([object[]] $Pools)

    return Join-Text -Items @($Pools | ForEach-Object { "$($_.Name) $($_.MACAddressRangeStart) to $($_.MACAddressRangeEnd)" })
}

function Test-MakeVmmPool {
    param($Step)

    $pools = @(Get-Pools -Name $Step.name)
    $isThere = ($pools.Count -eq 1) -and (Test-PoolRange -Step $Step -Pool $pools[0])
    return Resolve-Verdict -IsThere $isThere -IsPlanned ($pools.Count -eq 0) -Seen "pools of this name: $(Format-Pools -Pools $pools)"
}

function Get-PoolGroups {
    # The host groups of the new pool: those the plan names, those of the pool it replaces, or else the topmost one.
    param($Step)

    if (@($Step.groups).Count -gt 0) {
        $named = @(Get-SCVMHostGroup | Where-Object { $Step.groups -ccontains [string]$_.Path -or $Step.groups -ccontains [string]$_.Name })
        if ($named.Count -eq 0) { throw 'VMM has none of the host groups that the plan names' }
        return $named
    }
    $old = @(Get-Pools -Name $Step.instead_of)
    if ($old.Count -eq 1) { return @($old[0].VMHostGroups) }
    return @(Get-SCVMHostGroup | Where-Object { [string]$_.Path -notmatch '\\' })
}

function Invoke-MakeVmmPool {
    param($Step)

    $groups = @(Get-PoolGroups -Step $Step)
    $null = New-SCMACAddressPool -Name $Step.name -VMHostGroup $groups -MACAddressRangeStart (ConvertTo-Dashed -Bare $Step.first) -MACAddressRangeEnd (ConvertTo-Dashed -Bare $Step.last)
}

function Test-RemoveVmmPool {
    param($Step)

    $pools = @(Get-Pools -Name $Step.name)
    if ($pools.Count -eq 0) { return New-Verdict -Outcome 'already' -Seen 'there is no such pool' }
    $granted = @(Get-SCMACAddress | Where-Object { Test-InRange -Bare (ConvertTo-Bare -Address $_.Address) -First $Step.first -Last $Step.last })
    $isPlanned = ($pools.Count -eq 1) -and (Test-PoolRange -Step $Step -Pool $pools[0])
    $seen = "pools of this name: $(Format-Pools -Pools $pools); machines keep $($granted.Count) addresses granted from it"
    return Resolve-Verdict -IsThere $false -IsPlanned $isPlanned -Seen $seen
}

function Invoke-RemoveVmmPool {
    param($Step)

    $null = Remove-SCMACAddressPool -MACAddressPool @(Get-Pools -Name $Step.name)[0]
}

function Get-VmmMachine {
    # The machine with the step's id; nothing where VMM does not know it.
    param($Step)

    $wanted = ConvertTo-Id -Id $Step.machine_id
    $found = @(Get-SCVirtualMachine | Where-Object { (ConvertTo-Id -Id $_.VMId) -eq $wanted })
    if ($found.Count -eq 1) { return $found[0] }
}

function Get-VmmAdapters {
    # The machine's adapters with a static address of the pool, and those with the address it has had.
    param($Step, $Machine, $Pool)

    $all = @(Get-SCVirtualNetworkAdapter -VM $Machine)
    $first = ConvertTo-Bare -Address $Pool.MACAddressRangeStart
    $last = ConvertTo-Bare -Address $Pool.MACAddressRangeEnd
    $own = @($all | Where-Object { [string]$_.DeviceID -eq $Step.adapter_id })
    if ($own.Count -eq 0) { $own = @($all | Where-Object { (ConvertTo-Bare -Address $_.MACAddress) -eq $Step.was_mac }) }
    if ($own.Count -eq 0) {
        # The plan does not know its id, and it has got its new address already.
        $own = @($all | Where-Object { Test-InRange -Bare (ConvertTo-Bare -Address $_.MACAddress) -First $first -Last $last })
    }
    [pscustomobject]@{
        own = [object[]]$own
        granted = [object[]]@($own | Where-Object { Test-InRange -Bare (ConvertTo-Bare -Address $_.MACAddress) -First $first -Last $last })
        old = [object[]]@($own | Where-Object { (ConvertTo-Bare -Address $_.MACAddress) -eq $Step.was_mac })
    }
}

function Test-GrantAddress {
    param($Step)

    $machine = Get-VmmMachine -Step $Step
    if ($null -eq $machine) { return New-Verdict -Outcome 'refused' -Seen 'VMM does not know the machine' }
    $pools = @(Get-Pools -Name $Step.pool)
    if ($pools.Count -ne 1) { return New-Verdict -Outcome 'refused' -Seen "there are $($pools.Count) pools of this name" }
    $adapters = Get-VmmAdapters -Step $Step -Machine $machine -Pool $pools[0]
    $status = [string]$machine.Status
    $macs = @($adapters.own | ForEach-Object { [string]$_.MACAddress })
    $seen = "it is $status, the adapter has $(Join-Text -Items $macs)"
    $ran = if ($Step.was_running) { 'Running' } else { 'PowerOff' }
    $stopped = ($status -eq 'PowerOff') -and (Test-State -Step $Step -What 'stopped')
    $isNew = ($adapters.own.Count -eq 1) -and ($adapters.granted.Count -eq 1) -and ($adapters.old.Count -eq 0)
    $isOld = ($adapters.own.Count -eq 1) -and ($adapters.old.Count -eq 1)
    $isPlanned = ($isOld -and ($status -eq $ran)) -or ($stopped -and ($isOld -or $isNew))
    return Resolve-Verdict -IsThere ($isNew -and ($status -eq $ran)) -IsPlanned $isPlanned -Seen $seen
}

function Set-GrantedAddress {
    # The machine is off. The address that it had goes back to its pool.
    param($Step)

    $machine = Get-VmmMachine -Step $Step
    $pool = @(Get-Pools -Name $Step.pool)[0]
    $adapters = Get-VmmAdapters -Step $Step -Machine $machine -Pool $pool
    if ($adapters.old.Count -eq 1) {
        $nic = $adapters.old[0]
        $granted = Grant-SCMACAddress -MACAddressPool $pool -VirtualNetworkAdapter $nic
        $former = @(Get-SCMACAddress | Where-Object { (ConvertTo-Bare -Address $_.Address) -eq $Step.was_mac })
        $null = Set-SCVirtualNetworkAdapter -VirtualNetworkAdapter $nic -MACAddressType 'Static' -MACAddress ([string]$granted.Address)
        foreach ($address in $former) { $null = Revoke-SCMACAddress -AllocatedMACAddress $address }
    }
}

function Invoke-GrantAddress {
    # A machine that ran runs again, also when no address was to be had.
    param($Step)

    $machine = Get-VmmMachine -Step $Step
    if ($Step.was_running -and [string]$machine.Status -eq 'Running') {
        Write-State -Step $Step -What 'stopped' -Value @{ machine = $Step.machine }
        $null = Stop-SCVirtualMachine -VM $machine -Shutdown
        $machine = Get-VmmMachine -Step $Step
        if ([string]$machine.Status -ne 'PowerOff') {
            Remove-State -Step $Step -What 'stopped'
            throw 'the guest did not shut down; it was not turned off'
        }
    }
    $why = ''
    try { Set-GrantedAddress -Step $Step }
    catch { $why = $_.Exception.Message }
    if ($Step.was_running) { $null = Start-SCVirtualMachine -VM (Get-VmmMachine -Step $Step) }
    Remove-State -Step $Step -What 'stopped'
    if ($why -ne '') { throw $why }
}

# --- One step after the other ----------------------------------------------------------------------------------------

function Test-Plain {
    # What the host shows of a step. Nothing is changed.
    param($Step)

    switch ($Step.kind) {
        'set-range' { return Test-SetRange -Step $Step }
        'set-port-names' { return Test-SetPortNames -Step $Step }
        'set-cursor' { return Test-SetCursor -Step $Step }
        'cold-start' { return Test-ColdStart -Step $Step }
        'set-machine-address' { return Test-SetMachineAddress -Step $Step }
        'set-spoofing' { return Test-SetSpoofing -Step $Step }
        'set-connection' { return Test-SetConnection -Step $Step }
        'generate-names' { return Test-GenerateNames -Step $Step }
        'replace-vnic' { return Test-ReplaceVnic -Step $Step }
        'join-team' { return Test-JoinTeam -Step $Step }
        'restart-team' { return Test-RestartTeam -Step $Step }
        'remake-switch' { return Test-RemakeSwitch -Step $Step }
        'reset-nic' { return Test-ResetNic -Step $Step }
        'refresh-vmm' { return Test-RefreshVmm -Step $Step }
        'make-vmm-pool' { return Test-MakeVmmPool -Step $Step }
        'remove-vmm-pool' { return Test-RemoveVmmPool -Step $Step }
        'grant-address' { return Test-GrantAddress -Step $Step }
        default { throw "this runtime does not know the step $($Step.kind)" }
    }
}

function Test-Step {
    param($Step)

    if ($Detached -contains $Step.kind) { return Test-Detached -Step $Step }
    return Test-Plain -Step $Step
}

function Invoke-Plain {
    param($Step)

    switch ($Step.kind) {
        'set-range' { Invoke-SetRange -Step $Step }
        'set-port-names' { Invoke-SetPortNames -Step $Step }
        'set-cursor' { Invoke-SetCursor -Step $Step }
        'cold-start' { Invoke-ColdStart -Step $Step }
        'set-machine-address' { Invoke-SetMachineAddress -Step $Step }
        'set-spoofing' { Invoke-SetSpoofing -Step $Step }
        'set-connection' { Invoke-SetConnection -Step $Step }
        'generate-names' { Invoke-GenerateNames -Step $Step }
        'refresh-vmm' { Invoke-RefreshVmm -Step $Step }
        'make-vmm-pool' { Invoke-MakeVmmPool -Step $Step }
        'remove-vmm-pool' { Invoke-RemoveVmmPool -Step $Step }
        'grant-address' { Invoke-GrantAddress -Step $Step }
    }
}

function Invoke-Step {
    # Carries a step out and looks at its end.
    param($Step)

    if ($Detached -contains $Step.kind) { return Start-Detached -Step $Step }
    $null = Invoke-Plain -Step $Step
    if ($Step.kind -eq 'refresh-vmm') { return New-Verdict -Outcome 'done' -Seen 'VMM has read the host anew' }
    $after = Test-Plain -Step $Step
    if ($after.Outcome -eq 'already') { return New-Verdict -Outcome 'done' -Seen $after.Seen }
    return New-Verdict -Outcome 'failed' -Seen ('after the change: ' + $after.Seen)
}

function Write-Result {
    # One line of JSON.
    param($Step, [string] $Outcome, [string] $Seen)

    $told = [ordered]@{ schema = 'maccord.result/1'; step = $Step.id; kind = $Step.kind; outcome = $Outcome; seen = $Seen }
    ConvertTo-Json -InputObject $told -Compress
}

function Assert-Host {
    # The script of another host does nothing here.
    param($Head)

    $wanted = ($Head.host -split '\.')[0]
    $names = @($env:COMPUTERNAME, [System.Net.Dns]::GetHostName() | ForEach-Object { ([string]$_ -split '\.')[0] })
    if ($names -notcontains $wanted) { throw "this is the script of $wanted, and the host is $(Join-Text -Items $names)" }
}

function Select-Steps {
    # Those that were asked for; an id that there is not is a mistake.
    param([object[]] $Steps)

    $ids = @($Steps | ForEach-Object { $_.id })
    foreach ($id in @($Only) + @($From)) {
        if ($id -ne '' -and $ids -cnotcontains $id) { throw "there is no step $id in this script" }
    }
    $begun = $From -eq ''
    foreach ($step in $Steps) {
        if ($step.id -ceq $From) { $begun = $true }
        if ($begun -and ($Only.Count -eq 0 -or $Only -ccontains $step.id)) { $step }
    }
}

$lines = @(Read-Steps -Text $Data)
Assert-Host -Head $lines[0]
# Whoever applies a reviewed plan has been asked already.
if ($lines[0].consent) { $ConfirmPreference = 'None' }
$steps = @($lines | Select-Object -Skip 1)
$outcome = 'already'

if ($Task -ne '') {
    # The consent was given before the task was made.
    $step = @($steps | Where-Object { $_.key -eq $Task })[0]
    $recorded = Start-Record -Name 'transcript-of-tasks.txt'
    Invoke-OwnTask -Step $step
    if ($recorded) { $null = Stop-Transcript }
}
else {
    $recorded = $false
    if (-not $WhatIfPreference) { $recorded = Start-Record -Name 'transcript.txt' }
    try {
        foreach ($step in @(Select-Steps -Steps $steps)) {
            $begun = $false
            try {
                $verdict = Test-Step -Step $step
                if ($verdict.Outcome -eq 'running' -and -not $WhatIfPreference) { $verdict = Wait-Detached -Step $step }
                if ($verdict.Outcome -eq 'ready') {
                    if ($PSCmdlet.ShouldProcess("$($step.kind) $($step.id): $($step.about)", 'Carry out')) {
                        $begun = $true
                        $verdict = Invoke-Step -Step $step
                    }
                    elseif ($WhatIfPreference) { $verdict = New-Verdict -Outcome 'whatif' -Seen $verdict.Seen }
                    else { $verdict = New-Verdict -Outcome 'skipped' -Seen $verdict.Seen }
                }
                $outcome = $verdict.Outcome
                $seen = $verdict.Seen
            }
            catch {
                $outcome = if ($begun) { 'failed' } else { 'refused' }
                $seen = $_.Exception.Message
            }
            Write-Result -Step $step -Outcome $outcome -Seen $seen
            if (@('done', 'already', 'whatif') -notcontains $outcome) { break }
        }
    }
    finally {
        if ($recorded) { $null = Stop-Transcript }
    }
    if ($ScriptPath -ne '' -and @('done', 'already', 'whatif') -notcontains $outcome) { exit 1 }
}
