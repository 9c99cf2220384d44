"""Names of files for things that platforms name freely."""

import hashlib
import re

_ODD = re.compile(r"[^\w.()+-]")
_LONGEST = 80
_RESERVED = {"con", "prn", "aux", "nul", *(f"{port}{number}" for port in ("com", "lpt") for number in range(10))}
"""Names that Windows keeps for devices, with or without an extension."""


def file_name(text: str) -> str:
    """Return `text` as the name of a file or folder on any system.

    A usual name stays as it is. In any other, what a file system or a shell may stumble over becomes `_`, and a
    digest keeps two such names apart.

    >>> file_name("hv01.corp.example")
    'hv01.corp.example'
    >>> file_name("../web")
    '_._web-fd68c370'
    """
    kept = _ODD.sub("_", text)[:_LONGEST]
    kept = re.sub(r"^[.-]", "_", kept).rstrip(".") or "_"
    if kept.partition(".")[0].casefold() in _RESERVED:
        kept = f"_{kept}"
    return kept if kept == text else f"{kept}-{_digest(text)}"


class Names:
    """Gives out names that differ, in more than the case of letters, within one folder."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def of(self, text: str, key: str) -> str:
        """Return a name for `text`; where that is taken, a digest of `key` tells it from the other."""
        name = file_name(text)
        if name.casefold() in self._given:
            name = f"{name}-{_digest(key)}"
        self._given.add(name.casefold())
        return name


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]
