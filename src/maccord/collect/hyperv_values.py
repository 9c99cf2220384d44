"""What the values of typed host exports stand for; those that are not plain are odd.

The values of an enumeration that occur are few, so what the readers of fields say of them is kept.
"""

import re
from binascii import unhexlify
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address
from itertools import chain
from struct import unpack
from typing import Any, TypeVar, cast

from maccord.collect import hyperv_machines as machines
from maccord.collect import hyperv_network as network
from maccord.collect.columns import Column
from maccord.collect.fields import Fields, Json
from maccord.collect.hyperv_typed import Named, Texts, VlanSetting, VmHost
from maccord.collect.hyperv_words import TextColumn, stripped
from maccord.fleet.evidence import Place
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value, parse_wwn

T = TypeVar("T")

_VLAN = VlanSetting.__struct_fields__[2:]
_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = re.compile(rf"{_OCTET}(?:\.{_OCTET}){{3}}")


_MEANINGS_MAX = 10_000


class Odd(Exception):
    """Something in a typed export must be read field by field."""


class Meanings(dict[Any, T]):
    """What a function says of values, of which few occur: it is asked once for each."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        super().__init__()
        self._read = read

    def __missing__(self, value: object) -> T:
        if len(self) >= _MEANINGS_MAX:
            self.clear()
        meaning = self[value] = self._read(value)
        return meaning

    def of(self, values: Iterable[object]) -> list[T]:
        """Return the meanings of a column."""
        return list(map(self.__getitem__, values))


def listed(texts: Texts) -> tuple[str, ...]:
    """Return texts, of which there may be one or none, without blanks."""
    return tuple(filter(None, stripped([texts] if isinstance(texts, str) else list(texts or ()))))


def listed_guids(texts: Texts) -> tuple[str, ...]:
    """Return GUIDs in lower case, without braces."""
    return tuple(text.strip("{}").lower() for text in listed(texts))


def uplink_of(text: Texts) -> tuple[str, ...]:
    """Return the one NIC a switch is bound to; several are told as a team."""
    return tuple(one for one in listed(text) if one != network.TEAMED) if isinstance(text, str) else ()


def macs_of(texts: TextColumn) -> dict[str, Column]:
    """Return the columns `mac` and `zeros` of addresses, most of which are twelve digits."""
    values = _plain_macs(texts) or [_mac(text) if text else None for text in texts]
    if 0 in values:
        return {"mac": [value or None for value in values], "zeros": [value == 0 for value in values]}
    return {"mac": values, "zeros": False}


def _plain_macs(texts: TextColumn) -> list[int | None]:
    """Return addresses all of which are twelve digits, or nothing."""
    if not all(texts):
        return []
    told = cast("Sequence[str]", texts)
    if {*map(len, told)} == {12}:
        with suppress(ValueError):
            return list(unpack(f">{len(told)}Q", unhexlify("0000" + "0000".join(told))))
    return []


@lru_cache(1000)
def _mac(text: str) -> int:
    try:
        return parse_value(text)
    except BadAddress as error:
        raise Odd from error


def addresses_of(lists: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the IP addresses of each adapter, without blanks."""
    words = list(chain.from_iterable(lists))
    if all(words) and stripped(words) == words:
        return lists
    return [tuple(filter(None, stripped(list(texts)))) for texts in lists]


def either_is(numbers: Sequence[int | None], others: Sequence[int | None]) -> Column:
    """Tell of each row whether one of its two numbers is there and is not 0."""
    if not any(numbers) and not any(others):
        return False
    return [bool(one or other) for one, other in zip(numbers, others, strict=True)]


def _fields(**values: Json) -> Fields:
    """Return the fields of a row of which nothing may be odd."""
    return Fields(values, Place("", ""), _Complaints())


class _Complaints(list[Problem]):
    def append(self, problem: Problem, /) -> None:
        del problem
        raise Odd


@Meanings
def state_of(value: Named) -> str:
    """Return a machine's state."""
    return _fields(State=value).choice("State", machines.STATES)


@Meanings
def has_power(value: Named) -> bool | None:
    """Tell whether a machine has power, if its state says so."""
    return machines.has_power(state_of[value])


@Meanings
def is_replica(value: Named) -> bool:
    """Tell whether a machine is a replica."""
    return machines.is_replica(_fields(ReplicationMode=value))


@Meanings
def may_spoof(value: Named) -> bool | None:
    """Tell whether an adapter may send from any address, if it says so."""
    return machines.may_spoof(_fields(MacAddressSpoofing=value))


@Meanings
def is_ok(value: tuple[int | str, ...] | Named) -> bool:
    """Tell whether one of the states of an adapter is Ok."""
    return machines.is_ok(_fields(Status=list(value) if isinstance(value, tuple) else value))


@Meanings
def is_up(value: Named) -> bool | None:
    """Tell whether a NIC is up, if it says so."""
    return network.is_up(_fields(Status=value).text("Status"))


@Meanings
def switch_kind(value: Named) -> str:
    """Return a switch's kind."""
    return network.switch_kind(_fields(SwitchType=value))


@lru_cache(1000)
def nic_kind(description: str, virtual: bool | None) -> str:  # noqa: FBT001 - a column's value
    """Return what kind of adapter Windows shows."""
    return network.nic_kind(description, virtual=virtual is True)


def port_names(row: VmHost) -> tuple[str | None, str | None, str]:
    """Return the first and last World Wide Port Name of a host, in order, and where they stand."""
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


@Meanings
def vlans_of(told: tuple[Json, ...]) -> str:
    """Return the VLANs of a port whose properties, as `_VLAN` names them, are these."""
    values = [list(one) if isinstance(one, tuple) else one for one in told]
    return machines.vlans_of(_fields(**dict(zip(_VLAN, values, strict=True))))


def ipv4_of(text: str) -> str | None:
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
