
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
