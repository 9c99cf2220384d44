"""A VMM pool and a host's range are brought together: VMM grants an address that the host issues as well, or will."""

from maccord.worlds.hyperv import Range
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived
from maccord.worlds.synth.vmm import VmmServer

_CAUSE = "vmm-pool-overlaps-host-range"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    issuing, managed = stage.host(profile), stage.host(profile)
    lan, vlan = stage.lan(issuing), chance.choice((0, 10))
    if chance.random() < 0.5:  # the host's range was moved to where VMM has a pool, and not the other way round
        moved = stage.numbers.planned(256)
        stage.set_range(issuing, moved.first, moved.last)
    first = stage.vm(issuing, lan, vlan=vlan)
    within = issuing.range
    assert within is not None
    server = VmmServer(name=stage.numbers.server())
    stage.servers.append(server)
    both: set[int] = set()
    hosts = [issuing]
    if chance.random() < 0.6:
        pool = server.pool("Fleet", Range(within.first, within.first + chance.choice((31, 255))))
        tagged = chance.choice((vlan, vlan, 20))
        machine = stage.vm(managed, stage.lan(managed), vlan=tagged, started=False)
        server.grant(machine.adapter, pool, first.adapter.mac)
        machine.start()
        if tagged == vlan:
            both.add(first.adapter.mac)
            hosts.append(managed)
    else:
        server.pool("Fleet", Range(within.first + 128, within.last))
    stage.furnish(issuing, lan)
    stage.furnish(managed, managed.switches[0] if managed.switches else stage.lan(managed))
    return lived(_CAUSE, [server.name, *(one.name for one in hosts)], both)


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 2))
