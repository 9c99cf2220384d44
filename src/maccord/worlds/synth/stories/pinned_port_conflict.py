"""A port was kept from an address that another port of its switch had; the other owner is gone by now.

Two machines ran with one static address for a while, which some hosts let them; then one of them was deleted. What is
left is the event, and nothing else says why. On 2008 R2, a team that the NIC's maker built also lets its own frames
come back in through the other member, and the host's vNIC has the team's address; no cmdlet lists such a team.
"""

from dataclasses import replace

from maccord.worlds.synth.stage import Stage
from maccord.worlds.synth.stories.story import Story
from maccord.worlds.synth.truth import Lived, lived

_CAUSE = "pinned-port-conflict"


def _live(stage: Stage) -> Lived:
    profile = stage.profile("2008 R2")
    if profile == "2008 R2" and stage.random.random() < 0.5:
        return _maker_team(stage, profile)
    return _gone(stage, profile)


def _maker_team(stage: Stage, profile: str) -> Lived:
    host = stage.bare(profile)
    team = host.team("Team", host.nics)
    team.set_ip(stage.ip(stage.low()))
    host.enable_role()
    switch = host.external_switch("LAN", team)
    stage.furnish(host, switch)
    stage.world.wait(stage.random.randint(0, 3))
    return lived(_CAUSE, [host], [team.mac])


def _gone(stage: Stage, profile: str) -> Lived:
    host = stage.host(profile, contested=replace(stage.world.contested, static_in_use="run"))
    lan, mac = stage.lan(host), stage.numbers.static()
    stage.static_vm(host, lan, mac)
    twin = stage.static_vm(host, lan, mac)
    stage.world.wait(stage.random.randint(0, 3))
    twin.turn_off()
    twin.delete()
    stage.furnish(host, lan)
    return lived(_CAUSE, [host], [mac])


STORY = Story(cause=_CAUSE, live=_live, since="2008 R2")
