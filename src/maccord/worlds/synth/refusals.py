"""What cannot be made, and why."""

from maccord.mac.errors import MaccordError


class CannotSynthesize(MaccordError):
    """A fleet was asked for that cannot be: an unknown cause, more hosts in stories than in the fleet, ..."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why

    def __str__(self) -> str:
        return self.why
