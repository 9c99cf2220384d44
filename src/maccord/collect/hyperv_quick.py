"""Reads typed host exports column by column: the same records as field by field, in a fraction of the time.

Only what is plain is read here. As soon as anything is odd (an address that is none, a VLAN out of range, a management
adapter among those of machines) the file is left to `hyperv.py`, which knows how to say what is wrong with it.
"""

import re
from binascii import unhexlify
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address
from itertools import chain, compress
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import astuple

from maccord.collect import hyperv_machines as machines
from maccord.collect import hyperv_network as network
from maccord.collect.columns import Column, Columns, Origin
from maccord.collect.fields import Fields, Json
from maccord.collect.hyperv_typed import (
    Export,
    Ip,
    Machine,
    MachineAdapter,
    ManagementAdapter,
    Named,
    Nic,
    Queue,
    Range,
    Switch,
    Texts,
    Unread,
    VlanSetting,
    VmHost,
)
from maccord.fleet.evidence import (
    AdapterSeen,
    HostSeen,
    IpSeen,
    MachineSeen,
    Place,
    QueueSeen,
    RangeSeen,
    Seen,
    SwitchSeen,
    VlanSeen,
)
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value, parse_wwn

_Column = Sequence[str | None]
_MAC = {"at_mac": "MacAddress"}
_VLAN = VlanSetting.__struct_fields__[2:]
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


class Odd(Exception):
    """Something in a typed export must be read field by field."""


class Typed(NamedTuple):
    """A typed export, the host it speaks of, and its file."""

    origin: Origin
    export: Export


