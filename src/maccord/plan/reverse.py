"""How steps are taken back."""

from msgspec.structs import replace

from maccord.plan.steps import (
    AnyStep,
    MakeVmmPool,
    RemoveVmmPool,
    Reversal,
    RunText,
    SetConnection,
    SetCursor,
    SetMachineAddress,
    SetPortNames,
    SetRange,
    SetSpoofing,
)


def reverse_of(step: AnyStep) -> AnyStep | None:  # noqa: PLR0911 - a case a kind of step
    """Return the step that takes another back once it has run; None where nothing is left to take back, or can be.

    A range, a static address and a setting come back exactly. What a host issued meanwhile stays: an address that was
    dynamic before is issued again. A vNIC or switch that was made anew stays, as it has its settings and an address of
    its own, and making it once more would inherit the fault.
    """
    key = f"reverse-{step.id}"
    match step:
        case SetRange(first=first, last=last):
            return replace(step, id=key, first=step.was_first, last=step.was_last, was_first=first, was_last=last)
        case SetPortNames(first=first, last=last):
            return replace(step, id=key, first=step.was_first, last=step.was_last, was_first=first, was_last=last)
        case SetCursor(was_cursor=was) if was is not None:
            return replace(step, id=key, cursor=was, was_cursor=step.cursor)
        case SetSpoofing(on=on):
            return replace(step, id=key, on=step.was_on, was_on=on)
        case SetConnection(connected=connected):
            return replace(step, id=key, connected=not connected)
        case SetMachineAddress():
            return _address_back(step, key)
        case RunText(reverse=text) if text:
            return replace(step, id=key, text=text, reverse=step.text)
        case MakeVmmPool():
            return RemoveVmmPool(
                id=key, host=step.host, name=step.name, first=step.first, last=step.last, groups=step.groups
            )
        case RemoveVmmPool():
            return MakeVmmPool(
                id=key, host=step.host, name=step.name, first=step.first, last=step.last, groups=step.groups
            )
        case _:
            return None


def reversal(step: AnyStep) -> Reversal:
    """Tell how far a step can be taken back."""
    match step:
        case SetMachineAddress(was_dynamic=True):
            return "again"
        case _:
            return "exact" if reverse_of(step) is not None else "never"


def _address_back(step: SetMachineAddress, key: str) -> SetMachineAddress:
    """The adapter gets its old static address; one that was dynamic is issued an address anew."""
    return replace(
        step,
        id=key,
        mac=None if step.was_dynamic else step.was_mac,
        was_mac=step.mac or 0,
        was_dynamic=step.mac is None,
    )
