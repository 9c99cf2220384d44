"""A machine with a static address is exported and imported as a copy, or one script sets one address for several."""

from maccord.mac.address import show
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "static-address-copied"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    hosts = [stage.host(profile) for _ in range(stage.size)]
    lans = [stage.lan(host) for host in hosts]
    mac = stage.numbers.static()
    template = stage.static_vm(hosts[0], lans[0], mac, started=False)
    exported = template.export()
    template.start()
    copies = [(host, lan) for host, lan in zip(hosts, lans, strict=True) if host is not hosts[0]] or [
        (hosts[0], lans[0])
    ]
    for host, lan in copies:
        if chance.random() < 0.5:
            copy = host.import_vm(exported, "copy", name=stage.name())
            copy.adapter.connect(lan)
        else:
            copy = stage.vm(host, lan, started=False)
            copy.adapter.set_static(show(mac))
        if host is not hosts[0] and chance.random() < 0.7:
            copy.start()
    for host, lan in zip(hosts, lans, strict=True):
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, [mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(1, 3))