class Reader:
    """Reads one list of several exports at a time; raises Odd when a row of any is not plain."""

    def __init__(self, exports: Sequence[Typed]) -> None:
        self._exports = exports
        self._origins = [one.origin for one in exports]
        self._texts, self._guids, self._devices = _Words(_stripped), _Words(_bare_guids), _Words(_devices)

    def hosts(self, platform: str) -> Columns:
        """Return what the exports tell of the hosts themselves."""
        exports = [one.export for one in self._exports]
        names = [_port_names(one.VMHost) if one.VMHost else (None, None, "") for one in exports]
        return Columns(
            HostSeen, self._origins, [1] * len(exports), "",
            {
                "platform": platform,
                "collected_at": _texts([one.collectedAt for one in exports]),
                "machine_guid": [guid or None for guid in _bare_guids([one.MachineGuid or "" for one in exports])],
                "wwpn_first": [first for first, _, _ in names],
                "wwpn_last": [last for _, last, _ in names],
                "wwpn_at": [at for _, _, at in names],
                "whole": True,
            },
            {}, alone=True,
        )  # fmt: skip

    def read(self, key: str) -> list[Columns]:
        """Read the lists under `key`, each of which may be missing, null or one object."""
        lists = [getattr(one.export, key) for one in self._exports]
        if not any(lists):
            return []
        columns = READERS[key](
            self, f"/{key}", [one if isinstance(one, list) else [one] if one else [] for one in lists]
        )
        return [] if columns is None else [columns]

    def _columns(
        self,
        kind: type[Seen],
        at: str,
        lists: Iterable[Sequence[object]],
        spots: Mapping[str, str] | None = None,
        /,
        **values: Column,
    ) -> Columns:
        return Columns(kind, self._origins, [len(one) for one in lists], at, values, spots or {})

    def _some(self, kind: type[Seen], at: str, kept: list[list[int]], **values: Column) -> Columns:
        """Return columns of those rows of each list that are kept."""
        counts = [len(one) for one in kept]
        return Columns(kind, self._origins, counts, at, values, {}, list(chain.from_iterable(kept)))

    def machines(self, at: str, lists: list[list[Machine]]) -> Columns:
        """Get-VM."""
        ids, vm_ids, names, vm_names, states, modes, clustered, created = _turned(lists)
        return self._columns(
            MachineSeen, at, lists,
            id=_first(self._guids.of, ids, vm_ids),
            name=_first(_texts, names, vm_names),
            running=list(map(_has_power, states)),
            state=list(map(_state, states)),
            clustered=[one is True for one in clustered],
            replica=list(map(_is_replica, modes)) if any(modes) else False,
            created=_texts(created),
        )  # fmt: skip

    def machine_adapters(self, at: str, lists: list[list[MachineAdapter]]) -> Columns:
        """Get-VMNetworkAdapter."""
        names, ids, adapter_ids, machines, vm_ids, switches, switch_ids, *rest = _turned(lists)
        weights, usages, macs, dynamic, spoofing, management, ips, status, snapshots = rest
        if any(management):
            raise Odd
        addresses = _addresses([one or () for one in ips])
        oks = map(_is_ok, status)
        return self._columns(
            AdapterSeen, at, lists, _MAC,
            kind="vm",
            name=self._texts.of(names),
            id=self._devices.of(_either(ids, adapter_ids)),
            **_macs(macs),
            dynamic=list(dynamic),
            machine_id=self._guids.of(vm_ids),
            machine=_texts(machines),
            switch_id=self._guids.of(switch_ids),
            switch=self._texts.of(switches),
            spoofing=list(map(_may_spoof, spoofing)),
            iov=[bool(one or other) for one, other in zip(weights, usages, strict=True)],
            up=[True if ok or texts else None for ok, texts in zip(oks, addresses, strict=True)],
            ips=addresses,
            snapshot=self._guids.of(snapshots) if any(snapshots) else "",
        )  # fmt: skip

    def management_adapters(self, at: str, lists: list[list[ManagementAdapter]]) -> Columns:
        """Get-VMNetworkAdapter -ManagementOS."""
        rows = list(chain.from_iterable(lists))
        return self._columns(
            AdapterSeen, at, lists, _MAC,
            kind="management",
            name=self._texts.of([row.Name for row in rows]),
            id=self._devices.of(_either([row.DeviceId for row in rows], [row.Id for row in rows])),
            **_macs([row.MacAddress for row in rows]),
            switch_id=self._guids.of([row.SwitchId for row in rows]),
            switch=self._texts.of([row.SwitchName for row in rows]),
            spoofing=[_may_spoof(row.MacAddressSpoofing) for row in rows],
            parent=[row.IsExternalAdapter is True for row in rows],
        )  # fmt: skip

    def vlan_settings(self, at: str, lists: list[list[VlanSetting]]) -> Columns:
        """Get-VMNetworkAdapterVlan."""
        machines, adapters, *told = _turned(lists)
        return self._columns(
            VlanSeen, at, lists,
            adapter_id=self._devices.of(adapters),
            machine=_texts(machines),
            vlans=list(map(_vlans, *told)),
        )  # fmt: skip

    def switches(self, at: str, lists: list[list[Switch]]) -> Columns:
        """Get-VMSwitch."""
        rows = list(chain.from_iterable(lists))
        return self._columns(
            SwitchSeen, at, lists,
            id=_bare_guids([row.Id or "" for row in rows]),
            name=_texts([row.Name for row in rows]),
            kind=[_switch_kind(row.SwitchType) for row in rows],
            embedded_team=[row.EmbeddedTeamingEnabled is True for row in rows],
            uplinks=[
                _listed(row.NetAdapterInterfaceDescriptions) or _uplink(row.NetAdapterInterfaceDescription)
                for row in rows
            ],
            uplink_ids=[_listed_guids(row.NetAdapterInterfaceGuid) for row in rows],
        )  # fmt: skip

    def switch_teams(self, at: str, lists: list[list[Switch]]) -> Columns:
        """Get-VMSwitchTeam."""
        rows = list(chain.from_iterable(lists))
        return self._columns(
            SwitchSeen, at, lists,
            id=_bare_guids([row.Id or "" for row in rows]),
            name=_texts([row.Name for row in rows]),
            kind="external",
            embedded_team=True,
            uplinks=[_listed(row.NetAdapterInterfaceDescription) for row in rows],
            uplink_ids=[_listed_guids(row.NetAdapterInterfaceGuid) for row in rows],
        )  # fmt: skip

    def nics(self, at: str, lists: list[list[Nic]]) -> Columns:
        """Get-NetAdapter."""
        rows = list(chain.from_iterable(lists))
        descriptions = self._texts.of([row.InterfaceDescription for row in rows])
        return self._columns(
            AdapterSeen, at, lists, _MAC,
            kind=[_nic_kind(text, row.Virtual) for row, text in zip(rows, descriptions, strict=True)],
            name=self._texts.of([row.Name for row in rows]),
            id=_bare_guids([row.InterfaceGuid or "" for row in rows]),
            mac=_macs([row.MacAddress for row in rows])["mac"],
            permanent=_macs([row.PermanentAddress for row in rows])["mac"],
            up=[_is_up(row.Status) for row in rows],
            description=descriptions,
        )  # fmt: skip

    def ips(self, at: str, lists: list[list[Ip]]) -> Columns:
        """Get-NetIPAddress."""
        told = [[_ipv4(row.IPAddress) if row.IPAddress else None for row in rows] for rows in lists]
        kept = [[number for number, ip in enumerate(ips) if ip is not None] for ips in told]
        aliases = [rows[number].InterfaceAlias for rows, used in zip(lists, kept, strict=True) for number in used]
        addresses = [ip for ips in told for ip in ips if ip is not None]
        return self._some(IpSeen, at, kept, address=addresses, alias=self._texts.of(aliases))

    def queues(self, at: str, lists: list[list[Queue]]) -> Columns:
        """Get-NetAdapterVmq."""
        kept = [[number for number, row in enumerate(rows) if row.Enabled is not None] for rows in lists]
        rows = [row for row in chain.from_iterable(lists) if row.Enabled is not None]
        return self._some(
            QueueSeen, at, kept,
            name=self._texts.of([row.Name for row in rows]),
            description=self._texts.of([row.InterfaceDescription for row in rows]),
            enabled=[row.Enabled for row in rows],
        )  # fmt: skip

    def virtualization(self, at: str, lists: list[list[Range]]) -> Columns:
        """The registry values of the host's own range."""
        rows = list(chain.from_iterable(lists))
        lows, highs = [row.MinimumMacAddress for row in rows], [row.MaximumMacAddress for row in rows]
        cursors = _macs([row.CurrentMacAddress for row in rows])["mac"]
        names = ("MinimumMacAddress", "MaximumMacAddress", "CurrentMacAddress")
        return self._ranges(at, lists, names, ends=(_macs(lows)["mac"], _macs(highs)["mac"]), cursors=cursors)

    def vm_hosts(self, at: str, lists: list[list[VmHost]]) -> Columns:
        """Get-VMHost."""
        rows = list(chain.from_iterable(lists))
        lows, highs = [row.MacAddressMinimum for row in rows], [row.MacAddressMaximum for row in rows]
        names = ("MacAddressMinimum", "MacAddressMaximum", "")
        return self._ranges(at, lists, names, ends=(_macs(lows)["mac"], _macs(highs)["mac"]), cursors=None)

    def _ranges(
        self,
        at: str,
        lists: Sequence[Sequence[object]],
        names: tuple[str, str, str],
        *,
        ends: tuple[list[int | None], list[int | None]],
        cursors: list[int | None] | None,
    ) -> Columns:
        """Return hosts' own ranges; unpopulated ones are none, and those that lack an end or run backwards odd."""
        lows, highs = ends
        if any((low is None) != (high is None) or (low or 0) > (high or 0) for low, high in zip(*ends, strict=True)):
            raise Odd
        used = [high is not None for high in highs]
        each = iter(used)
        first, last, cursor = (f"{at}/{name}" for name in names)
        return Columns(
            RangeSeen, self._origins, [int(next(each)) if rows else 0 for rows in lists], at,
            {
                "kind": "dynamic",
                "name": "dynamic",
                "first": list(compress(lows, used)),
                "last": list(compress(highs, used)),
                "at_first": first,
                "at_last": last,
                "cursor": list(compress(cursors, used)) if cursors else None,
                "at_cursor": cursor if cursors else "",
                "rank": 0 if cursors else 1,
            },
            {}, alone=True,
        )  # fmt: skip

    def nothing(self, at: str, lists: list[list[Unread]]) -> None:
        """A list that no rule needs."""


