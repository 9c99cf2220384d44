# Commands of modules that a computer without Hyper-V lacks, so that Pester can mock them. Each takes what the scripts
# give it, and does nothing.

function global:Get-VMHost { [CmdletBinding()] param() }
function global:Set-VMHost {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param($MacAddressMinimum, $MacAddressMaximum, $FibreChannelWwpnMinimum, $FibreChannelWwpnMaximum)
}
function global:Get-VM { [CmdletBinding()] param() }
function global:Stop-VM { [CmdletBinding(SupportsShouldProcess = $true)] param($VM, [switch] $Force) }
function global:Start-VM { [CmdletBinding(SupportsShouldProcess = $true)] param($VM) }
function global:Get-VMNetworkAdapter { [CmdletBinding()] param($VM, [switch] $ManagementOS) }
function global:Set-VMNetworkAdapter {
    [CmdletBinding(SupportsShouldProcess = $true)]
    param($VMNetworkAdapter, $StaticMacAddress, [switch] $DynamicMacAddress, $MacAddressSpoofing)
}
function global:Get-ScheduledTask { [CmdletBinding()] param() }
function global:Stop-Service { [CmdletBinding(SupportsShouldProcess = $true)] param($Name) }
function global:Start-Service { [CmdletBinding(SupportsShouldProcess = $true)] param($Name) }
