"""What a story shows, as plain values: what was done, what the host is like before and after, what Windows said.

Nothing here is written in advance: whoever tells a story does things to a world, and the values are read off it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Literal

from maccord.mac.address import show
from maccord.worlds.hyperv import Event, Host, Refused, World
from maccord.worlds.stories.stack import Stack, shared, stack_of
from maccord.worlds.stories.watching import Watched

EVENTS_SHOWN = 4
"""So many events of one kind are shown of a step; how many there were is told."""


@dataclass(frozen=True, slots=True)
class Key:
    """The registry values of one host; an empty text: the value exists and holds nothing."""

    host: str
    minimum: str
    maximum: str
    current: str
    unused: str | None
    """CurrentMacAddress beside Minimum and Maximum, on 2008 alone."""


@dataclass(frozen=True, slots=True)
class Owner:
    """An adapter and its address. `shared`: another adapter has it too, and the two are no team with its member."""

    host: str
    name: str
    what: str
    state: str
    address: str
    origin: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Said:
    """A refusal or an event, in the vendor's words as far as a source gives them. `times`: how often in this step."""

    kind: Literal["refused", "event"]
    host: str
    source: str
    id: int | None
    text: str
    why: str = ""
    times: int = 1


@dataclass(frozen=True, slots=True)
class Answer:
    """A question, and its answer as it came out of the emulation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a story. `of`: the statements of the report that it plays; `before` and `after`: the registry."""

    number: int
    title: str
    of: tuple[str, ...]
    done: tuple[str, ...]
    before: tuple[Key, ...]
    after: tuple[Key, ...]
    owners: tuple[Owner, ...]
    said: tuple[Said, ...]
    answers: tuple[Answer, ...]
    notes: tuple[str, ...]
    watched: tuple[Watched, ...]
    stacks: tuple[Stack, ...]


@dataclass(frozen=True, slots=True)
class Story:
    """A story as far as it was told."""

    name: str
    title: str
    source: str
    profile: str
    seed: int
    steps: tuple[Step, ...]
    steps_all: int


def key_of(host: Host) -> Key | None:
    """Return the registry values of a host; None without the role."""
    key = host.registry.virtualization
    if key is None:
        return None
    unused = _value(key.root_current) if key.has_root_current else None
    return Key(host.name, _value(key.minimum), _value(key.maximum), _value(key.current), unused)


def _value(mac: int | None) -> str:
    return "" if mac is None else show(mac)


@dataclass(slots=True)
class Telling:
    """A step while it is lived: what is done to the world is noted here."""

    world: World
    number: int
    title: str
    of: tuple[str, ...]
    done: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    watched: list[Watched] = field(default_factory=list)
    drawn: list[Host] = field(default_factory=list)
    told: Step | None = None

    def do(self, words: str) -> None:
        """Say what is done next."""
        self.done.append(words)

    def note(self, words: str) -> None:
        """Say what is to be seen."""
        self.notes.append(words)

    def attempt(self, host: Host, act: Callable[[], object]) -> Refused | None:
        """Do what may be refused, and note the refusal."""
        try:
            act()
        except Refused as refusal:
            self.said.append(Said("refused", host.name, "", None, refusal.vendor_text, refusal.why))
            return refusal
        return None

    def answer(self, question: str, answer: str) -> None:
        """Note a question with its answer."""
        self.answers.append(Answer(question, answer))

    def draw(self, host: Host) -> None:
        """Draw the host's adapters as they are when the step ends."""
        self.drawn.append(host)


class Teller:
    """Tells the steps of one story in a world, one after the other.

    shown: which adapters of a host belong on the table of addresses. registry: whether the story is about it, too.
    """

    def __init__(self, world: World, shown: Callable[[Host], Iterator[Owner]], *, registry: bool = True) -> None:
        self.world = world
        self._registry = registry
        self.count = 0
        self._shown = shown

    @contextmanager
    def step(self, title: str, *of: str) -> Iterator[Telling]:
        """Live a step: what is done inside belongs to it; `telling.told` is the step when it is over."""
        self.count += 1
        telling = Telling(self.world, self.count, title, of)
        before = self._keys()
        known = {host.name: {id(event) for event in host.events} for host in self.world.hosts}
        kept = [event for host in self.world.hosts for event in host.events]  # keeps the ids theirs
        yield telling
        del kept
        for host in self.world.hosts:
            fresh = [event for event in host.events if id(event) not in known.get(host.name, set())]
            telling.said += _events(host, fresh)
        after = self._keys()
        changed = [name for name in after if before.get(name) != after[name]]
        telling.told = Step(
            number=telling.number,
            title=title,
            of=of,
            done=tuple(telling.done),
            before=tuple(one for name in changed if (one := before.get(name)) is not None),
            after=tuple(one for name in changed if (one := after[name]) is not None),
            owners=self._owners(),
            said=tuple(telling.said),
            answers=tuple(telling.answers),
            notes=tuple(telling.notes),
            watched=tuple(telling.watched),
            stacks=tuple(stack_of(host) for host in telling.drawn),
        )

    def _keys(self) -> dict[str, Key | None]:
        return {host.name: key_of(host) for host in self.world.hosts if self._registry}

    def _owners(self) -> tuple[Owner, ...]:
        rows = [row for host in self.world.hosts if host.up for row in self._shown(host)]
        twice = shared((row.address, row.what) for row in rows)
        return tuple(replace(row, shared=row.address in twice) for row in rows)


def _events(host: Host, fresh: list[Event]) -> Iterator[Said]:
    """Yield what was logged: the first of each kind and text, and how often."""
    kinds: dict[tuple[str, int], list[Event]] = {}
    for event in fresh:
        kinds.setdefault((event.provider, event.id), []).append(event)
    for (source, number), events in kinds.items():
        first = events[0]
        text = first.message if first.message is not None else ""
        why = "" if text else f"no source gives the event's text; its values: {', '.join(first.values) or 'none'}"
        yield Said("event", host.name, source, number, text, why, len(events))
