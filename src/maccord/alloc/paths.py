"""Paths of groups: sites, clusters, host groups, tenants, one within another, as emea/ams1/cluster7.

A path is kept as it was given; two that differ only in case are the same group. `/` is the root, above all others.
"""

import re

from maccord.alloc.errors import BadRequest

ROOT = "/"
DEPTH_MAX = 16
PATH_MAX = 255
_PART = re.compile(r"[A-Za-z0-9._-]{1,63}")


def read_path(text: str) -> str:
    """Return a path in its usual spelling, emea/ams1, without slashes at its ends; raises BadRequest."""
    if len(text) > PATH_MAX:
        raise BadRequest("group", f"a path has at most {PATH_MAX} characters")
    inner = text.removeprefix("/").removesuffix("/")
    if not inner:
        if text == ROOT:
            return ROOT
        raise BadRequest("group", "expected a path such as emea/ams1/cluster7, or / for the root")
    parts = inner.split("/")
    if len(parts) > DEPTH_MAX:
        raise BadRequest("group", f"a path has at most {DEPTH_MAX} parts")
    for part in parts:
        if not _PART.fullmatch(part) or part in (".", ".."):
            raise BadRequest("group", "each part of a path has 1 to 63 letters, digits, '.', '_' or '-', not . or ..")
    return inner


def key_of(path: str) -> str:
    """Return what tells a group from others: its path without its case."""
    return path.lower()


def upwards(path: str) -> tuple[str, ...]:
    """Return a path and those above it, nearest first; the root is the last."""
    if path == ROOT:
        return (ROOT,)
    parts = path.split("/")
    return (*("/".join(parts[:count]) for count in range(len(parts), 0, -1)), ROOT)
