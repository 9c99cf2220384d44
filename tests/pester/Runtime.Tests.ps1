#Requires -Modules @{ ModuleName = 'Pester'; ModuleVersion = '5.0.0' }
# The runtime of maccord's scripts in a real PowerShell, with Hyper-V mocked. To run it: Invoke-Pester -Path tests/pester

BeforeAll {
    . (Join-Path $PSScriptRoot 'Stubs.ps1')

    $golden = Join-Path (Join-Path (Split-Path $PSScriptRoot) 'unit/powershell/golden') 'set-range.ps1'
    $runtime = [System.IO.File]::ReadAllText($golden) -replace '#Requires -RunAsAdministrator', ''
    $opening = "`$Data = @'`n"
    $closing = "`n'@`n"
    $from = $runtime.IndexOf($opening) + $opening.Length
    $until = $runtime.IndexOf($closing, $from)
    $thisHost = [System.Net.Dns]::GetHostName()

    function Write-Script {
        # Writes the runtime with other steps in it to a file, and returns its path.
        param([object[]] $Steps, [string] $HostName = $thisHost, [bool] $Consent = $true)

        $head = @{ schema = 'maccord.steps/1'; runtime = '1'; host = $HostName; plan = ''; consent = $Consent }
        $lines = @($head) + $Steps | ForEach-Object { ($_ | ConvertTo-Json -Compress -Depth 6).Replace("'", '\u0027') }
        $path = Join-Path $TestDrive ([guid]::NewGuid().ToString() + '.ps1')
        $text = $runtime.Substring(0, $from) + ($lines -join "`n") + $runtime.Substring($until)
        [System.IO.File]::WriteAllText($path, $text)
        $path
    }

    function Invoke-Script {
        # Runs a script and returns what it told, as objects.
        param([string] $Path, [hashtable] $With = @{})

        $folder = Join-Path $TestDrive 'state'
        & $Path -Folder $folder @With | Where-Object { $_ -is [string] } | ForEach-Object { $_ | ConvertFrom-Json }
    }

    function New-RangeStep {
        param([string] $Id = 'r1')

        @{
            kind = 'set-range'; id = $Id; host = $thisHost; first = '00155DC90000'; last = '00155DC900FF'
            was_first = '00155DC86A00'; was_last = '00155DC86AFF'; cursor = $null; key = 'a1'; about = 'a range'
        }
    }

    function New-AddressStep {
        param([string] $Machine = 'web')

        @{
            kind = 'set-machine-address'; id = 'a1'; host = $thisHost; machine = $Machine
            machine_id = '0c1b6a60-5c9b-4b43-8c61-0f5c1f1d2a01'; adapter = 'Network Adapter'; adapter_id = 'one'
            mac = '02A0C8000501'; was_mac = '00155DC86A00'; was_dynamic = $true; was_running = $true
            clustered = $false; key = 'b2'; about = 'an address'
        }
    }
}

Describe 'a range' {
    BeforeEach {
        $script:first = '00155DC86A00'
        $script:last = '00155DC86AFF'
        Mock Get-VMHost { [pscustomobject]@{ MacAddressMinimum = $script:first; MacAddressMaximum = $script:last } }
        Mock Set-VMHost { $script:first = $MacAddressMinimum; $script:last = $MacAddressMaximum }
    }

    It 'is set once, and found set ever after' {
        $path = Write-Script -Steps @(New-RangeStep)
        (Invoke-Script -Path $path).outcome | Should -Be 'done'
        (Invoke-Script -Path $path).outcome | Should -Be 'already'
        Should -Invoke Set-VMHost -Times 1 -Exactly
    }

    It 'is not set with -WhatIf, and no file is written' {
        $path = Write-Script -Steps @(New-RangeStep)
        (Invoke-Script -Path $path -With @{ WhatIf = $true }).outcome | Should -Be 'whatif'
        Should -Invoke Set-VMHost -Times 0 -Exactly
    }

    It 'is refused where the host shows something else' {
        $script:first = '00155D010100'
        $told = Invoke-Script -Path (Write-Script -Steps @(New-RangeStep))
        $told.outcome | Should -Be 'refused'
        $told.seen | Should -BeLike '*00155D010100*'
        Should -Invoke Set-VMHost -Times 0 -Exactly
    }

    It 'stops the script where it fails' {
        Mock Set-VMHost { throw 'access is denied' }
        $told = @(Invoke-Script -Path (Write-Script -Steps @((New-RangeStep), (New-RangeStep -Id 'r2'))))
        $told.Count | Should -Be 1
        $told[0].outcome | Should -Be 'failed'
        $told[0].seen | Should -Be 'access is denied'
    }

    It 'can be one of several that are chosen' {
        $path = Write-Script -Steps @((New-RangeStep), (New-RangeStep -Id 'r2'))
        @(Invoke-Script -Path $path -With @{ Only = 'r2'; WhatIf = $true }).step | Should -Be 'r2'
        { Invoke-Script -Path $path -With @{ From = 'r3' } } | Should -Throw '*no step r3*'
    }

    It 'is not set on another host' {
        { Invoke-Script -Path (Write-Script -Steps @(New-RangeStep) -HostName 'ELSEWHERE') } | Should -Throw '*ELSEWHERE*'
        Should -Invoke Set-VMHost -Times 0 -Exactly
    }
}

