"""Steps in words: what is done, what it interrupts, and how it is taken back."""

from collections.abc import Callable

from maccord.mac import show
from maccord.plan.reverse import reversal
from maccord.plan.steps import (
    Advice,
    AnyStep,
    ColdStart,
    GenerateNames,
    GrantAddress,
    JoinTeam,
    MakeVmmPool,
    RefreshVmm,
    RemakeSwitch,
    RemoveVmmPool,
    ReplaceVnic,
    ResetNic,
    RestartTeam,
    RunText,
    SetConnection,
    SetCursor,
    SetMachineAddress,
    SetPortNames,
    SetRange,
    SetSpoofing,
)

_NOTHING = "Nothing is interrupted."


def what(step: AnyStep) -> str:
    """Return what a step does, as a sentence in the imperative."""
    return _WORDS[type(step)][0](step)


def interrupts(step: AnyStep) -> str:
    """Return what a step interrupts."""
    return _WORDS[type(step)][1](step)


def back(step: AnyStep) -> str:
    """Return how a step is taken back."""
    if isinstance(step, (Advice, ColdStart)):
        return {Advice: "No step of ours.", ColdStart: "Not at all: the host has issued another address."}[type(step)]
    return {
        "exact": "Exactly, by its reverse.",
        "again": "Made dynamic again; the host then issues another address than before.",
        "never": "Not at all: what was made anew keeps its settings and an address of its own.",
    }[reversal(step)]


def _wwn(number: int) -> str:
    return f"{number:016X}"


def _stretch(first: int, last: int) -> str:
    return f"{show(first)} to {show(last)}"


def _machine_address(step: SetMachineAddress) -> str:
    adapter = f"{step.adapter} of {step.machine}"
    if step.mac is None:
        return f"Have {adapter} forget {show(step.was_mac)}; the host issues another address at its next start"
    return f"Give {adapter} the static address {show(step.mac)} in place of {show(step.was_mac)}"


def _vnic(step: ReplaceVnic) -> str:
    own = f"the static address {show(step.mac)}" if step.mac is not None else "an address that the host issues"
    return f"Make the management vNIC {step.vnic} on {step.switch} anew, with {own} in place of {show(step.was_mac)}"


def _stops(step: SetMachineAddress | GrantAddress) -> str:
    return f"{step.machine} is shut down and started." if step.was_running else f"{_NOTHING} The machine is off."


def _cut_off(step: ReplaceVnic | JoinTeam | RemakeSwitch) -> str:
    asked = ", ".join(step.probes) or "nobody: no gateway is known"
    return (
        f"The host's management is cut off for some seconds; if none of its gateways ({asked}) answers within "
        f"{step.patience_s} s, the host puts everything back by itself."
    )


_Says = Callable[..., str]
_WORDS: dict[type[AnyStep], tuple[_Says, _Says]] = {
    SetRange: (
        lambda step: (
            f"Give the host the range {_stretch(step.first, step.last)} in place of "
            f"{_stretch(step.was_first, step.was_last)}"
        ),
        lambda _: f"{_NOTHING} Machines keep their addresses until their next cold start.",
    ),
    SetCursor: (
        lambda step: f"Set CurrentMacAddress to {show(step.cursor)}",
        lambda _: "Machines run on; for some seconds nobody can manage them, since the management service restarts.",
    ),
    ColdStart: (
        lambda step: (
            f"Shut {step.machine} down and start it, so that the host issues it another address in place of "
            f"{', '.join(show(one) for one in step.addresses)}"
        ),
        lambda step: f"{step.machine} is down for the time of a shutdown and a start.",
    ),
    SetMachineAddress: (_machine_address, _stops),
    SetSpoofing: (
        lambda step: (
            f"{'Permit' if step.on else 'Forbid'} that {step.adapter} of {step.machine} sends from other addresses"
        ),
        lambda _: _NOTHING,
    ),
    SetConnection: (
        lambda step: (
            f"{'Connect' if step.connected else 'Disconnect'} {step.adapter} of {step.machine} "
            f"{'to' if step.connected else 'from'} {step.switch or 'its switch'}"
        ),
        lambda step: _NOTHING if step.connected else f"{step.machine} is off the network from then on.",
    ),
    ReplaceVnic: (_vnic, _cut_off),
    JoinTeam: (
        lambda step: (
            f"Add the NIC {step.nic} ({show(step.nic_permanent)}) to the team {step.team}, and move its IP settings to "
            f"a new management vNIC {step.vnic} on {step.switch}"
        ),
        _cut_off,
    ),
    RestartTeam: (
        lambda step: (
            f"Restart the adapter of the team {step.team}, so that it takes the address of a member in place of "
            f"{show(step.was_mac)}"
        ),
        lambda _: "Everything on the team is cut off for some seconds.",
    ),
    RemakeSwitch: (
        lambda step: (
            f"Make the switch {step.switch} on {step.nic} anew, so that its vNIC gets {show(step.nic_permanent)} in "
            f"place of {show(step.was_mac)}"
        ),
        lambda step: f"All machines on the switch are cut off meanwhile. {_cut_off(step)}",
    ),
    ResetNic: (
        lambda step: f"Have the NIC {step.nic} wear its permanent address {show(step.nic_permanent)} again",
        lambda _: "The NIC restarts: what it carries is cut off for some seconds.",
    ),
    SetPortNames: (
        lambda step: f"Give the host the World Wide Port Names {_wwn(step.first)} to {_wwn(step.last)}",
        lambda _: f"{_NOTHING} Adapters that exist keep their names.",
    ),
    GenerateNames: (
        lambda step: f"Generate new World Wide Names for {step.machine}, both sets",
        lambda step: (
            f"{step.machine} is shut down and stays off until zoning and LUN masking know its new names."
            if step.was_running
            else f"{_NOTHING} The machine is off; zoning and LUN masking have to know its new names first."
        ),
    ),
    RefreshVmm: (lambda step: f"Have VMM read {step.refreshed} anew", lambda _: _NOTHING),
    MakeVmmPool: (
        lambda step: f"Make the MAC address pool {step.name}: {_stretch(step.first, step.last)}",
        lambda _: _NOTHING,
    ),
    GrantAddress: (
        lambda step: f"Grant {step.machine} on {step.on} an address of {step.pool} in place of {show(step.was_mac)}",
        _stops,
    ),
    RemoveVmmPool: (
        lambda step: f"Remove the MAC address pool {step.name} ({_stretch(step.first, step.last)})",
        lambda _: f"{_NOTHING} Machines keep the addresses that were granted from it.",
    ),
    RunText: (
        lambda step: f"Run on {step.platform}, for {step.machine}: {step.text}",
        lambda _: "The machine is down for the time of a restart, if it runs.",
    ),
    Advice: (lambda step: step.text, lambda _: "Depends on what is done."),
}
