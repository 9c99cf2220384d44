"""A machine is given a static address of a range that a host issues from: its own host's, or another's.

On another host it may be issued there as well, by and by; then two machines have it.
"""

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "static-in-dynamic-range"


def _live(stage: Stage) -> Lived:
    chance, profile = stage.random, stage.profile()
    hosts = [stage.host(profile) for _ in range(stage.size)]
    lans = [stage.lan(host) for host in hosts]
    machines = [stage.vm(host, lan) for host, lan in zip(hosts, lans, strict=True)]
    within = hosts[0].range
    assert within is not None
    home, lan = hosts[-1], lans[-1]
    # Ahead of the cursor, so far that furnishing does not come by; or, on another host, what is out already.
    taken = len(hosts) > 1 and chance.random() < 0.5
    mac = machines[0].adapter.mac if taken else within.last - chance.randrange(20)
    stage.static_vm(home, lan, mac, started=taken or chance.random() < 0.7)
    for host, switch in zip(hosts, lans, strict=True):
        stage.furnish(host, switch)
    return lived(_CAUSE, {hosts[0].name, home.name}, [mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(1, 2))
