"""A machine is exported and registered on a second host with its id, and both copies run.

Told of 2008 alone: from 2008 R2 on the copy gets another address when it starts, since its own is outside the range.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "machine-runs-twice"


def _live(stage: Stage) -> Lived:
    profile = stage.profile(until="2008")
    first, second = stage.host(profile), stage.host(profile)
    lan, there = stage.lan(first), stage.lan(second)
    machine = stage.vm(first, lan)
    stage.vm(second, there)
    machine.shut_down()
    exported = machine.export()
    copy = second.import_vm(exported, "register")
    machine.start()
    copy.start()
    stage.furnish(first, lan)
    stage.furnish(second, there)
    return lived(_CAUSE, [first, second], [machine.adapter.mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 2), until="2008")
