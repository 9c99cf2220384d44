"""A machine moves to another host, and keeps an address of the first one's range until it is started cold there.

By and by the first host may issue the address again: then two machines have it.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "migrated-vm-kept-address"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    home, away = stage.host(profile), stage.host(profile)
    lan, there = stage.lan(home), stage.lan(away)
    stage.vm(away, there)
    mover = stage.vm(home, lan)
    mac = mover.adapter.mac
    how = chance.choice(("live", "quick", "off", "saved"))
    if how == "live" and home.profile.live_migration:
        mover.live_migrate(away)
    elif how in ("off", "saved"):
        (mover.shut_down if how == "off" else mover.save)()
        mover.move(away)
    else:
        mover.quick_migrate(away)
    stage.furnish(home, lan)
    stage.furnish(away, there)
    if chance.random() < 0.4:
        stage.come_round(home, lan, mac)
    return lived(_CAUSE, [home, away], [mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 2))
