"""Hosts of different subnets whose addresses end alike: Hyper-V derives one range for all of them."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, issued_twice, lived

_CAUSE = "same-low-octets"


def _live(stage: Stage) -> Lived:
    low, profile = stage.low(), stage.profile()
    hosts = [stage.host(profile, low=low) for _ in range(stage.size)]
    vlan = stage.random.choice((0, 0, 10))
    for host in hosts:
        lan = stage.lan(host)
        stage.vm(host, lan, vlan=vlan, started=stage.random.random() < 0.8)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, issued_twice(hosts))


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 4))
