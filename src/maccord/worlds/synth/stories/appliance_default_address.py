"""Appliances are set up from a script that gives each of them the address of its example (QEMU's 52-54-00-12-34-56)."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "appliance-default-address"
_QEMU, _QEMU_COUNT = 0x525400123456, 16


def _live(stage: Stage) -> Lived:
    mac = _QEMU + stage.numbers.count("appliance")
    profile = stage.profile()
    hosts = [stage.host(profile) for _ in range(stage.size)]
    for host in hosts:
        lan = stage.lan(host)
        stage.static_vm(host, lan, mac, started=stage.random.random() < 0.7)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, [mac])


STORY = Story(
    cause=_CAUSE, live=_live, hosts=(2, 3), most=_QEMU_COUNT, why_most="so many default addresses QEMU counts through"
)
