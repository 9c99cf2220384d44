"""A host is given another host's range of World Wide Port Names by hand."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "wwn-range-shared"


def _live(stage: Stage) -> Lived:
    profile = stage.profile("2012")
    hosts = [stage.host(profile) for _ in range(stage.size)]
    names = hosts[0].names
    assert names is not None
    for host in hosts[1:]:
        host.set_port_names(names.first, names.last)
    for host in hosts:
        lan = stage.lan(host)
        machine = stage.vm(host, lan, started=False)
        if stage.random.random() < 0.5:
            machine.add_fibre_channel("fabric A")
        machine.start()
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts)


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 3), since="2012")
