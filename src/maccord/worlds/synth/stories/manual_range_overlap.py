"""Somebody sets ranges by hand: one for all hosts, a part of another's, or a maximum that runs into the neighbour's.

Nodes of a cluster are given one range so that machines keep their addresses when they move. A machine that moves to
where a stopped one has its address looks like reissued-while-stopped there, and nothing tells the two apart: no machine
of this story does.
"""

from maccord.worlds.hyperv import Host, Range, derived
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, adapters, issued_twice, lived

_CAUSE = "manual-range-overlap"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    block = stage.numbers.block()
    hosts = [stage.host(profile, low=block + at) for at in range(stage.size)]
    lans = [stage.lan(host) for host in hosts]
    how = chance.choice(("one for all", "staggered", "into the neighbour"))
    size = 1 << max(8, (stage.machines * 2).bit_length())
    if how == "one for all":
        common = stage.numbers.planned(size * 2)
        for host in hosts:
            stage.set_range(host, common.first, common.last)
    elif how == "staggered":
        plan = stage.numbers.planned(size * 4)
        for at, host in enumerate(hosts):
            first = plan.first + at * (size // 2)
            stage.set_range(host, first, first + size - 1)
    else:
        _runs_over(stage, hosts, [derived(block + at) for at in range(stage.size)])
    vlan = chance.choice((0, 10))
    for host, lan in zip(hosts, lans, strict=True):
        stage.vm(host, lan, vlan=vlan, started=chance.random() < 0.8)
        stage.furnish(host, lan)
    if how == "one for all" and hosts[0].profile.live_migration:
        # What a shared range is wanted for: a machine moves and keeps its address for good.
        mover = stage.vm(hosts[0], lans[0])
        if all(adapter.mac != mover.adapter.mac for _, adapter in adapters(hosts[1])):
            mover.live_migrate(hosts[1])
    return lived(_CAUSE, hosts, issued_twice(hosts))


def _runs_over(stage: Stage, hosts: list[Host], own: list[Range]) -> None:
    """Let the first hosts' ranges reach into those of their neighbours, which stay as Hyper-V derives them."""
    for host, following, within in zip(hosts, hosts[1:], own, strict=False):
        assert following is not host
        stage.set_range(host, within.first, within.last + stage.random.choice((16, 128, 256)))


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 4), blocks=1)
