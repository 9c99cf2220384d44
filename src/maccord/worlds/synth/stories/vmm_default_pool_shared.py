"""Two VMM servers grant from the pool that every installation begins with, and each begins at its beginning."""

from maccord.worlds.hyperv import Host
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived
from maccord.worlds.synth.vmm import DEFAULT, VmmServer

_CAUSE = "vmm-default-pool-shared"


def _live(stage: Stage) -> Lived:
    profile = stage.profile()
    grants: list[dict[int, Host]] = []
    for _ in range(2):
        server = VmmServer(name=stage.numbers.server())
        pool = server.pool("Default MAC address pool", DEFAULT)
        host = stage.host(profile)
        lan = stage.lan(host)
        granted: dict[int, Host] = {}
        for _ in range(stage.random.choice((0, 1, 3))):
            machine = stage.vm(host, lan, started=False)
            granted[server.grant(machine.adapter, pool)] = host
            machine.start()
        stage.furnish(host, lan)
        stage.servers.append(server)
        grants.append(granted)
    both = grants[0].keys() & grants[1].keys()
    hosts = [of[mac] for mac in both for of in grants]
    return lived(_CAUSE, [*(one.name for one in stage.servers), *(one.name for one in hosts)], both)


STORY = Story(
    cause=_CAUSE,
    live=_live,
    hosts=(2, 2),
    most=1,
    why_most="there is one default pool, and all servers that hold it are one incident",
)
