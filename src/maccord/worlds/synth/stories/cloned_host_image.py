"""A host with Hyper-V is imaged after its range was populated, and other hosts are made from the image.

With sysprep the clones get a MachineGuid each, and the range of World Wide Port Names gives them away. Before 2012
there is none: a clone that went through sysprep shows no copied identity, and nobody could tell it from a reused lease.
So before 2012 the images of this story are not generalized.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, issued_twice, lived

_CAUSE = "cloned-host-image"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    keeps = chance.random() < 0.5
    golden = stage.host(profile, nics=1, name=None if keeps else "REFERENCE")
    machine = stage.vm(golden, None)
    machine.turn_off()
    template = chance.random() < 0.3  # a machine that is in the image, and so on every clone with its id
    if not template:
        machine.delete()
    if golden.profile.containers and chance.random() < 0.4:
        golden.container_network("nat", chance.choice(("nat", "internal")))
        stage.wired_containers(golden)
    sysprep = golden.profile.fibre_channel and chance.random() < 0.5
    image = stage.world.image(golden)
    if not keeps:
        stage.world.hosts.remove(golden)  # a reference machine, wiped when the image was taken
    hosts = [golden] if keeps else []
    while len(hosts) < stage.size:
        nics = [stage.numbers.nic() for _ in range(2)]
        clone = stage.world.deploy(image, stage.numbers.name(), nics=0, sysprep=sysprep)
        for nic in nics:
            clone.add_nic(f"{nic:012X}")
        clone.nics[0].set_ip(stage.ip(stage.low()))
        hosts.append(clone)
    if len(hosts) > 2 and chance.random() < 0.3:
        mended, plan = hosts.pop(), stage.numbers.planned(max(256, stage.machines * 2))
        stage.set_range(mended, plan.first, plan.last)
        stage.furnish(mended, stage.lan(mended))
    vlan = chance.choice((0, 20))
    for host in hosts:
        lan = stage.lan(host)
        if template:
            host.machines[0].adapter.connect(lan)
            if chance.random() < 0.5:
                host.machines[0].start()
        stage.vm(host, lan, vlan=vlan, started=chance.random() < 0.8)
        stage.furnish(host, lan)
    return lived(_CAUSE, hosts, issued_twice(hosts))


STORY = Story(cause=_CAUSE, live=_live, hosts=(2, 4), lows=2)
