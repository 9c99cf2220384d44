"""Reads the ranges that a host issues addresses from: its own, and those of its container networks.

Names of the properties: Microsoft's reference of Get-VMHost, and the output of Get-HnsNetwork in microsoft/SDN.
"""

from collections.abc import Iterator

from maccord.collect.fields import Fields
from maccord.fleet.evidence import RangeSeen, Seen
from maccord.mac import BadRange, MacRange, show

_WIRED_CONTAINER_NETWORKS = {"l2bridge", "l2tunnel", "transparent", "overlay"}


def ranges(row: Fields, host: str, *, first: str, last: str, cursor: str = "", rank: int) -> Iterator[Seen]:
    """Read a host's own dynamic range; unpopulated (absent or all zeros) is no range and no fault."""
    low, high = row.mac(first), row.mac(last)
    if not low and not high:
        return
    if low is None or high is None:
        row.complain(first if low is None else last, "one end of the dynamic range is missing")
        return
    try:
        MacRange(low, high)
    except BadRange as error:
        row.complain(first, str(error))
        return
    yield RangeSeen(
        host,
        row.place,
        "dynamic",
        "dynamic",
        low,
        high,
        row.at(first),
        row.at(last),
        (row.mac(cursor) or None) if cursor else None,
        row.at(cursor) if cursor else "",
        rank=rank,
    )


def vm_host(row: Fields, host: str) -> Iterator[Seen]:
    """Get-VMHost: the range as the running service has it."""
    return ranges(row, host, first="MacAddressMinimum", last="MacAddressMaximum", rank=1)


def virtualization(row: Fields, host: str) -> Iterator[Seen]:
    """The registry values under the Virtualization key, and the cursor of its Worker key."""
    names = ("MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress")
    return ranges(row, host, first=names[0], last=names[1], cursor=names[2], rank=0)


def container_network(row: Fields, host: str) -> Iterator[Seen]:
    """Get-HnsNetwork: the pool of the Host Networking Service, on the wire unless NAT or internal hides it."""
    kind = row.text("Type").casefold()
    for pool in row.rows("MacPools"):
        first, last = pool.mac("StartMacAddress"), pool.mac("EndMacAddress")
        if not first or not last:
            continue
        if first > last:
            pool.complain("StartMacAddress", str(BadRange(show(first), show(last))))
            continue
        ends = (pool.at("StartMacAddress"), pool.at("EndMacAddress"))
        wired = kind in _WIRED_CONTAINER_NETWORKS
        yield RangeSeen(host, pool.place, "container", row.text("Name"), first, last, *ends, wired=wired)


def port_names(row: Fields) -> tuple[str | None, str | None, str]:
    """Return the range of World Wide Port Names that Get-VMHost prints, if it is populated, and its place."""
    at = row.at("FibreChannelWwpnMinimum")
    first, last = row.wwn("FibreChannelWwpnMinimum"), row.wwn("FibreChannelWwpnMaximum")
    usable = first and last and first.strip("0") and last.strip("0")
    return (first, last, at) if usable else (None, None, at)
