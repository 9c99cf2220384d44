"""Lines of a terminal's output: numbered, free of what terminals and pagers leave behind, and prompts known as such."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

LINE_MAX = 4000
"""Characters of the longest line that can be a row; the widest known list of ports has about three thousand."""

_BLOCK = 1 << 20
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?|[()][0-9A-Z]|[78=>cDHM])")
_NEXT_LINE = "\x1bE"  # ProCurve's way to begin a new line over SSH
_PAGER = re.compile(
    r"<?-{2,4} ?\(?more(?: ?\d{1,3} ?%\)?)? ?-{2,4}>?(?:, next page: Space, next line: Enter, quit: Control-C)?",
    re.IGNORECASE,
)
_COMMAND = (
    r"(?:do |sudo |run )?(?:sh|sho|show|dis|disp|display|bridge|ip|arp|brctl|net|nv|get|diagnose|cat)\s.*+"
    r"|arp|logout|exit"
)
_ECHO = re.compile(r"\s{0,8}(?P<command>(?:sh|sho|show|dis|disp|display)\s\s*+(?:mac|bridge|ip|arp|eth|l2).*+)")
_PROMPTS = (
    re.compile(
        r"\s{0,8}(?:RP/[\w/]{1,20}:|[\w.-]{1,32}@|\*?[AB]:)?(?P<name>[A-Za-z0-9][\w.-]{0,63})"
        rf"(?:[:(/@][^\s#>$]{{0,64}})?\s?[#>$%]\s{{0,4}}(?P<command>{_COMMAND})?\s*+$"
    ),
    re.compile(rf"\s{{0,8}}<(?P<name>[A-Za-z0-9~*][\w.-]{{0,63}})>\s{{0,4}}(?P<command>{_COMMAND})?\s*+$"),
    re.compile(rf"\s{{0,8}}\[(?P<view>[~*]?[A-Za-z][\w./-]{{0,63}})\]\s{{0,4}}(?P<command>{_COMMAND})?\s*+$"),
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A line at which somebody gave a command: the device's name (nothing when it is not told) and the command."""

    name: str
    command: str


def lines_of(text: str) -> Iterator[tuple[int, str]]:
    """Yield every line with its number, from 1; what terminals add is taken away.

    Carriage returns that do not end a line begin it anew, as on a screen: what stood before the last one is gone.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n")
    tidy = any(mark in text for mark in ("\r", "\x1b", "\b"))
    number, start = 0, 0
    while start < len(text):
        end = text.find("\n", start + _BLOCK)
        end = len(text) if end < 0 else end
        for line in text[start:end].split("\n"):
            number += 1
            if tidy:
                yield from ((number, part) for part in _tidied(line))
            else:
                yield number, line
        start = end + 1


def _tidied(line: str) -> Iterator[str]:
    for part in line.split(_NEXT_LINE):
        shown = _ESCAPES.sub("", part).replace("\b", "")
        yield without_pager(shown.rstrip("\r").rpartition("\r")[2])


def without_pager(line: str) -> str:
    """Return the line without what a pager asked in it, such as `--More--`."""
    if len(line) > LINE_MAX or "more" not in line.casefold():
        return line
    return _PAGER.sub("", line)


def prompt_of(line: str) -> Prompt | None:
    """Return the prompt and the command that a line shows, None for any other line.

    Commands without a prompt before them are known as well: some tools that record sessions write only these.
    """
    if len(line) > LINE_MAX:
        return None
    for pattern in _PROMPTS:
        if match := pattern.match(line):
            told = match.groupdict()
            return Prompt((told.get("name") or "").strip("~*"), told["command"] or "")
    match = _ECHO.match(line)
    return Prompt("", match["command"].strip()) if match else None