READERS: dict[str, Callable[..., Columns | None]] = {
    "Virtualization": Reader.virtualization,
    "VMHost": Reader.vm_hosts,
    "VM": Reader.machines,
    "VMNetworkAdapter": Reader.machine_adapters,
    "ManagementVMNetworkAdapter": Reader.management_adapters,
    "VMNetworkAdapterVlan": Reader.vlan_settings,
    "VMSwitch": Reader.switches,
    "VMSwitchTeam": Reader.switch_teams,
    "NetAdapter": Reader.nics,
    "NetIPAddress": Reader.ips,
    "DnsClientServerAddress": Reader.nothing,
    "NetRoute": Reader.nothing,
    "NetAdapterVmq": Reader.queues,
}
"""The lists that are read here; the others are on few hosts and read field by field."""


class _Words:
    """Texts as they stand in the file, and what is kept of them: one object for all that are equal."""

    def __init__(self, clean: Callable[[list[str]], list[str]]) -> None:
        self._clean = clean
        self._known: dict[str | None, str] = {None: ""}

    def of(self, values: _Column) -> list[str]:
        """Return what is kept of each of the values."""
        known = self._known
        try:
            return [known[value] for value in values]
        except KeyError:
            new = [value for value in values if value is not None and value not in known]
            known.update(zip(new, self._clean(new), strict=True))
            return [known[value] for value in values]


