"""Which differences a plan announces that its reverse leaves: what is issued anew, and what was made anew."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from maccord.plan.reverse import reversal
from maccord.plan.steps import (
    AnyStep,
    ColdStart,
    GenerateNames,
    GrantAddress,
    JoinTeam,
    MakeVmmPool,
    RemakeSwitch,
    RemoveVmmPool,
    ReplaceVnic,
    ResetNic,
    RestartTeam,
    SetMachineAddress,
)
from maccord.rehearse.compare import Difference

_INTERFACES = frozenset(
    {
        "ManagementVMNetworkAdapter",
        "NetAdapter",
        "NetAdapterVmq",
        "VMNetworkAdapterVlan",
        "NetIPAddress",
        "DnsClientServerAddress",
        "NetRoute",
    }
)
_TEAMS = frozenset({"NetLbfoTeam", "NetLbfoTeamMember", "NetLbfoTeamNic"})
_SWITCHES = frozenset({"VMSwitch", "VMSwitchTeam"})
_ISSUED = frozenset({"MacAddress", "DynamicMacAddressEnabled", "Status", "IPAddresses"})
_WHERE = frozenset({"SwitchId", "SwitchName", "Connected"})
_GRANTS = frozenset({"SCMACAddress", "SCMACAddressPool"})
_NAMES = "VMFibreChannelHba"


def announced(steps: Iterable[AnyStep]) -> Callable[[Difference], bool]:
    """Return what tells whether a difference after the reverse is one that the plan says beforehand."""
    lists: dict[str, set[str]] = defaultdict(set)
    machines: dict[str, set[str]] = defaultdict(set)
    moved: set[str] = set()
    for step in steps:
        host = step.host.casefold()
        match step:
            case ColdStart():
                machines[host].add(_bare(step.machine_id))
            case SetMachineAddress() if reversal(step) == "again":
                machines[host].add(_bare(step.machine_id))
            case GenerateNames():
                lists[host].add(_NAMES)
                machines[host].add(_bare(step.machine_id))
            case ReplaceVnic() | JoinTeam() | ResetNic() | RestartTeam():
                lists[host] |= _INTERFACES | _TEAMS | _SWITCHES
            case RemakeSwitch():
                lists[host] |= _INTERFACES | _SWITCHES
                moved.add(host)
            case GrantAddress():
                lists[host] |= _GRANTS
                machines[step.on.casefold()].add(_bare(step.machine_id))
            case MakeVmmPool() | RemoveVmmPool():
                lists[host].add("SCMACAddress")
            case _:
                pass

    def expected(one: Difference) -> bool:
        host = one.host.casefold()
        if one.list == "Virtualization" and one.property == "CurrentMacAddress":
            return True
        if one.list in lists[host]:
            return True
        if one.list == "VMNetworkAdapter":
            own = any(number in one.of[0].replace("-", "") for number in machines[host] if number)
            return (own and one.property in _ISSUED) or (host in moved and one.property in _WHERE)
        if one.list == "VM" and one.property == "State":
            return any(number in one.of[0].replace("-", "") for number in machines[host] if number)
        return False

    return expected


def _bare(number: str) -> str:
    return number.strip("{}").replace("-", "").casefold()
