"""What an export says now that a host has changed: the evidence, with the differences that the world brought about.

An emulated host holds less than a real one tells (trunks, weights, link states, versions of machines). So a later
export is not what the emulated host says of itself: it is the evidence, and laid over it what that host says otherwise
than right after it was made. What nothing has changed is left as it was read, byte for byte.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping

from maccord.worlds.hyperv.export_rows import Json

_KEYS: dict[str, tuple[str, ...]] = {
    "VM": ("Id",),
    "VMNetworkAdapter": ("Id",),
    "ManagementVMNetworkAdapter": ("DeviceId",),
    "VMNetworkAdapterVlan": ("ParentAdapterId",),
    "VMSwitch": ("Id",),
    "VMSwitchTeam": ("Id",),
    "NetAdapter": ("InterfaceGuid",),
    "NetLbfoTeam": ("Name",),
    "NetLbfoTeamMember": ("Team", "Name"),
    "NetLbfoTeamNic": ("Team", "Name"),
    "NetIPAddress": ("InterfaceIndex", "IPAddress"),
    "DnsClientServerAddress": ("InterfaceIndex", "AddressFamily"),
    "NetRoute": ("InterfaceIndex", "DestinationPrefix", "NextHop"),
    "NetAdapterVmq": ("Name", "InterfaceDescription"),
    "VMFibreChannelHba": ("Id",),
    "HnsNetwork": ("ID",),
    "SCMACAddressPool": ("Name",),
    "SCMACAddress": ("Address",),
}
"""What tells the rows of a list apart."""
_OF_INTERFACES = frozenset({"NetIPAddress", "DnsClientServerAddress", "NetRoute"})
_SECTIONS = ("OperatingSystem", "Virtualization", "VMHost")
_AS_READ = frozenset({"schema", "ComputerName", "notes"})
_BARE = str.maketrans("", "", "-:.{} ")
_HEX = re.compile(r"[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{16}")
_WORDS: dict[str, dict[str, int]] = {
    "State": {"running": 2, "off": 3, "saved": 6, "paused": 9},
    "SwitchType": {"private": 0, "internal": 1, "external": 2},
    "OperationMode": {"untagged": 0, "access": 1, "trunk": 2, "private": 3},
    "MacAddressSpoofing": {"on": 0, "off": 1},
    "AddressFamily": {"ipv4": 2, "ipv6": 23},
    "PrefixOrigin": {"manual": 1, "wellknown": 2, "dhcp": 3},
    "SuffixOrigin": {"manual": 1, "wellknown": 2, "dhcp": 3, "link": 4},
    "ReplicationMode": {"none": 0, "primary": 1, "replica": 2, "testreplica": 3},
}
_NOTHING: tuple[object, ...] = (None, "", [], 0, False)
Key = tuple[str, ...]
Rows = list[Json]


def merged(evidence: Mapping[str, object], at_first: Json, now: Json) -> Json:
    """Return the evidence with what `now` says otherwise than `at_first`; same state, same value."""
    found: Json = {}
    for name in dict.fromkeys([*evidence, *now]):
        before, after = at_first.get(name), now.get(name)
        if name == "collectedAt":
            found[name] = after
        elif name in _AS_READ or before == after:
            if name in evidence:
                found[name] = evidence[name]
        elif name == "Event":
            found[name] = [*rows_of(evidence.get(name)), *_new_rows(rows_of(before), rows_of(after))]
        elif name in _KEYS:
            gone = _gone_interfaces(at_first, now) if name in _OF_INTERFACES else set()
            found[name] = _merged_rows(name, evidence.get(name), before, after, gone)
        elif isinstance(before, dict) and isinstance(after, dict):
            told = evidence.get(name)
            found[name] = _merged_row(dict(told) if isinstance(told, dict) else {}, before, after)
        else:
            found[name] = after
    return found


def rows_of(value: object) -> Rows:
    """Return the objects of a list, which may be missing, one object, or an array."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def keyed(name: str) -> bool:
    """Tell whether a section is a list whose rows can be told apart."""
    return name in _KEYS


