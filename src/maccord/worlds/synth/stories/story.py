"""What every story says of itself."""

from collections.abc import Callable
from dataclasses import dataclass

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.truth import Lived

Live = Callable[[Stage], Lived]


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """A history in which one cause happens.

    cause: its name. live: lives it and returns the truth. hosts: how many take part, from and to. since, until: the
    versions of Windows Server that can have it. lows: how many low octets it takes for each host at most; blocks: how
    many blocks of sixteen neighbouring ones. most: how often one fleet can have it, None for any number; why_most says
    why.
    """

    cause: str
    live: Live
    hosts: tuple[int, int] = (1, 1)
    since: str = "2008"
    until: str = "2025"
    lows: int = 1
    blocks: int = 0
    most: int | None = None
    why_most: str = ""
