"""What a plan consists of: typed steps on one host, each with the state it expects and the state it leaves.

A step is data. It is spelled as PowerShell (`script/`), lived by an emulated host (`rehearse/`) and sent to a real one
(`apply/`), and all three take it from here. Addresses are 48-bit numbers (World Wide Port Names 64-bit ones), names are
the evidence's own, unquoted.

`was` fields are what the evidence showed: a step is refused where the host shows something else, unless it shows what
the step would leave; then there is nothing to do. The same fields make the reverse (`reverse_of`).
"""

from typing import Literal

from msgspec import Struct

Reversal = Literal["exact", "again", "never"]
"""How far a step can be taken back: exactly; by a step that gives another value in place of the old one (a dynamic
address is issued again); or not at all."""


class Step(Struct, frozen=True, tag_field="kind", kw_only=True):
    """One change on `host`. `id` is unique in its plan; `incidents` are the ids of those it is for.

    `why` says in a sentence what it is for. `declares` names causes which may be found while the plan stands between
    this step and its end, such as the overlap that is left until the second of two machines has been restarted.
    """

    id: str
    host: str
    incidents: tuple[str, ...] = ()
    why: str = ""
    declares: tuple[str, ...] = ()


class SetRange(Step, frozen=True, tag="set-range", kw_only=True):
    """Give the host another dynamic range (Set-VMHost). Nobody's address changes by it, but see `ColdStart`.

    `cursor` is where the evidence saw CurrentMacAddress; it is not a condition.
    """

    first: int
    last: int
    was_first: int
    was_last: int
    cursor: int | None = None


class SetCursor(Step, frozen=True, tag="set-cursor", kw_only=True):
    """Write CurrentMacAddress while the management service is stopped: machines go on, and cannot be managed."""

    cursor: int
    was_cursor: int | None


class ColdStart(Step, frozen=True, tag="cold-start", kw_only=True):
    """Shut a running machine down and start it: its dynamic addresses outside first..last are issued anew (rule A).

    `addresses` are those that will be replaced; the step failed if, afterwards, the machine still has one of them, or
    has one outside the range. Guests are asked to shut down; they are never turned off.
    """

    machine: str
    machine_id: str
    first: int
    last: int
    addresses: tuple[int, ...]
    clustered: bool = False


class SetMachineAddress(Step, frozen=True, tag="set-machine-address", kw_only=True):
    r"""Give an adapter of a machine a static address, or (`mac` None) have the host issue one at the next start.

    A running machine is shut down before and started after; one that is off stays off. `adapter_id` is the adapter's
    Id (`Microsoft:GUID\GUID`), since names of adapters are seldom unique.
    """

    machine: str
    machine_id: str
    adapter: str
    adapter_id: str
    mac: int | None
    was_mac: int
    was_dynamic: bool
    was_running: bool
    clustered: bool = False


class SetSpoofing(Step, frozen=True, tag="set-spoofing", kw_only=True):
    """Permit, or forbid, that a guest sends from addresses other than its own. The machine may run."""

    machine: str
    machine_id: str
    adapter: str
    adapter_id: str
    on: bool
    was_on: bool


class SetConnection(Step, frozen=True, tag="set-connection", kw_only=True):
    """Take a machine's adapter off its switch, or connect it again: one of two copies that should not be there."""

    machine: str
    machine_id: str
    adapter: str
    adapter_id: str
    switch: str
    connected: bool


class Vlan(Struct, frozen=True, kw_only=True):
    """The VLAN setting of a vNIC: Untagged, Access (`access`) or Trunk (`native`, `allowed` as `10,20-30`)."""

    mode: Literal["Untagged", "Access", "Trunk"] = "Untagged"
    access: int = 0
    native: int = 0
    allowed: str = ""


class IpSetting(Struct, frozen=True, kw_only=True):
    """One IP address of an interface, v4 or v6, as New-NetIPAddress takes it. `skip_as_source` as Windows has it."""

    address: str
    prefix_length: int
    skip_as_source: bool = False


class Route(Struct, frozen=True, kw_only=True):
    """A route through an interface that somebody set: `prefix` 0.0.0.0/0 or ::/0 for the default gateway."""

    prefix: str
    next_hop: str
    metric: int = 0


class IpSettings(Struct, frozen=True, kw_only=True):
    """Everything that an interface loses when it is made anew. `dhcp`: v4 addresses came by DHCP, and will again.

    Order is the order in which Windows listed them. `registers` is RegisterThisConnectionsAddress.
    """

    dhcp: bool = False
    addresses: tuple[IpSetting, ...] = ()
    routes: tuple[Route, ...] = ()
    dns_servers: tuple[str, ...] = ()
    dns_suffix: str = ""
    registers: bool = True
    metric: int | None = None
    mtu: int | None = None


class ReplaceVnic(Step, frozen=True, tag="replace-vnic", kw_only=True):
    """Make a management vNIC anew, so that it gets an address of its own: `mac`, or one that the host issues (None).

    It runs on the host itself as a task that outlives the connection, moves the IP settings, asks `probes` (gateways or
    DNS servers of the settings), and puts everything back by itself when none has answered within `patience_s`.
    `was_mac` is the address it has. `vmq`: VMQ of the vNIC's interface was switched off to hide the trouble, and is
    switched on again.
    """

    vnic: str
    switch: str
    mac: int | None
    was_mac: int
    vlan: Vlan = Vlan()
    settings: IpSettings = IpSettings()
    probes: tuple[str, ...] = ()
    patience_s: int = 60
    vmq: bool = False


