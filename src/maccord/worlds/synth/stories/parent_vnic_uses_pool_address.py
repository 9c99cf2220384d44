"""An internal network is turned external: the host's vNIC keeps the address that the range gave it."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "parent-vnic-uses-pool-address"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile())
    switch = host.internal_switch("LAN")
    stage.furnish(host, switch, count=min(1, stage.machines))
    host.convert_switch(switch, "external", host.nics[-1])
    stage.furnish(host, switch, count=max(0, stage.machines - 1))
    return lived(_CAUSE, [host], [host.vnics[0].mac])


STORY = Story(cause=_CAUSE, live=_live)
