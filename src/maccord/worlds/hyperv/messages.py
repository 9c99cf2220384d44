"""The vendor's identifiers and texts. Where a source gives an id and no text, the text is None: none is made up.

Sources: KB2804678 (the refusal's text; 12565 on 2008 and 2008 R2), docker/for-win issue 446 (12564, 12598 and 12010 on
Windows 10), "Event ID 12560 - NIC Configuration" (Windows Server 2008), KB968703 (VMSMP 28), KB2920261 (16945),
hashicorp/vagrant issue 11681 (a group address), rlyeh.hatenadiary.org 2009 (NLB 53 and 12289), the Best Practices
Analyzer's page ee941174.
"""

from maccord.mac.address import show
from maccord.worlds.hyperv.events import Event

_SYSTEM = "System"
_WORKER_LOG, _WORKER = "Microsoft-Windows-Hyper-V-Worker-Admin", "Microsoft-Windows-Hyper-V-Worker"
_NLB = "Microsoft-Windows-NLB"
_LBFO = "Microsoft-Windows-MsLbfoSysEvtProvider"

LOW_ON_ADDRESSES = "The number of available dynamic MAC addresses is low."
"""The Best Practices Analyzer of 2008 R2 and 2012."""


def failed_to_power_on(machine: str, adapter_id: str) -> str:
    """What is said when an adapter finds no address. Also reported for one in use, on 2008 R2."""
    return (
        f"The application encountered an error while attempting to change the state of '{machine}'. "
        f"Synthetic Ethernet Port (Instance ID {adapter_id.upper()}): Failed to power on with Error "
        "'Attempt to access invalid address'."
    )


def failed_to_modify() -> str:
    """What is said when a static address is a group address; recorded on a client of 2020."""
    return "failed to modify device 'Synthetic Ethernet Port'"


def no_address_2008(machine: str, adapter: str, adapter_id: str, at_us: int) -> tuple[Event, ...]:
    """12565 on 2008 and 2008 R2. Its text was not to be had."""
    values = (machine, adapter, adapter_id)
    return (Event(log=_WORKER_LOG, provider=_WORKER, id=12565, message=None, at_us=at_us, values=values),)


def no_address(machine: str, machine_id: str, adapter: str, adapter_id: str, at_us: int) -> tuple[Event, ...]:
    """12564, then 12598 and 12010, as logged from 2012 on. Of 12010 the values are known, not the text."""
    upper = machine_id.upper()
    lost = (
        f"'{machine}' {adapter} ({machine_id.lower()}--{adapter_id.lower()}) Disconnected from virtual network. "
        f"(Virtual Machine ID {upper})"
    )
    rows = (
        (12564, f"'{machine}' No available MAC address for \"{adapter}\".", (machine, adapter)),
        (12598, lost, (machine, adapter, adapter_id)),
        (12010, None, (machine, upper, "Synthetic Ethernet Port")),
    )
    return tuple(
        Event(log=_WORKER_LOG, provider=_WORKER, id=number, message=message, at_us=at_us, values=values)
        for number, message, values in rows
    )


def unsupported_static(machine: str, adapter: str, adapter_id: str, mac: int, at_us: int) -> tuple[Event, ...]:
    """12560, VM_NIC_INVALID_STATIC_MAC."""
    text = f"'{machine}' Static MAC address {show(mac)} for {adapter} ({adapter_id.upper()}) is unsupported."
    values = (machine, adapter, adapter_id, show(mac))
    return (Event(log=_WORKER_LOG, provider=_WORKER, id=12560, message=text, at_us=at_us, values=values),)


def pinned(port_id: str, mac: int, holder_id: str, at_us: int) -> Event:
    """VMSMP 28: a port may not use an address that another port of the switch has."""
    text = (
        f"Port '{port_id.upper()}' was prevented from using MAC address '{show(mac)}' because it is pinned to port "
        f"'{holder_id.upper()}'."
    )
    return Event(log=_SYSTEM, provider="VMSMP", id=28, message=text, at_us=at_us)


def team_twin(description: str, at_us: int) -> Event:
    """MsLbfo 16945: a port of the switch has a team member's address."""
    text = (
        "MAC conflict: A port on the virtual switch has the same MAC as one of the underlying team members on Team Nic "
        f"{description}"
    )
    return Event(log=_SYSTEM, provider=_LBFO, id=16945, message=text, at_us=at_us)


def nlb_without_spoofing(at_us: int) -> tuple[Event, ...]:
    """NLB 53 and 12289, in the guest's System log. Their texts were not to be had; the status is known."""
    return (
        Event(log=_SYSTEM, provider=_NLB, id=53, message=None, at_us=at_us),
        Event(log=_SYSTEM, provider=_NLB, id=12289, message=None, at_us=at_us, values=("0x8004100a",)),
    )
