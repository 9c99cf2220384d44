"""A host that is being built for converged networking: its first NIC joins the team, and a vNIC takes its place.

Ben Gelens' sequence (2014): the logical switch was deployed on the other NICs of the team, so no vNIC inherited the
team's address; then, on the host itself, the NIC that carries the management address joins, and a vNIC with an address
of its own gets its IP settings. Nothing here is an incident; it is drafted for hosts that the call names.
"""

from maccord.mac import MaccordError
from maccord.plan.details import Details
from maccord.plan.drafts import AFTER, NETWORK
from maccord.plan.plan import Join
from maccord.plan.steps import JoinTeam, RefreshVmm
from maccord.plan.work import Work


class CannotJoin(MaccordError):
    """A host or NIC that was named does not fit the sequence."""

    def __init__(self, join: Join, why: str) -> None:
        super().__init__(join, why)
        self.join, self.why = join, why

    def __str__(self) -> str:
        return f"{self.join.host}: {self.why}"


def join_teams(work: Work) -> None:
    """Draft the sequence for every host that the settings name. Raises CannotJoin."""
    for join in work.settings.joins:
        host = next((one for one in work.estate.hosts if one.name.casefold() == join.host.casefold()), None)
        if host is None or not work.is_hyperv(host.id):
            raise CannotJoin(join, "the evidence has no Hyper-V host of this name")
        details = work.details(host.id)
        team, switch = _team(join, details)
        permanent = details.permanent_of(join.nic)
        if permanent is None:
            raise CannotJoin(join, f"its export has no NIC {join.nic!r} with a permanent address")
        if details.is_member(join.nic):
            raise CannotJoin(join, f"the NIC {join.nic!r} is a member of a team already")
        settings = details.settings_of(join.nic)
        if not settings.addresses and not settings.dhcp:
            raise CannotJoin(join, f"the NIC {join.nic!r} has no IP settings that a vNIC could take over")
        step = JoinTeam(
            id="",
            host=host.name,
            why="The management vNIC gets an address of its own and the settings of the NIC, which joins the team.",
            nic=join.nic,
            nic_permanent=permanent,
            team=team,
            switch=switch,
            vnic=join.vnic,
            settings=settings,
            probes=details.gateways_of(join.nic),
        )
        work.draft(("join", host.id), NETWORK, step, "")
        servers = [one for one in work.estate.hosts if one.platform == "vmm"]
        if len(servers) == 1:
            why = f"It takes over what it finds on {host.name}, the second team member included."
            refresh = RefreshVmm(id="", host=servers[0].name, why=why, refreshed=host.name)
            work.draft(("refresh", servers[0].id, host.id), AFTER, refresh, "")


def _team(join: Join, details: Details) -> tuple[str, str]:
    """Return the team that is meant, and the switch on it."""
    known = details.teams_with_switch()
    found = [one for one in known if join.team in ("", one[0])]
    if len(found) != 1:
        names = ", ".join(team for team, _ in known) or "none"
        raise CannotJoin(join, f"say which team (--join HOST:NIC:TEAM); with a virtual switch on it there is {names}")
    return found[0]
