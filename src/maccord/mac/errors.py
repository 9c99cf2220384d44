"""What addresses and ranges refuse."""

from maccord import MaccordError

__all__ = ["BadAddress", "BadRange", "MaccordError"]


class BadAddress(MaccordError):
    """A text is no 48-bit address in any spelling that is read."""

    def __init__(self, text: str, why: str) -> None:
        super().__init__(text, why)
        self.text, self.why = text, why

    def __str__(self) -> str:
        shown = self.text if len(self.text) <= 40 else self.text[:37] + "..."
        return f"{shown!r} is no MAC address: {self.why}"


class BadRange(MaccordError):
    """A range of addresses that runs backwards."""

    def __init__(self, first: str, last: str) -> None:
        super().__init__(first, last)
        self.first, self.last = first, last

    def __str__(self) -> str:
        return f"the range {self.first} to {self.last} runs backwards"
