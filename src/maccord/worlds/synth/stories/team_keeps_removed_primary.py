"""The NIC of whose address a team lives is taken out and put to work again, in this host or in another one.

The teams of NIC makers before 2012 show in no cmdlet, so this is told from 2012 on.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "team-keeps-removed-primary"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile("2012")
    host = stage.bare(profile, nics=chance.randint(3, 4))
    primary, *_ = members = list(host.nics)
    team = host.team("team", members)
    team.set_ip(stage.ip(stage.low()))
    host.enable_role()
    team.remove(primary)
    hosts = [host]
    if stage.size == 1:
        primary.set_ip(stage.ip(stage.low()))
    else:
        primary.pull()
        other = stage.host(profile, nics=1)
        other.insert(primary)
        primary.set_ip(stage.ip(stage.low()))
        stage.furnish(other, other.external_switch("LAN", other.nics[0]))
        hosts.append(other)
    switch = host.external_switch("LAN", team, allow_management=False, allow_lbfo_teams=True)
    stage.furnish(host, switch)
    return lived(_CAUSE, hosts, [team.mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(1, 2), since="2012", lows=2)
