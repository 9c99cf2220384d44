"""A host's range of World Wide Port Names is used up, and the next virtual HBA gets names of zeros without an error."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "wwn-exhausted"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile("2012"))
    lan, names = stage.lan(host), host.names
    assert names is not None
    pairs = stage.random.randint(1, 3)
    host.set_port_names(names.first, names.first + 2 * pairs - 1)
    for _ in range(pairs + 1):
        machine = stage.vm(host, lan, started=False)
        machine.add_fibre_channel("fabric A")
        machine.start()
    stage.furnish(host, lan)
    return lived(_CAUSE, [host])


STORY = Story(cause=_CAUSE, live=_live, since="2012")
