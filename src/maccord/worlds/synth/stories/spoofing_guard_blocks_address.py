"""A member of an NLB cluster may not send from the cluster's address, which another member wears as a static one."""

from ipaddress import IPv4Address

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "spoofing-guard-blocks-address"


def _live(stage: Stage) -> Lived:
    profile = stage.profile("2008 R2")
    hosts = [stage.host(profile) for _ in range(stage.size)]
    lans = [stage.lan(host) for host in hosts]
    cluster = f"172.16.{stage.numbers.count('cluster') >> 8 & 0xFF}.{stage.numbers.count('cluster ip') & 0xFF}"
    mac = 0x02BF << 32 | int(IPv4Address(cluster))
    right = stage.static_vm(hosts[0], lans[0], mac)
    right.adapter.join_nlb(cluster)
    wrong = stage.vm(hosts[-1], lans[-1])
    wrong.adapter.join_nlb(cluster)
    for host, lan in zip(hosts, lans, strict=True):
        stage.furnish(host, lan)
    return lived(_CAUSE, [hosts[-1]], [mac])


STORY = Story(cause=_CAUSE, live=_live, hosts=(1, 2), since="2008 R2")