def _turned(lists: Iterable[Iterable[Struct]]) -> Iterator[tuple[Any, ...]]:
    """Return the properties of rows, in the order in which their class has them, each as a column."""
    return zip(*map(astuple, chain.from_iterable(lists)), strict=True)


def _stripped(texts: list[str]) -> list[str]:
    return [text.strip() for text in texts]


def _bare_guids(texts: list[str]) -> list[str]:
    bare = [text.strip().strip("{}").lower() for text in texts]
    return [text if text.strip("0-") else "" for text in bare]


def _devices(texts: list[str]) -> list[str]:
    return [text.strip().rpartition("\\")[2].strip("{}").lower() for text in texts]


def _texts(values: _Column) -> list[str]:
    return [(value or "").strip() for value in values]


def _first(clean: Callable[[_Column], list[str]], values: _Column, others: _Column) -> list[str]:
    """Return what is kept of `values`, and of `others` where that is nothing."""
    kept = clean(values)
    return [one or other for one, other in zip(kept, clean(others), strict=True)] if "" in kept else kept


def _either(values: _Column, others: _Column) -> _Column:
    """Return `values`, and of `others` where there is no text in them."""
    if all(values) and not any([value.isspace() for value in values if value]):  # noqa: C419 - quicker so
        return values
    return [one if one and one.strip() else other for one, other in zip(values, others, strict=True)]


def _listed(texts: Texts) -> tuple[str, ...]:
    return tuple(filter(None, _stripped([texts] if isinstance(texts, str) else list(texts or ()))))


def _listed_guids(texts: Texts) -> tuple[str, ...]:
    return tuple(text.strip("{}").lower() for text in _listed(texts))


def _uplink(text: Texts) -> tuple[str, ...]:
    return tuple(one for one in _listed(text) if one != network.TEAMED) if isinstance(text, str) else ()


