
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