def key_of(name: str, row: Json) -> Key:
    """Return what tells a row of a list from the others."""
    return tuple(str(plain(row.get(one), one)) for one in _KEYS[name])


def plain(value: object, name: str = "") -> object:
    """Return a value in one spelling: addresses and GUIDs without separators, words of enumerations as integers."""
    if isinstance(value, str):
        low = value.strip().casefold()
        bare = low.translate(_BARE)
        if _HEX.fullmatch(bare):
            return bare
        return _WORDS.get(name, {}).get(low, low)
    if isinstance(value, list):
        return [plain(one, name) for one in value]
    return value


def _merged_rows(name: str, told: object, before: object, after: object, gone: set[object]) -> Rows:
    first = {key_of(name, row): row for row in rows_of(before)}
    last = {key_of(name, row): row for row in rows_of(after)}
    found: Rows = []
    known: set[Key] = set()
    for row in rows_of(told):
        key = key_of(name, row)
        known.add(key)
        if key not in first:
            if row.get("InterfaceIndex") not in gone or not gone:
                found.append(row)
        elif key in last:
            found.append(_merged_row(dict(row), first[key], last[key]))
    found += [row for key, row in last.items() if key not in known and row != first.get(key)]
    return found


def _merged_row(told: Json, before: Json, after: Json) -> Json:
    for name, value in after.items():
        if value != before.get(name) and plain(told.get(name), name) != plain(value, name):
            told[name] = value
    return told


def _new_rows(before: Rows, after: Rows) -> Iterator[Json]:
    had = Counter(repr(row) for row in before)
    for row in after:
        if had[repr(row)]:
            had[repr(row)] -= 1
        else:
            yield row


def _gone_interfaces(at_first: Json, now: Json) -> set[object]:
    """Return the ifIndex of each interface that is no longer there."""
    left = {row.get("ifIndex") for row in rows_of(now.get("NetAdapter"))}
    return {row.get("ifIndex") for row in rows_of(at_first.get("NetAdapter"))} - left


def differences(evidence: Mapping[str, object], at_first: Json) -> tuple[str, ...]:
    """Tell what the evidence says and the emulated host does not: one sentence a property, with the first place."""
    count: Counter[tuple[str, str]] = Counter()
    place: dict[tuple[str, str], str] = {}
    for name, value in evidence.items():
        for at, prop in _unlike(name, value, at_first):
            count[name, prop] += 1
            place.setdefault((name, prop), at)
    return tuple(_sentence(*what, number, place[what]) for what, number in sorted(count.items()))


def _sentence(name: str, prop: str, number: int, place: str) -> str:
    what = f"{name}.{prop}" if prop else name
    times = "" if number == 1 else f" and {number - 1} more"
    return f"{what} is not lived: {place}{times}"


def _unlike(name: str, value: object, at_first: Json) -> Iterator[tuple[str, str]]:
    held = at_first.get(name)
    if name in _AS_READ or name == "collectedAt":
        return
    if name in _KEYS:
        known = {key_of(name, row): row for row in rows_of(held)}
        for at, row in enumerate(rows_of(value)):
            found = known.get(key_of(name, row))
            if found is None:
                yield f"/{name}/{at}", ""
            else:
                yield from ((f"/{name}/{at}/{one}", one) for one in _unlike_properties(row, found))
    elif name in _SECTIONS and isinstance(value, dict):
        row = held if isinstance(held, dict) else {}
        yield from ((f"/{name}/{one}", one) for one in _unlike_properties(value, row))
    elif name == "Event":
        if len(rows_of(value)) != len(rows_of(held)):
            yield f"/{name}", ""
    elif plain(value) != plain(held) and value not in _NOTHING:
        yield f"/{name}", ""


def _unlike_properties(told: Json, held: Json) -> Iterator[str]:
    for name, value in told.items():
        if plain(value, name) != plain(held.get(name), name) and not (value in _NOTHING and held.get(name) in _NOTHING):
            yield name
