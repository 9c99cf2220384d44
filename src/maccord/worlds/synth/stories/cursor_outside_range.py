"""A script writes CurrentMacAddress, and leaves the cursor outside the range."""

from maccord.mac.address import show
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "cursor-outside-range"


def _live(stage: Stage) -> Lived:
    host = stage.host(stage.profile())
    lan = stage.lan(host)
    stage.vm(host, lan)
    stage.furnish(host, lan)
    within = host.range
    assert within is not None
    cursor = stage.random.choice((within.first - 1, within.last + 2, within.last + 0x2FF))
    host.edit_registry(current=show(cursor))
    return lived(_CAUSE, [host], [cursor])


STORY = Story(cause=_CAUSE, live=_live)
