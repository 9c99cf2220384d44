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


class _Told:
    """What a plan's steps leave behind on each host: lists, machines that get other addresses, and moved switches."""

    def __init__(self) -> None:
        self.lists: dict[str, set[str]] = defaultdict(set)
        self.machines: dict[str, set[str]] = defaultdict(set)
        self.moved: set[str] = set()

    def take(self, step: AnyStep) -> None:
        """Note what one step leaves."""
        host = step.host.casefold()
        match step:
            case ReplaceVnic() | JoinTeam() | ResetNic() | RestartTeam():
                self.lists[host] |= _INTERFACES | _TEAMS | _SWITCHES
            case RemakeSwitch():
                self.lists[host] |= _INTERFACES | _SWITCHES
                self.moved.add(host)
            case MakeVmmPool() | RemoveVmmPool():
                self.lists[host].add("SCMACAddress")
            case GrantAddress():
                self.lists[host] |= _GRANTS
                self.machines[step.on.casefold()].add(_bare(step.machine_id))
            case _:
                self._take_machine(step, host)

    def _take_machine(self, step: AnyStep, host: str) -> None:
        if isinstance(step, GenerateNames):
            self.lists[host].add(_NAMES)
        again = isinstance(step, SetMachineAddress) and reversal(step) == "again"
        if again or isinstance(step, ColdStart | GenerateNames):
            self.machines[host].add(_bare(getattr(step, "machine_id", "")))

    def expects(self, one: Difference) -> bool:
        """Tell whether a difference is one that was announced."""
        host = one.host.casefold()
        if (one.list, one.property) == ("Virtualization", "CurrentMacAddress") or one.list in self.lists[host]:
            return True
        own = any(number in one.of[0].replace("-", "") for number in self.machines[host] if number and one.of)
        if one.list == "VMNetworkAdapter":
            return (own and one.property in _ISSUED) or (host in self.moved and one.property in _WHERE)
        return own and (one.list, one.property) == ("VM", "State")


def announced(steps: Iterable[AnyStep]) -> Callable[[Difference], bool]:
    """Return what tells whether a difference after the reverse is one that the plan says beforehand."""
    told = _Told()
    for step in steps:
        told.take(step)
    return told.expects


def _bare(number: str) -> str:
    return number.strip("{}").replace("-", "").casefold()
