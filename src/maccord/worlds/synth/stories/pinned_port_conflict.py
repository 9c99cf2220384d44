"""A port was kept from an address that another port of its switch had; the other owner is gone by now.

Two machines ran with one static address for a while, which some hosts let them; then one of them was deleted. What is
left is the event, and nothing else says why.
"""

from maccord.worlds.hyperv import Contested
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "pinned-port-conflict"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile("2008 R2"), contested=Contested(static_in_use="run"))
    lan, mac = stage.lan(host), stage.numbers.static()
    stage.static_vm(host, lan, mac)
    twin = stage.static_vm(host, lan, mac)
    stage.world.wait(stage.random.randint(0, 3))
    twin.turn_off()
    twin.delete()
    stage.furnish(host, lan)
    return lived(_CAUSE, [host], [mac])


STORY = Story(cause=_CAUSE, live=_live, since="2008 R2")
