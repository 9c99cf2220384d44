"""A machine is off while its host's range runs round: its address is issued to another one (J. Howard's first quiz)."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "reissued-while-stopped"


def _live(stage: Stage) -> Lived:
    chance = stage.random
    host = stage.host(stage.profile())
    lan = stage.lan(host)
    stopped = [stage.vm(host, lan) for _ in range(chance.choice((1, 1, 2)))]
    for machine in stopped:
        machine.shut_down()
    stage.furnish(host, lan)
    addresses = [machine.adapter.mac for machine in stopped]
    for mac in addresses:
        again = stage.come_round(host, lan, mac)
        if chance.random() < 0.2:
            again.shut_down()
    return lived(_CAUSE, [host], addresses)


STORY = Story(cause=_CAUSE, live=_live)
