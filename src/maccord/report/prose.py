"""Sentences for the page: harmless, of bearable length, with addresses and commands that do not break across lines."""

import re

from markupsafe import Markup, escape

from maccord.report.plain import plain

TEXT_MAX = 2000
"""Characters of one value that the page shows; names come from evidence and may be of any length."""
_WHOLE = re.compile(
    r"[0-9A-F]{2}(?:-[0-9A-F]{2}){5}|\b[A-Z][a-z]{1,20}-[A-Z][A-Za-z]{1,40}|(?<![\w-])-[A-Z][A-Za-z]{1,40}"
)
"""What must stay in one piece: an address, a cmdlet, a parameter of one."""


def bearable(text: str) -> str:
    """Return text without control and direction characters, cut to TEXT_MAX; it says how much was cut."""
    if len(text) <= TEXT_MAX:
        return plain(text)
    return f"{plain(text[:TEXT_MAX])}… ({len(text) - TEXT_MAX:,} more characters)"


def prose(text: str) -> Markup:
    """Return a sentence as HTML."""
    shown = bearable(text)
    parts = []
    at = 0
    for found in _WHOLE.finditer(shown):
        parts += [escape(shown[at : found.start()]), Markup("<span class=whole>{}</span>").format(found[0])]
        at = found.end()
    return Markup("").join([*parts, escape(shown[at:])])
