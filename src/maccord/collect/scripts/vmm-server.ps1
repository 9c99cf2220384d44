#Requires -Version 3.0
<#
.SYNOPSIS
    Gathers what maccord needs to know of one Virtual Machine Manager server and writes it to one JSON file.

.DESCRIPTION
    Reads the MAC address pools of a System Center Virtual Machine Manager server and the addresses granted
    from them, and writes both as one JSON object of the schema "maccord.vmm/1".

    The script changes nothing: it calls Get cmdlets only. It needs the module VirtualMachineManager, which
    comes with the VMM server and with the VMM console, and a user who may read the whole fabric (an
    administrator or a read-only administrator of VMM). It is written for Windows PowerShell 3.0 to 5.1.

    Without the module or the server nothing can be read: the script ends with an error and writes no file. A
    single cmdlet that fails costs its own section only, and is listed under "notes" in the file.

.PARAMETER Path
    The file to write, by default the computer's name with the ending -vmm.json in the current folder. An
    existing file is replaced. "-" writes the JSON to standard output instead.

.PARAMETER VMMServer
    The VMM server to read, by default this computer. The export carries this name: call one server the same
    each time, and a highly available one by the name of its cluster service.

.PARAMETER PassThru
    Writes the JSON to standard output instead of to a file, as -Path - does.

.EXAMPLE
    .\vmm-server.ps1

    On the server VMM01, writes VMM01-vmm.json into the current folder.

.EXAMPLE
    .\vmm-server.ps1 -VMMServer VMM02 -Path C:\Evidence\VMM02.json

    Reads another server, from any computer with the VMM console.

.EXAMPLE
    Invoke-Command -ComputerName VMM01, VMM02 -FilePath .\vmm-server.ps1 -ArgumentList '-' |
        ForEach-Object { Set-Content -LiteralPath "$($_.PSComputerName)-vmm.json" -Value $_ -Encoding Ascii }

    Runs on several servers at once and gathers one file of each on this computer. Then, on the files of the
    hosts and of the servers together: maccord check FOLDER

.OUTPUTS
    The file that was written, or the JSON text.
#>
[CmdletBinding()]
param(
    # First in position, since Invoke-Command -FilePath passes arguments by position only.
    [Parameter(Position = 0)]
    [ValidateNotNullOrEmpty()]
    [string] $Path = "${env:COMPUTERNAME}-vmm.json",

    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty()]
    [string] $VMMServer = 'localhost',

    [switch] $PassThru
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

function ConvertTo-AdapterLabel {
    # A virtual network adapter as text that names its machine and itself; the object leads on to all of them.
    param($Adapter)

    if ($null -eq $Adapter) { return $null }
    if ($Adapter -is [string]) { return $Adapter }
    $seen = Select-Object -InputObject $Adapter -Property @(
        @{ Name = 'Machine'; Expression = { $_.VM.Name } }
        # VMM names an adapter after its machine, and tells it from its neighbours by the device's Id.
        'Name', 'DeviceID', 'ID'
    )
    $parts = @($seen.Machine, $seen.Name | Where-Object { $_ } | Select-Object -Unique)
    $parts += @($seen.DeviceID, $seen.ID | Where-Object { $_ } | Select-Object -First 1)
    return $parts -join '\'
}

# What is read, section by section. Read: the command; Property: what is kept of each object; List: which of
# the properties hold several values. Addresses stay as VMM prints them.

$sections = [ordered]@{
    SCMACAddressPool = @{
        Read     = { Get-SCMACAddressPool -VMMServer $server }
        Property = @(
            'Name', 'MACAddressRangeStart', 'MACAddressRangeEnd'
            @{ Name = 'VirtualizationPlatform'; Expression = { $_.VirtualizationPlatform.ToString() } }
            @{
                # Known as VMHostGroups and as HostGroups: Select-Object answers $null for the other name.
                Name       = 'VMHostGroups'
                Expression = {
                    $groups = $_ | Select-Object -Property VMHostGroups, HostGroups
                    @($groups.VMHostGroups) + @($groups.HostGroups) | Where-Object { $null -ne $_ } |
                        Select-Object -Property Path, Name |
                        ForEach-Object { if ($_.Path) { $_.Path } else { $_.Name } } |
                        Select-Object -Unique
                }
            }
        )
        List     = 'VMHostGroups'
    }
    SCMACAddress     = @{
        Read     = { Get-SCMACAddress -VMMServer $server -All }
        Property = @(
            'Address'
            @{
                Name       = 'VirtualNetworkAdapter'
                Expression = { ConvertTo-AdapterLabel $_.VirtualNetworkAdapter }
            }
            @{ Name = 'State'; Expression = { $_.State.ToString() } }
        )
    }
}

function Export-VmmServer {
    # Set here and not at the top: through Invoke-Command the text above runs in the global scope, from where
    # these settings would reach into the modules.
    param([string] $Path, [string] $VMMServer, [System.Collections.IDictionary] $Sections)

    Set-StrictMode -Version 2.0
    $ErrorActionPreference = 'Stop'
    # Progress bars are noise on the standard error of a remote shell.
    $ProgressPreference = 'SilentlyContinue'

    Import-Module -Name VirtualMachineManager -Verbose:$false
    # The commands in the sections find this variable: they run below this function.
    $server = Get-SCVMMServer -ComputerName $VMMServer
    $name = $VMMServer
    if ($name -eq 'localhost' -or $name -eq '.') { $name = $env:COMPUTERNAME }

    $notes = New-Object -TypeName 'System.Collections.Generic.List[object]'
    $export = [ordered]@{
        schema       = 'maccord.vmm/1'
        collectedAt  = ConvertTo-Plain (Get-Date)
        ComputerName = $name
    }
    foreach ($key in $Sections.Keys) {
        Write-Verbose -Message "Reading $key"
        $section = $Sections[$key]
        $export[$key] = [object[]]@(Read-Evidence @section)
    }
    $export['notes'] = $notes.ToArray()
    Write-Export -Export $export -Path $Path
}

if ($PassThru) { $Path = '-' }
Export-VmmServer -Path $Path -VMMServer $VMMServer -Sections $sections
