"""A fleet of any size, cell by cell: each story or innocent cell is lived in its own world, exported, and forgotten."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from random import Random

import msgspec

from maccord.worlds.hyperv import PROFILES
from maccord.worlds.hyperv.export import as_json
from maccord.worlds.synth.background import KINDS, Background
from maccord.worlds.synth.numbers import BLOCKS_MAX, Numbers
from maccord.worlds.synth.refusals import CannotSynthesize
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories import STORIES, Story
from maccord.worlds.synth.truth import Lived

EVERY = "all"
"""Stands for every cause that the versions of Windows allow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a fleet is to be. inject: how often each cause is lived, by its name; profiles: versions to choose from."""

    hosts: int
    machines: int
    seed: int
    inject: Mapping[str, int]
    profiles: Sequence[str] = tuple(PROFILES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A part of a fleet: its files by name, how many hosts it has, and what was lived, if it was a story."""

    files: dict[str, bytes]
    hosts: int
    lived: Lived | None = None


def possible(profiles: Sequence[str]) -> dict[str, Story]:
    """Return the stories that some of these versions of Windows Server can have."""
    return {cause: story for cause, story in STORIES.items() if _fits(story, profiles)}


def cells(wanted: Wanted) -> Iterator[Cell]:
    """Live a fleet: first the stories, then innocent cells until all hosts are there. Refuses what cannot be.

    The same wish gives the same cells.
    """
    stories = _stories(wanted)
    sizes = _sizes(wanted, stories)
    offset = zlib.crc32(f"{wanted.seed}".encode())
    numbers = Numbers(hosts=wanted.hosts, blocks=sum(story.blocks for story in stories), offset=offset)
    _check_octets(numbers, stories, sizes)
    return _live(wanted, stories, sizes, numbers)


def _live(wanted: Wanted, stories: list[Story], sizes: list[int], numbers: Numbers) -> Iterator[Cell]:
    for at, (story, size) in enumerate(zip(stories, sizes, strict=True)):
        stage = _stage(wanted, f"{wanted.seed} story {at} {story.cause}", numbers, size)
        told = story.live(stage)
        stage.pass_time()
        yield Cell(files=_files(stage), hosts=len(stage.world.hosts), lived=told)
        assert len(stage.world.hosts) == size, f"{story.cause} lives on {size} hosts"
    left, at = wanted.hosts - sum(sizes), 0
    while left:
        kind = _kind(wanted, at, left)
        stage = _stage(wanted, f"{wanted.seed} background {at}", numbers, kind.hosts)
        kind.live(stage)
        stage.pass_time()
        yield Cell(files=_files(stage), hosts=kind.hosts)
        left -= kind.hosts
        at += 1


def _stage(wanted: Wanted, seed: str, numbers: Numbers, size: int) -> Stage:
    return Stage(seed, numbers, machines=wanted.machines, profiles=wanted.profiles, size=size)


def _kind(wanted: Wanted, at: int, left: int) -> Background:
    newest = max(PROFILES[one].order for one in wanted.profiles)
    fit = [one for one in KINDS if one.hosts <= left and PROFILES[one.since].order <= newest]
    chance = Random(f"{wanted.seed} kind {at}")  # noqa: S311 - chance that can be repeated, no secret
    return chance.choices(fit, [one.weight for one in fit])[0]


def _files(stage: Stage) -> dict[str, bytes]:
    files = {f"{host.name}.json": msgspec.json.encode(as_json(host)) for host in stage.world.hosts}
    files |= {f"{one.name}.json": msgspec.json.encode(one.as_json(stage.world.now_us)) for one in stage.servers}
    return files


def _stories(wanted: Wanted) -> list[Story]:
    """Return the stories to live, in order; refuses unknown causes, and those that these versions cannot have."""
    can = possible(wanted.profiles)
    counts: dict[str, int] = {}
    for cause, count in wanted.inject.items():
        if cause == EVERY:
            continue
        if cause not in STORIES:
            near = get_close_matches(cause, STORIES, n=1)
            meant = f"; did you mean {near[0]}?" if near else ";"
            raise CannotSynthesize(f"no story lives {cause!r}{meant} there are: {', '.join(STORIES)}, and all")
        if cause not in can:
            raise CannotSynthesize(_too_narrow(STORIES[cause], wanted.profiles))
        counts[cause] = count
    every = wanted.inject.get(EVERY, 0)
    for cause, story in can.items():
        if every and cause not in counts:
            counts[cause] = every if story.most is None else min(every, story.most)
    for cause, count in counts.items():
        most = STORIES[cause].most
        if most is not None and count > most:
            times = "once" if most == 1 else f"{most} times"
            raise CannotSynthesize(f"{cause} can be lived {times} in one fleet: {STORIES[cause].why_most}")
    return [STORIES[cause] for cause in sorted(counts) for _ in range(counts[cause])]


def _sizes(wanted: Wanted, stories: list[Story]) -> list[int]:
    """Return how many hosts each story gets: at least its least, and more as far as the fleet has them."""
    least = sum(story.hosts[0] for story in stories)
    if least > wanted.hosts:
        raise CannotSynthesize(
            f"the causes to inject take {least:,} hosts, and the fleet has {wanted.hosts:,}: ask for more hosts, or "
            "for fewer causes"
        )
    spare = wanted.hosts - least
    chance = Random(f"{wanted.seed} sizes")  # noqa: S311 - chance that can be repeated, no secret
    sizes = []
    for story in stories:
        more = min(chance.randint(*story.hosts) - story.hosts[0], spare)
        spare -= more
        sizes.append(story.hosts[0] + more)
    return sizes


def _check_octets(numbers: Numbers, stories: list[Story], sizes: list[int]) -> None:
    needed = sum(story.lows * size + 1 for story, size in zip(stories, sizes, strict=True))
    if numbers.blocks > BLOCKS_MAX or needed > numbers.singles:
        raise CannotSynthesize(
            "the causes to inject take more low octets of addresses than there are (65,024): ask for fewer causes"
        )


def _fits(story: Story, profiles: Sequence[str]) -> bool:
    first, last = PROFILES[story.since].order, PROFILES[story.until].order
    return any(first <= PROFILES[one].order <= last for one in profiles)


def _too_narrow(story: Story, profiles: Sequence[str]) -> str:
    needs = story.since if story.since == story.until else f"{story.since} to {story.until}"
    return f"{story.cause} happens on Windows Server {needs}, and the fleet is of {', '.join(profiles)}"
