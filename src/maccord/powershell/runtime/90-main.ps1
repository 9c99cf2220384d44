
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
