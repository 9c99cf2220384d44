"""How long things take on a host: parameters of the emulation, in seconds.

They are for comparing plans and for seeing what is cut off meanwhile, not a promise: guests and storage differ.
"""

from msgspec import Struct


class Pace(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The parameters. Where a source gives a figure, it is named; the others are what administrators allow for."""

    guest_stops: float = 30
    """A guest's orderly shutdown. Stop-VM waits for the guest; no page gives a figure."""
    guest_starts: float = 45
    """From power-on until the guest answers. No page gives a figure."""
    vnic_is_remade: float = 4
    """From Remove-VMNetworkAdapter -ManagementOS until the new vNIC is there and its interface can be configured."""
    address_is_tried: float = 3
    """Until Windows uses an IPv4 address: three ARP probes, a second apart (RFC 5227, 2.1.1: PROBE_NUM, PROBE_MAX)."""
    team_settles: float = 10
    """A team member reports WaitingForStableConnectivity after it was added, and B. Gelens' script waits 10 seconds."""
    team_restarts: float = 5
    """Disabling and enabling a team's adapter."""
    switch_is_remade: float = 8
    """Removing a virtual switch and making it anew; the NIC's link is reset twice."""
    nic_restarts: float = 5
    """A NIC whose driver reads its settings anew: the link goes down and comes up, at an edge port without waiting."""
    adapter_reconnects: float = 1
    """Connect-VMNetworkAdapter, each."""
    service_restarts: float = 10
    """Stopping and starting the management service (vmms): machines go on."""
    setting_is_made: float = 1
    """A cmdlet that changes a setting and returns."""
