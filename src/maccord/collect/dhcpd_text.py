"""The text of ISC DHCP's files: statements that end with `;`, blocks in braces, strings in quotes, comments after `#`.

Source: dhcpd.conf(5), "FILE FORMAT"; dhcp-eval(5) on strings: a backslash is followed by n, t, a quote, octal digits.
"""

import re
from dataclasses import dataclass, field

from maccord.collect.document import NEWLINE, Unreadable

DEPTH_MAX = 50
_WORDS_MAX = 1000
_TOKEN = re.compile(r'[ \t\r\f\v]+|#[^\n]*|\n|[{};]|"(?:[^"\\]|\\.)*"|[^\s{};"#]+|"', re.DOTALL)
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{2}|.)", re.DOTALL)
_QUOTE = '"'
_BLANK = " \t\r\f\v\n#"
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}


@dataclass(slots=True)
class Statement:
    """Words that stand before a `;`; `line` is the first one's."""

    words: list[str]
    line: int


@dataclass(slots=True)
class Block(Statement):
    """Words before a brace, and the statements in the braces."""

    inside: list[Statement] = field(default_factory=list)

    def value(self, name: str) -> list[str] | None:
        """Return the words after the last statement called `name`; None without one."""
        return next((one.words[1:] for one in reversed(self.inside) if one.words and one.words[0] == name), None)


def statements(text: str) -> tuple[list[Statement], Unreadable | None]:
    """Return the statements of a text, and what broke it, if anything did; a block that does not end is left out."""
    reader = _Reader()
    for token in _TOKEN.finditer(text):
        reason = reader.take(token[0])
        if reason:
            return reader.complete, Unreadable(f"line {reader.line}", reason)
    reason = "the text ends too early: the file was cut off" if reader.is_open else ""
    return reader.complete, Unreadable(f"line {reader.line}", reason) if reason else None


class _Reader:
    """Builds statements and blocks while the text goes by."""

    def __init__(self) -> None:
        self.line = self._start = 1
        self._open = [Block([], 1)]
        self._words: list[str] = []

    @property
    def is_open(self) -> bool:
        """Tell whether a statement or a block has begun and not ended."""
        return bool(self._words) or len(self._open) > 1

    @property
    def complete(self) -> list[Statement]:
        """What is complete, of blocks that did not end too: a subnet with hosts in it."""
        top = self._open[0]
        return [one for block in self._open for one in block.inside if isinstance(one, Block) or block is top]

    def take(self, token: str) -> str:
        """Take one token; return what is wrong with it, or nothing."""
        first = token[0]
        if first not in _BLANK:
            if not self._words:
                self._start = self.line
            reason = self._word(token) if first not in "{};" else self._mark(first)
            if reason:
                return reason
        self.line += token.count(NEWLINE)
        return ""

    def _word(self, token: str) -> str:
        if len(token) == 1 and token in _QUOTE:
            return "a string does not end"
        if len(self._words) < _WORDS_MAX:
            self._words.append(_plain(token) if token[0] == '"' else token)
        return ""

    def _mark(self, mark: str) -> str:
        words, self._words = self._words, []
        if mark == ";":
            if words:
                self._open[-1].inside.append(Statement(words, self._start))
        elif mark == "{":
            self._open.append(Block(words, self._start))
            return f"blocks stand more than {DEPTH_MAX} deep" if len(self._open) > DEPTH_MAX else ""
        elif len(self._open) == 1:
            return "a block ends that did not begin"
        else:
            block = self._open.pop()
            self._open[-1].inside.append(block)
        return ""


def _plain(quoted: str) -> str:
    """Return a string without its quotes and escapes."""

    def letter(found: re.Match[str]) -> str:
        code = found[1]
        if code[0] in "01234567":
            return chr(int(code, 8) & 0xFF)
        return chr(int(code[1:], 16)) if code[0] == "x" and len(code) > 1 else _LETTERS.get(code, code)

    return _ESCAPE.sub(letter, quoted[1:-1])
