"""The pages of everything maccord can name: causes, rules, expected twins."""

import re
from dataclasses import dataclass

from maccord.causes import CAUSES, TWINS
from maccord.rules import RULES

_LABEL = re.compile(r"^(What|Told by|Why it matters|Example|Confirm|Fix|Unsure|Source): *", re.MULTILINE)
_VERBATIM = ("Confirm", "Fix")
_INDENT = " " * 9


@dataclass(frozen=True, slots=True)
class Page:
    """One page: the first line of its text is its title."""

    name: str
    kind: str
    severity: str
    text: str

    @property
    def title(self) -> str:
        """The first sentence."""
        return self.text.partition("\n")[0]

    @property
    def parts(self) -> list[tuple[str, str, bool]]:
        """Label, text without its indent, and whether the text holds commands and keeps its lines.

        What stands before the first label has an empty one.
        """
        first, *rest = _LABEL.split(self.text.partition("\n")[2])
        told = [("", first), *zip(rest[::2], rest[1::2], strict=True)]
        return [(label, _dedented(text), label in _VERBATIM) for label, text in told if text.strip()]


def _dedented(text: str) -> str:
    return "\n".join(line.removeprefix(_INDENT).rstrip() for line in text.strip().splitlines())


def pages() -> list[Page]:
    """Return every page: causes as they are asked, twins, rules; a cause and a rule may be namesakes."""
    listed = [Page(name, "cause", module.CAUSE.severity, module.CAUSE.page.strip()) for name, module in CAUSES.items()]
    listed += [Page(name, "expected twin", "", text.strip()) for name, text in TWINS.items()]
    listed += [Page(name, "rule", rule.severity, rule.page.strip()) for name, rule in sorted(RULES.items())]
    return listed
