#Requires -Version 5.1
#Requires -RunAsAdministrator
<#
.SYNOPSIS
    Carries out the steps of a maccord plan on one host, or takes them back.

.DESCRIPTION
    Everything but the block of data is the same in every script of this version of the runtime, and was
    reviewed. The data are the steps: one line of JSON each, in ASCII.

    For each step the script first looks at the host. Does the host show what the step would leave, nothing is
    done (already). Does it show what the plan was made for, the step is carried out, and its end is looked at
    (done). Does it show anything else, the script refuses and stops. So it may be run again at any time.

    Steps that cut the host off the network are carried out by a task of the host itself, which goes on when
    the connection is gone, asks the addresses that the plan names, and puts everything back when none of them
    answers in time.

    It writes one line of JSON for each step it came to: step, kind, outcome and what was seen.

.PARAMETER Only
    The ids of the steps to carry out; without it all of them, in order.

.PARAMETER From
    The id of the step to begin with.

.PARAMETER Folder
    Where the script keeps its transcripts and, while a step is under way, what it has to put back. By default
    a folder that only administrators can write to. A task runs a script from it as SYSTEM: name no folder
    that others can write to.

.PARAMETER StopWithin
    How many seconds a guest gets to shut down. It is not turned off.

.PARAMETER ForceShutdown
    Calls Stop-VM with -Force: guests shut down although a console is locked or an application asks. What does
    not end within five minutes loses its data.

.PARAMETER NoWait
    Does not wait for the end of a step that a task carries out. The same script, run again, tells it.

.PARAMETER Task
    For the script's own use: the key of the step that this process is the task of.

.EXAMPLE
    .\HV01.ps1 -WhatIf

    Looks at the host and tells what would be done. Nothing is changed.

.EXAMPLE
    .\HV01.ps1

    Asks before each step.

.EXAMPLE
    .\HV01.ps1 -Confirm:$false -From step-7

    Carries out the seventh step and all after it without asking.

.OUTPUTS
    One line of JSON for each step. As a file, the script ends with the exit code 1 when a step did not succeed.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    [string[]] $Only = @(),
    [string] $From = '',
    [string] $Folder = "$env:ProgramFiles\maccord",
    [int] $StopWithin = 600,
    [switch] $ForceShutdown,
    [switch] $NoWait,
    [string] $Task = ''
)

# Read before strict mode: sent to a host as text, the script has no path.
$ScriptPath = [string]$PSCommandPath
$ScriptText = $MyInvocation.MyCommand.ScriptBlock.ToString()
Set-StrictMode -Version 2.0
$ErrorActionPreference = 'Stop'
$ProgressPreference = 'SilentlyContinue'
