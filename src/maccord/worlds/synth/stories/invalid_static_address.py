"""A machine is given a protocol's address as a static one; on 2008, which checks at the start, maybe a group address.

Protocols' addresses are those of virtual routers: VRRP (RFC 9568) and HSRP (RFC 2281).
"""

from maccord.worlds.hyperv import PROFILES
from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "invalid-static-address"
_ROUTERS = (0x00005E000100, 0x00000C07AC00)
_GROUP = 0x25B684 << 24


def _live(stage: Stage) -> Lived:
    profile, at = stage.profile(), stage.numbers.count("invalid")
    host = stage.host(profile)
    lan = stage.lan(host)
    stage.furnish(host, lan)
    group = PROFILES[profile].name == "2008" and stage.random.random() < 0.5
    mac = _GROUP + at if group else _ROUTERS[at // 255 % 2] + at % 255 + 1
    stage.static_vm(host, lan, mac, started=not group and stage.random.random() < 0.7)
    return lived(_CAUSE, [host], [mac])


STORY = Story(
    cause=_CAUSE, live=_live, most=510, why_most="so many addresses of virtual routers there are to choose from"
)
