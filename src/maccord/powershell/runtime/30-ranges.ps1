
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
