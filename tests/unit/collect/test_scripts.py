"""The PowerShell collectors, as far as they can be judged unrun: what they call, and what they name."""

import re
from importlib import resources

import pytest

from maccord.collect import scripts
from maccord.collect.hyperv_lists import LISTS
from maccord.collect.hyperv_typed import SCHEMA as HOST_SCHEMA
from maccord.collect.vmm import SCHEMA as VMM_SCHEMA
from tests.kit import powershell

HOST = resources.files(scripts).joinpath("hyperv-host.ps1").read_bytes()
VMM = resources.files(scripts).joinpath("vmm-server.ps1").read_bytes()
BOTH = {"hyperv-host": HOST, "vmm-server": VMM}

HARMLESS = re.compile(
    r"(Get-\w+|Select-Object|ForEach-Object|Where-Object|Sort-Object|ConvertTo-Json|Write-(Verbose|Output|Warning)"
    r"|Set-StrictMode|New-Object|Join-Path|Test-Path|Split-Path|Import-Module|Out-Null)"
)
STATIC_METHODS = {
    "[System.IO.File]::WriteAllText",
    "[System.Security.Principal.WindowsIdentity]::GetCurrent",
    "[regex]::Replace",
}
METHODS = {
    ".Add",
    ".GetType",
    ".GetUnresolvedProviderPathFromPSPath",
    ".GetValue",
    ".IsInRole",
    ".OpenSubKey",
    ".Remove",
    ".ToArray",
    ".ToString",
    ".ToUniversalTime",
    ".ToUpperInvariant",
    ".Trim",
}
NEW_OBJECTS = {
    "'System.Collections.Generic.List[object]'",
    "System.Security.Principal.WindowsPrincipal",
    "System.Text.UTF8Encoding",
}

HOST_OBJECTS = {
    "operatingSystem": "Caption Version",
    "virtualization": "MinimumMacAddress MaximumMacAddress CurrentMacAddress",
    "vmHost": "MacAddressMinimum MacAddressMaximum FibreChannelWwnn FibreChannelWwpnMinimum FibreChannelWwpnMaximum",
    "machineIdentity": "MachineGuid",
}
HOST_LISTS = {
    "VM": "Id Name ComputerName State Generation Version IsClustered CreationTime ParentSnapshotId"
    " ReplicationState ReplicationMode",
    "VMNetworkAdapter": "Name Id VMName VMId SwitchName SwitchId IovWeight IovUsage Connected macAddress"
    " DynamicMacAddressEnabled MacAddressSpoofing IsLegacy IsManagementOs IPAddresses Status",
    "ManagementVMNetworkAdapter": "Name Id DeviceId SwitchName SwitchId macAddress IsExternalAdapter"
    " MacAddressSpoofing",
    "VMNetworkAdapterVlan": "VMName ParentAdapterId OperationMode AccessVlanId NativeVlanId"
    " AllowedVlanIdListString PrimaryVlanId SecondaryVlanId",
    "VMSwitch": "Name Id SwitchType AllowManagementOS EmbeddedTeamingEnabled NetAdapterInterfaceDescription"
    " NetAdapterInterfaceGuid",
    "VMSwitchTeam": "Name Id NetAdapterInterfaceDescription NetAdapterInterfaceGuid",
    "NetAdapter": "Name InterfaceDescription InterfaceGuid ifIndex macAddress PermanentAddress Status"
    " LinkSpeed Virtual",
    "NetLbfoTeam": "Name Members TeamNics",
    "NetLbfoTeamMember": "Name InterfaceDescription Team",
    "NetLbfoTeamNic": "Name InterfaceDescription Team VlanID Primary Default",
    "NetIPAddress": "IPAddress InterfaceAlias InterfaceIndex AddressFamily PrefixLength",
    "DnsClientServerAddress": "InterfaceAlias ServerAddresses",
    "NetRoute": "DestinationPrefix NextHop",
    "NetAdapterVmq": "Name InterfaceDescription Enabled",
    "VMFibreChannelHba": "VMId VMName SanName WorldWidePortNameSetA WorldWidePortNameSetB",
    "HnsNetwork": "Name Type macPools",
    "Event": "LogName ProviderName Id TimeCreated eventMessage",
}
VMM_LISTS = {
    "SCMACAddressPool": "Name MACAddressRangeStart MACAddressRangeEnd VirtualizationPlatform VMHostGroups",
    "SCMACAddress": "Address VirtualNetworkAdapter State",
}
MULTIPLE = {
    "VMNetworkAdapter": "IPAddresses Status",
    "VMSwitch": "NetAdapterInterfaceGuid",
    "VMSwitchTeam": "NetAdapterInterfaceDescription NetAdapterInterfaceGuid",
    "NetLbfoTeam": "Members TeamNics",
    "DnsClientServerAddress": "ServerAddresses",
    "HnsNetwork": "MacPools",
}

both = pytest.mark.parametrize("src", BOTH.values(), ids=BOTH)


def words(text):
    """Return what a piece of PowerShell names: its strings in single quotes and its variables."""
    return {quoted or variable for quoted, variable in re.findall(r"'([\w.]+)'|\$(\w+)", text)}