Describe 'an address of a machine' {
    BeforeEach {
        $script:state = 'Running'
        $script:mac = '00155DC86A00'
        $script:dynamic = $true
        $script:called = @()
        Mock Get-VM {
            [pscustomobject]@{ Id = [guid]'0c1b6a60-5c9b-4b43-8c61-0f5c1f1d2a01'; Name = 'web'; State = $script:state }
        }
        Mock Get-VMNetworkAdapter {
            [pscustomobject]@{
                Id = 'one'; Name = 'Network Adapter'; MacAddress = $script:mac
                DynamicMacAddressEnabled = $script:dynamic
            }
        }
        Mock Stop-VM { $script:called += 'stop'; $script:state = 'Off' }
        Mock Start-VM { $script:called += 'start'; $script:state = 'Running' }
        Mock Set-VMNetworkAdapter {
            $script:called += 'set'
            $script:mac = $StaticMacAddress
            $script:dynamic = $false
        }
    }

    It 'is set while the machine is off' {
        (Invoke-Script -Path (Write-Script -Steps @(New-AddressStep))).outcome | Should -Be 'done'
        $script:called | Should -Be @('stop', 'set', 'start')
    }

    It 'is not set on a machine that somebody turned off' {
        $script:state = 'Off'
        (Invoke-Script -Path (Write-Script -Steps @(New-AddressStep))).outcome | Should -Be 'refused'
        $script:called.Count | Should -Be 0
    }

    It 'leaves the machine running when it is refused' {
        Mock Set-VMNetworkAdapter { throw 'no such address' }
        $told = Invoke-Script -Path (Write-Script -Steps @(New-AddressStep))
        $told.outcome | Should -Be 'failed'
        $told.seen | Should -Be 'no such address'
        $script:called | Should -Be @('stop', 'start')
        $script:state | Should -Be 'Running'
    }

    It 'is set whatever the machine is called: <name>' -ForEach @(
        @{ name = "it's" }
        @{ name = "'@" }
        @{ name = '$(throw 1)' }
        @{ name = '`n"' }
        @{ name = [string][char]0x2019 }
    ) {
        (Invoke-Script -Path (Write-Script -Steps @(New-AddressStep -Machine $name))).outcome | Should -Be 'done'
    }
}

Describe 'the script' {
    It 'has help for every parameter' {
        $help = Get-Help (Write-Script -Steps @(New-RangeStep)) -Full
        $help.Synopsis | Should -BeLike '*maccord plan*'
        $described = @($help.parameters.parameter | Where-Object { $_.PSObject.Properties['description'] }).name
        foreach ($one in 'Only', 'From', 'Folder', 'StopWithin', 'ForceShutdown', 'NoWait', 'Task') {
            $described | Should -Contain $one
        }
    }

    It 'has no error that the parser of PowerShell finds' {
        $errors = $null
        $tokens = $null
        $path = Write-Script -Steps @(New-RangeStep)
        $null = [System.Management.Automation.Language.Parser]::ParseFile($path, [ref]$tokens, [ref]$errors)
        $errors.Count | Should -Be 0
    }
}
