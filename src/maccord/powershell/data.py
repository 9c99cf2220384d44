r"""The block of data: steps as lines of JSON that no host can end or bend.

A script holds it in a single-quoted here-string, which begins with `@'` at the end of a line and ends with `'@` at the
beginning of one; nothing in between is looked at. Every line here begins with `{`, is printable ASCII, and holds no
quote that PowerShell knows (' and its look-alikes, U+2018 to U+201B): they and all else are spelled `\uXXXX`, which
ConvertFrom-Json reads. So whatever a machine is called, the script around it parses alike.

Source: Microsoft, about_Quoting_Rules (here-strings); RFC 8259, section 7 (escapes).
"""

import hashlib
import json
from typing import Any

import msgspec

from maccord.mac.errors import MaccordError
from maccord.plan.steps import AnyStep, SetPortNames
from maccord.report.plain import plain

_ABOUT_MAX = 160
_MACS = frozenset({"first", "last", "was_first", "was_last", "cursor", "was_cursor", "mac", "was_mac", "nic_permanent"})
_LISTS = frozenset({"addresses", "members"})
_LEFT_OUT = frozenset({"incidents", "declares"})
_SEPARATORS = str.maketrans("", "", "-:. ")
LINE_MAX = 1 << 20
"""Windows PowerShell's ConvertFrom-Json takes two million characters at a time."""


class StepTooLong(MaccordError):
    """A step whose text is longer than Windows PowerShell reads."""

    def __init__(self, step: str, size: int) -> None:
        super().__init__(step, size)
        self.step, self.size = step, size

    def __str__(self) -> str:
        return f"step {self.step!r} takes {self.size} characters, and {LINE_MAX} can be read"


def quoted(value: object) -> str:
    r"""Return a value as JSON that may stand in a single-quoted here-string: the one place where text is quoted.

    >>> quoted({"name": "a'@\n$(x)"})
    '{"name":"a\\u0027@\\n$(x)"}'
    """
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    return text.replace("'", "\\u0027").replace("\x7f", "\\u007f")


def head(host: str, digest: str, version: str, *, consent: bool) -> str:
    """Return the first line: whose script it is, of which plan, and whether somebody has consented to it already."""
    told = {"schema": "maccord.steps/1", "runtime": version, "host": host, "plan": digest, "consent": consent}
    return quoted(told)


def line(step: AnyStep) -> str:
    """Return the line of a step. `key`, a digest of all the rest, names its files and its task on the host."""
    fields = spelled_out(step)
    fields["key"] = hashlib.sha256(quoted(fields).encode()).hexdigest()[:24]
    fields["about"] = plain(step.why)[:_ABOUT_MAX]
    text = quoted(fields)
    if len(text) > LINE_MAX:
        raise StepTooLong(plain(step.id)[:_ABOUT_MAX], len(text))
    return text


def spelled_out(step: AnyStep) -> dict[str, Any]:
    """Return a step's fields, addresses as twelve digits and World Wide Port Names as sixteen, as Hyper-V has them."""
    width = 16 if isinstance(step, SetPortNames) else 12
    fields: dict[str, Any] = msgspec.to_builtins(step)
    for name, value in fields.items():
        if name in _MACS and value is not None:
            fields[name] = f"{value:0{width}X}"
        elif name in _LISTS:
            fields[name] = [f"{one:012X}" for one in value]
        elif name == "names":
            fields[name] = [_bare(one) for one in value]
    return {name: value for name, value in fields.items() if name not in _LEFT_OUT and name != "why"}


def _bare(name: str) -> str:
    """Return a World Wide Port Name in any spelling as the script compares it."""
    return name.translate(_SEPARATORS).upper()
