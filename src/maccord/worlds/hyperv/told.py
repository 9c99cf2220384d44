"""What an export tells, whatever it holds: a value of another type than the cmdlet's counts as not told."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address

from maccord.mac.address import parse_value
from maccord.mac.errors import BadAddress

_GUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEX16 = re.compile(r"[0-9A-Fa-f]{16}")
_ROWS_MAX = 100_000
_TEXT_MAX = 100_000


def as_guid(text: str) -> str:
    """Return a GUID in lower case and without braces; an empty text for what is none."""
    bare = text.strip().strip("{}").lower()
    return bare if _GUID.fullmatch(bare) else ""


def guids_in(text: str) -> list[str]:
    """Return the GUIDs that a text holds, in lower case: an Id of Hyper-V holds one or two."""
    return _GUID.findall(text[:500].lower())


class Told:
    """One object of an export. Names of properties are the cmdlet's."""

    def __init__(self, values: Mapping[str, object]) -> None:
        self.values = values

    def text(self, name: str) -> str:
        """Return a text, or a number as text; empty when there is none."""
        value = self.values.get(name)
        if isinstance(value, bool) or not isinstance(value, str | int):
            return ""
        return str(value)[:_TEXT_MAX]

    def number(self, name: str) -> int | None:
        """Return a whole number."""
        value = self.values.get(name)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
        return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 1 << 63 else None

    def flag(self, name: str) -> bool | None:
        """Return a truth value."""
        value = self.values.get(name)
        if isinstance(value, str):
            return {"true": True, "false": False}.get(value.strip().lower())
        return value if isinstance(value, bool) else None

    def choice(self, name: str, words: Mapping[int, str]) -> str:
        """Return the word of an enumeration's value, given as its integer or its name; empty for an unknown one."""
        value = self.values.get(name)
        if isinstance(value, str) and not value.isdigit():
            return next((word for word in words.values() if word.lower() == value.strip().lower()), "")
        number = self.number(name)
        return words.get(number, "") if number is not None else ""

    def guid(self, name: str) -> str:
        """Return a GUID in lower case, without braces."""
        return as_guid(self.text(name))

    def mac(self, name: str) -> int | None:
        """Return a MAC address, zeros as 0; None when there is none."""
        value = self.values.get(name)
        if isinstance(value, list) and len(value) == 6 and all(type(one) is int and 0 <= one < 256 for one in value):
            return int.from_bytes(bytes(value), "big")
        try:
            return parse_value(self.text(name))
        except BadAddress:
            return None

    def wwn(self, name: str) -> int | None:
        """Return a World Wide Name."""
        text = self.text(name).replace(":", "").replace("-", "")
        return int(text, 16) if _HEX16.fullmatch(text) else None

    def texts(self, name: str) -> list[str]:
        """Return a list of texts; one text alone is a list of one."""
        value = self.values.get(name)
        if isinstance(value, str):
            return [value]
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def ip(self, name: str) -> IPv4Address | IPv6Address | None:
        """Return an IP address; the zone of a link-local one is left out."""
        try:
            return ip_address(self.text(name).partition("%")[0])
        except ValueError:
            return None

    def moment_us(self, name: str, origin: datetime) -> int | None:
        """Return a time in ISO 8601 as microseconds after `origin`; without a zone it is UTC."""
        try:
            at = datetime.fromisoformat(self.text(name))
            return ((at if at.tzinfo else at.replace(tzinfo=UTC)) - origin) // timedelta(microseconds=1)
        except (ValueError, OverflowError):
            return None

    def rows(self, name: str) -> "Iterator[Told]":
        """Yield the objects of a list; it may be missing, one object, or an array."""
        value = self.values.get(name)
        found = value[:_ROWS_MAX] if isinstance(value, list) else [value]
        return (Told(one) for one in found if isinstance(one, dict))

    def one(self, name: str) -> "Told":
        """Return the object of a section that a host has one of; without any properties where it is missing."""
        return next(self.rows(name), Told({}))
