"""The work of one plan: the estate, free space, what was decided so far, and the moves that repairs are made of."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from maccord.fleet.diagnosis import Finding, Incident
from maccord.fleet.records import Adapter, Pool
from maccord.mac import show
from maccord.plan.details import Details
from maccord.plan.drafts import ADVICE, CURSOR, MACHINE, NETWORK, RANGE, TEXT, Drafts
from maccord.plan.estate import Estate
from maccord.plan.notices import notices_of
from maccord.plan.plan import Fallout, Settings
from maccord.plan.shell_text import new_address, old_address
from maccord.plan.space import Space
from maccord.plan.spans import Span
from maccord.plan.steps import (
    Advice,
    AnyStep,
    ColdStart,
    HyperVStep,
    ReplaceVnic,
    RunText,
    SetCursor,
    SetMachineAddress,
    SetRange,
)
from maccord.plan.words import what

STRAYING = ("migrated-vm-kept-address", "unexplained-duplicate", "static-in-dynamic-range")
"""What a check may find of a host's machines between its new range and their restart: their addresses lie in the range
that another host keeps."""

_WITHOUT_CMDLETS = ("6.0.", "6.1.")
"""Windows Server 2008 and 2008 R2; the Hyper-V module came with 2012 (6.2)."""
_BY_HAND = (
    "By hand: this Windows has no cmdlets of Hyper-V. Use Virtual Network Manager and Hyper-V Manager, or on 2008 the "
    "registry (the Virtualization key), and restart the service vmms."
)


@dataclass(frozen=True, slots=True)
class Task:
    """An incident that is to be repaired, with its id in the report."""

    id: str
    incident: Incident

    def findings(self, *rules: str) -> list[Finding]:
        """Return the findings of some rules."""
        return [one for one in self.incident.findings if one.rule in rules]


@dataclass(slots=True)
class Work:
    """Everything that repairs share. `export_of` returns a host's export by its name, empty where there is none.

    `ranges` are the dynamic ranges of hosts as they will be, by host; `changing` the adapters that get another address,
    with that address, or None where it is not known beforehand.
    """

    estate: Estate
    space: Space
    settings: Settings
    export_of: Callable[[str], Mapping[str, Any]]
    drafts: Drafts = field(default_factory=Drafts)
    ranges: dict[int, Span] = field(default_factory=dict)
    moved: set[int] = field(default_factory=set)
    changing: dict[int, int | None] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    _details: dict[int, Details] = field(default_factory=dict)
    _commanded: dict[str, bool] = field(default_factory=dict)
    _issued: dict[int, int] = field(default_factory=dict)

    # What there is --------------------------------------------------------------------------------------------------

    def details(self, host: int) -> Details:
        """Return what a host's export tells beyond the tables."""
        if host not in self._details:
            self._details[host] = Details(self.export_of(self.estate.name(host)))
        return self._details[host]

    def range_of(self, host: int) -> Span | None:
        """Return a host's dynamic range as it will be."""
        if host in self.ranges:
            return self.ranges[host]
        pool = self.estate.dynamic_pool(host)
        return (pool.first, pool.last) if pool else None

    def is_hyperv(self, host: int) -> bool:
        """Tell whether a host is one of Hyper-V, which steps can run on."""
        return self.estate.platform(host) == "hyperv"

    def draft(self, key: Hashable, phase: int, step: AnyStep, incident: str, *fallout: Fallout) -> None:
        """Enter a step for an incident: as advice where the host's Windows has no cmdlets of Hyper-V for it."""
        if isinstance(step, HyperVStep) and not self._has_cmdlets(step.host):
            text = f"{what(step)}. {_BY_HAND}"
            step, phase = Advice(id="", host=step.host, why=step.why, text=text), ADVICE
        self.drafts.add(key, phase, step, incident, *fallout)

    def _has_cmdlets(self, host: str) -> bool:
        if host not in self._commanded:
            self._commanded[host] = not Details(self.export_of(host)).version.startswith(_WITHOUT_CMDLETS)
        return self._commanded[host]

    # Ranges ---------------------------------------------------------------------------------------------------------

    def set_range(self, pool: Pool, span: Span, incident: str, why: str, *, moves: bool) -> None:
        """Give a host another range; `moves` says that it is another place, and not merely longer or shorter."""
        host = pool.host_id
        if (known := self.ranges.get(host)) is not None and known != span:
            raise AssertionError(f"two ranges for {self.estate.name(host)}")
        self.ranges[host] = span
        if moves:
            self.moved.add(host)
        step = SetRange(
            id="",
            host=self.estate.name(host),
            why=why,
            declares=(*STRAYING, "wwn-range-shared") if moves else (),  # names of clones are parted later
            first=span[0],
            last=span[1],
            was_first=pool.first,
            was_last=pool.last,
            cursor=pool.cursor,
        )
        self.draft(("range", host), RANGE, step, incident)

    def set_cursor(self, pool: Pool, cursor: int, incident: str, why: str) -> None:
        """Write a host's cursor."""
        step = SetCursor(id="", host=self.estate.name(pool.host_id), why=why, cursor=cursor, was_cursor=pool.cursor)
        self.draft(("cursor", pool.host_id), CURSOR, step, incident)

    # Machines -------------------------------------------------------------------------------------------------------

    def cold_start(self, row: Adapter, incident: str, why: str) -> None:
        """Have the host of a running machine issue it new addresses for those outside the range."""
        host, span = row.host_id, self.range_of(row.host_id)
        assert span is not None
        if not self.is_hyperv(host):
            self.readdress(row, incident, why)
            return
        if row.running is False:
            self.release(row, incident, why)
            return
        if self.settings.running == "leave":
            self.left[incident] = (
                f"{row.machine} on {self.estate.name(host)} runs, and machines that run are left (--running leave): "
                "it gets another address at its next cold start."
            )
            self.drafts.meets(self.fallout(row, None, "start"))
            return
        key = ("machine", host, row.machine_no)
        outside = [
            one
            for one in self.estate.drawn(host)
            if one.machine_no == row.machine_no and one.mac and not span[0] <= one.mac <= span[1]
        ]
        if self._runs_into_stopped(host, len(outside)):
            said = "The host would issue an address next that a stopped machine has."
            for one in outside:
                self.readdress(one, incident, f"{why} {said}")
            return
        for one in outside:
            self.changing.setdefault(one.id, None)
        step = ColdStart(
            id="",
            host=self.estate.name(host),
            why=why,
            machine=row.machine,
            machine_id=row.machine_id,
            first=span[0],
            last=span[1],
            addresses=tuple(sorted({one.mac for one in outside if one.mac is not None})),
            clustered=self.details(host).is_clustered(row.machine_id),
        )
        self.draft(key, MACHINE, step, incident, *(self.fallout(one, None) for one in outside))

    def _runs_into_stopped(self, host: int, count: int) -> bool:
        """Tell whether one of the next addresses that a host issues, after those planned so far, is taken.

        A host looks at running machines alone (rule B). Where its cursor is not in the evidence nothing is known.
        """
        pool, span = self.estate.dynamic_pool(host), self.range_of(host)
        if pool is None or span is None or pool.cursor is None or host in self.moved:
            return False
        rows = [row for row in self.estate.adapters_of(host) if row.mac and row.id not in self.changing]
        running = {row.mac for row in rows if row.running is not False}
        stopped = {row.mac for row in rows if row.running is False}
        start = pool.cursor if span[0] <= pool.cursor <= span[1] else span[0]
        order = (mac for part in ((start, span[1]), (span[0], start - 1)) for mac in range(part[0], part[1] + 1))
        done = self._issued.get(host, 0)
        ahead = list(islice((mac for mac in order if mac not in running), done + count))
        if stopped & set(ahead[done:]):
            return True
        self._issued[host] = done + count
        return False

    def release(self, row: Adapter, incident: str, why: str) -> None:
        """Have a machine that is off forget its dynamic address: the host issues another one at its next start."""
        self._set_address(row, None, incident, why)

    def readdress(self, row: Adapter, incident: str, why: str) -> None:
        """Give an adapter of a machine a static address of its own, outside every range; on any platform."""
        if row.id in self.changing:
            self._same_again(row, incident)
            return
        self._set_address(row, self.space.new_static(), incident, why)

    def _same_again(self, row: Adapter, incident: str) -> None:
        for key in (("adapter", row.id), ("machine", row.host_id, row.machine_no)):
            draft = self.drafts.get(key)
            if draft is not None:
                draft.incidents[incident] = None
                return

    def _set_address(self, row: Adapter, mac: int | None, incident: str, why: str) -> None:
        if row.id in self.changing:
            self._same_again(row, incident)
            return
        host, platform = row.host_id, self.estate.platform(row.host_id)
        key = ("adapter", row.id)
        if platform != "hyperv":
            text = new_address(platform, row, mac)
            name = self.estate.name(host)
            if text is None:
                said = f"Give machine {row.machine or row.name} another address in place of {show(row.mac or 0)}"
                self.advise(host, f"{said}{f', such as {show(mac)}' if mac is not None else ''}.", incident, why)
                return
            self.changing[row.id] = mac
            back = old_address(platform, row, mac)
            step = RunText(id="", host=name, why=why, platform=platform, machine=row.machine, text=text, reverse=back)
            self.draft(key, TEXT, step, incident, self.fallout(row, mac))
            return
        details = self.details(host)
        if details.is_saved(row.machine_id):
            self._advise_saved(row, incident, why)
            return
        self.changing[row.id] = mac
        if row.running and self.settings.running == "leave":
            self.left[incident] = f"{row.machine} runs, and machines that run are left (--running leave)."
            return
        set_it = SetMachineAddress(
            id="",
            host=self.estate.name(host),
            why=why,
            machine=row.machine,
            machine_id=row.machine_id,
            adapter=row.name,
            adapter_id=details.adapter_id(row.machine_id, row.device, row.mac, row.name),
            mac=mac,
            was_mac=row.mac or 0,
            was_dynamic=row.dynamic is not False,
            was_running=row.running is True,
            clustered=details.is_clustered(row.machine_id),
        )
        self.draft(key, MACHINE, set_it, incident, self.fallout(row, mac))

    def _advise_saved(self, row: Adapter, incident: str, why: str) -> None:
        """A saved machine's settings cannot be changed, and throwing its state away is for nobody but its owner."""
        keeps = f"Until then it keeps {show(row.mac or 0)}."
        text = f"{row.machine} is saved: resume it, shut its guest down, and plan again. {keeps}"
        self.advise(row.host_id, text, incident, why)

    def fallout(self, row: Adapter, becomes: int | None, when: str = "") -> Fallout:
        """Return what hangs on an adapter's address; `when` is filled in once the step has its id."""
        return Fallout(
            host=self.estate.name(row.host_id),
            machine=row.machine,
            machine_id=row.machine_id,
            adapter=row.name,
            was=row.mac or 0,
            becomes=becomes,
            when=when,
            notices=notices_of(self.estate, row, self.details(row.host_id)),
        )

    def keeps_until_start(self, row: Adapter) -> None:
        """Note that a machine which is off gets another address when it starts, without a step."""
        self.changing.setdefault(row.id, None)
        self.drafts.meets(self.fallout(row, None, "start"))

    # The host's own adapters ----------------------------------------------------------------------------------------

    def replace_vnic(self, row: Adapter, incident: str, why: str, *, static: bool) -> None:
        """Make a management vNIC anew, with a static address outside every range, or one that the host issues."""
        details = self.details(row.host_id)
        switch = details.switch_of(row.name, row.mac)
        if not switch or not self.is_hyperv(row.host_id):
            self.advise(
                row.host_id,
                f"Make the management vNIC {row.name} anew: its switch and IP settings are not in the evidence.",
                incident,
                why,
            )
            return
        remade = self.drafts.get(("switch", row.host_id, switch))
        if remade is not None and row.id in self.changing:  # its switch is made anew, and gives it another address
            remade.incidents[incident] = None
            return
        key = ("vnic", row.host_id, row.name)
        if self.drafts.known(key):
            self.draft(key, NETWORK, self.drafts.get(key).step, incident)  # type: ignore[union-attr]
            return
        alias = f"vEthernet ({row.name})"
        mac = self.space.new_static() if static else None
        self.changing[row.id] = mac
        step = ReplaceVnic(
            id="",
            host=self.estate.name(row.host_id),
            why=why,
            vnic=row.name,
            switch=switch,
            mac=mac,
            was_mac=row.mac or 0,
            vlan=details.vlan_of(row.name, row.mac),
            settings=details.settings_of(alias),
            probes=details.gateways_of(alias),
            vmq=details.vmq_off(alias),
        )
        self.draft(key, NETWORK, step, incident, self.fallout(row, mac))

    # People ---------------------------------------------------------------------------------------------------------

    def advise(self, host: int, text: str, incident: str, why: str = "") -> None:
        """Say what only a person can do."""
        step = Advice(id="", host=self.estate.name(host), why=why, text=text)
        self.draft(("advice", host, text), ADVICE, step, incident)
