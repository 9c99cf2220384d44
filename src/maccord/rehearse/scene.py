"""What a step is lived in: the site, the pace, and who watches meanwhile."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from maccord.rehearse.pace import Pace
from maccord.rehearse.site import Site
from maccord.worlds.hyperv import Adapter, Host, Machine, Nic
from maccord.worlds.hyperv.wire import leads_out


class Declined(Exception):
    """A step that was not carried out, or did not come to its end. `outcome`: refused, failed or rolled-back."""

    def __init__(self, outcome: str, seen: str) -> None:
        super().__init__(outcome, seen)
        self.outcome, self.seen = outcome, seen


def refuse(seen: str) -> Declined:
    """The host shows something else than was planned for: nothing was done."""
    return Declined("refused", seen)


def failed(seen: str) -> Declined:
    """The step was begun, and its end is not there."""
    return Declined("failed", seen)


class Already(Exception):
    """What the step leaves is there: nothing was done."""

    def __init__(self, seen: str = "") -> None:
        super().__init__(seen)
        self.seen = seen


def wired(host: Host, probes: Sequence[str]) -> bool:
    """Tell whether probes would answer: whether an interface with an IPv4 address leads to a NIC that has a link."""
    del probes
    for vnic in host.vnics:
        if vnic.ipv4 is not None and leads_out(host, vnic.switch) and any(map(_linked, vnic.switch.uplinks)):
            return True
    return any(one.ipv4 is not None and not one.used_by and _linked(one) for one in (*host.teams, *host.nics))


def _linked(one: object) -> bool:
    return one.linked if isinstance(one, Nic) else any(nic.linked for nic in getattr(one, "members", ()))


def _nobody(host: Host, seconds: float, what: str) -> None:
    del host, seconds, what


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """`watch` hears, each time something has changed on a host, how many seconds it stays so, and what was done.

    `answers` says whether probes (gateways, DNS servers) answer a host: the emulation's wire, or a test's fault.
    """

    site: Site
    pace: Pace = field(default_factory=Pace)
    watch: Callable[[Host, float, str], None] = _nobody
    answers: Callable[[Host, Sequence[str]], bool] = wired

    def machine(self, host: Host, machine_id: str, name: str) -> Machine:
        """Return a machine by its id; refuses where it is not on the host."""
        bare = machine_id.strip("{}").casefold()
        for one in host.machines:
            if one.id.casefold() == bare or (not bare and one.name == name):
                return one
        raise refuse(f"{host.name} has no machine {name} ({machine_id})")

    def adapter(self, machine: Machine, adapter_id: str, name: str, was_mac: int) -> Adapter:
        """Return an adapter by its Id, or, where the evidence told none, the only one of its name and address."""
        wanted = adapter_id.casefold()
        for one in machine.adapters:
            if wanted and wanted in (one.full_id.casefold(), one.id.casefold()):
                return one
        named = [one for one in machine.adapters if name in ("", one.name) and one.mac == was_mac]
        if not wanted and len(named) == 1:
            return named[0]
        raise refuse(f"{machine.name} has no adapter {name} ({adapter_id or 'without an id'})")
