"""What is issued: 48-bit MAC addresses, or 64-bit World Wide Names, by the same code."""

from typing import Literal, get_args

from maccord.alloc.errors import BadRequest
from maccord.mac import parse_value, parse_wwn, show

AddressKind = Literal["mac", "wwn"]
"""`mac`: EUI-48 addresses. `wwn`: World Wide Names of Fibre Channel ports (NAA formats, 64 bits)."""

KINDS: tuple[AddressKind, ...] = get_args(AddressKind)
BITS: dict[AddressKind, int] = {"mac": 48, "wwn": 64}
_SHIFT: dict[AddressKind, int] = {"mac": 0, "wwn": 1 << 63}


def parse(text: str, kind: AddressKind = "mac") -> int:
    """Return the value that `text` spells; raises BadAddress. An EUI-64 is no MAC address."""
    return parse_value(text) if kind == "mac" else int(parse_wwn(text), 16)


def spell(value: int, kind: AddressKind = "mac") -> str:
    """Return the canonical text: 00-15-5D-C8-6A-00, or C0-03-FF-00-00-FF-FF-00 for a World Wide Name."""
    if kind == "mac":
        return show(value)
    digits = f"{value:016X}"
    return "-".join(digits[at : at + 2] for at in range(0, 16, 2))


def kind_of(text: str) -> AddressKind:
    """Return what a text may spell, by its number of hexadecimal digits: 16 are a World Wide Name."""
    digits = sum(character in "0123456789abcdefABCDEF" for character in text)
    return "wwn" if digits == 16 and not text.lower().startswith("0x") else "mac"


def stored(value: int, kind: AddressKind) -> int:
    """Return the value as databases keep it: signed 64 bits, in the order of the addresses."""
    return value - _SHIFT[kind]


def unstored(value: int, kind: AddressKind) -> int:
    """Return the address of a value that a database keeps."""
    return value + _SHIFT[kind]


def as_kind(text: str) -> AddressKind:
    """Return the kind that `text` names; raises BadRequest."""
    for kind in KINDS:
        if text == kind:
            return kind
    raise BadRequest("kind", f"expected one of {', '.join(KINDS)}, not {text[:40]!r}")
