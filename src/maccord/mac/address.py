"""A 48-bit MAC address, and a 64-bit World Wide Name: parsed once at the door, carried as the integer they are."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from maccord.mac.errors import BadAddress

FORMATS = (
    "xx-xx-xx-xx-xx-xx",  # Windows, IEEE
    "xx:xx:xx:xx:xx:xx",  # Linux, VMware
    "xxxx.xxxx.xxxx",  # Cisco, Arista
    "xxxxxxxxxxxx",  # Hyper-V cmdlets
    "xxxx-xxxx-xxxx",  # Huawei, HPE Comware
    "xxxx:xxxx:xxxx",
    "xxxxxx-xxxxxx",  # HP ProCurve
    "xxxxxx:xxxxxx",
    "xx xx xx xx xx xx",  # reg.exe and hex dumps
    "xx.xx.xx.xx.xx.xx",
    "x:x:x:x:x:x",  # BSD and Solaris drop leading zeros
)
"""Every spelling that is read; `x` is a hexadecimal digit of either case."""

_STRICT = re.compile(
    "|".join(re.escape(shape).replace("x", "[0-9A-Fa-f]") for shape in FORMATS if "x:x:x" not in shape)
)
_SHORT = re.compile(r"[0-9A-Fa-f]{1,2}(?::[0-9A-Fa-f]{1,2}){5}")
_SEPARATORS = str.maketrans("", "", "-:. ")
_TOP = 1 << 48
Quadrant = Literal["AAI", "ELI", "SAI", "reserved"]
_QUADRANTS: tuple[Quadrant, ...] = ("AAI", "reserved", "ELI", "SAI")


@dataclass(frozen=True, slots=True, order=True)
class Mac:
    """A MAC address: ordered and hashed as its 48-bit big-endian value.

    >>> str(Mac.parse("0015.5dc8.6a00"))
    '00-15-5D-C8-6A-00'
    """

    value: int

    def __post_init__(self) -> None:
        if not 0 <= self.value < _TOP:
            raise BadAddress(str(self.value), "a MAC address has 48 bits")

    @classmethod
    def parse(cls, text: str) -> "Mac":
        """Read the whole of `text`, in one of FORMATS, or raise BadAddress: nothing is guessed."""
        return cls(parse_value(text))

    @property
    def is_group(self) -> bool:
        """True for multicast and broadcast: the lowest bit of the first octet, IEEE 802's I/G bit."""
        return bool(self.value >> 40 & 1)

    @property
    def is_local(self) -> bool:
        """True when locally administered: the second lowest bit of the first octet, IEEE 802's U/L bit."""
        return bool(self.value >> 41 & 1)

    @property
    def slap(self) -> Quadrant | None:
        """The quadrant of a local address in the Structured Local Address Plan: AAI, ELI, SAI or reserved.

        It stands in the third and fourth lowest bits of the first octet (Y and Z); administrators may assign from AAI,
        owners of a CID from ELI, standards from SAI. None for universal addresses.

        Source: IEEE 802c-2017; RFC 8948 section 1.
        """
        return _QUADRANTS[self.value >> 42 & 3] if self.is_local else None

    @property
    def bare(self) -> str:
        """Twelve upper-case digits without separators, as Hyper-V's cmdlets print it."""
        return f"{self.value:012X}"

    def __str__(self) -> str:
        return show(self.value)


def parse_value(text: str) -> int:
    """Return the 48-bit value that `text` spells; raise BadAddress for anything else."""
    spelled = text.strip()
    if spelled[:2] in ("0x", "0X"):
        spelled = spelled[2:]
    if _STRICT.fullmatch(spelled):
        return int(spelled.translate(_SEPARATORS), 16)
    if _SHORT.fullmatch(spelled):
        return int("".join(octet.zfill(2) for octet in spelled.split(":")), 16)
    digits = spelled.translate(_SEPARATORS)
    if len(digits) == 16 and re.fullmatch("[0-9A-Fa-f]+", digits):
        raise BadAddress(text, "it has 64 bits (EUI-64), not 48")
    raise BadAddress(text, f"expected 12 hexadecimal digits, spelled like {FORMATS[0]} or {FORMATS[3]}")


def from_octets(octets: Iterable[object]) -> int:
    """Return the value of six octets given as integers, the way ConvertTo-Json writes a REG_BINARY value."""
    values = list(octets)
    if len(values) != 6 or not all(type(octet) is int and 0 <= octet <= 255 for octet in values):
        raise BadAddress(str(values)[:60], "expected six octets")
    return int.from_bytes(bytes(octet for octet in values if isinstance(octet, int)), "big")


def show(value: int) -> str:
    """Return the canonical spelling of a 48-bit value: 00-15-5D-C8-6A-00."""
    digits = f"{value:012X}"
    return f"{digits[:2]}-{digits[2:4]}-{digits[4:6]}-{digits[6:8]}-{digits[8:10]}-{digits[10:]}"


def parse_wwn(text: str) -> str:
    """Return a World Wide Name as 16 upper-case hexadecimal digits; raise BadAddress for anything else.

    Names stay text: their first octet is C0 on Hyper-V, which no signed 64-bit column holds, and equal width makes
    the order of the texts the order of the numbers.
    """
    digits = text.strip().translate(_SEPARATORS)
    if not re.fullmatch("[0-9A-Fa-f]{16}", digits):
        raise BadAddress(text, "a World Wide Name has 16 hexadecimal digits")
    return digits.upper()
