"""Imports a vendor's library when it is needed, or says how to install it."""

import importlib
from types import ModuleType

from maccord.mac.errors import MaccordError


class MissingLibrary(MaccordError):
    """A platform was asked for whose library is not installed."""

    def __init__(self, extra: str, why: str) -> None:
        super().__init__(extra, why)
        self.extra, self.why = extra, why

    def __str__(self) -> str:
        return f"this needs a library that is not installed: pip install 'maccord[{self.extra}]' ({self.why})"


def library(name: str, extra: str) -> ModuleType:
    """Return the module `name`, which the extra `extra` installs.

    Raises: MissingLibrary when it, or something that it stands on, is not there.
    """
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise MissingLibrary(extra, str(error)) from error
