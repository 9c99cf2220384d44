"""All but a few addresses of a range belong to machines, some of which are off."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "pool-nearly-exhausted"


def _live(stage: Stage) -> Lived:
    chance = stage.random
    host = stage.host(stage.profile())
    lan = stage.lan(host)
    size = max(chance.randint(12, 24), stage.machines)
    plan = stage.numbers.planned(size)
    stage.set_range(host, plan.first, plan.last)
    free = chance.randrange(-(-size // 10))
    machines = [stage.vm(host, lan) for _ in range(size - free)]
    for machine in chance.sample(machines, chance.randint(1, 4)):
        machine.shut_down()
    return lived(_CAUSE, [host])


STORY = Story(cause=_CAUSE, live=_live)
