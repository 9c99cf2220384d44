"""What goes wrong: the service refuses, or cannot be asked."""

import json

from maccord.mac.errors import MaccordError


class Refused(MaccordError):
    """The service refused. `type` is the problem's, `fields` are its members, `request` is the id in its log."""

    def __init__(self, status: int, problem: dict[str, object]) -> None:
        super().__init__(status, problem)
        self.status, self.fields = status, problem
        self.type = str(problem.get("type", "about:blank"))
        self.request = str(problem.get("request", ""))

    @property
    def slug(self) -> str:
        """The last part of the type: pool-exhausted."""
        return self.type.rpartition(":")[2]

    def __str__(self) -> str:
        said = str(self.fields.get("detail") or self.fields.get("title") or f"the service answered {self.status}")
        return _one_line(said)


class Unreachable(MaccordError):
    """The service could not be asked, or its answer could not be read. A change may have been made all the same."""

    def __init__(self, url: str, why: str) -> None:
        super().__init__(url, why)
        self.url, self.why = url, why

    def __str__(self) -> str:
        return f"{self.url}: {self.why}"


def refused(status: int, raw: bytes, url: str) -> MaccordError:
    """Return what an answer that is no success says; it may come from something else than a maccord service."""
    try:
        problem = json.loads(raw)
    except (ValueError, RecursionError):
        problem = None
    if not isinstance(problem, dict):
        return Unreachable(url, f"answered {status}, and not as a maccord service does")
    return Refused(status, problem)


def reason(error: BaseException) -> str:
    """Return what went wrong, in a line, without the addresses of Python's objects."""
    said = str(error).rpartition(">: ")[2] or str(error) or type(error).__name__
    return _one_line(said)


def _one_line(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return shown if len(shown) <= 500 else f"{shown[:500]} ..."
