
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
