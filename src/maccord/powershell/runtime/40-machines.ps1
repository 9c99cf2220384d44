
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
