"""Running machines hold every address of a range: the next one does not start (KB2804678).

The range is a part of a plan, cut to as many addresses as the host has machines, or the default one of 256.
"""

from contextlib import suppress

from maccord.worlds.hyperv import NoAddressAvailable
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "pool-exhausted"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile())
    lan = stage.lan(host)
    size = max(stage.random.randint(4, 16), stage.machines)
    if size > 256 or stage.random.random() < 0.9:
        plan = stage.numbers.planned(size)
        stage.set_range(host, plan.first, plan.last)
    else:
        size = 256
    for _ in range(size):
        stage.vm(host, lan, vlan=stage.random.choice((0, 10)))
    with suppress(NoAddressAvailable):
        stage.vm(host, lan)
    return lived(_CAUSE, [host])


STORY = Story(cause=_CAUSE, live=_live)
