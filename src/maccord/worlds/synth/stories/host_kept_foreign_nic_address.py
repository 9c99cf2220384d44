"""A host's disk goes into another machine; its switch keeps the address of the old NIC, which goes on elsewhere."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "host-kept-foreign-nic-address"


def _live(stage: Stage) -> Lived:
    profile = stage.profile()
    moved = stage.host(profile, nics=1)
    lan = moved.external_switch("LAN", moved.nics[0])
    stage.vm(moved, lan)
    mac = moved.nics[0].permanent
    (left,) = stage.world.move_disk(moved, nics=1)
    other = stage.world.host(stage.numbers.name(), profile)
    other.insert(left)
    left.set_ip(stage.ip(stage.low()))
    other.enable_role()
    stage.furnish(moved, lan)
    stage.furnish(other, other.external_switch("LAN", left))
    return lived(_CAUSE, [moved, other], [mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 2))
