"""Asks a switch by SNMP for its address table, its neighbours and its ARP table, as they are at this moment.

Versions 2c and 3. The table by VLAN (Q-BRIDGE-MIB) is read where there is one, else the plain one (BRIDGE-MIB), which
knows no VLAN. Entries of the former are numbered by filtering database, which the switch tells the VLAN of. Ports of
the bridge are told as interfaces, by ifName. Nothing is ever set.

Source: RFC 4188 (BRIDGE-MIB), RFC 4363 (Q-BRIDGE-MIB: dot1qTpFdbTable, dot1qVlanFdbId), RFC 2863 (IF-MIB), RFC 4293
(IP-MIB), IEEE 802.1AB-2005 annex (LLDP-MIB), IEEE 802.3ad-2000 annex (dot3adAggPortAttachedAggID), RFC 3418
(SNMPv2-MIB).
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Address, IPv6Address
from types import ModuleType
from typing import Any

from maccord.mac.errors import MaccordError
from maccord.reach.answer import Collected, Secret
from maccord.reach.library import library
from maccord.reach.names import file_name

PORT = 161
SCHEMA = "maccord.switch/1"
ROWS_MAX = 500_000
_AT_ONCE = 40

_SYSTEM = {"description": "1.3.6.1.2.1.1.1.0", "uptime": "1.3.6.1.2.1.1.3.0", "name": "1.3.6.1.2.1.1.5.0"}
_BRIDGE = "1.3.6.1.2.1.17.1.1.0"
_IF_DESCRIPTION, _IF_ADDRESS = "1.3.6.1.2.1.2.2.1.2", "1.3.6.1.2.1.2.2.1.6"
_IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_PORT_INTERFACE = "1.3.6.1.2.1.17.1.4.1.2"
_PLAIN_PORT, _PLAIN_STATUS = "1.3.6.1.2.1.17.4.3.1.2", "1.3.6.1.2.1.17.4.3.1.3"
_VLAN_PORT, _VLAN_STATUS = "1.3.6.1.2.1.17.7.1.2.2.1.2", "1.3.6.1.2.1.17.7.1.2.2.1.3"
_VLAN_DATABASE = "1.3.6.1.2.1.17.7.1.4.2.1.3"
_ARP, _OLD_ARP = "1.3.6.1.2.1.4.35.1.4", "1.3.6.1.2.1.4.22.1.2"
_LLDP_REMOTE = "1.0.8802.1.1.2.1.4.1.1"
_LLDP_LOCAL = "1.0.8802.1.1.2.1.3.7.1"
_BUNDLE = "1.2.840.10006.300.43.1.2.1.1.13"
_STATUS = {3: "learned", 4: "self", 5: "mgmt"}

Index = tuple[int, ...]
Table = Mapping[Index, Any]
Told = dict[str, Any]


class NoAnswer(MaccordError):
    """A switch that does not answer, or refuses to, and why."""

    def __init__(self, host: str, why: str) -> None:
        super().__init__(host, why)
        self.host, self.why = host, why

    def __str__(self) -> str:
        return f"{self.host}: {self.why}"


@dataclass(frozen=True, slots=True)
class Access:
    """How a switch is asked: a community for version 2c, or a user with two passwords for version 3.

    Without a password for privacy, answers are not encrypted; without any, they are not signed either.
    """

    community: Secret | None = None
    user: str = ""
    authentication: Secret | None = None
    privacy: Secret | None = None
    context: str = ""


def collect(host: str, port: int, access: Access, *, now: datetime, timeout_s: float, retries: int = 2) -> Collected:
    """Return what a switch tells at this moment: SWITCH/snmp-MOMENT.json, beside what it told at others.

    Raises: MissingLibrary; NoAnswer.
    """
    api = library("pysnmp.hlapi.v3arch.asyncio", "snmp")
    agent = _Agent(api, (host, port), access, timeout_s=timeout_s, retries=retries)
    told = asyncio.run(agent.asked())
    told = {"schema": SCHEMA, "collectedAt": now.strftime("%Y-%m-%dT%H:%M:%SZ"), **told}
    folder = file_name(told["name"] or host)
    path = f"{folder}/snmp-{now.strftime('%Y%m%dT%H%M%SZ')}.json"
    return Collected(host, {path: json.dumps(told, indent=1)}, remarks=tuple(agent.remarks), adds=True)


class _Agent:
    """One conversation with one switch."""

    def __init__(self, api: ModuleType, at: tuple[str, int], access: Access, *, timeout_s: float, retries: int) -> None:
        self._api, (self._host, self._port) = api, at
        self._access, self._timeout_s, self._retries = access, timeout_s, retries
        self.remarks: list[str] = []
        self._engine: Any = None
        self._parts: tuple[Any, ...] = ()

    async def asked(self) -> Told:
        """Return everything that is asked for."""
        api = self._api
        self._engine = api.SnmpEngine()
        try:
            target = await api.UdpTransportTarget.create(
                (self._host, self._port), timeout=self._timeout_s, retries=self._retries
            )
            self._parts = (self._credentials(), target, api.ContextData(contextName=self._access.context.encode()))
            return await self._everything()
        except api_error(api) as error:
            raise NoAnswer(self._host, str(error)) from error
        finally:
            self._engine.close_dispatcher()

    def _credentials(self) -> Any:  # noqa: ANN401 - a type of the library's
        api, access = self._api, self._access
        if access.community is not None:
            return api.CommunityData(access.community.reveal(), mpModel=1)
        words: dict[str, Any] = {}
        if access.authentication is not None:
            words |= {"authKey": access.authentication.reveal(), "authProtocol": api.usmHMAC192SHA256AuthProtocol}
        if access.privacy is not None:
            words |= {"privKey": access.privacy.reveal(), "privProtocol": api.usmAesCfb128Protocol}
        return api.UsmUserData(access.user, **words)

    async def _everything(self) -> Told:
        system = {word: await self._value(oid) for word, oid in _SYSTEM.items()}
        names = await self._interfaces()
        ports = {index[0]: names.get(int(value), "") for index, value in (await self._table(_PORT_INTERFACE)).items()}
        return {
            "name": _text(system["name"]),
            "description": _text(system["description"]),
            "uptime": int(system["uptime"]) // 100 if system["uptime"] is not None else None,
            "bridge": _mac(await self._value(_BRIDGE)),
            "interfaces": await self._described(names),
            "addresses": await self._addresses(ports),
            "neighbours": await self._arp(names),
            "links": await self._links(ports),
        }

    async def _interfaces(self) -> dict[int, str]:
        """Return the names of interfaces by number: ifName, or the description of an old device."""
        found = {index[0]: _text(value) for index, value in (await self._table(_IF_DESCRIPTION)).items()}
        for index, value in (await self._table(_IF_NAME)).items():
            found[index[0]] = _text(value) or found.get(index[0], "")
        return found

    async def _described(self, names: Mapping[int, str]) -> list[Told]:
        addresses = {index[0]: _mac(value) for index, value in (await self._table(_IF_ADDRESS)).items()}
        bundles = {index[0]: int(value) for index, value in (await self._table(_BUNDLE)).items()}
        return [
            {"name": name, "mac": addresses.get(number), "partOf": names.get(bundles.get(number, 0)) or None}
            for number, name in sorted(names.items())
            if name
        ]

    async def _addresses(self, ports: Mapping[int, str]) -> list[Told]:
        """Return the address table, with VLANs where the switch has them."""
        found = await self._table(_VLAN_PORT)
        if not found:
            statuses = await self._table(_PLAIN_STATUS)
            return [
                _entry(index, None, ports.get(int(port), ""), statuses.get(index))
                for index, port in (await self._table(_PLAIN_PORT)).items()
                if len(index) == 6
            ]
        statuses, vlans = await self._table(_VLAN_STATUS), await self._vlans()
        unknown = {index[0] for index in found if index[0] not in vlans}
        if unknown and not vlans:
            self.remarks.append(
                "the switch does not tell the VLANs of its filtering databases: their numbers are taken for VLANs"
            )
            vlans = {number: number for number in unknown if 0 < number < 4095}
        return [
            _entry(index[1:], vlans.get(index[0]), ports.get(int(port), ""), statuses.get(index))
            for index, port in found.items()
            if len(index) == 7
        ]

    async def _vlans(self) -> dict[int, int]:
        """Return the VLAN of each filtering database; one that several VLANs share has none."""
        found: dict[int, int] = {}
        shared = set()
        for index, value in (await self._table(_VLAN_DATABASE)).items():
            vlan, database = index[-1], int(value)
            if found.setdefault(database, vlan) != vlan:
                shared.add(database)
        return {database: vlan for database, vlan in found.items() if database not in shared}

    async def _arp(self, names: Mapping[int, str]) -> list[Told]:
        found: dict[tuple[int, str], Told] = {}
        for index, value in (await self._table(_OLD_ARP)).items():
            self._add_neighbour(found, index[0], index[1:], value, names)
        for index, value in (await self._table(_ARP)).items():
            if len(index) > 3 and index[1] in (1, 2) and len(index) == 3 + index[2]:
                self._add_neighbour(found, index[0], index[3:], value, names)
        return [found[key] for key in sorted(found)]

    def _add_neighbour(
        self, found: dict[tuple[int, str], Told], number: int, octets: Index, value: object, names: Mapping[int, str]
    ) -> None:
        ip, mac = _ip(octets), _mac(value)
        if ip and mac:
            found[number, ip] = {"ip": ip, "mac": mac, "port": names.get(number, "")}

    async def _links(self, ports: Mapping[int, str]) -> list[Told]:
        local = {index[0]: _text(value) for index, value in (await self._table(f"{_LLDP_LOCAL}.3")).items()}
        columns = {
            word: await self._table(f"{_LLDP_REMOTE}.{number}")
            for word, number in (("kind", 4), ("chassis", 5), ("portKind", 6), ("port", 7), ("name", 9))
        }
        return [
            {
                "port": local.get(index[1]) or ports.get(index[1], ""),
                "system": _text(columns["name"].get(index)),
                "chassis": _named(chassis, columns["kind"].get(index), mac=4),
                "peerPort": _named(columns["port"].get(index), columns["portKind"].get(index), mac=3),
            }
            for index, chassis in sorted(columns["chassis"].items())
            if len(index) == 3
        ]

    # Asking ----------------------------------------------------------------------------------------------------

    async def _value(self, oid: str) -> Any:  # noqa: ANN401 - a value of SNMP's
        api = self._api
        asked = api.ObjectType(api.ObjectIdentity(oid))
        failed, status, _, found = await api.get_cmd(self._engine, *self._parts, asked, lookupMib=False)
        self._believe(failed)
        value = found[0][1] if found and not status else None
        return None if value is None or type(value).__name__ in ("NoSuchObject", "NoSuchInstance", "Null") else value

    async def _table(self, oid: str) -> dict[Index, Any]:
        """Return a column, by what follows its name."""
        api = self._api
        base = tuple(int(part) for part in oid.split("."))
        asked = api.ObjectType(api.ObjectIdentity(oid))
        found: dict[Index, Any] = {}
        walk = api.bulk_walk_cmd(
            self._engine, *self._parts, 0, _AT_ONCE, asked, lookupMib=False, lexicographicMode=False
        )
        async for failed, status, _, rows in walk:
            self._believe(failed)
            if status:
                break
            for name, value in rows:
                index = tuple(name)[len(base) :]
                if tuple(name)[: len(base)] != base or index in found:
                    return found
                found[index] = value
            if len(found) >= ROWS_MAX:
                self.remarks.append(f"more than {ROWS_MAX} rows below {oid}: the rest is left out")
                break
        return found

    def _believe(self, failed: object) -> None:
        if failed:
            raise NoAnswer(self._host, str(failed))


def api_error(api: ModuleType) -> type[Exception]:
    """Return what the library raises."""
    del api
    error: type[Exception] = library("pysnmp.error", "snmp").PySnmpError
    return error


def _entry(octets: Index, vlan: int | None, port: str, status: object) -> Told:
    kind = int(status) if status is not None else 3  # type: ignore[call-overload]  # an integer of the library's
    return {
        "mac": _mac(bytes(one & 255 for one in octets)),
        "vlan": vlan,
        "port": port,
        "status": _STATUS.get(kind, "other"),
    }


def _octets(value: object) -> bytes:
    if value is None:
        return b""
    if isinstance(value, bytes):
        return value
    as_octets: Callable[[], bytes] | None = getattr(value, "asOctets", None)
    return as_octets() if as_octets else str(value).encode()


def _text(value: object) -> str:
    return _octets(value).decode("utf-8", "replace").strip("\0 ")[:255]


def _mac(value: object) -> str | None:
    octets = _octets(value)
    return octets.hex("-").upper() if len(octets) == 6 else None


def _named(value: object, kind: object, *, mac: int) -> str:
    spelled = _mac(value) if kind is not None and int(kind) == mac else None  # type: ignore[call-overload]
    return spelled or _text(value)


def _ip(octets: Index) -> str:
    if any(not 0 <= one < 256 for one in octets):
        return ""
    if len(octets) == 4:
        return str(IPv4Address(bytes(octets)))
    return str(IPv6Address(bytes(octets))) if len(octets) == 16 else ""
