"""Any records of evidence, of the types that they declare and of the values that tell much of them apart."""

from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from hypothesis import strategies as st

from maccord.fleet.evidence import Address, Place, Seen, StateSeen, Whole
from maccord.fleet.packing import KINDS

FILES = ("a.json", "b/c.xml", "é")
_WORDS = (
    "", "HV01", "hv01", "HV02.corp", "east/HV01", "vm", "management", "physical", "team", "virtual", "configured",
    "management-nic", "configured-vnic", "interface", "svi", "vrr", "bridge", "subinterface", "external", "internal",
    "private", "dynamic", "static", "own", "neighbour", "lease", "port", "aggregate", "tunnel", "inner", "member",
    "nic", "hyperv", "switch", "dhcp", "vmm", "container", "eth0", "eth0.7", "Vlan7", "00000000-0000-4000-8000-1",
    "2027-01-31T12:00:00Z", "10.0.0.1", "fe80::1", "/VM/0", "/VM/10/Id", "line 7", "9" * 30, "\x1b[31m", "é", "=1+1",
)  # fmt: skip
WORDS = st.sampled_from(_WORDS) | st.text(max_size=3)
_ADDRESSES = st.sampled_from((0, 1, 0x00155D0A0B00, 0x00155D0A0BFF, 0x02BF0A000001, 0xFFFFFFFFFFFF)) | st.integers(
    0, (1 << 48) - 1
)
_NUMBERS = st.sampled_from((0, 1, 7, 4094, 4095, 28, 16945, -1, (1 << 63) - 1, -(1 << 63))) | st.integers(0, 9)
_IPS = st.sampled_from(("10.0.11.0", "127.0.0.1", "255.255.255.255"))
_PLAIN: dict[Any, st.SearchStrategy[Any]] = {str: WORDS, bool: st.booleans(), type(None): st.none()}
_FITTING = {
    "place": st.builds(Place, st.sampled_from(FILES), WORDS),
    "vlans": st.sampled_from(("0", "7", "0,100-199", "0-4094", "")),
    "wwpn": st.sampled_from(("C003FF0000000000", "0000000000000000", "C003FF000000FFFF")),
    "wwpn_first": st.sampled_from((None, "C003FF0000000000", "FFFFFFFFFFFFFFFF")),
    "wwpn_last": st.sampled_from((None, "C003FF000000FFFF", "0000000000000000")),
}


def _values(kind: type[Seen], name: str, hint: Any) -> st.SearchStrategy[Any]:
    if name in _FITTING or (kind.__name__, name) == ("IpSeen", "address"):
        return _FITTING.get(name, _IPS)
    if name == "says":
        said = (records(one) for one in KINDS.values() if one is not StateSeen)
        return st.lists(st.one_of(*said), max_size=2).map(tuple)
    known = {Address: _ADDRESSES, Whole: _NUMBERS, tuple[str, ...]: st.lists(WORDS, max_size=2).map(tuple), **_PLAIN}
    if hint in known:
        return known[hint]
    return st.one_of(*(known[one] if one in known else _of_the_wire(one) for one in get_args(hint) or (hint,)))


def _of_the_wire(hint: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a part of a record of the wire, whatever its type admits."""
    plain: dict[Any, st.SearchStrategy[Any]] = {int: _NUMBERS, bytes: st.binary(max_size=24), **_PLAIN}
    if hint in plain:
        return plain[hint]
    if get_origin(hint) is Literal:
        return st.sampled_from(get_args(hint))
    if get_origin(hint) is tuple:
        return st.lists(_of_the_wire(get_args(hint)[0]), max_size=2).map(tuple)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return st.builds(hint, **{name: _of_the_wire(one) for name, one in get_type_hints(hint).items()})
    return st.one_of(*map(_of_the_wire, get_args(hint)))


def records(kind: type[Seen]) -> st.SearchStrategy[Any]:
    """Return a strategy for records of one kind; any field may have its default."""
    hints = get_type_hints(kind, include_extras=True)
    needed = {field.name for field in msgspec.structs.fields(kind) if field.default is msgspec.NODEFAULT}

    def made(told: dict[str, Any]) -> Seen:
        if "first" in told and told["first"] > told["last"]:
            told["first"], told["last"] = told["last"], told["first"]
        return kind(**told)

    return st.fixed_dictionaries(
        {name: _values(kind, name, hints[name]) for name in needed},
        optional={name: _values(kind, name, hint) for name, hint in hints.items() if name not in needed},
    ).map(made)


ANY = st.one_of(*(records(kind) for kind in KINDS.values()))
