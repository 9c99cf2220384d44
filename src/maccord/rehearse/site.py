"""A fleet rebuilt from its evidence: every Hyper-V host and VMM server that there is an export of, in one world."""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address
from typing import Any

from maccord.plan.steps import AnyStep
from maccord.worlds.hyperv import DhcpServer, Host, World
from maccord.worlds.hyperv.rebuild import Rebuilt, rebuild
from maccord.worlds.scvmm import Server
from maccord.worlds.scvmm.rebuild import RebuiltServer, manage, rebuild_server

Export = Mapping[str, Any]
VMM = "maccord.vmm/1"


class Site:
    """Emulated hosts and VMM servers, by the names that the evidence gives them; case makes no difference.

    `unheld` says, by name, what the evidence tells and the emulation does not hold.
    """

    def __init__(self, exports: Mapping[str, Export], *, seed: int = 0) -> None:
        self.world = World(seed)
        self._lan = DhcpServer(name="DHCP", first=IPv4Address(1), last=IPv4Address(0))  # known leases, and no others
        self._hosts: dict[str, Rebuilt] = {}
        self._servers: dict[str, RebuiltServer] = {}
        servers = []
        for name in sorted(exports):
            export = dict(exports[name])
            export["ComputerName"] = export.get("ComputerName") or name
            if export.get("schema") == VMM:
                servers.append((name, export))
            elif name.casefold() not in self._hosts:
                self._hosts[name.casefold()] = rebuild(self.world, {**export, "ComputerName": name}, lan=self._lan)
        for name, export in servers:
            self._servers[name.casefold()] = rebuild_server(self.world, {**export, "ComputerName": name})

    def host(self, name: str) -> Host | None:
        """Return the host of a name."""
        found = self._hosts.get(name.casefold())
        return found.host if found else None

    def server(self, name: str) -> Server | None:
        """Return the VMM server of a name."""
        found = self._servers.get(name.casefold())
        return found.server if found else None

    def managed(self, server: Server, name: str) -> Host | None:
        """Return a host as one that a VMM server manages."""
        host = self.host(name)
        if host is not None:
            manage(server, host)
        return host

    def knows(self, step: AnyStep) -> bool:
        """Tell whether there is an emulated host or server that a step runs on."""
        return step.host.casefold() in self._hosts or step.host.casefold() in self._servers

    def export(self, name: str, *, old_events: bool = True) -> dict[str, Any]:
        """Return what a host or server tells now; raises KeyError for one that there is no export of."""
        key = name.casefold()
        if key in self._hosts:
            return self._hosts[key].export(old_events=old_events)
        return self._servers[key].export()

    def exports(self, names: Iterable[str] | None = None, *, old_events: bool = True) -> dict[str, dict[str, Any]]:
        """Return what these hosts and servers tell now, or all of them, by name. Hosts that are down tell nothing."""
        wanted = list(self.names) if names is None else [name for name in names if self._known(name)]
        return {name: self.export(name, old_events=old_events) for name in wanted if self._is_up(name)}

    @property
    def names(self) -> Iterator[str]:
        """The names of all hosts and servers."""
        yield from (one.host.name for one in self._hosts.values())
        yield from (one.server.name for one in self._servers.values())

    @property
    def hosts(self) -> list[Host]:
        """All hosts."""
        return [one.host for one in self._hosts.values()]

    @property
    def unheld(self) -> dict[str, tuple[str, ...]]:
        """What is not lived, by name."""
        told = {one.host.name: one.unheld for one in self._hosts.values()}
        told |= {one.server.name: one.unheld for one in self._servers.values()}
        return {name: what for name, what in told.items() if what}

    def _known(self, name: str) -> bool:
        return name.casefold() in self._hosts or name.casefold() in self._servers

    def _is_up(self, name: str) -> bool:
        host = self.host(name)
        return host is None or host.up
