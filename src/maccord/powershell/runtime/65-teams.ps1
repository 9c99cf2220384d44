
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
