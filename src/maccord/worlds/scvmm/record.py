"""What VMM's database holds of a host: as it was when the host was refreshed last."""

from dataclasses import dataclass

from maccord.mac.address import show
from maccord.worlds.hyperv import Host


@dataclass(frozen=True, slots=True)
class Record:
    """A host as VMM knows it. Each field maps names to what is known of them."""

    nics: dict[str, str]
    teams: dict[str, tuple[str, ...]]
    switches: dict[str, tuple[str, ...]]
    vnics: dict[str, str]
    machines: dict[str, str]

    @classmethod
    def of(cls, host: Host) -> "Record":
        """Read a host."""
        return cls(
            {nic.name: show(nic.mac) for nic in host.nics},
            {team.name: tuple(nic.name for nic in team.members) for team in host.teams},
            {switch.name: tuple(one.name for one in switch.uplinks) for switch in host.switches},
            {vnic.name: show(vnic.mac) for vnic in host.vnics},
            {machine.id: machine.name for machine in host.machines},
        )

    def differs(self, other: "Record") -> tuple[str, ...]:
        """Tell in words what another record has otherwise."""
        told = []
        for what in ("nics", "teams", "switches", "vnics", "machines"):
            old, new = getattr(self, what), getattr(other, what)
            kind = {"nics": "NIC", "switches": "switch", "vnics": "vNIC"}.get(what, what[:-1])
            for name in sorted(old.keys() | new.keys()):
                if name not in old:
                    told.append(f"{kind} {name} is new: {_words(new[name])}")
                elif name not in new:
                    told.append(f"{kind} {name} is gone")
                elif old[name] != new[name]:
                    told.append(f"{kind} {name} was {_words(old[name])}, and is {_words(new[name])}")
        return tuple(told)


def _words(value: str | tuple[str, ...]) -> str:
    return value if isinstance(value, str) else " and ".join(value) or "nothing"