def _macs(texts: _Column) -> dict[str, Column]:
    """Return the columns `mac` and `zeros` of addresses, most of which are twelve digits."""
    values: list[int | None] = []
    told = [text for text in texts if text is not None]
    if len(told) == len(texts) and {*map(len, told)} == {12}:
        with suppress(ValueError):
            unhexlify("".join(told))  # digits, and nothing else
            values = [int(text, 16) for text in told]
    values = values or [_mac(text) if text else None for text in texts]
    if 0 in values:
        return {"mac": [value or None for value in values], "zeros": [value == 0 for value in values]}
    return {"mac": values, "zeros": False}


@lru_cache(1000)
def _mac(text: str) -> int:
    try:
        return parse_value(text)
    except BadAddress as error:
        raise Odd from error


def _addresses(lists: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    words = list(chain.from_iterable(lists))
    if "" not in words and _stripped(words) == words:
        return lists
    return [tuple(filter(None, _stripped(list(texts)))) for texts in lists]


def _fields(**values: Json) -> Fields:
    """Return the fields of a row of which nothing may be odd."""
    return Fields(values, Place("", ""), _Complaints())


class _Complaints(list[Problem]):
    def append(self, problem: Problem, /) -> None:
        del problem
        raise Odd


# What a few values stand for, as the readers of fields say; the values that occur are few.


@lru_cache(1000)
def _state(value: Named) -> str:
    return _fields(State=value).choice("State", machines.STATES)


@lru_cache(1000)
def _has_power(value: Named) -> bool | None:
    return machines.has_power(_state(value))


@lru_cache(1000)
def _is_replica(value: Named) -> bool:
    return machines.is_replica(_fields(ReplicationMode=value))


@lru_cache(1000)
def _may_spoof(value: Named) -> bool | None:
    return machines.may_spoof(_fields(MacAddressSpoofing=value))


@lru_cache(1000)
def _is_ok(value: tuple[int | str, ...] | Named) -> bool:
    return machines.is_ok(_fields(Status=list(value) if isinstance(value, tuple) else value))


@lru_cache(1000)
def _is_up(value: Named) -> bool | None:
    return network.is_up(_fields(Status=value).text("Status"))


@lru_cache(1000)
def _switch_kind(value: Named) -> str:
    return network.switch_kind(_fields(SwitchType=value))


@lru_cache(1000)
def _nic_kind(description: str, virtual: bool | None) -> str:  # noqa: FBT001 - a column's value
    return network.nic_kind(description, virtual=virtual is True)


def _port_names(row: VmHost) -> tuple[str | None, str | None, str]:
    at = "/VMHost/FibreChannelWwpnMinimum"
    first, last = _wwn(row.FibreChannelWwpnMinimum), _wwn(row.FibreChannelWwpnMaximum)
    return (first, last, at) if first.strip("0") and last.strip("0") else (None, None, at)


def _wwn(text: str | None) -> str:
    if not text or text.isspace():
        return ""
    try:
        if len(text) == 16 and len(unhexlify(text)) == 8:
            return text.upper()
        return parse_wwn(text)
    except (BadAddress, ValueError) as error:
        raise Odd from error


@lru_cache(10_000)
def _vlans(*told: Json) -> str:
    """Return the VLANs of a port whose properties, as `_VLAN` names them, are these."""
    values = [list(one) if isinstance(one, tuple) else one for one in told]
    return machines.vlans_of(_fields(**dict(zip(_VLAN, values, strict=True))))


def _ipv4(text: str) -> str | None:
    """Return an IPv4 address; None for one of IPv6, or no text."""
    if _IPV4.fullmatch(text):
        return text
    spelled = text.strip()
    if not spelled or ":" in spelled:
        return None
    try:
        return str(IPv4Address(spelled))
    except AddressValueError as error:
        raise Odd from error
