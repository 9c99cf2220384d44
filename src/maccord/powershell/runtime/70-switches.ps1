
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
