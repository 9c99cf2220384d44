"""PowerShell that is handed out must say what was meant, whatever a host is called."""

from maccord.alloc.install import install_text


def test_a_hosts_name_is_quoted_whatever_is_in_it():
    told = install_text("mac", "HV'01; Remove-VM *\u2019", "02-00-00-00-00-00", "02-00-00-00-00-0F")
    assert told == (
        "Set-VMHost -ComputerName 'HV''01; Remove-VM *\u2019\u2019'"
        " -MacAddressMinimum '020000000000' -MacAddressMaximum '02000000000F'"
    )
