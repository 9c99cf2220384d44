
# --- What several steps need -----------------------------------------------------------------------------------------

function New-Verdict {
    # What was found out about a step. Outcome: ready, or one of those that are reported.
    param([string] $Outcome, [string] $Seen)

    [pscustomobject]@{ Outcome = $Outcome; Seen = $Seen }
}

function Resolve-Verdict {
    # IsThere: the host shows what the step would leave. IsPlanned: it shows what the plan was made for.
    param([bool] $IsThere, [bool] $IsPlanned, [string] $Seen)

    if ($IsThere) { return New-Verdict -Outcome 'already' -Seen $Seen }
    if ($IsPlanned) { return New-Verdict -Outcome 'ready' -Seen $Seen }
    return New-Verdict -Outcome 'refused' -Seen ('not what was planned for: ' + $Seen)
}

function Read-Steps {
    # The lines of the data: the head, and the steps. A line at a time, since ConvertFrom-Json is bounded.
    param([string] $Text)

    foreach ($line in $Text -split "`n") {
        $plain = $line.Trim()
        if ($plain -eq '') { continue }
        $one = ConvertFrom-Json -InputObject $plain
        foreach ($property in $one.PSObject.Properties) {
            # PowerShell 7 reads a text that looks like a time as one, and its spelling is gone.
            if ($property.Value -is [datetime]) {
                throw "The value of $($property.Name) looks like a time. Run this script with Windows PowerShell 5.1."
            }
        }
        $one
    }
}

function ConvertTo-Bare {
    # An address in any spelling as the twelve digits that Hyper-V writes.
    param($Address)

    return ([string]$Address -replace '[-:. ]', '').ToUpperInvariant()
}

function ConvertTo-Dashed {
    # Twelve digits as Windows and VMM write an address: 00-15-5D-C8-6A-00.
    param([string] $Bare)

    return ($Bare -replace '(..)(?!$)', '$1-')
}

function ConvertTo-Id {
    # A GUID without braces and in capitals.
    param($Id)

    return ([string]$Id -replace '[{}]', '').ToUpperInvariant()
}

function Test-InRange {
    # Whether twelve (or sixteen) digits are not below First and not above Last: of equal length, they sort as text.
    param([string] $Bare, [string] $First, [string] $Last)

    if ($Bare.Length -ne $First.Length) { return $false }
    return ([string]::CompareOrdinal($Bare, $First) -ge 0) -and ([string]::CompareOrdinal($Bare, $Last) -le 0)
}

function Join-Text {
    # A list as a person reads it.
    param([object[]] $Items)

    if ($Items.Count -eq 0) { return 'none' }
    return $Items -join ', '
}

function Test-SameItems {
    # Whether two lists have the same items, in any order.
    param([object[]] $Left, [object[]] $Right)

    $more = @($Left | Where-Object { $Right -notcontains $_ })
    $less = @($Right | Where-Object { $Left -notcontains $_ })
    return ($more.Count -eq 0) -and ($less.Count -eq 0)
}

function Assert-PlainName {
    # Some cmdlets take a name for a pattern. A name that could be one is refused before it matches another thing.
    param([string] $Name)

    if ($Name -match '[*?\[\]`]') {
        throw "the name '$Name' could be taken for a pattern; this step has to be done by hand"
    }
}

function Start-Record {
    # Begins a transcript, and tells whether there is one: the steps do not depend on it.
    param([string] $Name)

    try {
        $null = New-Item -ItemType Directory -Path $Folder -Force
        $null = Start-Transcript -LiteralPath (Join-Path -Path $Folder -ChildPath $Name) -Append -Force
        return $true
    }
    catch {
        Write-Warning -Message "no transcript: $($_.Exception.Message)"
        return $false
    }
}

function Get-StatePath {
    # The file in which something about a step is kept. The key is hexadecimal digits.
    param($Step, [string] $What)

    return (Join-Path -Path $Folder -ChildPath ($Step.key + '.' + $What))
}

function Write-State {
    # Writes an object to a file of the step, in one move, so that nobody reads half of it.
    param($Step, [string] $What, $Value)

    $path = Get-StatePath -Step $Step -What $What
    $null = New-Item -ItemType Directory -Path $Folder -Force
    Set-Content -LiteralPath ($path + '.new') -Value (ConvertTo-Json -InputObject $Value -Depth 6) -Encoding UTF8
    Move-Item -LiteralPath ($path + '.new') -Destination $path -Force
}

function Read-State {
    param($Step, [string] $What)

    return ConvertFrom-Json -InputObject (Get-Content -LiteralPath (Get-StatePath -Step $Step -What $What) -Raw)
}

function Test-State {
    param($Step, [string] $What)

    return (Test-Path -LiteralPath (Get-StatePath -Step $Step -What $What))
}

function Remove-State {
    param($Step, [string] $What)

    if (Test-State -Step $Step -What $What) { Remove-Item -LiteralPath (Get-StatePath -Step $Step -What $What) -Force }
}
