"""A staging network gives each new host the same lease in turn; its range is populated then, its address fixed later.

The last host may keep the lease: then its range matches, and those of the others do not.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, issued_twice, lived

_CAUSE = "reused-lease-range"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    lease = stage.ip(stage.low())
    staging = stage.world.dhcp("staging", lease, lease)
    keeps = chance.random() < 0.4
    hosts = []
    for at in range(stage.size):
        host = stage.bare(profile)
        host.nics[0].use_dhcp(staging)
        host.enable_role()
        burn_in = stage.vm(host, None)
        burn_in.turn_off()
        burn_in.delete()
        if not keeps or at < stage.size - 1:
            host.nics[0].set_ip(stage.ip(stage.low()))
        hosts.append(host)
    vlan = chance.choice((0, 30))
    for host in hosts:
        lan = stage.lan(host)
        stage.vm(host, lan, vlan=vlan, started=chance.random() < 0.8)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, issued_twice(hosts))


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 4), lows=2)
