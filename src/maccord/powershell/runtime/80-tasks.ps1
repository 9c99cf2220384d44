
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
