"""Stories told in emulated worlds: field reports, replayed step by step.

    story = Walkthrough(seed=1, profile="2008")
    for step in story.tell():
        print(step.number, step.title, step.answers)

`Walkthrough` is John Howard's post of 2008, `Converged` Ben Gelens' of 2014, `Twins` two
machines with one address on a wire. Worlds are told what to do; what comes of it is read off them, answers to quiz
questions included.
"""

from maccord.worlds.stories.base import BadStep, Tale
from maccord.worlds.stories.converged import Converged
from maccord.worlds.stories.stack import Piece, Stack
from maccord.worlds.stories.telling import Answer, Key, Owner, Said, Step, Story
from maccord.worlds.stories.twins import Twins
from maccord.worlds.stories.walkthrough import Walkthrough
from maccord.worlds.stories.watching import Spell, Watched

STORIES: dict[str, type[Tale]] = {"walkthrough": Walkthrough, "converged": Converged}
"""Every story that is told in steps, by its name."""

__all__ = [
    "STORIES",
    "Answer",
    "BadStep",
    "Converged",
    "Key",
    "Owner",
    "Piece",
    "Said",
    "Spell",
    "Stack",
    "Step",
    "Story",
    "Tale",
    "Twins",
    "Walkthrough",
    "Watched",
]