def assignment(src, variable):
    """Return the text of the one assignment to a variable."""
    found = [
        powershell.text_of(node)
        for node in powershell.nodes(src, "assignment_expression")
        if powershell.text_of(node).startswith(f"${variable} ")
    ]
    assert len(found) == 1
    return found[0]


def test_text_is_the_script_as_it_is_shipped():
    assert scripts.text("hyperv-host") == HOST.decode()
    assert scripts.text("vmm-server") == VMM.decode()


@both
def test_script_parses_without_error(src):
    assert powershell.errors(src) == []


@both
def test_script_calls_only_commands_that_read(src):
    own = set(powershell.functions(src))
    called = {name.rpartition("\\")[2] for name in powershell.commands(src)} - own
    assert {name for name in called if not HARMLESS.fullmatch(name)} == {"& $command"}


@both
def test_what_is_called_through_a_variable_is_a_section_of_the_script(src):
    reading = powershell.functions(src)["Read-Evidence"]
    assert src.count(b"& $command") == reading.count("& $command") == 1
    assert "param([scriptblock[]] $Read," in reading
    assert "foreach ($command in $Read)" in reading


@both
def test_script_calls_only_methods_that_change_nothing_on_the_host(src):
    called = set(powershell.methods(src))
    assert {name for name in called if "::" in name} <= STATIC_METHODS
    assert {name for name in called if "::" not in name} <= METHODS


@both
def test_script_writes_no_property_and_redirects_into_no_file(src):
    targets = [powershell.text_of(node) for node in powershell.nodes(src, "left_assignment_expression")]
    assert [target for target in targets if not re.fullmatch(r"\$\w+(\[[^]]+\])?|.*\] \$\w+", target)] == []
    assert list(powershell.nodes(src, "file_redirection_operator")) == []


@both
def test_script_makes_only_objects_that_live_in_memory(src):
    assert set(re.findall(r"New-Object -TypeName (\S+)", src.decode())) <= NEW_OBJECTS
    assert src.count(b"New-Object ") == src.count(b"New-Object -TypeName ")


@both
def test_script_uses_nothing_newer_than_windows_powershell_3(src):
    assert powershell.newer_than_3(src) == []


@both
def test_script_has_only_ascii_since_old_powershell_takes_it_for_ansi(src):
    assert src.isascii()
    assert b"\t" not in src
    assert b"\r" not in src


@both
def test_every_try_has_a_catch_or_finally(src):
    assert b"try {" in src
    assert powershell.tries_without_handler(src) == []


@both
def test_every_variable_that_is_read_is_set_somewhere_since_strict_mode_would_stop_at_it(src):
    assert b"Set-StrictMode -Version 2.0" in src
    assert powershell.unset_variables(src) == set()


@both
def test_script_explains_itself_to_get_help(src):
    text = src.decode()
    for section in (".SYNOPSIS", ".DESCRIPTION", ".EXAMPLE", ".OUTPUTS"):
        assert f"\n{section}\n" in text
    parameters = re.findall(r"^    \[(?:string|switch)\] \$(\w+)", text, flags=re.MULTILINE)
    assert parameters
    assert re.findall(r"^\.PARAMETER (\w+)$", text, flags=re.MULTILINE) == parameters
    assert "Invoke-Command -ComputerName" in text.partition("#>")[0]


def test_functions_that_both_scripts_carry_are_the_same():
    host, vmm = powershell.functions(HOST), powershell.functions(VMM)
    shared = host.keys() & vmm.keys()
    assert shared >= {"Add-Note", "ConvertTo-Plain", "ConvertTo-Record", "Read-Evidence", "Write-Export"}
    assert {name: host[name] for name in shared} == {name: vmm[name] for name in shared}


@pytest.mark.parametrize(("src", "schema"), [(HOST, HOST_SCHEMA), (VMM, VMM_SCHEMA)], ids=BOTH)
def test_export_names_its_schema_its_host_and_its_time_first(src, schema):
    heads = {
        key: value.split("=", 1)[1].strip()
        for key, value in powershell.entries(src).items()
        if key in ("schema", "collectedAt", "ComputerName")
    }
    assert list(heads) == ["schema", "collectedAt", "ComputerName"]
    assert heads["schema"] == f"'{schema}'"


def test_host_script_gathers_every_list_that_is_read():
    gathered = powershell.entries(HOST).keys() & HOST_LISTS.keys()
    assert gathered == HOST_LISTS.keys()
    assert {"Virtualization", "VMHost"} <= powershell.entries(HOST).keys()
    assert LISTS.keys() == HOST_LISTS.keys() | {"Virtualization", "VMHost"}


@pytest.mark.parametrize(
    ("src", "section", "properties"),
    [(HOST, *pair) for pair in HOST_LISTS.items()] + [(VMM, *pair) for pair in VMM_LISTS.items()],
    ids=[*HOST_LISTS, *VMM_LISTS],
)
def test_section_keeps_the_properties_that_are_read(src, section, properties):
    assert set(properties.split()) <= words(powershell.entries(src)[section])


