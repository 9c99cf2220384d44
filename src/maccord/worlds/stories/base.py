"""What all stories have in common: a world, steps that are told in order, and evidence of any of them."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from maccord.mac.errors import MaccordError
from maccord.worlds.hyperv import World
from maccord.worlds.stories.telling import Step, Story


class BadStep(MaccordError):
    """A step was asked for that the story does not have."""

    def __init__(self, story: str, step: int, last: int) -> None:
        super().__init__(story, step, last)
        self.story, self.step, self.last = story, step, last

    def __str__(self) -> str:
        return f"{self.story} has steps 1 to {self.last}, and no step {self.step}"


class Tale(ABC):
    """A story. It can be told once; make another one to hear it again."""

    NAME: str
    TITLE: str
    SOURCE: str
    STEPS: int
    PROFILE: str
    """The version of Windows Server that the report is about."""

    def __init__(self, seed: int = 1, profile: str | None = None) -> None:
        self.seed = seed
        self.profile = profile or self.PROFILE
        self.world = World(seed)

    @abstractmethod
    def tell(self) -> Iterator[Step]:
        """Live the story, and yield each step when it is over."""

    def told(self, until: int | None = None) -> Story:
        """Live the story up to a step, or to its end. Raises BadStep."""
        last = self.STEPS if until is None else until
        if not 1 <= last <= self.STEPS:
            raise BadStep(self.NAME, last, self.STEPS)
        steps = []
        for step in self.tell():
            steps.append(step)
            if step.number == last:
                break
        return Story(self.NAME, self.TITLE, self.SOURCE, self.profile, self.seed, tuple(steps), self.STEPS)

    def evidence(self) -> dict[str, bytes]:
        """Return what collectors would write now, by file name: a file for each host that is up."""
        return self.world.exports()
