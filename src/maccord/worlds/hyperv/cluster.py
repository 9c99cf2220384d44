"""Failover clusters: nodes that take over each other's machines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from maccord.worlds.hyperv import moving
from maccord.worlds.hyperv.refusals import Refused, WrongState

if TYPE_CHECKING:
    from maccord.worlds.hyperv.host import Host
    from maccord.worlds.hyperv.machine import Machine


class Cluster:
    """A failover cluster. Its machines are told by their `clustered`."""

    def __init__(self, name: str, nodes: Sequence["Host"]) -> None:
        self.name = name
        self.nodes: list[Host] = []
        for node in nodes:
            self.join(node)

    def join(self, node: "Host") -> None:
        """Add a node."""
        if node in self.nodes:
            raise WrongState(node.name, f"it is a node of {self.name} already")
        self.nodes.append(node)
        node.note("join cluster", {"cluster": self.name})

    def add(self, machine: "Machine") -> None:
        """Make a machine highly available."""
        if machine.host not in self.nodes:
            raise WrongState(machine.name, f"its host is no node of {self.name}")
        machine.clustered = True
        machine.host.note("cluster machine", {"machine": machine.name, "cluster": self.name})

    def fail(self, node: "Host") -> None:
        """Let a node lose power: its clustered machines are started on the others, one here and one there.

        Each is a cold start. One that is refused stays off where it is.
        """
        node.crash()
        others = [one for one in self.nodes if one.up]
        waiting = [one for one in node.machines if one.clustered and one.on_at_shutdown]
        for at, machine in enumerate(waiting):
            if not others:
                return
            machine.on_at_shutdown = False
            try:
                moving.fail_over(machine, others[at % len(others)])
            except Refused as refusal:
                machine.host.note("failover refused", {"machine": machine.name, "why": refusal.why})
