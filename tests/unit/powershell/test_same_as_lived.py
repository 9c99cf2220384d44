"""A script leaves on a host what the typed step leaves that is lived on one like it."""

import json
from typing import Any

import pytest

from maccord.rehearse import scene as rehearsed
from maccord.rehearse.live import live
from tests.kit.pwsh import scenes
from tests.unit.powershell import test_on_the_host as detached
from tests.unit.powershell import test_steps as plain

SCENES = [*plain.SCENES, *detached.ALL]


class Here:
    """A site of one host."""

    def __init__(self, host):
        self._host = host

    def host(self, name):
        return self._host if name == self._host.name else None

    def server(self, name):
        raise AssertionError(f"no VMM server {name}")


def lived(scene, *, answers):
    site: Any = Here(scene.host)
    stage = rehearsed.Scene(site=site, answers=lambda _host, _probes: answers)
    return live(stage, scene.step)


def exported(scene):
    told = json.loads(scene.host.world.export(scene.host))
    del told["collectedAt"], told["Event"]
    return told


@pytest.mark.parametrize("make", SCENES)
def test_script_leaves_what_the_typed_step_leaves(make):
    scripted, typed = make(), make()
    assert exported(scripted) == exported(typed)
    assert scripted.run().outcome == lived(typed, answers=True).outcome == "done"
    assert exported(scripted) == exported(typed)
    assert scripted.run().outcome == lived(typed, answers=True).outcome == "already"


@pytest.mark.parametrize("make", [scenes.converged, scenes.being_built])
def test_script_puts_back_what_the_typed_step_puts_back(make):
    scripted, typed = make(), make()
    scripted.windows.silent = True
    assert scripted.run().outcome == lived(typed, answers=False).outcome == "rolled-back"
    assert exported(scripted) == exported(typed)
