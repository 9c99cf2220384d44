"""A container network that reaches the wire has a pool around the machines' range of its own host, or of neighbours.

How the Host Networking Service finds a pool is not known; here it takes the host's octets, as machines' ranges do.
"""

from dataclasses import replace

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "container-pool-overlap"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile("2016")
    block = stage.numbers.block()
    contested = replace(stage.world.contested, container_pool="address")
    hosts = [stage.host(profile, low=block + at, contested=contested) for at in range(stage.size)]
    hosts[0].container_network("l2b", chance.choice(("l2bridge", "transparent", "overlay")))
    if chance.random() < 0.5:
        hosts[-1].container_network("nat", "nat")
    for host in hosts:
        lan = stage.lan(host)
        stage.vm(host, lan, started=chance.random() < 0.8)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts)


STORY = Story(cause=_CAUSE, live=_live, hosts=(1, 3), since="2016", blocks=1)
