"""Tells which records speak of one adapter, and which management vNIC came with its switch."""

from collections import Counter
from collections.abc import Iterable, Sequence

from msgspec.structs import replace

from maccord.fleet.evidence import AdapterSeen, SwitchSeen

SHADOW = "management-nic"
"""The kind of a NIC that Get-NetAdapter lists for a management vNIC: the same adapter, told twice."""

INTERFACE = "interface"
"""The kind of a logical interface that a device lists."""

IPVLAN = "ipvlan"
"""The description of an ipvlan adapter: it has its parent's address by design (Linux, networking/ipvlan)."""

LINUX_DEVICE = "Linux device with a generated address"
"""The description of a bridge, a bond or the like whose address is that of no port of it: systemd or the kernel made
it up (systemd.link, MACAddressPolicy=)."""

MULTIPLEXOR = "Microsoft Network Adapter Multiplexor Driver"
"""The description of the adapter that an LBFO team shows, followed by `#2` and so on for further teams."""


def each_once(nics: Iterable[AdapterSeen]) -> list[AdapterSeen]:
    """Return each adapter once, though several cmdlets and files may tell of it."""
    kept = _Kept()
    shadows: list[AdapterSeen] = []
    for nic in nics:
        if nic.kind == SHADOW:
            shadows.append(nic)
        else:
            kept.add(nic)
    vnics = _Vnics(kept.nics)
    for shadow in shadows:
        at = vnics.of(shadow)
        if at is None:
            kept.add(shadow, replace(shadow, kind="management", name=_inner_name(shadow.name)))
        else:
            kept.nics[at] = replace(kept.nics[at], description=shadow.description, up=shadow.up)
    return kept.nics


_Key = tuple[object, ...]


class _Kept:
    """Adapters of one host, each kept once, by what tells that two records are of one adapter."""

    def __init__(self) -> None:
        self.nics: list[AdapterSeen] = []
        self._by_id: set[_Key] = set()
        self._by_words: dict[_Key, str] = {}
        self._seats: dict[_Key, int] = {}

    def add(self, nic: AdapterSeen, shown: AdapterSeen | None = None) -> None:
        """Keep an adapter, or what is to be shown for it, unless an earlier record was of it."""
        seats = _seats(nic) if nic.mac is not None else []
        at = next((self._seats[seat] for seat in seats if self._is_told(nic, seat)), None)
        known = self._is_known(nic)
        if at is not None:
            if nic.manager and not self.nics[at].manager:
                self.nics[at] = replace(self.nics[at], manager=nic.manager)
        elif not known:
            self.nics.append(shown or nic)
            for seat in seats:
                self._seats.setdefault(seat, len(self.nics) - 1)

    def _is_known(self, nic: AdapterSeen) -> bool:
        """Tell whether a record had the same id, or, of those without ids, the same words in another file."""
        if nic.id:
            key: _Key = (nic.kind, nic.machine_id, nic.id, nic.snapshot)
            told = key in self._by_id
            self._by_id.add(key)
            return told
        words = (nic.kind, nic.machine_id, nic.machine, nic.name, nic.mac, nic.snapshot)
        return self._by_words.setdefault(words, nic.place.file) != nic.place.file

    def _is_told(self, nic: AdapterSeen, seat: _Key) -> bool:
        """Tell whether another file told of a seat.

        Two files that name one machine by its id may be of two copies of it, unless they call it alike or one of them
        is of a manager, which has names of its own. Two that call it alike are of one only if one is of a manager.
        """
        at = self._seats.get(seat)
        if at is None or self.nics[at].place.file == nic.place.file:
            return False
        other = self.nics[at]
        managed = bool(other.manager) != bool(nic.manager)
        if seat[0] == _BY_NAME:
            return managed
        if seat[0] == _OWN:
            return nic.kind == other.kind or INTERFACE in (nic.kind, other.kind)
        return managed or nic.machine.casefold() == other.machine.casefold()


_BY_ID, _BY_NAME, _OWN = "id", "name", "own"


def _seats(nic: AdapterSeen) -> list[_Key]:
    """Return what stands for an adapter in any file of its host: its address, with its machine or its own name."""
    if nic.kind != "vm":
        return [(_OWN, nic.name.casefold(), nic.mac)]
    named = nic.machine.replace("/", "_").casefold()  # KubeVirt's own libvirt calls NAMESPACE/NAME so
    by_id: list[_Key] = [(_BY_ID, nic.machine_id, nic.mac, nic.snapshot)] if nic.machine_id else []
    return [*by_id, (_BY_NAME, named, nic.mac, nic.snapshot)] if named else by_id


class _Vnics:
    """The management vNICs among a host's adapters, by what a NIC of Get-NetAdapter names them."""

    def __init__(self, nics: Sequence[AdapterSeen]) -> None:
        self._by_id: dict[str, int] = {}
        self._by_name: dict[_Key, int] = {}
        for at, nic in enumerate(nics):
            if nic.kind == "management":
                name = nic.name.casefold()
                if nic.id:
                    self._by_id.setdefault(nic.id, at)
                for key in ((name,), (name, bool(nic.id)), (name, nic.mac)):
                    self._by_name.setdefault(key, at)

    def of(self, shadow: AdapterSeen) -> int | None:
        """Return the place of the vNIC that a NIC is: of its id, else of its name, and address if both have ids."""
        name = _inner_name(shadow.name).casefold()
        if not shadow.id:
            return self._by_name.get((name,))
        found = (self._by_id.get(shadow.id), self._by_name.get((name, shadow.mac)), self._by_name.get((name, False)))
        return min((at for at in found if at is not None), default=None)


def _inner_name(name: str) -> str:
    """Return MGMT of `vEthernet (MGMT)`."""
    return name[name.index("(") + 1 : -1] if name.startswith("vEthernet (") and name.endswith(")") else name


class Siblings:
    """How many management vNICs each switch of a host has."""

    def __init__(self, nics: Iterable[AdapterSeen]) -> None:
        vnics = [one for one in nics if one.kind == "management"]
        self._by_id = Counter(one.switch_id for one in vnics if one.switch_id)
        self._by_name = Counter(one.switch.casefold() for one in vnics)
        self._by_name_alone = Counter(one.switch.casefold() for one in vnics if not one.switch_id)

    def on(self, switch: SwitchSeen) -> int:
        """Return the number of vNICs on a switch: by its id, or by its name where one of both has no id."""
        name = switch.name.casefold()
        return self._by_id[switch.id] + self._by_name_alone[name] if switch.id else self._by_name[name]


def is_parent(nic: AdapterSeen, switch: SwitchSeen, siblings: Siblings) -> bool:
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
    return siblings.on(switch) == 1
