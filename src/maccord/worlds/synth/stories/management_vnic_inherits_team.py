"""A switch is made on a team with the host on it, as VMM 2012 R2 deploys it: the vNIC wears the team's address."""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "management-vnic-inherits-team"


def _live(stage: Stage) -> Lived:
    chance = stage.random
    host = stage.bare(stage.profile("2012"), nics=chance.randint(2, 4))
    team = host.team("infra", host.nics, balancing=chance.choice(("hyper-v port", "dynamic")))
    team.set_ip(stage.ip(stage.low()))
    host.enable_role()
    switch = host.external_switch("infra", team, allow_lbfo_teams=True)
    if chance.random() < 0.4:
        host.vnics[0].set_vmq(on=False)
    stage.furnish(host, switch)
    return lived(_CAUSE, [host], [team.mac])


STORY = Story(cause=_CAUSE, live=_live, since="2012")
