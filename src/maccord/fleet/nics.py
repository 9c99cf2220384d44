"""Tells which records speak of one adapter, and which management vNIC came with its switch."""

from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from maccord.fleet.evidence import AdapterSeen, SwitchSeen

SHADOW = "management-nic"
"""The kind of a NIC that Get-NetAdapter lists for a management vNIC: the same adapter, told twice."""

IPVLAN = "ipvlan"
"""The description of an ipvlan adapter: it has its parent's address by design (Linux, networking/ipvlan)."""

LINUX_DEVICE = "Linux device with a generated address"
"""The description of a bridge, a bond or the like whose address is that of no port of it: systemd or the kernel made
it up (systemd.link, MACAddressPolicy=)."""

MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
"""The description of the adapter that an LBFO team shows, followed by `#2` and so on for further teams."""


def each_once(nics: Iterable[AdapterSeen]) -> list[AdapterSeen]:
    """Return each adapter once, though several cmdlets and files may tell of it."""
    kept: list[AdapterSeen] = []
    shadows: list[AdapterSeen] = []
    first_file: dict[tuple[object, ...], str] = {}
    for nic in nics:
        if nic.kind == SHADOW:
            shadows.append(nic)
        elif not _told_before(nic, first_file):
            kept.append(nic)
    for shadow in shadows:
        at = next((at for at, nic in enumerate(kept) if _is_shadow_of(shadow, nic)), None)
        if at is None:
            if not _told_before(shadow, first_file):
                kept.append(replace(shadow, kind="management", name=_inner_name(shadow.name)))
        else:
            kept[at] = replace(kept[at], description=shadow.description, up=shadow.up)
    return kept


def _told_before(nic: AdapterSeen, first_file: dict[tuple[object, ...], str]) -> bool:
    """Tell whether an earlier record was of this adapter.

    It was with one id; or, without ids, with the same words in another file; or if another file tells of one machine
    by its id and of the same address, as a host and the manager of a cloud do.
    """
    if nic.machine_id and nic.mac is not None:
        seat = ("seat", nic.kind, nic.machine_id, nic.mac, nic.snapshot)
        if first_file.setdefault(seat, nic.place.file) != nic.place.file:
            return True
    if nic.id:
        key: tuple[object, ...] = (nic.kind, nic.machine_id, nic.id, nic.snapshot)
        told = key in first_file
        first_file.setdefault(key, nic.place.file)
        return told
    words = (nic.kind, nic.machine_id, nic.machine, nic.name, nic.mac, nic.snapshot)
    return first_file.setdefault(words, nic.place.file) != nic.place.file


def _is_shadow_of(shadow: AdapterSeen, nic: AdapterSeen) -> bool:
    if nic.kind != "management":
        return False
    if shadow.id and nic.id:
        return shadow.id == nic.id or (_named_alike(shadow, nic) and shadow.mac == nic.mac)
    return _named_alike(shadow, nic)


def _named_alike(shadow: AdapterSeen, nic: AdapterSeen) -> bool:
    return _inner_name(shadow.name).casefold() == nic.name.casefold()


def _inner_name(name: str) -> str:
    """Return MGMT of `vEthernet (MGMT)`."""
    return name[name.index("(") + 1 : -1] if name.startswith("vEthernet (") and name.endswith(")") else name


def is_parent(nic: AdapterSeen, switch: SwitchSeen, nics: Sequence[AdapterSeen]) -> bool:
    """Tell whether a management vNIC is the one that Windows made with an external switch on a single NIC.

    Windows names it like the switch; when it is the only management vNIC there, or the cmdlet marks it as the
    external one, it is taken for it whatever its name. On a team's switch no vNIC is a parent.
    """
    if nic.kind != "management" or switch.kind != "external" or switch.embedded_team:
        return False
    if any(uplink.startswith(MULTIPLEXOR) for uplink in switch.uplinks) or len(switch.uplinks) > 1:
        return False
    if nic.parent or nic.name.casefold() == switch.name.casefold():
        return True
    siblings = [one for one in nics if one.kind == "management" and _on(one, switch)]
    return len(siblings) == 1


def _on(nic: AdapterSeen, switch: SwitchSeen) -> bool:
    if nic.switch_id and switch.id:
        return nic.switch_id == switch.id
    return nic.switch.casefold() == switch.name.casefold()
