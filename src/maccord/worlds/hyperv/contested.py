"""What no source settles, each as a named parameter. The default is argued beside it."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contested:
    """How a host behaves where the sources are silent or disagree; every field can be set for a world or a host."""

    populate_at: Literal["first machine", "role"] = "first machine"
    """When the range is populated. Howard saw it on 2008 with the registry open; four later authors say "when the role
    is installed" without showing it. Whoever is first to need an address (an internal network, say) populates it too,
    and so does a machine that arrives from another host."""

    which_ipv4: Literal["first", "last"] = "first"
    """Which IPv4 address of several the range stems from. Howard: the first in the order of enumeration. What that
    order is on hosts with many NICs was not verified; here it is that in which they were put in."""

    apipa: Literal["before 2012 R2", "always", "never"] = "before 2012 R2"
    """Whether a link-local address (169.254/16) counts as an IPv4 address of the host. A report of the 2012 R2 era
    suspects it, and remarks that it seems to have been dealt with."""

    without_ipv4: Literal["zeros", "chance", "empty"] = "zeros"
    """What stands for the two octets when no address counts. Not known; zeros are what an address that was never filled
    in reads as. "chance" is one reader's belief; "empty" leaves the range unpopulated until there is an address."""

    cursor_names: Literal["next", "last"] = "next"
    """What CurrentMacAddress holds. Howard's steps and scripts from 2013 on: the address that is tried next. A vendor's
    blog on the 2008 beta: the one issued last."""

    cursor_after_last: Literal["first", "one past"] = "first"
    """Where a cursor that names the next goes when the last address has been issued. "At the end it starts over", says
    the 2008 beta's blog; so it does at once, and never leaves the range by itself."""

    cursor_when_range_moves: Literal["first", "stays"] = "first"
    """What a change by Virtual Network Manager or Set-VMHost does to a cursor that it leaves outside. Not known; the
    service changes its own state and is taken to mend it. An edit of the registry mends nothing, whatever this says."""

    cursor_outside: Literal["first", "walks on"] = "first"
    """Where the search begins when the cursor is outside the range. Whether it is validated was not verified; if it
    were not, every edit of the range would soon have been seen to issue addresses outside it."""

    registry_read: Literal["at start", "at once"] = "at start"
    """When the service notices that the registry was edited. Howard restarted the host "to be sure"."""

    saved_holds: bool = False
    """Whether a saved machine holds its address. In use means held by a running machine, everywhere it is described;
    and the rule that a restored machine whose address is taken gets a new one would have no work otherwise."""

    rule_a_on_restore: bool = False
    """Whether a machine that is restored with an address outside the host's range gets a new one. One author says so;
    the incident in the vendor's own article has a machine that kept it until it was started cold, two days later."""

    in_use_at_start: Literal["by version", "issue", "refuse"] = "by version"
    """What happens to a dynamic address that another running machine holds when its machine starts. From 2008 R2 on the
    rules of regeneration say: a new one. On 2008, Howard saw a refusal (with a full range, so it proves little) and
    replied that an address once allocated never changes: there it is refused."""

    arrival_in_use: Literal["refuse", "keep"] = "refuse"
    """What happens to a live migration whose address a running machine of the destination holds. Not known; the device
    is powered on at the destination, and that is where a cold start is refused."""

    static_in_use: Literal["refuse", "run"] = "refuse"
    """What happens to a machine whose static address another running machine of the host holds. Builders of images
    report that the second will not run; the page of event 12560 says networking "may not work properly"."""

    invalid_static: Literal["by version", "at set", "at start"] = "by version"
    """When a static address that cannot be is refused. Event 12560 of 2008 is the worker's, so at start; a client of
    2020 refused the setting. Taken to have changed with 2008 R2."""

    conversion_keeps_address: bool = True
    """Whether a switch that changes its kind leaves its vNIC the address it has. The author called it a fault of v1,
    after two notebooks showed one pool address; that it was mended is nowhere said."""

    embedded_team_vnic: Literal["pool", "first member"] = "pool"
    """Where the vNIC that comes with a switch on an embedded team has its address from. Not known; host vNICs have
    addresses of their own as far as the vendor's pages go."""

    team_primary: Literal["first", "chance"] = "first"
    """Which member a team takes its address from when it comes up. The vendor: the first that binds, so not the same
    each time. A story needs one that can be told; "chance" draws one."""

    vnic_follows_team: bool = False
    """Whether a vNIC that inherited a team's address follows it when the team gets another. Not documented; the address
    is stored with the vNIC."""

    moved_disk_rebinds: bool = True
    """Whether switches and teams of a disk that is put into other hardware come up on the NICs in the same slots. The
    reader whose disk kept the first machine's address had it running; without it, nothing would have conflicted."""

    generalize_drops_uplinks: bool = True
    """Whether sysprep /generalize loses external switches and teams. It removes device instances, on which they
    stand."""

    import_copy: Literal["new", "kept"] = "new"
    """What a copy with a new id gets in place of its dynamic addresses. The page of event 12560: a machine that is
    copied to another computer is assigned a new, unused address. Static ones travel along."""

    checkpoint_restores: bool = True
    """Whether applying a checkpoint brings back the addresses of its time. No source; a checkpoint holds the
    settings."""

    replica_copies: bool = True
    """Whether a replica has the addresses of its primary until it starts. No source; it is the same machine, with its
    id and its settings."""

    test_failover_copies: bool = True
    """Whether the machine of a test failover has the replica's addresses until it starts. No source; see above."""

    hot_added: Literal["at once", "at start"] = "at once"
    """When an adapter that is added to a running machine gets its address. No source; it is powered on when added."""

    correction_reissues: bool = False
    """Whether correcting a machine's resources after a move includes its addresses. Up to 2008 R2 that is done at the
    move, from 2012 on when the machine is powered on; the rules of regeneration speak of powering on in both."""

    wwn_sets_alternate: bool = True
    """Whether a live migration changes from set A to set B of a virtual HBA's names. Common knowledge, no page read."""

    container_pool: Literal["chance", "address"] = "chance"
    """How a container network's 4,096 addresses are found. Only samples are known; "address" takes the octets as the
    machine range does, rounded down."""

    low_fraction: float = 0.1
    """Below which share of free addresses the Best Practices Analyzer warns. Its page gives no figure."""
