"""Two hosts issued one address from ranges that were alike; the ranges were cut apart since, the machines still run.

Nothing in the evidence of today says how it came about: the ranges are in order.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, issued_twice, lived

_CAUSE = "unexplained-duplicate"


def _live(stage: Stage) -> Lived:
    profile = stage.profile()
    hosts = [stage.host(profile) for _ in range(2)]
    lans = [stage.lan(host) for host in hosts]
    common = stage.numbers.planned(256)
    for host, lan in zip(hosts, lans, strict=True):
        stage.set_range(host, common.first, common.last)
        stage.vm(host, lan)
    size = 1 << max(8, (stage.machines * 2).bit_length())
    for host, lan in zip(hosts, lans, strict=True):
        own = stage.numbers.planned(size)
        stage.set_range(host, own.first, own.last)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, issued_twice(hosts))


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 2))
