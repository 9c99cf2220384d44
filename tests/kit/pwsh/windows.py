"""A Windows host for the interpreter: an emulated Hyper-V host, with files, services, tasks and a stack of IP settings.

The emulated host keeps addresses, routes and DNS servers of its interfaces. What else Windows keeps for one (metric,
MTU, what a DNS client registers) is kept here, and is lost with the interface, as it is there.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Any

from maccord.worlds.hyperv import DhcpServer, Host
from maccord.worlds.hyperv.interface import Interface
from maccord.worlds.scvmm import Server
from tests.kit.pwsh.interpreter import Command, Interpreter
from tests.kit.pwsh.values import Killed, Obj, PsError


@dataclass
class Extra:
    """Settings of an interface that the emulated host does not keep."""

    suffix: str = ""
    registers: bool = True
    metric: dict[str, int] = field(default_factory=dict)
    mtu: dict[str, int] = field(default_factory=dict)


@dataclass
class Task:
    """A scheduled task: what it runs, and whether it runs."""

    argument: str
    state: str = "Ready"


class Windows:
    """One host as its cmdlets see it.

    silent: nobody answers it any more; broken: cmdlets that fail; taken: addresses that somebody else has; stubborn:
    machines whose guests do not shut down; kill_at: the number of the change before which the process is killed, 1 for
    the first; changed: the changes so far, as they were called.
    """

    def __init__(self, host: Host, *, dhcp: DhcpServer | None = None, server: Server | None = None) -> None:
        self.host, self.dhcp, self.server = host, dhcp, server
        self.name = (server or host).name.partition(".")[0]
        self.files: dict[str, str] = {}
        self.tasks: dict[str, Task] = {}
        self.extras: dict[str, Extra] = {}
        self.disabled: set[str] = set()
        self.pending_reset: set[str] = set()
        self.stopped: set[str] = set()
        self.silent = False
        self.broken: set[str] = set()
        self.policy = "Undefined"
        self.taken: set[str] = set()
        self.stubborn: set[str] = set()
        self.tasks_run = True
        self.changed: list[str] = []
        self.kill_at = 0

    # What is on it ---------------------------------------------------------------------------------------------------

    def beyond(self, interface: Interface) -> Extra:
        return self.extras.setdefault(interface.guid.upper(), Extra())

    def forget(self, interface: Interface) -> None:
        """What Windows loses when TCP/IP is unbound from an interface, or it is removed."""
        self.extras.pop(interface.guid.upper(), None)

    def at(self, index: Any) -> Interface:
        for one in self.host.interfaces():
            if one.index == int(index):
                return one
        raise PsError(f"No MSFT_NetIPInterface objects found with property 'InterfaceIndex' equal to '{index}'.")

    def answers(self, address: str) -> Interface | None:
        """Return the interface through which an address answers: one whose own address is in the same network."""
        for one in self.host.interfaces():
            if self.silent or one.name in self.disabled or one.used_by:
                continue
            own = [(one.ip, one.ipv4.prefix)] if one.ipv4 is not None else []
            own += [(more.address, more.prefix) for more in one.further.addresses]
            for mine, prefix in own:
                network = ip_network(f"{mine}/{prefix}", strict=False)
                if ip_address(address).version == network.version and ip_address(address) in network:
                    return one
        return None

    def settings(self, interface: Interface) -> tuple[Any, ...]:
        """Return all IP settings of an interface, to be compared."""
        ipv4 = interface.ipv4
        bare = None if ipv4 is None else replace(ipv4, server=None)
        return bare, ipv4 is not None and ipv4.server is not None, interface.further, self.beyond(interface)

    # Scripts ---------------------------------------------------------------------------------------------------------

    def run(
        self, source: str, *, path: str = "", answer: bool | None = None, **parameters: Any
    ) -> tuple[list[Any], int]:
        """Run a script; return what it wrote and its exit code. answer: of whoever is asked; None: nobody is there."""
        run = Interpreter(self._guarded(), environment=self._environment(), path=path)
        run.answer = answer
        run.statics = self._statics()
        return run.run(source, parameters)

    def restart(self) -> None:
        """Restart the host: tasks that are to run at start-up do."""
        self.host.restart()
        for task in list(self.tasks.values()):
            task.state = "Ready"
            self.start_task(task)

    def start_task(self, task: Task) -> None:
        """Run what a task runs, to its end; it may be killed."""
        task.state = "Running"
        if not self.tasks_run:
            return
        found = re.fullmatch(r'.* -File "(.*)" -Task (\w+) -Folder "(.*)"', task.argument)
        assert found, task.argument
        with suppress(Killed):
            self.run(self.files[found[1]], path=found[1], Task=found[2], Folder=found[3])
        task.state = "Ready"

    def _environment(self) -> dict[str, str]:
        return {
            "COMPUTERNAME": self.name,
            "ProgramFiles": r"C:\Program Files",
            "SystemRoot": r"C:\Windows",
        }

    def _statics(self) -> dict[str, Callable[..., Any]]:
        return {
            "system.diagnostics.stopwatch::startnew": self._stopwatch,
            "system.bitconverter::tostring": lambda octets: "-".join(f"{one:02X}" for one in octets),
            "system.convert::tobyte": int,
            "system.net.dns::gethostname": lambda: self.name,
            "string::compareordinal": lambda one, other: (one > other) - (one < other),
        }

    def _stopwatch(self) -> Obj:
        begun = self.host.world.now_us

        def elapsed() -> Obj:
            return Obj({"TotalSeconds": (self.host.world.now_us - begun) / 1_000_000})

        return Obj({"Elapsed": elapsed})

    def _guarded(self) -> dict[str, Command]:
        """Every cmdlet; before each change the question whether the process still lives, and after it an object.

        Whatever a cmdlet that changes something may write, a script must not take it for an answer of its own.
        """
        from tests.kit.pwsh import all_commands  # noqa: PLC0415 - they know this class
        from tests.kit.pwsh.cmdlets import CMDLETS  # noqa: PLC0415

        def wrapped(name: str, command: Callable[["Windows", dict[str, Any]], Any]) -> Command:
            def call(run: Interpreter, given: dict[str, Any]) -> Any:
                if CMDLETS[name].effect == "host":
                    assert not run.variable("whatifpreference"), f"{name} under -WhatIf"
                    if name in self.broken:
                        raise PsError(f"{name} is broken")
                    self.changed.append(name)
                    if self.kill_at and len(self.changed) == self.kill_at:
                        raise Killed
                told = command(self, given)
                return told if told is not None or CMDLETS[name].effect != "host" else Obj()

            return call

        return {name: wrapped(name, command) for name, command in all_commands.COMMANDS.items()}
