"""A host gets another address after its range was populated, and nobody else derives that range yet."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "range-does-not-match-host"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile())
    lan = stage.lan(host)
    stage.vm(host, lan)
    stage.furnish(host, lan)
    interface = next(one for one in host.interfaces() if one.ipv4 is not None)
    interface.set_ip(stage.ip(stage.low()))
    return lived(_CAUSE, [host])


STORY = Story(cause=_CAUSE, live=_live, lows=2)
