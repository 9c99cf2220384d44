"""Values as configuration files spell them: an address or a VLAN read, or a problem at its place."""

import re

from maccord.fleet import vlan
from maccord.fleet.evidence import Place
from maccord.fleet.problem import Problem
from maccord.mac import BadAddress, parse_value

_HEX = re.compile("[0-9a-fA-F]{32}")
_NOT_HEX = str.maketrans("", "", "-{} ")
_SHOWN = 60


def address(text: str, place: Place, problems: list[Problem]) -> int | None:
    """Return the address that `text` spells, 0 for all zeros; None, and a problem, when it is none."""
    try:
        return parse_value(text)
    except BadAddress as error:
        problems.append(Problem(place.file, place.at, str(error)))
        return None


def uuid(text: str) -> str:
    """Return a UUID in its usual spelling, however it is cut into pieces; nothing for all zeros or anything else."""
    digits = text.translate(_NOT_HEX).lower()
    if not _HEX.fullmatch(digits) or not digits.strip("0"):
        return ""
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def vlans(text: str, place: Place, problems: list[Problem]) -> str:
    """Return the set of VLANs that `text` lists, every VLAN, and a problem, when it is no list."""
    try:
        return vlan.text_of(vlan.parse(text))
    except ValueError:
        reason = f"{text[:_SHOWN]!r} is no list of VLANs: the port is read as open"
        problems.append(Problem(place.file, place.at, reason))
        return vlan.ANY
