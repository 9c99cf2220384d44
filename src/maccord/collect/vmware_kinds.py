"""Words that vSphere's inventory and tools on top of it have for the origin of an address and for power.

Source: vSphere Web Services API, VirtualEthernetCard.addressType (`manual`, `generated`, `assigned`) and
VirtualMachinePowerState; VMware, "MAC Addresses" in vSphere Networking (blocks 00:0C:29 and 00:50:56).
"""

from maccord.mac import parse_value

_DYNAMIC = {"generated": True, "assigned": False, "manual": False}
_POWER = {"poweredon": True, "poweredoff": False, "suspended": False}
_GENERATED = tuple(parse_value(f"{prefix}-00-00-00") >> 24 for prefix in ("00-0C-29", "00-05-69"))
_VMWARE = parse_value("00-50-56-00-00-00") >> 24


def issued_by_host(address_type: str, mac: int | None) -> bool | None:
    """Tell whether the host made an address up; where the type is not told, from the block; None when nothing tells.

    vCenter's own addresses and those set by hand are both fixed in the machine's configuration: False.
    """
    told = _DYNAMIC.get(address_type.strip().casefold())
    if told is not None or mac is None:
        return told
    if mac >> 24 in _GENERATED:
        return True
    return False if mac >> 24 == _VMWARE else None


def runs(power: str) -> bool | None:
    """Tell whether a machine runs, from its power state; None for any other word."""
    return _POWER.get(power.strip().casefold().replace(" ", ""))
