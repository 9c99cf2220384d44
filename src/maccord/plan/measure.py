"""How much a plan changes, and when that is too much to sign unseen."""

from collections.abc import Sequence

from maccord.plan.estate import Estate
from maccord.plan.plan import Fallout, Measure
from maccord.plan.refusals import TooMuchChange
from maccord.plan.steps import Advice, AnyStep, ColdStart, GrantAddress, SetMachineAddress, SetRange

MOST = 1 / 3
"""The share of a fleet that a plan may change unless it is forced."""
_HOSTS, _MACHINES = 20, 100
"""So many may always be changed: a share says nothing about three hosts."""


def measured(steps: Sequence[AnyStep], fallout: Sequence[Fallout]) -> Measure:
    """Return the figures of a plan: machines that change, hosts that get another range, addresses those take."""
    ranges = [step for step in steps if isinstance(step, SetRange)]
    moved = [step for step in ranges if step.first > step.was_last or step.last < step.was_first]
    restarts = {
        (step.host, step.machine_id, step.machine)
        for step in steps
        if isinstance(step, ColdStart) or (isinstance(step, (SetMachineAddress, GrantAddress)) and step.was_running)
    }
    return Measure(
        machines=len({(one.host, one.machine_id, one.machine) for one in fallout if one.machine}),
        hosts_ranged=len(ranges),
        addresses=sum(step.last - step.first + 1 for step in moved),
        hosts=len({step.host for step in steps if not isinstance(step, Advice)}),
        restarts=len(restarts),
    )


def refuse_too_much(estate: Estate, measure: Measure) -> None:
    """Raise TooMuchChange for a plan that would change more than a third of a fleet that is not small."""
    hosts, machines = estate.counted(), estate.counted_machines()
    if measure.hosts_ranged > max(_HOSTS, MOST * hosts):
        raise TooMuchChange("hosts' ranges", measure.hosts_ranged, hosts, MOST)
    if measure.restarts > max(_MACHINES, MOST * machines):
        raise TooMuchChange("machines, which would be restarted,", measure.restarts, machines, MOST)