@pytest.mark.parametrize(("variable", "properties"), HOST_OBJECTS.items(), ids=HOST_OBJECTS)
def test_object_keeps_the_properties_that_are_read(variable, properties):
    assert set(properties.split()) <= words(assignment(HOST, variable))


@pytest.mark.parametrize(("section", "properties"), MULTIPLE.items(), ids=MULTIPLE)
def test_properties_with_several_values_are_declared_as_lists(section, properties):
    declared = powershell.entries(HOST)[section].rpartition(" List ")[2]
    assert set(properties.split()) <= words(declared)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (r"HKLM:\SOFTWARE\Microsoft\Cryptography", "MachineGuid"),
        (r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization", "MinimumMacAddress"),
        (r"HKLM:\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Virtualization", "MaximumMacAddress"),
    ],
)
def test_registry_is_read_where_windows_keeps_it(key, value):
    text = HOST.decode()
    assert f"Get-Item -LiteralPath '{key}'" in text
    assert f"$_.GetValue('{value}')" in text


def test_cursor_is_read_from_the_workers_key():
    assert "$_.OpenSubKey('Worker').GetValue('CurrentMacAddress')" in HOST.decode()


def test_every_address_passes_through_the_one_spelling():
    expressions = powershell.entries(HOST)["Expression"]
    for name in ("MacAddress", "PermanentAddress", "MacAddressMinimum", "MacAddressMaximum", "DrMacAddress"):
        assert f"ConvertTo-MacText $_.{name}" in expressions
    for name in ("MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress"):
        assert re.search(rf"ConvertTo-MacText \(\$_\.\S*GetValue\('{name}'\)\)", expressions)


def test_event_queries_are_bounded_and_ask_for_the_events_that_tell_of_addresses():
    queries = powershell.entries(HOST)["Event"]
    assert queries.count("-MaxEvents 500") == powershell.commands(HOST).count("Get-WinEvent") == 6
    asked = {int(number) for number in re.findall(r"EventID(?:>=|<=|=)(\d+)", queries)}
    assert asked == {28, 53, 4872, 12010, 12289, 12560, 12564, 12565, 12598, 16945, 16950}


@pytest.mark.parametrize(
    ("snippet", "name"),
    [
        (b"$a = $b ? 1 : 2", "7.0: a ? b : c"),
        (b"$a = $b ?? 1", "7.0: ??"),
        (b"$a ??= 1", "7.0: ??="),
        (b"Get-VM && Get-VMHost", "7.0: && or ||"),
        (b"Get-VM\n  | Get-VMNetworkAdapter", "7.0: a line that begins with |"),
        (b"1..3 | ForEach-Object -Parallel { $_ }", "7.0: -Parallel"),
        (b"class Host { [string] $Name }", "5.0: class"),
        (b"enum State { On }", "5.0: enum"),
        (b"using namespace System.IO", "5.0: using"),
        (b"[System.Text.UTF8Encoding]::new($false)", "5.0: ::new()"),
        (b"$vms.Where({ $_.Name })", "4.0: .Where()"),
        (b"$vms.ForEach({ $_.Name })", "4.0: .ForEach()"),
    ],
)
def test_kit_knows_what_is_newer_than_windows_powershell_3(snippet, name):
    assert name in {found for _, found in powershell.newer_than_3(snippet)}


@pytest.mark.parametrize("snippet", [b"if ($a) {", b"$a = @(1, 2", b"Get-VM |", b"function { }", b"$a = ${b}?.Length"])
def test_kit_finds_what_does_not_parse(snippet):
    assert powershell.errors(snippet) != []


def test_kit_finds_commands_wherever_they_hide():
    quoted = b'"$(Stop-VM a)"; @{ A = { Remove-VM b } }; '
    called = b". $x; & 'c.exe' d; & (Get-Command e); Hyper-V\\Get-VM | % { f }"
    assert powershell.commands(quoted + called) == [
        "Stop-VM",
        "Remove-VM",
        ". $x",
        "& 'c.exe'",
        "& (Get-Command e)",
        "Get-Command",
        "Hyper-V\\Get-VM",
        "%",
        "f",
    ]


def test_kit_finds_methods_of_objects_and_types():
    src = b"$key.SetValue('a', 1); [System.IO.File]::Delete('b'); (Get-VM).Delete()"
    assert powershell.methods(src) == [".SetValue", "[System.IO.File]::Delete", ".Delete"]


def test_kit_finds_a_try_that_nothing_follows():
    assert powershell.tries_without_handler(b"try { a } catch { b }\ntry { c } finally { d }\ntry { e }\n") == [3]


def test_kit_finds_variables_that_nobody_sets():
    src = b"""param($Path = 'x', [switch] $PassThru)
    $a, [int] $b = 1, 2
    foreach ($c in $a) { "$b $c $Pth ${d}"; $e += 1; $f['g'] = $PassThru }
    Get-X @splat $env:TEMP $_ $true $Path
    """
    assert powershell.unset_variables(src) == {"pth", "d", "e", "f", "splat"}
