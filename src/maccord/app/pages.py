"""The pages of everything maccord can name: causes, rules, expected twins."""

from dataclasses import dataclass

from maccord.causes import CAUSES, TWINS
from maccord.rules import RULES


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


def pages() -> list[Page]:
    """Return every page: causes as they are asked, twins, rules; a cause and a rule may be namesakes."""
    listed = [Page(name, "cause", module.CAUSE.severity, module.CAUSE.page.strip()) for name, module in CAUSES.items()]
    listed += [Page(name, "expected twin", "", text.strip()) for name, text in TWINS.items()]
    listed += [Page(name, "rule", rule.severity, rule.page.strip()) for name, rule in sorted(RULES.items())]
    return listed
