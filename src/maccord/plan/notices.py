"""Who notices that a machine's address changes, as far as the evidence tells, and what nobody's evidence tells."""

from maccord.fleet.records import Adapter
from maccord.mac import block_of, show
from maccord.plan.details import Details
from maccord.plan.estate import Estate

_NAMED_MAX = 4


def notices_of(estate: Estate, row: Adapter, details: Details) -> tuple[str, ...]:
    """Return sentences on what hangs on an adapter's address; empty for an adapter that never had one.

    Sources: the vendor's "Hyper-V and dynamic MAC address regeneration" (2010) on reservations; D. van der Peijl on
    Linux guests that pin the address; Microsoft on IP settings of adapters that are gone ("ghost" NICs).
    """
    if not row.mac:
        return ()
    told = [
        f"The lease or reservation of {one.ip or 'an address'} for {show(row.mac)} on {estate.name(one.host_id)} has "
        "to follow."
        for one in estate.seen_at(row.mac)
        if one.kind == "lease"
    ]
    ips = details.guest_ips(row.machine_id) if row.kind == "vm" else ()
    if ips:
        named = ", ".join(ips[:_NAMED_MAX]) + (" and more" if len(ips) > _NAMED_MAX else "")
        told.append(
            f"The guest has {named}: set by hand, Windows keeps the setting on the adapter that is gone and says that "
            "the address is assigned to another one; Linux loses it where udev or netplan match the old address."
        )
    block = block_of(row.mac)
    if block is not None and block.twin == "nlb-cluster":
        told.append("The address is one of a Network Load Balancing cluster, which has to be set up again.")
    if row.kind == "vm" and details.is_clustered(row.machine_id):
        told.append("The machine is a role of a cluster: stop and start it there.")
    return tuple(dict.fromkeys(told))


COMMON = (
    "Reservations of DHCP servers that are not in the evidence, licences bound to the address, network access control, "
    "monitoring, firewall rules and port security by address"
)
"""What no evidence tells, and the plan says once."""