class JoinTeam(Step, frozen=True, tag="join-team", kw_only=True):
    """Add a NIC to a team, and move its IP settings to a vNIC that is made on the team's switch.

    This is Ben Gelens' sequence for a host that is being built: the switch stands on the other NICs of the team, and
    `nic` carries the management address. `vnic` is new. Probes and patience as in `ReplaceVnic`. NICs are named by
    their permanent address, which is checked, so that no wildcard can match another one.
    """

    nic: str
    nic_permanent: int
    team: str
    switch: str
    vnic: str
    mac: int | None = None
    vlan: Vlan = Vlan()
    settings: IpSettings = IpSettings()
    probes: tuple[str, ...] = ()
    patience_s: int = 60


class RestartTeam(Step, frozen=True, tag="restart-team", kw_only=True):
    """Disable and enable a team's adapter, so that it takes the address of a NIC that still is a member.

    `members` are the permanent addresses of its members: it has to have one of them afterwards.
    """

    team: str
    was_mac: int
    members: tuple[int, ...]


class RemakeSwitch(Step, frozen=True, tag="remake-switch", kw_only=True):
    """Remove an external switch on one NIC and make it anew, so that its parent vNIC gets the NIC's address.

    The machines on it are cut off meanwhile and connected again: `adapters` are their adapters' Ids. The IP settings of
    the parent vNIC move with it, as in `ReplaceVnic`.
    """

    switch: str
    nic: str
    nic_permanent: int
    was_mac: int
    adapters: tuple[str, ...] = ()
    vlan: Vlan = Vlan()
    settings: IpSettings = IpSettings()
    probes: tuple[str, ...] = ()
    patience_s: int = 60


class ResetNic(Step, frozen=True, tag="reset-nic", kw_only=True):
    """Take the overriding address (NetworkAddress) of a NIC away: it restarts with its permanent one."""

    nic: str
    nic_permanent: int
    was_mac: int


class SetPortNames(Step, frozen=True, tag="set-port-names", kw_only=True):
    """Give the host another range of World Wide Port Names (Set-VMHost). Adapters that exist keep their names."""

    first: int
    last: int
    was_first: int
    was_last: int


class GenerateNames(Step, frozen=True, tag="generate-names", kw_only=True):
    """Have a machine's Fibre Channel adapters named anew, both sets. Zoning and masking must know before it starts.

    A running machine is shut down before, and not started after.
    """

    machine: str
    machine_id: str
    names: tuple[str, ...]
    was_running: bool


class RefreshVmm(Step, frozen=True, tag="refresh-vmm", kw_only=True):
    """Have a VMM server (`host`) read the host `refreshed` anew, since its database says what was."""

    refreshed: str


class MakeVmmPool(Step, frozen=True, tag="make-vmm-pool", kw_only=True):
    """Make a pool on a VMM server (`host`): for `groups` (names or paths), else for those that `instead_of` had.

    Without either it is made for the topmost host group.
    """

    name: str
    first: int
    last: int
    instead_of: str = ""
    groups: tuple[str, ...] = ()


class GrantAddress(Step, frozen=True, tag="grant-address", kw_only=True):
    """Have a VMM server (`host`) grant an address of `pool` to a machine's adapter on `on`, and set it.

    The machine is off meanwhile: it is shut down before and started after where it ran.
    """

    machine: str
    machine_id: str
    on: str
    adapter_id: str
    pool: str
    was_mac: int
    was_running: bool


class RemoveVmmPool(Step, frozen=True, tag="remove-vmm-pool", kw_only=True):
    """Remove a pool of a VMM server (`host`) from which nothing is granted any more. `groups` are its host groups."""

    name: str
    first: int
    last: int
    groups: tuple[str, ...] = ()


class RunText(Step, frozen=True, tag="run-text", kw_only=True):
    """Commands for a platform without a runner of ours: `shell` text that was built with that shell's quoting.

    `platform` is libvirt, proxmox, xcp, incus, docker or netplan. `reverse` is text too, empty where there is none.
    """

    platform: str
    machine: str
    text: str
    reverse: str = ""


class Advice(Step, frozen=True, tag="advice", kw_only=True):
    """What only a person can do: mend an image, make container networks anew, change a vCenter's id."""

    text: str


HyperVStep = (
    SetRange
    | SetCursor
    | ColdStart
    | SetMachineAddress
    | SetSpoofing
    | SetConnection
    | ReplaceVnic
    | JoinTeam
    | RestartTeam
    | RemakeSwitch
    | ResetNic
    | SetPortNames
    | GenerateNames
)
"""Steps that run on a Hyper-V host itself."""
VmmStep = RefreshVmm | MakeVmmPool | GrantAddress | RemoveVmmPool
"""Steps that run on a VMM server."""
AnyStep = HyperVStep | VmmStep | RunText | Advice
"""Every step there is."""
